"""Sets the counts of those who are held side by side, each with its counter and its day: no count stands for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.kinds.prisoners import counts_everybody

_UNBOUNDED: Final = float("inf")
Entry = Mapping[str, Any]
"""An entry of the state's section `held`."""


@dataclass(frozen=True)
class HeldPart:
    """A number of some of those who are held, such as the women among them, by one counter's count."""

    quantity: Mapping[str, Any]
    counted_by: str
    since: str
    fact: Mapping[str, Any]


@dataclass(frozen=True)
class HeldCounts:
    """The counts of all who are held of one population, the newest first, and the parts that are counted of it.

    `apart` are the counts of other populations. `least` and `most` are the counts between which all lie, if they
    differ. Unless it is `whole`, there are more counts.
    """

    population: str
    counts: Sequence[Entry]
    parts: Sequence[HeldPart]
    apart: int
    least: Entry | None = None
    most: Entry | None = None
    whole: bool = True

    @property
    def newest(self) -> Sequence[Entry]:
        """The counts that begin on the latest day."""
        return [count for count in self.counts if count["since"] == self.counts[0]["since"]]


def gather_held(entries: Iterable[Entry], *, whole: bool) -> HeldCounts | None:
    """Gather the counts of the population that was counted last; None if no number is on record.

    `whole` says whether the entries are all that there are.
    """
    numbered = [entry for entry in newest_first(entries) if entry["quantity"]]
    if not numbered:
        return None
    of_all = [entry for entry in numbered if not find_counted_apart(entry)]
    population = (of_all or numbered)[0]["population"]
    same = [entry for entry in numbered if entry["population"] == population]
    counts = [entry for entry in same if not find_counted_apart(entry)]
    bounds = {(q["low"], q["high"], q["value"]) for q in (count["quantity"] for count in counts)}
    differ = len(bounds) > 1
    return HeldCounts(
        population,
        counts,
        [part for entry in same for part in _parts(entry)],
        apart=len(numbered) - len(same),
        least=min(counts, key=_figure) if differ else None,
        most=max(counts, key=_greatest) if differ else None,
        whole=whole,
    )


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """Put counts in order: the newest first, and of one day the lowest first."""
    return sorted(sorted(entries, key=_figure), key=_order_of, reverse=True)


def find_counted_apart(entry: Entry) -> str:
    """What a count counts if it is only some of its population, as women; else empty."""
    what = entry["quantity"]["what"] if entry["quantity"] else ""
    return "" if counts_everybody(what, entry["population"]) else what


def _parts(entry: Entry) -> Iterable[HeldPart]:
    if find_counted_apart(entry):
        yield _part(entry, entry["counted_by"])
    for part in entry["also_counted"]:
        if part["quantity"]:
            yield _part(part, entry["counted_by"])


def _part(entry: Entry, counted_by: str) -> HeldPart:
    return HeldPart(entry["quantity"], counted_by, entry["since"] or "", entry["fact"])


def _order_of(entry: Entry) -> tuple[str, str]:
    return entry["since"] or "", str(entry["last_reported"] or "")


def _figure(entry: Entry) -> float:
    """The number by which counts are put in order: the least that a count allows, else the number that it names."""
    quantity = entry["quantity"] or {"low": None, "value": None, "high": None}
    named = (quantity["low"], quantity["value"], quantity["high"])
    return next((number for number in named if number is not None), _UNBOUNDED)


def _greatest(entry: Entry) -> float:
    quantity = entry["quantity"]
    named = (quantity["high"], quantity["value"], quantity["low"])
    return next((number for number in named if number is not None), -_UNBOUNDED)
