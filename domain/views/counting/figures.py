"""Finds the numbers that facts give for a total: increments are added, and cumulative figures are lower bounds of it.

A number that is stored without a basis gets one (`derive_basis`). If the kind of its fact has a total of its own, as a
release has of `released`, the number is an increment, or cumulative if its words say so ("so far"). On a kind that
holds until the next count it is a stock.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from domain.fact import as_primitives
from domain.naming import by_letters, fold_name
from domain.quantity import Quantity, merge_numbers
from domain.register import list_summed
from domain.views.brief import describe_briefly
from domain.views.rivalry.candidates import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.fact import Fact
    from domain.quantity import Basis


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is not added to a total, and the fact that gives it."""

    quantity: Quantity
    candidate: Candidate

    def describe(self) -> dict[str, Any]:
        """The figure as the API shows it: {quantity, fact}."""
        return {
            "quantity": as_primitives(self.quantity),
            "fact": describe_briefly(self.candidate.version),
        }


def find_figure(fact: Fact, what: str, basis: Basis | None) -> Quantity | None:
    """The number that a fact gives on a basis; several are merged into one range, from the least to the greatest."""
    return merge_numbers([q for q in numbers_of(fact, what) if q.basis == basis])


def numbers_of(fact: Fact, what: str) -> Sequence[Quantity]:
    """The numbers of `what` that a fact gives, each with its basis, stored or derived.

    Those of a stock include the number of all ("held") that a fact gives in other words ("prisoners").
    """
    if not fact.quantities:
        return ()
    counted = _folded(what)
    return fact.numbers.get(counted, ()) or number_of_all(fact, counted)


def number_of_all(fact: Fact, counted: str | None = None) -> Sequence[Quantity]:
    """How many there are in all, if a register counts something (`counted`, if given); at most one number."""
    if not any(
        register.counts and counted in (None, register.counts) for register in fact.registers
    ):
        return ()
    main = (entry.shows.get("quantity") for entry in fact.register_entries() if entry.aside is None)
    return [
        replace(quantity, basis="stock") for quantity in main if isinstance(quantity, Quantity)
    ][:1]


def has_total(fact: Fact, what: str) -> bool:
    """Whether the state has a total of `what` to which a fact's kind adds."""
    summed = list_summed(fact.registers)
    return bool(summed) and _folded(what) in summed


_folded: Final = lru_cache(maxsize=256)(fold_name)


def group_by_field(
    candidates: Iterable[Candidate], field: str
) -> list[tuple[dict[str, Any], list[Candidate]]]:
    """[({field: value as shown}, its facts)]: the facts grouped by the value of a field, in order of folded names.

    If a group has several names, the alphabetically first is shown.
    """
    groups: dict[str, list[Candidate]] = defaultdict(list)
    values: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for candidate in candidates:
        key, value = candidate.read_field(field)
        groups[key].append(candidate)
        values[key][value[field] or ""] = value
    return [(values[key][min(values[key], key=by_letters)], groups[key]) for key in sorted(groups)]


def find_figures(candidates: Iterable[Candidate], what: str, basis: Basis) -> list[Figure]:
    """The numbers of `what` that candidates give on a basis, by when they begin."""
    pairs = ((candidate, find_figure(candidate.fact, what, basis)) for candidate in candidates)
    figures = [Figure(quantity, candidate) for candidate, quantity in pairs if quantity is not None]
    return order_figures(figures)


def order_figures(figures: Iterable[Figure]) -> list[Figure]:
    """The figures by when they begin."""
    return sorted(
        figures,
        key=lambda figure: (*figure.candidate.starts, figure.candidate.version.first_position),
    )


def select_telling(candidates: Iterable[Candidate], what: str) -> list[Candidate]:
    """The candidates that may say how many of `what` there were."""
    return [
        candidate
        for candidate in candidates
        if has_total(candidate.fact, what) or numbers_of(candidate.fact, what)
    ]
