"""Finds since when an entry holds, and never takes the day of a report for the beginning.

A single date is the start of what a fact says. But if the summary says "still", as in "still in prison", the date is
only the day of the report, and the beginning was on that day at the latest. The start of an interval is taken as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.time.edtf_fault import ValidTimeError
from domain.time.holding import Holding
from domain.time.instant import BEGINNING, END, format_instant
from domain.time.valid_time import ValidTime
from domain.words import split_words

if TYPE_CHECKING:
    from domain.fact import Fact


def _words(text: str) -> str:
    return f" {' '.join(split_words(text))} "


#: Words that say that something had begun before: English, Russian, Ukrainian, Belarusian.
_STILL: Final = tuple(
    map(
        _words,
        (
            *(
                "still",
                "remain",
                "remains",
                "remained",
                "remaining",
                "continues to",
                "continued to",
            ),
            *("to this day", "as before", "до сих пор", "все еще", "по-прежнему"),
            *("остается", "остаются", "остаётся", "продолжает", "продолжают", "как и раньше"),
            *("досі", "дотепер", "все ще", "усе ще", "й досі", "залишається", "залишаються"),
            *("як і раніше", "продовжує", "продовжують", "перебуває й надалі", "дагэтуль"),
            *("усё яшчэ", "застаецца", "застаюцца", "па-ранейшаму"),
        ),
    )
)


def went_on_before(fact: Fact) -> bool:
    """Whether a fact that holds for a while has a single date, and its summary says that it had begun before.

    False for a count: it is made on its date, however long the people whom it counts have been there.
    """
    if fact.holding is Holding.ONWARD or fact.valid_time.spans or fact.valid.startswith("[.."):
        return False
    if any("quantity" in answer.compared for answer in fact.register_entries()):
        return False
    words = _words(fact.summary)
    return any(phrase in words for phrase in _STILL)


def since(fact: Fact, *, within: bool = False, singled: bool = False) -> str:
    """The beginning of a fact in EDTF, as written ('' unknown, '..' open); [..DATE] is that date at the latest.

    If it happened `within` these dates, it began on one of the days: [2025-09-11..2025-09-13]. A `singled` answer
    (`RegisterEntry`) of a fact that goes on may begin on any later day: [2025-09-11..].
    """
    valid = fact.valid_time
    if went_on_before(fact):
        return write_up_to(valid)
    if within and valid.spans and (singled or valid.bounds.end_latest < END):
        return _write_one_of(valid)
    return valid.start_text


def _write_one_of(days: ValidTime) -> str:
    """EDTF for one of some days, an interval or an all-of set."""
    bounds = days.bounds
    if days.end_text is None:
        return _first_valid(f"[{days.text[1:-1]}]")
    start = "" if days.start_text == ".." else days.start_text
    end = "" if days.end_text == ".." else days.end_text
    first = format_instant(bounds.start_earliest)[:10] if bounds.start_earliest > BEGINNING else ""
    return _first_valid(f"[{start}..{end}]", f"[{first}..{_last_day(bounds.end_latest)}]")


def write_up_to(date: ValidTime) -> str:
    """EDTF for "on a date or before". A date that cannot end such a set is replaced by its last day, if it has one."""
    return _first_valid(f"[..{date.text}]", f"[..{_last_day(date.bounds.start_latest)}]")


def _last_day(end: int) -> str:
    """The last day before an instant; nothing where that is unbounded."""
    return format_instant(end - 1)[:10] if end < END else ""


def _first_valid(*texts: str) -> str:
    """The first of the texts that is EDTF; '..' if there is no such text."""
    for text in texts:
        try:
            return ValidTime.parse(text).text
        except ValidTimeError:
            continue
    return ".."
