"""What is answered has a shape, which OpenAPI shows; the state's follows from the registers."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.http.openapi.change_response import (
    ChangeRequestPage,
    ChangeRequestRecord,
    DryChangeRequest,
    DryRun,
)
from api.http.openapi.people_response import People
from api.http.openapi.response_parts import (
    Added,
    AnyItem,
    AnyState,
    AuditEntry,
    Bereft,
    Brief,
    Changed,
    ChangedNegotiation,
    Erased,
    Exact,
    Flaw,
    Identity,
    Instant,
    Leaf,
    ListedFact,
    LoggedChange,
    Negotiation,
    PerspectiveShown,
    Position,
    RejectedLine,
    SupersededLine,
    Version,
    Withdrawn,
)
from api.http.openapi.tally_response import Tally

__all__ = ["ANSWERS"]


class Problem(TypedDict):
    """An RFC 9457 problem; `errors` points to each fault."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Flaw]


class NegotiationSettings(Exact):
    """Who sees a negotiation, and what takes two persons."""

    negotiation: str
    visibility: Literal["public", "private"]
    members: list[str]
    review_record: bool
    review_erasure: bool


class NegotiationPage(Exact):
    """Negotiations by slug."""

    perspective: PerspectiveShown
    items: list[Negotiation]
    next: str | None


class FactRecord(ListedFact):
    """A fact with its place in the log, as seen at a perspective.

    The answer to a write has `notices` of what should be looked at, and names in `similar` at most ten facts that are
    much like it and tied to it by nothing; of more, `similar_more` says how many there are.
    """

    perspective: PerspectiveShown
    notices: NotRequired[list[Flaw]]
    similar: NotRequired[list[Identity]]
    similar_more: NotRequired[int]


class Timeline(Bereft):
    """Facts by valid time."""

    perspective: PerspectiveShown
    items: list[ListedFact]
    next: str | None


class Section(Bereft):
    """A page of one list of the state: entries, rivals of one of them, or ids of facts."""

    perspective: PerspectiveShown
    items: list[AnyItem]
    next: str | None


class History(Exact):
    """Every version of a fact, or of what is said of a negotiation, oldest first."""

    perspective: PerspectiveShown
    items: list[Version]
    next: str | None


class Audit(Bereft):
    """Every change of mind, newest last."""

    perspective: PerspectiveShown
    items: list[AuditEntry]
    next: str | None


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
        "preferred": list[Changed],
        "negotiation": NotRequired[ChangedNegotiation],
        "next": str | None,
        "erased": NotRequired[list[Erased]],
    },
)


class Snapshot(Exact):
    """A named perspective and the SHA-256 of its state's canonical JSON."""

    name: str
    perspective: PerspectiveShown
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class SnapshotContent(Snapshot):
    """A snapshot with its state, replayed from the log; `verified` is null where another reading took it."""

    verified: Literal[True] | None
    content: AnyState
    erased: NotRequired[list[Erased]]


class Changes(Exact):
    """The log in order, without gaps; `next` is null at its end."""

    perspective: PerspectiveShown
    items: list[LoggedChange]
    next: Position | None


class Proof(Exact):
    """An event of a fact, what its leaf says, and what proves the leaf in the tree of a signed checkpoint.

    `salt` and `payload` are base64, or null where they were erased: `leaf.payload` is the base64url SHA-256 of the
    one and then the other. The hashes of `inclusion` are base64, from the leaf's sibling up (RFC 6962); the index of
    the leaf is its position less one.
    """

    perspective: PerspectiveShown
    fact: Identity
    leaf: Leaf
    salt: str | None
    payload: str | None
    leaf_hash: str
    inclusion: list[str]
    checkpoint: str


class Certificate(Exact):
    """What the log signed of an answer: the fixed form of its question, who asked, and what it gave.

    `sha256` is that of the very bytes of the answer, `problem` why there was none; one of them is null.
    `certificate` is the C2SP signed note that says all of it, with the checkpoint that it rests on.
    """

    question: str
    reader: str
    position: Position
    reading: Annotated[int, Field(ge=1)]
    status: Literal[200, 404, 410]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None
    problem: Literal["unknown", "not-yet-known", "withdrawn", "erased"] | None
    certificate: str


class Erasure(Exact):
    """That a fact, or what was confidential of it, was erased: where in the log, when, why and by whom."""

    fact: Identity
    negotiation: str
    what: Literal["fact", "sources"]
    reason: str
    approvers: list[str]
    actor: str
    position: Position
    recorded_at: Instant


class SimilarLine(TypedDict):
    """A line that records what is much like other facts, and tied to them by nothing; `lines` are those of the file.

    At most ten are named; of more, `similar_more` says how many there are.
    """

    line: int
    similar: list[Identity]
    lines: NotRequired[list[int]]
    similar_more: NotRequired[int]


class ImportReport(TypedDict):
    """What became of each line of an import."""

    recorded: int
    corrected: int
    corroborated: int
    ended: int
    retracted: int
    unchanged: int
    rejected: list[RejectedLine]
    notices: NotRequired[list[RejectedLine]]
    notices_total: NotRequired[int]
    similar: NotRequired[list[SimilarLine]]
    similar_total: NotRequired[int]
    superseded: list[SupersededLine]
    superseded_total: int
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
    NegotiationSettings,
    NegotiationPage,
    FactRecord,
    Timeline,
    Section,
    People,
    History,
    Audit,
    Tally,
    Diff,
    Snapshot,
    SnapshotContent,
    Changes,
    DryRun,
    DryChangeRequest,
    ChangeRequestRecord,
    ChangeRequestPage,
    Proof,
    Certificate,
    Erasure,
    ImportReport,
    Health,
    Readiness,
    Brief,
    PerspectiveShown,
)
