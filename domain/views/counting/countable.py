"""Finds out what can be counted, and which kinds of fact count it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from domain.fact import KINDS, Fact
from domain.naming import fold_name
from domain.views.counting.figures import numbers_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.quantity import Quantity
    from domain.views.counting.query import TallyQuery
    from domain.views.versions import Seen


def list_countable(slice_: Iterable[Seen]) -> dict[str, str]:
    """{folded: as written} of everything that the facts of a slice count."""
    known: dict[str, str] = {}
    summing = _list_summing()
    for seen in slice_:
        fact = seen.version.record.fact
        for quantity in fact.quantities:
            what = quantity.counted
            if type(fact) in summing.get(what, {type(fact)}) and _counts(fact, quantity):
                known[what] = min(known.get(what, quantity.what), quantity.what)
        words = (register.counts for register in fact.registers if register.counts)
        known |= {what: what for what in words if what not in known and numbers_of(fact, what)}
    return known


def _counts(fact: Fact, quantity: Quantity) -> bool:
    return any(number.basis is not None for number in numbers_of(fact, quantity.what))


def find_kinds(query: TallyQuery) -> frozenset[str] | None:
    """The kinds that can count what a query asks for; None if every kind can."""
    if query.what is None:
        return frozenset({query.kind or ""})
    counting = _list_summing().get(fold_name(query.what))
    if counting is None:
        return None
    return frozenset(name for name, kind in KINDS.items() if kind in counting)


def _list_summing() -> dict[str, set[type[Fact]]]:
    """{what a total of the state counts: the kinds whose facts it adds}."""
    kinds: dict[str, set[type[Fact]]] = defaultdict(set)
    for kind in KINDS.values():
        for register in kind.registers:
            if register.summed is not None:
                kinds[register.summed].add(kind)
    return kinds
