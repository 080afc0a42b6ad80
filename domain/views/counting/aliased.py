"""Follows aliases in what is counted: if a number counts an alias of a population, it counts that population."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from domain.count_words import EVERYBODY
from domain.fact import KINDS
from domain.named import Sort, fields_naming
from domain.naming import fold_name
from domain.register import list_summed

if TYPE_CHECKING:
    from domain.views.naming import Names
    from domain.views.versions import FactVersion


def resolve_counted(what: str, names: Names) -> str:
    """What is counted, once aliases of populations are followed; what a total adds up ("released") is no alias."""
    if names.are_plain:
        return what
    led = names.canonical(what, Sort.POPULATION)
    return what if led == what or _is_own_word(what) else led


def _is_own_word(what: str) -> bool:
    counted = fold_name(what)
    return counted in EVERYBODY or any(
        counted in list_summed(kind.registers) for kind in KINDS.values()
    )


@cache
def _fields_of(kind: str) -> tuple[str, ...]:
    """The fields of a kind that name a population."""
    return tuple(
        name for name, sort in fields_naming(KINDS[kind]).items() if sort is Sort.POPULATION
    )


def resolve_version(version: FactVersion, names: Names) -> FactVersion:
    """The version of a fact with its population, and what it counts, under the names to which aliases lead."""
    fact = version.record.fact
    if names.are_plain or not fact.quantities:
        return version
    fields = _fields_of(fact.kind)
    named = [(field, name) for field in fields if (name := getattr(fact, field)) is not None]
    words = (*(name for _, name in named), *(quantity.what for quantity in fact.quantities))
    if all(names.canonical(word, Sort.POPULATION) == word for word in words):
        return version
    led: dict[str, Any] = {field: names.canonical(name, Sort.POPULATION) for field, name in named}
    led["quantities"] = tuple(
        replace(quantity, what=resolve_counted(quantity.what, names))
        for quantity in fact.quantities
    )
    return replace(version, record=replace(version.record, fact=replace(fact, **led)))
