"""Reads the perspective of a request, and states it in the response."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, Protocol, cast, get_args
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from api.composition import Parley
from api.http.authorization import principal_of, reading
from api.http.exchange.caching import respond
from api.http.exchange.cursor import CURSOR, OF_THE_PAGE, WAIT, Cursor, wait_if_asked
from api.http.exchange.edtf_patterns import CUT
from api.http.exchange.in_process import UNDISCLOSED
from api.http.exchange.kept_answers import Filled
from api.http.exchange.parameters import BOM, Parameter, choice, cut, read_query, whole_number
from api.http.problems import RefusedError
from domain.access import Principal
from domain.errors import ContentError
from domain.time.instant import format_instant
from domain.time.perspective import Clock, Match, Perspective, PerspectiveQuery
from domain.views.people import TIMELINE
from domain.views.sections import Place, Rest
from infrastructure.readers.reading import Reading

_CUT: Final = {"type": "string", "pattern": CUT, "maxLength": 40}
PERSPECTIVE: Final = (
    Parameter(
        "as_of",
        "Valid-time cut: a year, month or day, which cuts at its end (UTC), or an RFC 3339 instant."
        " Left out: the `as_known_at` given; else now.",
        _CUT,
        example="2025-11-22",
    ),
    Parameter(
        "as_known_at",
        "Knowledge cut, written in the same way. Default: everything that is known.",
        _CUT,
        example="2025-11-08",
    ),
    Parameter(
        "position",
        "The log as it stood at this position, 0 to its head. Default: the whole log.",
        {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
    ),
    Parameter(
        "clock",
        "The clock of `as_known_at`: recorded (here), or published (by a source).",
        {"type": "string", "enum": list(get_args(Clock)), "default": "recorded"},
    ),
    Parameter(
        "match",
        "possible: facts that hold for at least one meaning of their date; certain: for every meaning.",
        {"type": "string", "enum": list(get_args(Match)), "default": "possible"},
    ),
)

_NO_OTHERS: Final = frozenset(
    {*(parameter.name for parameter in PERSPECTIVE), CURSOR.name, WAIT.name}
)


def perspective_query(parameters: Mapping[str, str]) -> PerspectiveQuery:
    """Read the perspective that was asked for; ContentError with a pointer under /query."""
    return PerspectiveQuery(
        as_of=cut(parameters, "as_of"),
        as_known_at=cut(parameters, "as_known_at"),
        position=whole_number(parameters, "position", 0),
        clock=cast("Clock", choice(parameters, "clock", get_args(Clock), "recorded")),
        match=cast("Match", choice(parameters, "match", get_args(Match), "possible")),
    )


def resolve_perspective(reading: Reading, query: PerspectiveQuery, at: str) -> Perspective:
    """Resolve a perspective; RefusedError (409), with the pointer `at`, where the log has not reached its position."""
    try:
        return reading.perspective(query)
    except ContentError as error:
        name, detail = "not-reached", error.faults[0].detail
        raise RefusedError(name, at, detail) from error


def canonical_query(perspective: Perspective, query: PerspectiveQuery) -> dict[str, Any]:
    """Give the parameters of the fixed form of a request: its response is the same now, and never changes."""
    known_at = perspective.as_known_at
    return {
        "as_of": format_instant(perspective.as_of),
        **({} if known_at is None else {"as_known_at": format_instant(known_at)}),
        "clock": query.clock,
        "match": query.match,
        "position": perspective.position,
    }


class Settling(Protocol):
    """Tells whether the answer to a query can never change."""

    def is_settled(self, query: PerspectiveQuery, /) -> bool:
        """Whether no later event can change the answer: its position is given, or its knowledge cut is in the past."""


@dataclass(frozen=True)
class Asked:
    """One reading request: its parameters as given, and the query for a perspective in them.

    `declared` are the parameters that it may have.
    """

    request: Request
    parley: Parley
    parameters: Mapping[str, str]
    query: PerspectiveQuery
    declared: tuple[Parameter, ...]

    @property
    def principal(self) -> Principal:
        """The principal of the request."""
        return principal_of(self.request)

    @property
    def discloses(self) -> bool:
        """Whether the answer may hold confidential parts."""
        state: Mapping[str, Any] = self.request.scope.get("state", {})
        return self.principal.may("source:read") and not state.get(UNDISCLOSED)

    def of(self, *names: str) -> dict[str, str]:
        """The parameters with these names that were given."""
        return {name: self.parameters[name] for name in names if name in self.parameters}

    def reading(self, *, searched: bool = False) -> AbstractContextManager[Reading]:
        """A reading of the record with the rights of the principal."""
        return reading(self.request, searched=searched)

    def perspective(self, reading: Reading) -> Perspective:
        """Resolve the perspective; RefusedError (409) where the log has not reached its position."""
        return resolve_perspective(reading, self.query, "/query/position")

    def pin(self, cursor: Cursor | None) -> Asked:
        """Give the request of a cursor for the next page, with its perspective pinned."""
        if cursor is None:
            return self
        of_the_page = {n: text for n, text in self.parameters.items() if n in OF_THE_PAGE}
        parameters = {**cursor.filters, **of_the_page}
        try:
            query = perspective_query(cursor.pinned)
        except ContentError as error:
            raise ContentError.at("/query/cursor", str(error)) from error
        return replace(self, parameters=parameters, query=query)

    def next(
        self,
        perspective: Perspective,
        place: tuple[int | str, ...],
        filters: Mapping[str, str] | None = None,
    ) -> str:
        """Give the cursor of the page after a place, for a request with these filters."""
        fixed = canonical_query(perspective, self.query)
        pinned = {name: str(value) for name, value in fixed.items()}
        return Cursor(filters or {}, pinned, place).text()

    def rest(self, slug: str, perspective: Perspective) -> Rest:
        """Give the address of the page after a place in a list of the state, with the perspective pinned."""

        def address(path: str, place: Place) -> str:
            cursor = self.next(perspective, place, {"section": path})
            return f"/v1/negotiations/{slug}/state/{path}?cursor={cursor}"

        return address

    def people(self, slug: str, perspective: Perspective) -> Rest:
        """Give the address of the people after a place in the list, or of the facts that name somebody, pinned."""

        def address(path: str, place: Place) -> str:
            if path != TIMELINE:
                cursor = self.next(perspective, place, {})
                return f"/v1/negotiations/{slug}/people?cursor={cursor}"
            pinned = {"person": place[0], **canonical_query(perspective, self.query)}
            del pinned["as_of"]  # a name counts at any time
            return f"/v1/negotiations/{slug}/timeline?{urlencode(pinned)}"

        return address

    def answer(
        self,
        content: dict[str, Any] | Filled,
        perspective: Perspective,
        log: Settling,
        *,
        fixed: Mapping[str, Any] | None = None,
        leaving_out: Collection[str] = (),
        version: int | None = None,
        table: bytes | None = None,
        tag: str | None = None,
    ) -> Response:
        """Answer in JSON, or with a CSV `table`, whose next page is a link, as it has no place for a cursor.

        The fixed form has the resolved perspective, and the other parameters as given, or their defaults. `fixed`
        replaces some of them by resolved values; `leaving_out` names those that do not belong there. The response is
        tagged with `tag`, or else with the negotiation of its address.
        """
        left_out = (*leaving_out, *((BOM,) if table is None else ()))
        canonical = self.canonical(perspective, fixed or {}, left_out)
        filled = Filled.of(content, tag or self.request.path_params["slug"])
        csv_headers = (
            {"Vary": "Accept"} if any(parameter.name == BOM for parameter in self.declared) else {}
        )
        return respond(
            self.request,
            filled.body if table is None else table,
            canonical=None if log.is_settled(self.query) else canonical,
            version=version,
            media_type="application/json" if table is None else "text/csv; charset=utf-8",
            more_headers=csv_headers
            if table is None
            else {**csv_headers, **self._onward(filled.content)},
            tags=filled.tags,
        )

    def canonical(
        self, perspective: Perspective, fixed: Mapping[str, Any], leaving_out: Collection[str]
    ) -> dict[str, Any]:
        """Give the parameters of the fixed form, as `answer` says."""
        whole = {**canonical_query(perspective, self.query), **self._others(), **fixed}
        return {name: value for name, value in whole.items() if name not in leaving_out}

    def _others(self) -> dict[str, Any]:
        """The parameters other than the perspective's: as given, or their defaults."""
        values: dict[str, Any] = {}
        for parameter in self.declared:
            if parameter.name in _NO_OTHERS:
                continue
            given_text = self.parameters.get(parameter.name)
            if given_text is not None:
                is_number = parameter.schema["type"] == "integer"
                values[parameter.name] = int(given_text) if is_number else given_text
            elif "default" in parameter.schema and parameter.schema["type"] != "boolean":
                values[parameter.name] = parameter.schema["default"]
        return values

    def _onward(self, content: Mapping[str, Any]) -> dict[str, str]:
        if content.get("next") is None:
            return {}
        address = f"{quote(self.request.scope['path'])}?cursor={content['next']}"
        return {"Link": f'<{address}>; rel="next"'}


class Asking:
    """A FastAPI dependency that reads a perspective and the parameters declared besides it."""

    def __init__(self, *own: Parameter, without: tuple[str, ...] = ()) -> None:
        shared = tuple(
            parameter for parameter in (*PERSPECTIVE, WAIT) if parameter.name not in without
        )
        self.parameters = (*shared, *own)

    async def __call__(self, request: Request) -> Asked:
        """Read the parameters, and wait for their position if asked; ContentError, or RefusedError after the wait."""
        parameters, query = _read_parameters(self, request.scope["query_string"])
        await wait_if_asked(request, parameters, query.position)
        return Asked(request, request.app.state.parley, parameters, query, self.parameters)


@lru_cache(maxsize=1_024)
def _read_parameters(asking: Asking, text: bytes) -> tuple[Mapping[str, str], PerspectiveQuery]:
    """Read a query; the result is shared by requests with the same query, so nobody may change it."""
    parameters = read_query(text, asking.parameters)
    return parameters, perspective_query(parameters)
