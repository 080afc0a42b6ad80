"""An entry that is shown as certain and without rivals is shown for all days that the vague dates may mean."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from domain.quantity import Quantity
from tests.examples import REUTERS, fact
from tests.strategies import SOME
from tests.thorough import choose_count
from tests.written_log import Log

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject, SearchStrategy

    from domain.fact import Fact

Told = Callable[[str, str], "Fact"]
"""Makes a fact that reports a value at a valid time."""


FREE: Final = "free"


def _make_telling(kind: str, field: str, **fields: Any) -> Told:  # noqa: ANN401 -- a fact's fields
    return lambda value, valid: fact(
        kind, valid=valid, summary=value, citations=(REUTERS,), **{**fields, field: value}
    )


def _custody(status: str, valid: str) -> Fact:
    if status == FREE:
        days = valid.rstrip("/.")
        return fact("release", people=("Ihar Losik",), valid=days)
    return fact("custody", status=status, valid=valid)


def _count(what: str, valid: str) -> Fact:
    said = (each.split(" ") for each in what.split(", "))
    numbers = tuple(Quantity(what=of, value=int(number)) for of, number in said)
    return fact("prisoner_count", valid=valid, quantities=numbers)


ROOMS: Final[dict[str, tuple[str, str, tuple[str, ...], Told]]] = {
    "appointment": ("posts", "holder", ("Ann", "Bo", "Cy"), _make_telling("appointment", "person")),
    "mission": ("missions", "status", ("open", "suspended", "closed"), _make_telling("mission", "status")),
    "custody": ("custody", "status", ("detained", "sentenced", FREE, "died"), _custody),
    "measure": (
        *("measures", "action", ("imposed", "eased", "lifted")),
        _make_telling("measure", "action", stage="in_force"),
    ),
    "talk of a measure": (
        *("measures", "stage", ("in_force", "discussed", "announced")),
        _make_telling("measure", "stage", action="eased"),
    ),
    "proposal": ("proposals", "stage", ("mooted", "agreed", "rejected"), _make_telling("proposal", "stage")),
    "agreement": (
        *("agreements", "stage", ("signed", "negotiated", "ended")),
        _make_telling("agreement", "stage"),
    ),
    "count": ("held", "quantity", ("held 100", "women 10", "held 90, women 9", "men 80, women 10"), _count),
    "statement": ("statements", "topic", ("a", "b", "c"), _make_telling("statement", "topic")),
    "response": ("responses", "answer", ("declined", "denied", "no_reply"), _make_telling("response", "answer")),
}  # fmt: skip


@dataclass(frozen=True)
class Vague:
    """A date as it is written, and the first and the last day that it may mean."""

    written: str
    first: date
    last: date

    def day(self) -> SearchStrategy[date]:
        """Draw a day that it may mean."""
        return st.dates(self.first, self.last)


def _month(month: int) -> Vague:
    last = date(2020, month, monthrange(2020, month)[1])
    return Vague(f"2020-{month:02}", date(2020, month, 1), last)


def _day(number: int) -> Vague:
    day = date(2020, 1, 1) + timedelta(days=number)
    return Vague(day.isoformat(), day, day)


DATES: Final = st.one_of(
    st.sampled_from((5, 10, 40, 70, 100)).map(_day),
    st.sampled_from((1, 2, 3, 4)).map(_month),
    st.just(Vague("2020", date(2020, 1, 1), date(2020, 12, 31))),
)
ENDS: Final = st.one_of(st.sampled_from((None, "..", "")), DATES)
Period = tuple[Vague, Vague | str | None]
PERIODS: Final[SearchStrategy[Period]] = st.tuples(DATES, ENDS).filter(
    lambda each: not isinstance(each[1], Vague) or each[1].first > each[0].last
)


OCCASIONS: Final[SearchStrategy[Period]] = st.tuples(DATES, st.none())


def _write_period(period: Period) -> str:
    start, end = period
    if end is None:
        return start.written
    return f"{start.written}/{end.written if isinstance(end, Vague) else end}"


def _draw_meant(data: DataObject, value: str, period: Period) -> str:
    """Draw an exact period that a vague one may mean; an unknown end may be any day, or none so far.

    Someone freed in the course of a period was freed on one day of it.
    """
    start, end = period
    if value == FREE:
        return data.draw(
            st.dates(start.first, (end if isinstance(end, Vague) else start).last)
        ).isoformat()
    began = data.draw(start.day())
    if end is None:
        return began.isoformat()
    if isinstance(end, Vague):
        return f"{began}/{data.draw(end.day())}"
    ended = data.draw(st.sampled_from((None, 1, 20, 200))) if end == "" else None
    return f"{began}/{'..' if ended is None else began + timedelta(days=ended)}"


def _find_entry(facts: list[Fact], section: str, as_of: str) -> dict[str, Any] | None:
    log = Log()
    for each in facts:
        log.record(each)
    state = log.state(as_of=as_of)
    entries = {**state, **state["prisoners"]}[section]
    return entries[0] if entries else None


@pytest.mark.parametrize("room", ROOMS)
@settings(SOME, max_examples=choose_count(40, 2_000))
@given(data=st.data())
def test_what_is_certain_is_so_whatever_days_are_meant(room: str, data: DataObject) -> None:
    section, field, values, told = ROOMS[room]
    periods = OCCASIONS if section in ("statements", "responses") else PERIODS
    said = data.draw(st.lists(st.tuples(st.sampled_from(values), periods), min_size=1, max_size=3))
    as_of = data.draw(st.sampled_from((20, 45, 75, 110, 200, 400)).map(_day)).written
    vague = [told(value, _write_period(period)) for value, period in said]
    entry = _find_entry(vague, section, as_of)
    if entry is None or entry["certainty"] != "certain" or entry["contested"] or entry["rivals"]:
        return
    for _ in range(4):
        meant = [told(value, _draw_meant(data, value, period)) for value, period in said]
        other = _find_entry(meant, section, as_of)
        note(f"{as_of} {[each.valid for each in vague]} {[each.valid for each in meant]}")
        assert other is not None
        same = [other[field], *(each[field] for each in other.get("also_counted", ()))]
        assert other["contested"] or entry[field] in same
        beside = [_describe_aside(each) for each in _list_beside(other)]
        for each in _list_beside(entry):
            alone = len(_list_beside(entry)) == 1 and each["certainty"] == "certain"
            assert not alone or _describe_aside(each) in beside


def _list_beside(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [*entry.get("outlook", ()), *entry.get("also_counted", ())]


def _describe_aside(each: dict[str, Any]) -> tuple[str | None, str]:
    return each.get("stage"), (each.get("quantity") or {"what": ""})["what"]
