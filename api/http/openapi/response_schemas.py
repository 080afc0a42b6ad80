"""What is answered has a shape, which OpenAPI shows; the state's follows from the registers."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from api.http.openapi.response_parts import (
    Added,
    AuditEntry,
    Changed,
    Erased,
    EventEntry,
    Exact,
    Explained,
    FactEntry,
    Flaw,
    Identity,
    Instant,
    Leaf,
    LineFate,
    NegotiationResponse,
    Noted,
    Paged,
    PerspectiveShown,
    Position,
    RejectedLine,
    SupersededLine,
    VersionEntry,
    Withdrawn,
)


class ProblemResponse(TypedDict):
    """An RFC 9457 problem; `errors` points to each fault. Some have fields besides, as the RFC allows."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Flaw]


class SettingsResponse(Exact):
    """Who sees a negotiation, and what takes two persons."""

    negotiation: str
    visibility: Literal["public", "private"]
    members: list[str]
    review_record: bool
    review_erasure: bool


class NegotiationEntry(NegotiationResponse):
    """A negotiation in the list of all; `latest` is asked for, and null where no fact is known."""

    latest: NotRequired[FactEntry | None]


class NegotiationsResponse(Exact):
    """Negotiations by slug."""

    perspective: PerspectiveShown
    items: list[NegotiationEntry]
    next: str | None


class FactResponse(FactEntry, Noted):
    """A fact with its place in the log, as seen at a perspective.

    The answer to a write has `notices` of what should be looked at, and names in `similar` at most ten facts that are
    much like it and tied to it by nothing; of more, `similar_more` says how many there are.
    """


class TimelineResponse(Paged):
    """Facts by valid time."""

    items: list[FactEntry]


class SearchResponse(Exact):
    """Facts of all negotiations whose texts hold some words: by slug, and then by valid time.

    A page may have few items, or none, and yet be followed by others.
    """

    perspective: PerspectiveShown
    items: list[FactEntry]
    next: str | None


class HistoryResponse(Exact):
    """Every version of a fact, or of what is said of a negotiation, oldest first."""

    perspective: PerspectiveShown
    items: list[VersionEntry]
    next: str | None


class AuditResponse(Paged):
    """Every change of mind, newest last."""

    items: list[AuditEntry]


DiffResponse = TypedDict(  # `from` is a keyword
    "DiffResponse",
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
        "negotiation": NotRequired[Explained],
        "next": str | None,
        "erased": NotRequired[list[Erased]],
    },
)
DiffResponse.__doc__ = "What two knowledge cuts disagree on."
DiffResponse.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]


class SnapshotResponse(Exact):
    """A named perspective and the SHA-256 of its state's canonical JSON."""

    name: str
    perspective: PerspectiveShown
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class SnapshotsResponse(Exact):
    """Snapshots by name."""

    perspective: PerspectiveShown
    items: list[SnapshotResponse]
    next: str | None


class ChangesResponse(Exact):
    """The log in order, without gaps; `next` is null at its end."""

    perspective: PerspectiveShown
    items: list[EventEntry]
    next: Position | None


class ProofResponse(Exact):
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


class CertificateResponse(Exact):
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


class ErasureResponse(Exact):
    """That a fact, or what was confidential of it, was erased: where in the log, when, why and by whom."""

    fact: Identity
    negotiation: str
    what: Literal["fact", "sources"]
    reason: str
    approvers: list[str]
    actor: str
    position: Position
    recorded_at: Instant


class SimilarLine(Exact):
    """A line that records what is much like other facts, and tied to them by nothing; `lines` are those of the file.

    At most ten are named; of more, `similar_more` says how many there are.
    """

    line: int
    similar: list[Identity]
    lines: NotRequired[list[int]]
    similar_more: NotRequired[int]


class ImportResponse(Exact):
    """What became of each line of an import."""

    recorded: int
    corrected: int
    corroborated: int
    ended: int
    retracted: int
    reinstated: int
    preferred: int
    unchanged: int
    rejected: list[RejectedLine]
    rejected_total: int
    notices: NotRequired[list[RejectedLine]]
    notices_total: NotRequired[int]
    similar: NotRequired[list[SimilarLine]]
    similar_total: NotRequired[int]
    superseded: list[SupersededLine]
    superseded_total: int
    fates: NotRequired[list[LineFate]]
    first_position: int | None
    last_position: int | None


class HealthResponse(Exact):
    """The process is alive."""

    status: Literal["alive"]


class ReadinessResponse(Exact):
    """The schema is at its head and the projections hold the whole log."""

    status: Literal["ready"]
    schema: bool
    log: int
    projections: dict[str, int]
