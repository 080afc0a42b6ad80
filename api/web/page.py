"""Draws a page from the answers of the API and nothing else; it has a fixed form if its first answer has one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from starlette.responses import Response

from api.composition import Parley
from api.http.exchange.caching import respond
from api.web.addressing import CUTS
from api.web.answers import PageAnswers
from api.web.citing import PageCitation
from api.web.clocks import read_clocks
from api.web.drawing import POLICY, render
from api.web.later import read_later

KNOWN: Final = ("as_known_at", "position", "clock")
"""The cuts of requests whose answers do not depend on valid time."""
_CANONICAL: Final = re.compile(r'<[^>?]*\?([^>]*)>; rel="canonical"')
_FIXED: Final = re.compile(r'<([^>]*)>; rel="canonical"')
_HTML: Final = "text/html; charset=utf-8"


@dataclass
class Page(PageAnswers):
    """One page for one request, drawn from the answers of the API."""

    async def draw(
        self,
        template: str,
        *,
        title: str | None = None,
        clocked: bool = True,
        facts: Iterable[str] = (),
        **shown: Any,  # noqa: ANN401 -- what the template names
    ) -> Response:
        """Draw a page of a negotiation, with its title.

        Where it is `clocked`, it has the sliders of both clocks, and says what changed later, also of these `facts`.
        """
        clocks = await read_clocks(self) if clocked else None
        later = await read_later(self, facts) if clocked else None
        title = await self.title() if title is None else title
        return self.respond(template, title=title, clocks=clocks, later=later, **shown)

    def respond(
        self,
        template: str,
        *,
        listed: bool = True,
        policy: str = POLICY,
        cited_as: str = "",
        **shown: Any,  # noqa: ANN401 -- what the template names
    ) -> Response:
        """Draw the page; unless `listed`, search engines are told not to list it.

        In its citation, `cited_as` says in a few words what it shows.
        """
        assert self.first is not None, "a page is drawn from an answer"  # noqa: S101 -- a programmer's error
        headers = self.first.headers
        match = _CANONICAL.search(headers.get("link", ""))
        canonical = None if match is None else self._canonical(dict(parse_qsl(match[1])))
        cited_title = ". ".join(filter(None, (cited_as, shown.get("title", ""))))
        cited = self._citation(cited_title, canonical)
        body = render(
            template, page=self, canonical=canonical, cited=cited, listed=listed, **shown
        ).encode()
        more_headers = {
            "Link": f'<{self.path}>; rel="alternate"; type="application/json"',
            "Content-Security-Policy": policy,
            **({} if listed else {"X-Robots-Tag": "noindex"}),
        }
        tags = [tag for tag in headers.get("cache-tag", "").split(",") if tag]
        return respond(
            self.request,
            body,
            canonical=canonical,
            media_type=_HTML,
            more_headers=more_headers,
            tags=tags,
            address=self.address,
        )

    def _citation(self, title: str, canonical: Mapping[str, str] | None) -> PageCitation | None:
        """How to cite the page; None for one that has no perspective."""
        if self.first is None or self.standing is None:
            return None
        fixed = self.given if canonical is None else canonical
        address = self.absolute(self.address, urlencode(fixed))
        digest = sha256(self.first.body).hexdigest()
        return PageCitation(title, self.standing.text, address, digest)

    def _canonical(self, fixed: Mapping[str, str]) -> dict[str, str]:
        """The parameters of the page's fixed form: those of its answer, and those that only the page has."""
        return {**self.own, **{name: text for name, text in fixed.items() if name in CUTS}}

    @property
    def certificate(self) -> str | None:
        """The address at which the answer that the page is drawn from is certified; None where it cannot be."""
        if self.first is None or "/charts/" in self.path:
            return None
        match = _FIXED.search(self.first.headers.get("link", ""))
        return self.certificate_of(self.path if match is None else match[1])

    def certificate_of(self, question: str) -> str | None:
        """The address at which the answer to a question to the API is certified; None where no log is signed."""
        parley: Parley = self.request.app.state.parley
        signs = parley.publisher is not None or parley.settings.read_only  # its writer does
        if not signs or self.slug is None:
            return None
        return f"/n/{quote(self.slug, safe='')}/certificate?{urlencode({'of': question})}"
