"""What is answered has a shape, which OpenAPI shows; the state's follows from the registers."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field, WithJsonSchema
from typing_extensions import TypedDict

from domain.event import Reason
from domain.fact_record import Status
from domain.holding import Certainty
from domain.perspective import Clock, Match
from domain.provenance import Citation

__all__ = ["ANSWERS"]

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
AnyState: TypeAlias = Annotated[Any, WithJsonSchema({"x-component": "State"})]
Position: TypeAlias = Annotated[int, Field(ge=0)]


class Exact(TypedDict):
    """Nothing but what is named."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]


class Problem(TypedDict):
    """An RFC 9457 problem; `errors` points to each fault."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Flaw]


class Flaw(Exact):
    """One fault: an RFC 6901 pointer into the body, or /query/…, /header/… or /path/…."""

    pointer: str
    detail: str


class PerspectiveShown(Exact):
    """The perspective that an answer rests on."""

    as_of: Instant
    as_known_at: Instant | None
    clock: Clock
    match: Match
    position: Position


class Negotiation(Exact):
    """One track of talks."""

    slug: str
    title: str
    parties: list[str]
    summary: str | None


class NegotiationPage(Exact):
    """A page of negotiations, by slug."""

    perspective: PerspectiveShown
    items: list[Negotiation]
    next: str | None


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
    status: Status
    preferred: bool
    recorded_at: Instant
    certainty: Certainty | None
    fact: AnyFact
    valid_bounds: ValidBounds


class FactRecord(ListedFact):
    """A fact with its place in the log, as seen at a perspective."""

    perspective: PerspectiveShown


class Timeline(Exact):
    """Facts by valid time."""

    perspective: PerspectiveShown
    items: list[ListedFact]
    next: str | None


class Brief(Exact):
    """A fact in short."""

    id: Identity
    version: int
    summary: str
    valid: str
    citations: list[Citation]


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
    actor: str
    event: str
    reason: Reason | None
    why: str | None
    changes: list[Change]


class History(Exact):
    """Every version of a fact, oldest first."""

    perspective: PerspectiveShown
    items: list[Version]


class AuditEntry(Exact):
    """One change of mind."""

    position: Position
    recorded_at: Instant
    actor: str
    event: str
    fact: Brief
    reason: Reason | None
    why: str | None
    changes: list[Change]


class Audit(Exact):
    """Every change of mind, newest last."""

    perspective: PerspectiveShown
    items: list[AuditEntry]


class Point(Exact):
    """An interval sum at a day, month or year; null is unbounded."""

    at: str
    low: int
    high: int | None
    approximate: bool
    contested: bool
    facts: list[Identity]


class Sum(Exact):
    """An interval; null is unbounded."""

    low: int
    high: int | None
    approximate: bool


class Tally(Exact):
    """Totals over valid time; `undated` are facts too vague for any point."""

    perspective: PerspectiveShown
    what: str
    by: Literal["day", "month", "year"]
    points: list[Point]
    total: Sum
    undated: list[Identity]


class Added(Exact):
    """A fact that only the later cut knows."""

    fact: Brief


class Changed(Exact):
    """A fact that the two cuts know differently."""

    fact: Brief
    reason: Reason | None
    why: str | None
    changes: list[Change]


class Withdrawn(Exact):
    """A fact that the later cut knows to be retracted."""

    fact: Brief
    reason: Reason | None
    why: str | None


Diff = TypedDict(  # `from` is a keyword
    "Diff",
    {
        "from": PerspectiveShown,
        "to": PerspectiveShown,
        "perspective": PerspectiveShown,
        "added": list[Added],
        "corrected": list[Changed],
        "corroborated": list[Changed],
        "ended": list[Changed],
        "retracted": list[Withdrawn],
        "reinstated": list[Changed],
    },
)


class Snapshot(Exact):
    """A named perspective and the SHA-256 of its state's canonical JSON."""

    name: str
    perspective: PerspectiveShown
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class SnapshotContent(Snapshot):
    """A snapshot with its state, replayed from the log."""

    content: AnyState


class LoggedChange(Exact):
    """One event of the log; `data` are its own fields."""

    position: Position
    recorded_at: Instant
    actor: str
    event: str
    stream: Identity
    version: int
    fact: Identity | None
    data: dict[str, Any]


class Changes(Exact):
    """The log in order, without gaps; `next` is null at its end."""

    perspective: PerspectiveShown
    items: list[LoggedChange]
    next: Position | None


class RejectedLine(Exact):
    """Why a line of an import was rejected."""

    line: int
    pointer: str
    detail: str


class ImportReport(TypedDict):
    """What became of each line of an import."""

    recorded: int
    corrected: int
    corroborated: int
    ended: int
    retracted: int
    unchanged: int
    rejected: list[RejectedLine]
    first_position: int | None
    last_position: int | None


class Health(Exact):
    """The process is alive."""

    status: Literal["alive"]


class Readiness(Exact):
    """The schema is at its head and the projections hold the whole log."""

    status: Literal["ready"]
    schema: bool
    log: int
    projections: dict[str, int]


ANSWERS: tuple[type[Any], ...] = (
    Problem,
    Negotiation,
    NegotiationPage,
    FactRecord,
    Timeline,
    History,
    Audit,
    Tally,
    Diff,
    Snapshot,
    SnapshotContent,
    Changes,
    ImportReport,
    Health,
    Readiness,
    Brief,
    PerspectiveShown,
)
