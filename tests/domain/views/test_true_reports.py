"""If every report is right, the true value is shown or is a rival of the shown one, and nothing else is certain.

Values are drawn first, one after the other, then reports of each: a day or a month, with its end, with an unknown end,
or as still running.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from domain.time.instant import format_instant
from domain.views.counting.points import bucket, bucket_name
from tests.domain.views.test_true_sources import DAYS, FIRST
from tests.drawn_facts import DAY, HOUR
from tests.examples import fact
from tests.strategies import SOME
from tests.thorough import choose_count
from tests.written_log import Log

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from domain.fact import Fact

Reported = Callable[[str, str], "Fact"]
"""Makes a report that a value held at a valid time; the value is its summary."""


def _custody(status: str, valid: str) -> Fact:
    if status == "free":
        return fact(
            "release", people=("Ihar Losik",), valid=valid.split("/", maxsplit=1)[0], summary=status
        )
    return fact("custody", person="Ihar Losik", status=status, valid=valid, summary=status)


KINDS: Final[dict[str, tuple[str, str, Sequence[str], Reported]]] = {
    "appointment": (
        "posts",
        "holder",
        ("John Coale", "Ann Example", "Юлия"),
        lambda value, valid: fact("appointment", person=value, valid=valid, summary=value),
    ),
    "mission": (
        "missions",
        "status",
        ("open", "suspended", "closed"),
        lambda value, valid: fact("mission", status=value, valid=valid, summary=value),
    ),
    "custody": ("custody", "status", ("detained", "sentenced", "free"), _custody),
}


@dataclass(frozen=True)
class Turn:
    """A value that held from one instant until just before the other; None means until today."""

    value: str
    start: int
    end: int | None


@st.composite
def turns(draw: DrawFn, values: Sequence[str]) -> list[Turn]:
    """Values that held one after the other, each from another day; no value follows itself."""
    days = sorted(draw(st.sets(st.integers(0, DAYS - 1), min_size=1, max_size=4)))
    starts = [FIRST + day * DAY + draw(st.sampled_from((0, 10, 23))) * HOUR for day in days]
    held: list[str] = []
    for _ in starts:
        held.append(draw(st.sampled_from([value for value in values if value not in held[-1:]])))
    ends = [*starts[1:], None]
    return [Turn(*each) for each in zip(held, starts, ends, strict=True)]


def reports(turn: Turn, reported: Reported) -> SearchStrategy[list[Fact]]:
    """One or two reports of a turn."""
    valid = st.sampled_from(_list_valid_times(turn))
    return st.lists(valid.map(lambda each: reported(turn.value, each)), min_size=1, max_size=2)


def _list_valid_times(turn: Turn) -> list[str]:
    """A valid time with which a turn may be reported."""
    starts = _list_dates(turn.start)
    if turn.end is None:
        return [*starts, *(f"{start}/{end}" for start in starts for end in ("", ".."))]
    ends = ["", *_list_dates(turn.end)]
    return [*starts, *(f"{start}/{end}" for start in starts for end in ends)]


def _list_dates(at: int) -> list[str]:
    return [bucket_name(bucket(at, "day"), "day"), bucket_name(bucket(at, "month"), "month")]


@pytest.mark.parametrize("kind", KINDS)
@settings(SOME, max_examples=choose_count(30, 2_000))
@given(data=st.data())
def test_the_state_that_truly_held_is_shown_or_is_a_rival(kind: str, data: st.DataObject) -> None:
    section, field, values, reported = KINDS[kind]
    happened = data.draw(turns(values))
    told = [each for turn in happened for each in data.draw(reports(turn, reported))]
    log = Log()
    for each in data.draw(st.permutations(told)):
        log.record(each)
    as_of = data.draw(st.integers(happened[0].start, FIRST + (DAYS + 5) * DAY))
    held = next(t.value for t in reversed(happened) if t.start <= as_of)
    found = log.state(as_of=format_instant(as_of))[section]
    note(f"{format_instant(as_of)} {happened} {[(f.summary, f.valid) for f in told]} {found}")
    assert found, "something is known"
    shown = found[0][field]
    beside = {rival["summary"] for rival in found[0]["rivals"]}
    assert held in {shown, *beside}
