"""Computes the steps of a sum along time; no step claims more than the sum of its day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from api.commands.number_words import group_digits
from domain.number.total import NOTHING_RECORDED, Total
from domain.time.edtf_calendar import DAY, civil_day
from domain.time.instant import parse_cut
from domain.views.counting.points import By, bucket, bucket_name
from domain.views.counting.steps import SumSteps

MOST_STEPS: Final = 60
FEWEST_STEPS: Final = 4
MOST_ADDED: Final = 60_000
"""How many facts all steps of a sum go through, so that a large record shows its years, or the latest of them."""
_YEARS: Final = range(1, 10_000)
"""The years whose days have names."""
_WIDTHS: Final[tuple[By, ...]] = ("day", "month", "year")


def most_steps(facts: int, most_facts: int = MOST_ADDED) -> int:
    """How many steps there are at most, where each goes through so many facts."""
    return max(FEWEST_STEPS, min(MOST_STEPS, most_facts // max(1, facts)))


def step(at: str, total: Mapping[str, Any]) -> dict[str, Any]:
    """{at, low, high, text, contested}: the total from a day on, until the next step."""
    own = {name: total[name] for name in ("low", "high", "text", "contested")}
    return {"at": at, **own, "text": group_digits(total["text"])}


def add_up(sums: SumSteps) -> list[dict[str, Any]]:
    """The sum on each day on which it may change, as a tally up to that day gives it.

    Where these days are too many, months are shown, or years, or the latest years. Within a month the sum is as low as
    before it, and as high as at its end.
    """
    total = sums.total
    width, buckets = _widen(_list_changing_days(sums.told, sums.as_of), sums.size)
    if width == "day":
        return [step(name, total(parse_cut(name))) for name in buckets]
    steps = []
    before = total(_first_day(buckets[0]) * DAY - 1)
    for name in buckets:
        end = min(parse_cut(name), sums.as_of)
        after = total(end)
        steps += [
            step(_day(_first_day(name)), _bound_stretch(before, after)),
            step(_day(end // DAY), after),
        ]
        before = after
    return steps


def _list_changing_days(told: Iterable[tuple[int, int]], as_of: int) -> set[int]:
    """The days on which something that counts may first have happened, and those on which it surely has."""
    days = {day for first, end in told for day in (first // DAY, (end - 1) // DAY)}
    return {day for day in days if day <= as_of // DAY and civil_day(day)[0] in _YEARS}


def _widen(days: set[int], facts: int) -> tuple[By, list[str]]:
    """The days, months or years, in order, that fit into a picture of so many facts."""
    most = most_steps(facts)
    for width in _WIDTHS:
        buckets = sorted({bucket(day * DAY, width) for day in days})
        if len(buckets) <= most:
            break
    return width, [bucket_name(start, width) for start in buckets[-most:]]


def _first_day(name: str) -> int:
    return parse_cut(f"{name}-01-01"[:10]) // DAY


def _day(day: int) -> str:
    return bucket_name(day, "day")


def _bound_stretch(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The bounds of the total over a stretch, from its totals before and after."""
    known = [total for total in (before, after) if total["text"] != NOTHING_RECORDED]
    low, highs = min(before["low"], after["low"]), [total["high"] for total in known]
    high = None if None in highs else max(highs, default=None)
    contested = before["contested"] or after["contested"]
    return {"low": low, "high": high, "text": Total(low, high).text, "contested": contested}
