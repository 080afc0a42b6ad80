"""The parts that answers are made of; none has fields but those that are named."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypeAlias

from pydantic import ConfigDict, Field, WithJsonSchema
from typing_extensions import TypedDict

from domain.provenance import Citation
from domain.streams.event import Reason
from domain.streams.fact import FactStatus
from domain.time.holding import Certainty
from domain.time.perspective import Clock, Match

Instant: TypeAlias = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "description": "RFC 3339, UTC, microseconds",
            "example": "2025-11-22T23:59:59.999999Z",
        }
    ),
]
Identity: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
AnyFact: TypeAlias = Annotated[Any, WithJsonSchema({"x-component": "Fact"})]
AnyItem: TypeAlias = Annotated[Any, WithJsonSchema({"x-component": "SectionItem"})]
AnyState: TypeAlias = Annotated[Any, WithJsonSchema({"x-component": "State"})]
Position: TypeAlias = Annotated[int, Field(ge=0)]


class Exact(TypedDict):
    """Nothing but what is named."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]


class Flaw(Exact):
    """One fault: an RFC 6901 pointer into the body, or /query/…, /header/… or /path/…."""

    pointer: str
    detail: str


class PerspectiveShown(Exact):
    """The perspective that an answer rests on, and the number of the rules by which it was read."""

    as_of: Instant
    as_known_at: Instant | None
    clock: Clock
    match: Match
    position: Position
    reading: Annotated[int, Field(ge=1)]


class Negotiation(Exact):
    """One track of talks."""

    slug: str
    title: str
    parties: list[str]
    summary: str | None


class ValidBounds(Exact):
    """What the valid time's text implies; null is unbounded."""

    start_earliest: Instant | None
    start_latest: Instant | None
    end_earliest: Instant | None
    end_latest: Instant | None
    start_unknown: bool
    end_unknown: bool


class ListedFact(Exact):
    """A fact record without a perspective of its own."""

    id: Identity
    version: int
    position: Position
    negotiation: str
    status: FactStatus
    preferred: bool
    recorded_at: Instant
    recorded_by: NotRequired[Instant]
    certainty: Certainty | None
    fact: AnyFact
    valid_bounds: ValidBounds


class Brief(Exact):
    """A fact in short."""

    id: Identity
    version: int
    summary: str
    valid: str
    citations: list[Citation]


class Erased(Exact):
    """A fact that the answer may have held until it was erased, at a position of the log."""

    fact: Identity
    position: Position
    recorded_at: Instant


class More(Exact):
    """How many items a list has of which only the first are given, and the address of those that follow."""

    count: int
    href: str


class Bereft(Exact):
    """An answer that may have held facts until they were erased: which, and where the others are named."""

    erased: NotRequired[list[Erased]]
    erased_more: NotRequired[More]


class Change(Exact):
    """What one field was, and is."""

    field: str
    before: Any
    after: Any


class Version(Exact):
    """One event of a fact, with what it changed."""

    version: int
    position: Position
    recorded_at: Instant
    recorded_by: NotRequired[Instant]
    actor: str
    batch: NotRequired[str]
    event: str
    reason: Reason | None
    why: str | None
    changes: list[Change]


class AuditEntry(Exact):
    """One change of mind; `approvers` are those who agreed to it besides its actor, where it took others.

    Where what is said of the negotiation itself was corrected, `fact` is null and `negotiation` is what it is since.
    """

    position: Position
    recorded_at: Instant
    recorded_by: NotRequired[Instant]
    actor: str
    batch: NotRequired[str]
    event: str
    approvers: list[str]
    fact: Brief | None
    negotiation: NotRequired[Negotiation]
    reason: Reason | None
    why: str | None
    changes: list[Change]


class Added(Exact):
    """A fact that only the later cut knows."""

    fact: Brief


class Changed(Exact):
    """A fact that the two cuts know differently."""

    fact: Brief
    reason: Reason | None
    why: str | None
    changes: list[Change]


class ChangedNegotiation(Exact):
    """What the two cuts know differently of the negotiation itself."""

    reason: Reason | None
    why: str | None
    changes: list[Change]


class Withdrawn(Exact):
    """A fact that the later cut knows to be retracted."""

    fact: Brief
    reason: Reason | None
    why: str | None


class Decided(Exact):
    """What became of a change request, by whom, when and why."""

    by: str
    at: Instant
    position: Position
    why: str | None


class LoggedChange(Exact):
    """One event of the log; `data` are its own fields."""

    position: Position
    recorded_at: Instant
    recorded_by: NotRequired[Instant]
    actor: str
    batch: NotRequired[str]
    event: str
    stream: Identity
    version: int
    fact: Identity | None
    data: dict[str, Any]


class RejectedLine(Exact):
    """Why a line of an import was rejected."""

    line: int
    pointer: str
    detail: str


class SupersededLine(Exact):
    """A line of an import that says what was corrected since; `version` is the one that stands."""

    line: int
    version: int
    detail: str


class Leaf(Exact):
    """What a leaf of the log's tree is the hash of, as RFC 8785 (JCS) text: all of an event but its payload."""

    v: Literal[1]
    position: Position
    stream: str
    version: int
    type: str
    recorded_at: Instant
    actor: str
    payload: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{43}$")]
