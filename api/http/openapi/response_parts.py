"""The parts of which response models are made; a part allows no other fields than the declared ones."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypeAlias

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema
from typing_extensions import TypedDict

from api.commands.commands import make_fact_type
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
    """The base of all parts: it refuses fields that are not declared."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]


class AnyFact:
    """A fact of any kind that is registered when the model is made; the component `Fact` of the document."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        """Give the schema of the kinds."""
        return handler.generate_schema(make_fact_type(tuple(KINDS.values())))


class Flaw(Exact):
    """One fault; `pointer` is an RFC 6901 pointer into the body, or a parameter: /query/…, /header/… or /path/…."""

    pointer: str
    detail: str


class PerspectiveShown(Exact):
    """The resolved perspective of an answer; `reading` is the number of the rules by which the record was read."""

    as_of: Instant
    as_known_at: Instant | None
    clock: Clock
    match: Match
    position: Position
    reading: Annotated[int, Field(ge=1)]


class NegotiationResponse(Exact):
    """One track of talks, with its title and parties."""

    slug: str
    title: str
    parties: list[str]
    summary: str | None


class ValidBounds(Exact):
    """The four instants that the text of a valid time allows, half-open; null means unbounded."""

    start_earliest: Instant | None
    start_latest: Instant | None
    end_earliest: Instant | None
    end_latest: Instant | None
    start_unknown: bool
    end_unknown: bool


class FactShown(Exact):
    """A fact with its status, its certainty at `as_of` and the bounds of its valid time."""

    version: int
    negotiation: str
    status: FactStatus
    preferred: bool
    certainty: Certainty | None
    fact: AnyFact
    valid_bounds: ValidBounds


class FactEntry(FactShown):
    """A fact with its id and its place in the log, as a list shows it."""

    id: Identity
    position: Position
    recorded_at: Instant
    recorded_by: NotRequired[Instant]


class Brief(Exact):
    """The short form of a fact."""

    id: Identity
    version: int
    summary: str
    valid: str
    citations: list[Citation]


class Erased(Exact):
    """A fact that the answer may have shown before it was erased; `position` is that of the erasure in the log."""

    fact: Identity
    position: Position
    recorded_at: Instant


class More(Exact):
    """For a list that is given only in part: how many items it has in all, and the address of the next ones."""

    count: int
    href: str


class WithErasures(Exact):
    """An answer that may have shown facts before they were erased; `erased` lists the first of them."""

    erased: NotRequired[list[Erased]]
    erased_more: NotRequired[More]


class Paged(WithErasures):
    """A page of an answer; `next` is the address of the next page, or null on the last one."""

    perspective: PerspectiveShown
    next: str | None


class Noted(Exact):
    """The notices on a recorded fact, and the ids of at most ten facts that are much like it."""

    perspective: PerspectiveShown
    notices: NotRequired[list[Flaw]]
    similar: NotRequired[list[Identity]]
    similar_more: NotRequired[int]


class Interval(Exact):
    """The least and the greatest that a number may be, and the same in words; a null `high` means no upper bound."""

    low: int
    high: int | None
    approximate: bool
    text: str
    contested: bool


class FigureEntry(Exact):
    """A cumulative number, which is not added to a total, and the fact that gives it."""

    quantity: Quantity
    fact: Brief


class ChangeEntry(Exact):
    """One changed field, with its value before and after the change."""

    field: str
    before: Any
    after: Any


class Recorded(Exact):
    """An event: its place in the log, when it was recorded, and by whom."""

    position: Position
    recorded_at: Instant
    recorded_by: NotRequired[Instant]
    actor: str
    batch: NotRequired[str]
    event: str


class Explained(Exact):
    """The changed fields, and the reason for the change."""

    reason: Reason | None
    why: str | None
    changes: list[ChangeEntry]


class VersionEntry(Recorded, Explained):
    """One event of a fact, with the fields that it changed."""

    version: int


class AuditEntry(Recorded, Explained):
    """A correction or other change. `approvers` are the people besides the actor who approved it, if it needed that.

    For a correction of the negotiation itself, `fact` is null and `negotiation` is its content after the correction.
    """

    approvers: list[str]
    fact: Brief | None
    negotiation: NotRequired[NegotiationResponse]


class DecisionEntry(Exact):
    """The decision on a change request: who made it, when and why."""

    by: str
    at: Instant
    position: Position
    why: str | None


class EventEntry(Recorded):
    """One event of the log; `data` holds the fields of its type."""

    stream: Identity
    version: int
    fact: Identity | None
    data: dict[str, Any]


class RejectedLine(Exact):
    """A rejected line of an import: where its fault is, and what is wrong."""

    line: int
    pointer: str
    detail: str


class SupersededLine(Exact):
    """A line of an import whose content was corrected later; `version` is the current version of its fact."""

    line: int
    version: int
    detail: str


class LineFate(Exact):
    """The effect of one line of an import, or the effect it would have if the rejected lines were left out."""

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
    """The entry of an event, which is hashed into a leaf as RFC 8785 (JCS) text; `payload` is a digest."""

    v: Literal[1]
    position: Position
    stream: str
    version: int
    type: str
    recorded_at: Instant
    actor: str
    payload: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{43}$")]
