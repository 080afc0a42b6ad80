"""Asks the API for the answers that a page is drawn from: within the process, and as the reader of the page.

All answers are of one position of the log. A refusal by the API becomes a page, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn
from urllib.parse import quote, urlencode

from api.commands.json_text import read_own_json
from api.composition import Parley
from api.http.authorization import principal_of
from api.http.exchange.in_process import Reply, ask_on_behalf
from api.http.exchange.parameters import TEXT, Parameter, read_query
from api.http.exchange.perspective import PERSPECTIVE, perspective_query
from api.http.threads import run_in_lane
from api.web.addressing import Addressing
from api.web.page_route import PageRefusedError
from api.web.perspective import PagePerspective
from domain.time.perspective import PerspectiveQuery

_MOST_ANSWERS: Final = 6
"""The most answers that one page may ask for."""
_OK: Final = 200


@dataclass
class PageAnswers(Addressing):
    """The answers that one page asks for; `slug` is that of its negotiation, if it has one.

    The page accepts a perspective and the parameters that it `takes`, and raises ContentError for all others. `takes`
    is None if the query is read elsewhere. The page asks for paths under its negotiation's address, unless a path
    begins with `/v1/`. It sends the reader's credentials; with `as_anybody` it sends none, because it then shows only
    what anybody may see.
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
        content: dict[str, Any] = read_own_json(reply.body)
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
        assert self.asked <= _MOST_ANSWERS, f"{self.address} asks for too many answers"  # noqa: S101 -- a programmer's error
        reply = await ask_on_behalf(self.request, target, as_anybody=self.as_anybody)
        if reply.status != _OK:
            self.refuse(reply)
        return reply

    async def answer_json(self, address: str, query: Mapping[str, str]) -> dict[str, Any]:
        """Give the content of an answer that has no perspective; raises as `answer` does."""
        content: dict[str, Any] = read_own_json((await self.answer(address, query)).body)
        return content

    def refuse(self, reply: Reply) -> NoReturn:
        """Raise PageRefusedError, so that the page shows a refusal by the API."""
        raise PageRefusedError(reply)
