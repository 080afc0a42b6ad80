"""The parts that answers are made of; none has fields but those that are named."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypeAlias

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema
from typing_extensions import TypedDict

from api.commands.commands import named_fact
from domain.fact import KINDS
from domain.provenance import Citation
from domain.quantity import Quantity
from domain.streams.event import Reason
from domain.streams.fact import FactStatus
from domain.time.holding import Certainty
from domain.time.perspective import Clock, Match

Instant: TypeAlias = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "description": "RFC 3339, in UTC, with microseconds.",
            "example": "2025-11-22T23:59:59.999999Z",
        }
    ),
]
Identity: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Position: TypeAlias = Annotated[int, Field(ge=0)]


class Exact(TypedDict):
    """Nothing but what is named."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]


class AnyFact:
    """A fact of any kind that is registered when a model with it is made: the component `Fact`."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        """Give the schema of the kinds."""
        return handler.generate_schema(named_fact(tuple(KINDS.values())))


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


class NegotiationResponse(Exact):
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


class FactShown(Exact):
    """A fact, and how it stands."""

    version: int
    negotiation: str
    status: FactStatus
    preferred: bool
    certainty: Certainty | None
    fact: AnyFact
    valid_bounds: ValidBounds


class FactEntry(FactShown):
    """A fact record without a perspective of its own."""

    id: Identity
    position: Position
    recorded_at: Instant
    recorded_by: NotRequired[Instant]


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


class Paged(Bereft):
    """A page of an answer, which says whether another follows."""

    perspective: PerspectiveShown
    next: str | None


class Noted(Exact):
    """What should be looked at of a fact that is recorded, and at most ten facts that are much like it."""

    perspective: PerspectiveShown
    notices: NotRequired[list[Flaw]]
    similar: NotRequired[list[Identity]]
    similar_more: NotRequired[int]


class Interval(Exact):
    """All that a number may be, and in words."""

    low: int
    high: int | None
    approximate: bool
    text: str
    contested: bool


class FigureEntry(Exact):
    """A number that runs on and adds nothing, and the fact that gives it."""

    quantity: Quantity
    fact: Brief


class ChangeEntry(Exact):
    """What one field was, and is."""

    field: str
    before: Any
    after: Any


class Recorded(Exact):
    """An event with its place in the log, and who recorded it when."""

    position: Position
    recorded_at: Instant
    recorded_by: NotRequired[Instant]
    actor: str
    batch: NotRequired[str]
    event: str


class Explained(Exact):
    """What was changed, and why."""

    reason: Reason | None
    why: str | None
    changes: list[ChangeEntry]


class VersionEntry(Recorded, Explained):
    """One event of a fact, with what it changed."""

    version: int


class AuditEntry(Recorded, Explained):
    """One change of mind; `approvers` are those who agreed to it besides its actor, where it took others.

    Where what is said of the negotiation itself was corrected, `fact` is null and `negotiation` is what it is since.
    """

    approvers: list[str]
    fact: Brief | None
    negotiation: NotRequired[NegotiationResponse]


class Added(Exact):
    """A fact that only the later cut knows."""

    fact: Brief


class Changed(Explained):
    """A fact that the two cuts know differently."""

    fact: Brief


class Withdrawn(Exact):
    """A fact that the later cut knows to be retracted."""

    fact: Brief
    reason: Reason | None
    why: str | None


class DecisionEntry(Exact):
    """What became of a change request, by whom, when and why."""

    by: str
    at: Instant
    position: Position
    why: str | None


class EventEntry(Recorded):
    """One event of the log; `data` are its own fields."""

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


class LineFate(Exact):
    """What became of a line of an import, or would if the rejected ones were left out."""

    line: int
    fate: Literal[
        "recorded",
        "corrected",
        "corroborated",
        "ended",
        "retracted",
        "reinstated",
        "preferred",
        "unchanged",
        "superseded",
        "rejected",
    ]


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
