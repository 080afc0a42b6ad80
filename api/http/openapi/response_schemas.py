"""The response models of the routes, which the OpenAPI document shows; `state_response` makes those of the state."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from api.http.openapi.response_parts import (
    AuditEntry,
    Brief,
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
)
from domain.streams.event import Reason


class ProblemResponse(TypedDict):
    """An RFC 9457 problem; `errors` points to each fault. Some problems have further fields, as the RFC allows."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Flaw]


class SettingsResponse(Exact):
    """Who sees a negotiation, and which of its changes need a second person."""

    negotiation: str
    visibility: Literal["public", "private"]
    members: list[str]
    review_record: bool
    review_erasure: bool


class NegotiationEntry(NegotiationResponse):
    """A negotiation in the list of all. `latest` is there if it was asked for, and null where no fact is known."""

    latest: NotRequired[FactEntry | None]


class NegotiationsResponse(Exact):
    """A page of negotiations, ordered by slug."""

    perspective: PerspectiveShown
    items: list[NegotiationEntry]
    next: str | None


class FactResponse(FactEntry, Noted):
    """A fact with its place in the log, as seen at a perspective.

    The answer to a write has `notices` on the fact, and in `similar` the ids of at most ten facts that are much like it
    and share no matter or link with it. If there are more, `similar_more` is the number of all of them.
    """


class TimelineResponse(Paged):
    """A page of facts, ordered by valid time."""

    items: list[FactEntry]


class SearchResponse(Exact):
    """Facts of all negotiations whose texts have the words of `q`, ordered by slug and then by valid time.

    A page may have few items or none although other pages follow: only a null `next` marks the last one.
    """

    perspective: PerspectiveShown
    items: list[FactEntry]
    next: str | None


class HistoryResponse(Exact):
    """Every version of a fact, or of a negotiation's title, parties and summary, oldest first."""

    perspective: PerspectiveShown
    items: list[VersionEntry]
    next: str | None


class AuditResponse(Paged):
    """A page of corrections and other changes, oldest first."""

    items: list[AuditEntry]


class Added(Exact):
    """A fact that only the later cut knows."""

    fact: Brief
    kind: NotRequired[str]


class Changed(Explained):
    """A fact whose content, status or mark differs between the two cuts."""

    fact: Brief
    kind: NotRequired[str]


class Withdrawn(Exact):
    """A fact that was retracted between the two cuts."""

    fact: Brief
    kind: NotRequired[str]
    reason: Reason | None
    why: str | None


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
DiffResponse.__doc__ = (
    "The facts that differ between two cuts in knowledge, by what became of them."
)
DiffResponse.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]


class SnapshotResponse(Exact):
    """A named perspective and the SHA-256 of its state's canonical JSON."""

    name: str
    perspective: PerspectiveShown
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class SnapshotsResponse(Exact):
    """A page of snapshots, ordered by name."""

    perspective: PerspectiveShown
    items: list[SnapshotResponse]
    next: str | None


class ChangesResponse(Exact):
    """Events of the log in order, without gaps; `next` is null at the end of the log."""

    perspective: PerspectiveShown
    items: list[EventEntry]
    next: Position | None


class ProofResponse(Exact):
    """The proof that an event of a fact is in the tree of a signed checkpoint.

    `leaf` is the entry of the event. `salt` and `payload` are base64, or null where they were erased; `leaf.payload`
    is the base64url SHA-256 of the salt followed by the payload. `inclusion` holds base64 hashes, from the leaf's
    sibling up (RFC 6962); the index of the leaf is its position minus one.
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
    """A statement, signed by the log, that a question had a certain answer.

    `question` is its fixed form and `reader` the person who asked. `sha256` is that of the bytes of the answer;
    `problem` says why there was none. One of the two is null. `certificate` is the C2SP signed note that states all of
    this, with the checkpoint that it rests on.
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
    """An erasure of a fact, or of its confidential parts: where in the log, when, why and by whom."""

    fact: Identity
    negotiation: str
    what: Literal["fact", "sources"]
    reason: str
    approvers: list[str]
    actor: str
    position: Position
    recorded_at: Instant


class SimilarLine(Exact):
    """A line whose fact is much like others and shares no matter or link with them.

    `similar` has the ids of at most ten of them, `lines` the numbers of the lines of the file that record them. If
    there are more, `similar_more` is the number of all of them.
    """

    line: int
    similar: list[Identity]
    lines: NotRequired[list[int]]
    similar_more: NotRequired[int]


class ImportResponse(Exact):
    """The result of an import: how many lines had which effect, and the rejected lines."""

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
    role: Literal["writer", "reader"]
    schema: bool
    log: int
    projections: dict[str, int]
    lag_seconds: NotRequired[float]
    unreplayed_bytes: NotRequired[int | None]
