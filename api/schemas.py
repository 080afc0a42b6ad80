"""What may be sent is what the domain's own classes say; a kind once registered can be sent.

pydantic reads the domain's dataclasses strictly: no unknown field, no coercion. Every fault becomes
a `ContentError` with RFC 6901 pointers into what was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Final, Generic, Literal, TypeVar, Union

from pydantic import ConfigDict, Discriminator, TypeAdapter, ValidationError

import domain.facts  # noqa: F401 -- importing the package registers its kinds
from api.json_text import pointer, read_json, written
from api.name_faults import of_one_form
from domain.access import Visibility
from domain.errors import MOST_FAULTS, ContentError, Fault
from domain.event import Reason
from domain.fact import KINDS, Fact, as_primitives, checked
from domain.perspective import Clock, Match
from domain.provenance import Citation

__all__ = [
    "BODIES",
    "ApprovalBody",
    "BodyParser",
    "CertificateBody",
    "CorrectionBody",
    "CorroborationBody",
    "EndBody",
    "ErasureBody",
    "FactParser",
    "NegotiationBody",
    "PreferenceBody",
    "RefusalBody",
    "ReinstatementBody",
    "RetractionBody",
    "SettingsBody",
    "SnapshotBody",
    "WithdrawalBody",
    "merged",
]

STRICT: Final = ConfigDict(extra="forbid", strict=True)
_MISSING: Final = "this field is required"


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
    """All that was said of a fact is to be destroyed, or only what is confidential of its citations so far.

    `approvers` are those who agreed, as far as Parley did not ask them itself.
    """

    reason: str
    what: Literal["fact", "sources"] = "fact"
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ApprovalBody(_Strict):
    """What another person proposed, and If-Match names, is to be done."""

    why: str | None = None


@dataclass(frozen=True, kw_only=True)
class RefusalBody(_Strict):
    """What another person proposed is not to be done."""

    why: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalBody(_Strict):
    """What one proposed oneself is not to be done."""

    why: str | None = None


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

Body = TypeVar("Body")


class BodyParser(Generic[Body]):
    """Reads one class of body, which the document calls `name`."""

    def __init__(self, body: type[Body]) -> None:
        self.name = body.__name__
        self.adapter: TypeAdapter[Body] = TypeAdapter(body)

    def parse(self, raw: bytes | dict[str, Any]) -> Body:
        """Read a body, or raise ContentError with every fault of its shape."""
        body: Body = _validated(self.adapter, raw, tagged=False)
        return body


@lru_cache(maxsize=2)
def _adapter_of(kinds: tuple[type[Fact], ...]) -> TypeAdapter[Any]:
    """One adapter for all parsers of the same kinds, since it is dear to make."""
    union = Annotated[Union[kinds], Discriminator("kind")]  # type: ignore[valid-type]  # noqa: UP007
    return TypeAdapter(union, config=STRICT)


class FactParser:
    """Reads a fact of any kind that is registered when the parser is made."""

    def __init__(self) -> None:
        self.kinds = tuple(KINDS.values())
        self.adapter = _adapter_of(self.kinds)

    def parse(self, raw: bytes | dict[str, Any], standing: Fact | None = None) -> Fact:
        """Read a fact, its quantities' bounds filled in; ContentError with every fault that `standing` has not."""
        fact: Fact = _validated(self.adapter, raw, tagged=True)
        return checked(fact, standing)


def merged(fact: Fact, changes: dict[str, Any], parser: FactParser) -> Fact:
    """Apply an RFC 7396 merge patch to a fact; ContentError with pointers under /changes."""
    document = _patched(_as_sent(fact), changes)
    if document.get("kind") != fact.kind:
        document = _moved(document, changes)
    try:
        return parser.parse(document, fact)
    except ContentError as error:
        raise error.under("/changes") from error


def _as_sent(fact: Fact) -> dict[str, Any]:
    """Give the fact as one would send it: without the bounds that follow from a value."""
    document: dict[str, Any] = as_primitives(fact)
    for quantity in document["quantities"]:
        if quantity["value"] is not None:
            del quantity["low"], quantity["high"]
    return document


def _moved(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Leave behind the old kind's fields that another kind has not, unless they were sent."""
    name = document.get("kind")
    kind = KINDS.get(name) if isinstance(name, str) else None
    fields = set() if kind is None else set(kind.__dataclass_fields__)
    return {name: value for name, value in document.items() if name in fields or name in changes}


def _patched(target: Any, patch: Any) -> Any:  # noqa: ANN401 -- RFC 7396 is defined on any JSON
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _patched(found.get(name), value)
    return found


def _validated(adapter: TypeAdapter[Any], raw: bytes | dict[str, Any], *, tagged: bool) -> Any:  # noqa: ANN401
    document = read_json(raw) if isinstance(raw, bytes) else raw
    try:
        return adapter.validate_json(written(document))
    except ValidationError as error:
        found = of_one_form(
            error.errors(include_url=False, include_context=False, include_input=False)
        )
        told = [_fault(dict(each), tagged=tagged) for each in found[:MOST_FAULTS]]
        raise ContentError(*told, more=len(found) - len(told)) from error


def _fault(error: dict[str, Any], *, tagged: bool) -> Fault:
    place = error["loc"]
    if str(error["type"]).startswith("union_tag"):
        return Fault("/kind", _tag_detail(error))
    if tagged:
        place = place[1:]
    if str(error["type"]).startswith("missing"):
        return Fault(pointer(place), _MISSING)
    if error["type"] == "unexpected_keyword_argument":
        return Fault(pointer(place), "there is no such field here")
    return Fault(pointer(place), str(error["msg"]))


def _tag_detail(error: dict[str, Any]) -> str:
    kinds = ", ".join(sorted(KINDS))
    if error["type"] == "union_tag_not_found":
        return f"a kind is required, one of {kinds}"
    return f"no such kind; one of {kinds} is expected"
