"""Declares each request body of the API as a class; its name in the OpenAPI document is the name of the class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from domain.access import Visibility
from domain.provenance import Citation
from domain.streams.event import Reason
from domain.time.perspective import Clock, Match

STRICT: Final = ConfigDict(extra="forbid", strict=True)


class _Strict:
    """The configuration reaches the domain's plain dataclasses inside a body, at every depth."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT


@dataclass(frozen=True, kw_only=True)
class NegotiationBody(_Strict):
    """A negotiation to open."""

    slug: str
    title: str
    parties: tuple[str, ...]
    summary: str | None = None
    visibility: Visibility = "public"


@with_config(STRICT)
class NegotiationChanges(TypedDict, total=False):
    """Fields of a negotiation that get other values."""

    title: str
    parties: tuple[str, ...]
    summary: str | None


@dataclass(frozen=True, kw_only=True)
class NegotiationCorrectionBody(_Strict):
    """Why the content of a negotiation was wrong, and the right values; a field that is left out keeps its value."""

    reason: Reason
    why: str
    changes: NegotiationChanges
    published: str | None = None


@dataclass(frozen=True, kw_only=True)
class SettingsBody(_Strict):
    """Settings of a negotiation to change; what is left out stays as it is."""

    visibility: Visibility | None = None
    members: tuple[str, ...] | None = None
    review_record: bool | None = None
    review_erasure: bool | None = None


@dataclass(frozen=True, kw_only=True)
class CorrectionBody(_Strict):
    """What was recorded was wrong; `changes` is a JSON merge patch (RFC 7396) on the fact."""

    reason: Reason
    why: str
    changes: dict[str, Any]
    citation: Citation | None = None
    published: str | None = None


@dataclass(frozen=True, kw_only=True)
class CorroborationBody(_Strict):
    """Another source says the same."""

    citation: Citation
    why: str | None = None
    published: str | None = None


@dataclass(frozen=True, kw_only=True)
class EndBody(_Strict):
    """It was right and has ceased; `ended` is EDTF."""

    ended: str
    why: str | None = None
    citation: Citation | None = None
    published: str | None = None


@dataclass(frozen=True, kw_only=True)
class RetractionBody(_Strict):
    """The claim is withdrawn."""

    reason: Reason
    why: str
    published: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReinstatementBody(_Strict):
    """A retraction is undone."""

    why: str
    published: str | None = None


@dataclass(frozen=True, kw_only=True)
class PreferenceBody(_Strict):
    """An editor prefers this fact among its rivals, or no longer does."""

    preferred: bool
    why: str


@dataclass(frozen=True, kw_only=True)
class ErasureBody(_Strict):
    """Why the whole content of a fact is destroyed, or only the confidential parts of its present citations.

    `approvers` are people who agreed outside of Parley.
    """

    reason: str
    what: Literal["fact", "sources"] = "fact"
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DecisionBody(_Strict):
    """What another person proposed, and If-Match names, is to be done; or what one proposed oneself is not."""

    why: str | None = None


@dataclass(frozen=True, kw_only=True)
class RefusalBody(_Strict):
    """What another person proposed is not to be done."""

    why: str


@dataclass(frozen=True, kw_only=True)
class SnapshotBody(_Strict):
    """A perspective to keep under a name; the cuts are written as in a query."""

    name: str
    as_of: str | None = None
    as_known_at: str | None = None
    clock: Clock = "recorded"
    match: Match = "possible"
    position: int | None = None


@dataclass(frozen=True, kw_only=True)
class CertificateBody(_Strict):
    """The path and query of a GET, percent-encoded, whose answer is to be certified."""

    question: str


BODIES: Final[tuple[type[Any], ...]] = tuple(_Strict.__subclasses__())
