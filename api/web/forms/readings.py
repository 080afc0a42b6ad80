"""Says how Parley reads a date and a number, while somebody fills in a form."""

from __future__ import annotations

import re
from typing import Final, cast, get_args

from api.web.words.dates import date_in_words
from api.web.words.quantities import bounds_in_words, unbounded_in_words
from domain.errors import ContentError
from domain.number.language import Comparator
from domain.quantity import Quantity, fill_bounds
from domain.time.edtf_fault import ValidTimeError
from domain.time.holding import Holding
from domain.time.instant import BEGINNING, END, format_instant
from domain.time.valid_time import ValidTime

_DAY: Final = 10
_INTEGER: Final = re.compile("[0-9]{1,16}")


def read_date(text: str, holding: Holding | None = None) -> str | None:
    """Say how a date is read, and its bounds where it is vague; None where it cannot be read.

    For a kind that holds for a period, also say the end.
    """
    try:
        valid = ValidTime.parse(text)
    except ValidTimeError:
        return None
    bounds = valid.bounds
    told = [f"Read as: {date_in_words(text)}."]
    begins = _say_days_between("Begins", bounds.start_earliest, bounds.start_latest - 1)
    if begins is not None:
        told.append(begins)
    if valid.spans or holding is Holding.PERIOD:
        told.append(_end(valid))
    return " ".join(told)


def read_number_in_words(
    text: str, comparator: str = "", value: str = "", low: str = "", high: str = ""
) -> str | None:
    """Say how a number is read; None where it cannot be."""
    numbers = [value, low, high]
    known = comparator in {"", *get_args(Comparator)}
    if not known or any(number and not _INTEGER.fullmatch(number) for number in numbers):
        return None
    read_value, read_low, read_high = (int(number) if number else None for number in numbers)
    quantity = Quantity(
        what="number",
        comparator=cast("Comparator", comparator) if comparator else None,
        value=read_value,
        text=text or None,
        low=read_low,
        high=read_high,
    )
    try:
        read = fill_bounds(quantity)
    except ContentError:
        return None
    if read.low is None and read.high is None:
        return f"Read as: {unbounded_in_words(read.value)}." if read.value is not None else None
    return f"Read as: {bounds_in_words(read.low, read.high)}."


def _say_days_between(verb: str, earliest: int, latest: int) -> str | None:
    """The days between which something is; None if it is one day."""
    first, last = _day(earliest), _day(latest)
    if first is None and last is None:
        return f"{verb} on no known day."
    if first == last:
        return None
    return (
        f"{verb} {f'{first} at the earliest' if first else 'on no known first day'},"
        f" {f'{last} at the latest' if last else 'with no known last day'}."
    )


def _end(valid: ValidTime) -> str:
    bounds = valid.bounds
    if bounds.end_unknown:
        return "It ended or will end, and it is not said when."
    if bounds.end_earliest >= END:
        return "It is still so."
    told = _say_days_between("Ends", bounds.end_earliest, bounds.end_latest - 1)
    return told or f"Ends on {_day(bounds.end_latest - 1)}."


def _day(instant: int) -> str | None:
    if instant <= BEGINNING or instant >= END - 1:
        return None
    return date_in_words(format_instant(instant)[:_DAY])
