"""Makes a page: it asks the API within the process, as its reader, and draws only those answers.

All its answers are of one position of the log. A page has a fixed form if its first answer has one. A refusal by the
API becomes a page, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl, quote, urlencode

from starlette.responses import Response

from api.composition import Parley
from api.http.authorization import principal_of
from api.http.exchange.caching import respond
from api.http.exchange.in_process import Reply, on_behalf
from api.http.exchange.parameters import TEXT, Parameter, read_query
from api.http.exchange.perspective import PERSPECTIVE, perspective_query
from api.http.threads import run_in_lane
from api.web.addressing import CUTS, Addressing
from api.web.citing import PageCitation
from api.web.clocks import read_clocks
from api.web.drawing import POLICY, render
from api.web.later import read_later
from api.web.page_route import PageRefusedError, PageRoute, router_of_pages
from api.web.perspective import PagePerspective
from domain.time.perspective import PerspectiveQuery

__all__ = [
    "CUTS",
    "KNOWN",
    "MOST_ANSWERS",
    "Page",
    "PageRefusedError",
    "PageRoute",
    "router_of_pages",
]

MOST_ANSWERS: Final = 6
"""The most answers that one page may ask for."""
KNOWN: Final = ("as_known_at", "position", "clock")
"""The cuts of requests whose answers do not depend on valid time."""
_CANONICAL: Final = re.compile(r'<[^>?]*\?([^>]*)>; rel="canonical"')
_FIXED: Final = re.compile(r'<([^>]*)>; rel="canonical"')
_HTML: Final = "text/html; charset=utf-8"
_OK: Final = 200


@dataclass
class Page(Addressing):
    """One page for one request; `slug` is that of its negotiation, if it has one.

    Besides a perspective it `takes` these parameters, and ContentError refuses all others; None if the query is not its
    own. It asks for paths under its negotiation's address, unless they begin with `/v1/`: with the reader's credentials
    or, if it shows what anybody may see (`as_anybody`), with none.
    """

    takes: Sequence[str] | None = ()
    as_anybody: bool = False
    first: Reply | None = None
    path: str = ""
    asked: int = 0

    def __post_init__(self) -> None:
        """Read the query; a field that a form left empty was not given."""
        if self.takes is None:
            return
        shared = PERSPECTIVE if self.slug is not None else ()
        declared = [*shared, *(Parameter(name, "", TEXT) for name in self.takes)]
        self.given = read_query(self.request.scope["query_string"], declared, of_form=True)

    async def ask(
        self,
        path: str,
        parameters: Mapping[str, str] | None = None,
        *,
        cuts: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Give an answer of the API below the negotiation, at the page's perspective, unless at other `cuts`.

        After the first answer its position is pinned. PageRefusedError where the API refuses.
        """
        pinned = {} if self.standing is None else {"position": str(self.standing.position)}
        query = {**(self.cuts if cuts is None else cuts), **pinned, **(parameters or {})}
        address = path if path.startswith("/v1/") else f"{self.root}{path}"
        reply = await self.answer(address, query)
        content: dict[str, Any] = json.loads(reply.body)
        if self.first is None:
            self.first, self.path = reply, f"{address}?{urlencode(query)}"
            shown = content.get("usermeta", content)
            if "perspective" in shown:
                self.standing = PagePerspective(shown["perspective"], self.given)
        return content

    async def ask_list(
        self, path: str, *names: str, limit: int, cuts: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Give the part of a list that the address's cursor names, or the first one, filtered by these parameters.

        A cursor holds all parameters; the API refuses one that does not agree with the others in the address.
        """
        asked = {**self.of("cursor", *names), "limit": str(limit)}
        return await self.ask(path, asked, cuts=cuts)

    async def title(self) -> str:
        """Give the title of the negotiation at the perspective of the page's first answer."""
        assert self.standing is not None, "the first answer says what the perspective is"  # noqa: S101 -- a programmer's error
        query = perspective_query({**self.cuts, "position": str(self.standing.position)})
        return await run_in_lane(self._title, query)

    @property
    def root(self) -> str:
        """The address of the negotiation in the API."""
        return "" if self.slug is None else f"/v1/negotiations/{quote(self.slug, safe='')}"

    def _title(self, query: PerspectiveQuery) -> str:
        parley: Parley = self.request.app.state.parley
        with parley.reading(principal_of(self.request)) as reading:
            perspective = reading.perspective(query)
            opened = reading.negotiation(self.slug or "", perspective.position)
            return reading.resolve_negotiation(opened, perspective).title

    async def answer(self, address: str, query: Mapping[str, str]) -> Reply:
        """Give the API's response to a request; PageRefusedError if it refuses, or if the page asks too much."""
        return await self.fetch(f"{address}?{urlencode(query)}")

    async def fetch(self, target: str) -> Reply:
        """Give what the API answers at an address with its query, as `answer` does."""
        self.asked += 1
        assert self.asked <= MOST_ANSWERS, f"{self.address} asks for too many answers"  # noqa: S101 -- a programmer's error
        reply = await on_behalf(self.request, target, as_anybody=self.as_anybody)
        if reply.status != _OK:
            self.refuse(reply)
        return reply

    async def answer_json(self, address: str, query: Mapping[str, str]) -> dict[str, Any]:
        """Give the content of an answer that has no perspective; raises as `answer` does."""
        content: dict[str, Any] = json.loads((await self.answer(address, query)).body)
        return content

    def refuse(self, reply: Reply) -> NoReturn:
        """Raise PageRefusedError, so that the page shows a refusal by the API."""
        raise PageRefusedError(reply)

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
        parley: Parley = self.request.app.state.parley
        signs = parley.publisher is not None or parley.settings.read_only  # its writer does
        if not signs or self.first is None or self.slug is None or "/charts/" in self.path:
            return None
        match = _FIXED.search(self.first.headers.get("link", ""))
        query = urlencode({"of": self.path if match is None else match[1]})
        return f"/n/{quote(self.slug, safe='')}/certificate?{query}"
