"""Applies a correction, which is an RFC 7396 merge patch, to a fact in the form in which one sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.commands.commands import FactParser
from domain.errors import ContentError, Fault
from domain.fact import KINDS, Fact, as_primitives

if TYPE_CHECKING:
    from collections.abc import Callable


def apply_merge_patch(fact: Fact, changes: dict[str, Any], parser: FactParser) -> Fact:
    """Apply an RFC 7396 merge patch to a fact; ContentError with pointers under /changes."""
    document = _patch(_write_as_sent(fact), changes)
    if document.get("kind") != fact.kind:
        document = _drop_foreign(document, changes)
    try:
        return parser.parse(document, fact)
    except ContentError as error:
        raise error.under("/changes") from error


def check_for_any_kind(changes: object, parser: FactParser) -> None:
    """ContentError with pointers under /changes for what no fact of any kind may say, before the fact is known."""
    if not isinstance(changes, dict):
        return
    fields = {
        name: value for name, value in changes.items() if name != "kind" and value is not None
    }
    common = {name: value for name, value in fields.items() if name in Fact.__dataclass_fields__}
    faults = _faults_in(common, parser.parse_common)
    for name in fields.keys() - common.keys():
        having = [kind for kind, cls in KINDS.items() if name in cls.__dataclass_fields__]
        own = {name: fields[name]}
        of_kinds = [_faults_in({**own, "kind": kind}, parser.parse) for kind in having]
        fewest = min(of_kinds, key=len) if of_kinds else _faults_in(own, parser.parse_common)
        faults += fewest
    if faults:
        raise ContentError(*faults).under("/changes")


def _faults_in(fields: dict[str, Any], parse: Callable[[dict[str, Any]], object]) -> list[Fault]:
    """The faults in fields that were sent; faults of fields that were left out are ignored."""
    try:
        parse(fields)
    except ContentError as error:
        return [fault for fault in error.faults if fault.pointer.split("/")[1] in fields]
    return []


def _write_as_sent(fact: Fact) -> dict[str, Any]:
    """Give the fact as one would send it: without the bounds that follow from a value."""
    document: dict[str, Any] = as_primitives(fact)
    for quantity in document["quantities"]:
        if quantity["value"] is not None:
            del quantity["low"], quantity["high"]
    return document


def _drop_foreign(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Leave behind the old kind's fields that another kind has not, unless they were sent."""
    name = document.get("kind")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        return document
    fields = set(kind.__dataclass_fields__)
    return {name: value for name, value in document.items() if name in fields or name in changes}


def _patch(target: Any, patch: Any) -> Any:  # noqa: ANN401 -- RFC 7396 is defined on any JSON
    if not isinstance(patch, dict):
        return patch
    patched = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            patched.pop(name, None)
        else:
            patched[name] = _patch(patched.get(name), value)
    return patched
