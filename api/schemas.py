"""What may be sent is what the domain's own classes say; a kind once registered can be sent.

pydantic reads the domain's dataclasses strictly: no unknown field, no coercion. Every fault becomes
a `ContentError` with RFC 6901 pointers into what was sent.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Final, Generic, TypeVar, Union

from pydantic import Discriminator, TypeAdapter, ValidationError

import domain.facts  # noqa: F401 -- importing the package registers its kinds
from api.bodies import (
    BODIES,
    STRICT,
    ApprovalBody,
    CertificateBody,
    CorrectionBody,
    CorroborationBody,
    EndBody,
    ErasureBody,
    NegotiationBody,
    NegotiationCorrectionBody,
    PreferenceBody,
    RefusalBody,
    ReinstatementBody,
    RetractionBody,
    SettingsBody,
    SnapshotBody,
    WithdrawalBody,
)
from api.json_text import pointer, read_json, written
from api.name_faults import of_one_form
from domain.errors import MOST_FAULTS, ContentError, Fault
from domain.fact import KINDS, Fact, as_primitives, checked

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
    "NegotiationCorrectionBody",
    "PreferenceBody",
    "RefusalBody",
    "ReinstatementBody",
    "RetractionBody",
    "SettingsBody",
    "SnapshotBody",
    "WithdrawalBody",
    "merged",
]

_MISSING: Final = "this field is required"


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
