"""An entry says since when it holds, and never claims the day of a report as the beginning.

A lone date is the start of what a fact says. Where the summary says "still", as in "still in prison", that date is only
when it was reported: it had begun by then. Other dates are the editor's word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.time.holding import Holding
from domain.time.instant import END, format_instant
from domain.time.valid_time import ValidTime, ValidTimeError
from domain.words import split_words

if TYPE_CHECKING:
    from domain.fact import Fact

__all__ = ["since", "went_on_before"]


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
    """Whether a fact that holds for a while has a lone date, and says that what it tells had begun by then.

    A count is made on its date, however long those who are counted have been there.
    """
    if fact.holding is Holding.ONWARD or fact.valid_time.spans or fact.valid.startswith("[.."):
        return False
    if any("quantity" in answer.compared for answer in fact.register_entries()):
        return False
    words = _words(fact.summary)
    return any(phrase in words for phrase in _STILL)


def since(fact: Fact) -> str:
    """When what a fact says began, in EDTF as written ('' unknown, '..' open); [..DATE] is by then."""
    return write_up_to(fact.valid_time) if went_on_before(fact) else fact.valid_time.start_text


def write_up_to(date: ValidTime) -> str:
    """EDTF for some time up to a lone date; a date that no such set can end with by its last day, if it has one."""
    latest = date.bounds.start_latest
    last = format_instant(latest - 1)[:10] if latest < END else ""
    for text in (date.text, last):
        try:
            return ValidTime.parse(f"[..{text}]").text
        except ValidTimeError:
            continue
    return ".."
