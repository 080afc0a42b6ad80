"""Gives the addresses of pages of a negotiation at the perspective of a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote, urlencode

from fastapi.routing import APIRoute

from api.http.exchange.perspective import PERSPECTIVE
from api.web.perspective import PagePerspective
from api.web.visit import Visit

CUTS: Final = tuple(parameter.name for parameter in PERSPECTIVE)
"""The parameters of a perspective."""


@dataclass
class Addressing(Visit):
    """A visit of a page whose address gives a perspective; `slug` is that of its negotiation, if it has one.

    `given` are the parameters of its address, and `standing` the perspective of its first answer.
    """

    slug: str | None = None
    _: KW_ONLY
    standing: PagePerspective | None = None
    given: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The path of the page, percent-encoded; so are the slashes in the names that it contains."""
        route: APIRoute = self.request.scope["route"]
        names = {n: quote(text, safe="") for n, text in self.request.path_params.items()}
        return route.path_format.format(**names)

    @property
    def cuts(self) -> dict[str, str]:
        """The perspective as the address gives it."""
        return {name: text for name, text in self.given.items() if name in CUTS}

    def of(self, *names: str) -> dict[str, str]:
        """The parameters with these names that the address gives."""
        return {name: self.given[name] for name in names if name in self.given}

    def fixed_query(self, **parameters: str) -> str:
        """The page's cuts and other parameters as a query that shows the same for ever."""
        at = {} if self.standing is None else self.standing.fixed
        return urlencode({**self.cuts, **at, **parameters})

    @property
    def own(self) -> dict[str, str]:
        """The parameters that only the page has."""
        return {name: text for name, text in self.given.items() if name not in CUTS}

    def anew(self, **parameters: str) -> str:
        """The address of this page with the knowledge of now, and these parameters."""
        kept = {**self.of("as_of", "match", "clock"), **parameters}
        return f"{self.address}?{urlencode(kept)}"

    def here(self, **parameters: str) -> str:
        """The address of this page with other parameters; it has no position and starts at the first item."""
        kept = {n: text for n, text in self.given.items() if n not in {"position", "cursor"}}
        return f"{self.address}?{urlencode({**kept, **parameters})}"

    def absolute(self, path: str, query: str) -> str:
        """The whole address of a path, percent-encoded, on this server."""
        return f"{self.request.url.scheme}://{self.request.url.netloc}{path}?{query}"

    def later(self, cursor: str) -> str:
        """The address of the next part of the page's list, which keeps the cuts and filters for its links."""
        return self.here(cursor=cursor)

    def link(self, path: str = "", *below: str, **parameters: str | None) -> str:
        """The address of another page of the negotiation at the same perspective, whose path ends with texts `below`.

        None takes a parameter away.
        """
        query = self._cuts if not parameters else _query({**self.cuts, **parameters})
        parts = "".join(f"/{quote(text, safe='')}" for text in below)
        return f"{self._negotiation}{path}{parts}{query}"

    @cached_property
    def _negotiation(self) -> str:
        return f"/n/{quote(self.slug or '', safe='')}"

    @cached_property
    def _cuts(self) -> str:
        return _query(self.cuts)

    def fact(self, fact_id: str) -> str:
        """The address of a fact."""
        return f"{self._negotiation}/facts/{fact_id}{self._cuts}"

    def matter(self, name: str) -> str:
        """The address of all facts of a matter; browsers take "." and ".." in a path for folders."""
        if name in {".", ".."}:
            return self.link("/timeline", matter=name)
        return self.link("/matters", name)

    def claims(self, fact_id: str, matter: str | None = None) -> str:
        """The address of who says what: all facts of a matter, or a fact and its rivals."""
        return self.link("/claims", fact_id) if matter is None else self.matter(matter)

    def claims_of(self, entry: Mapping[str, Any]) -> str:
        """The address of who says what about an entry of the state."""
        fact = entry["fact"] or entry["rivals"][0]
        return self.claims(fact["id"], entry.get("matter"))


def _query(parameters: Mapping[str, str | None]) -> str:
    """The parameters as the end of an address, without those that are None."""
    kept = {name: text for name, text in parameters.items() if text is not None}
    return f"?{urlencode(kept)}" if kept else ""
