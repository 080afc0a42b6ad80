"""A correction is an RFC 7396 merge patch on the fact as one would send it."""

from __future__ import annotations

from typing import Any

from api.commands.commands import FactParser
from domain.errors import ContentError
from domain.fact import KINDS, Fact, as_primitives

__all__ = ["apply_merge_patch", "check_common"]


def apply_merge_patch(fact: Fact, changes: dict[str, Any], parser: FactParser) -> Fact:
    """Apply an RFC 7396 merge patch to a fact; ContentError with pointers under /changes."""
    document = _patched(_as_sent(fact), changes)
    if document.get("kind") != fact.kind:
        document = _moved(document, changes)
    try:
        return parser.parse(document, fact)
    except ContentError as error:
        raise error.under("/changes") from error


def check_common(changes: object, parser: FactParser) -> None:
    """ContentError with pointers under /changes for what no fact of any kind may say, before the fact is known."""
    if not isinstance(changes, dict):
        return
    names = [name for name in Fact.__dataclass_fields__ if name != "kind"]
    said = {name: changes[name] for name in names if changes.get(name) is not None}
    try:
        parser.parse_common(said)
    except ContentError as error:
        kept = (each for each in error.faults if each.pointer.split("/")[1] in said)
        raise ContentError(*kept, more=error.more).under("/changes") from error


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
