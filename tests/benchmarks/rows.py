"""A row of the table: what was measured, what it is compared with, the goal, and whether it is met."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tests.benchmarks.measure import describe_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.benchmarks.measure import Spent

HEADINGS: Final = (
    "what",
    "on",
    "CPU",
    "wall",
    "beside it",
    "its CPU",
    "its wall",
    "ratio",
    "goal",
    "met",
)

FLAT: Final = 1.1
"""How many times the memory of small work large work may take."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, in words; `met` is None where there is no goal.

    `remains`: where the time goes, if the goal is missed and the run was profiled.
    """

    what: str
    on: str
    figure: str
    wall: str
    beside: str
    peer: str
    peer_wall: str
    ratio: str
    goal: str
    met: bool | None
    remains: str = ""

    def cells(self) -> tuple[str, ...]:
        """The texts for the columns."""
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        figures = (self.figure, self.wall, self.beside, self.peer, self.peer_wall)
        return (self.what, self.on, *figures, self.ratio, self.goal, met)


def compare_times(
    what: str, on: str, spent: Sequence[Spent], beside: str, goal: float | None = None
) -> Row:
    """A job and its peer, whose times are `spent`; the goal is a share of the peer's speed, by processor time."""
    ours, theirs = spent
    ratio = theirs.cpu / ours.cpu
    return Row(
        what,
        on,
        duration(ours.cpu),
        duration(ours.wall),
        beside,
        duration(theirs.cpu),
        duration(theirs.wall),
        f"{ratio:.2f}",
        "" if goal is None else f"≥ {goal:g}",
        None if goal is None else ratio >= goal,
    )


def bound_time(what: str, on: str, ours: Spent, most: float | None) -> Row:
    """A job, with the most seconds of the processor that it may take, if there is a goal."""
    if most is None:
        return Row(what, on, duration(ours.cpu), duration(ours.wall), "", "", "", "", "", None)
    part = f"{ours.cpu / most:.2f} of it"
    figures = (duration(ours.cpu), duration(ours.wall))
    return Row(what, on, *figures, "", "", "", part, f"≤ {duration(most)}", ours.cpu <= most)


def bound_count(what: str, on: str, found: float, most: float, unit: str, beside: str = "") -> Row:
    """A count, with the most that it may be."""
    figure, goal = f"{found:,.3g} {unit}", f"≤ {most:g} {unit}"
    part = f"{found / most:.2f} of it"
    return Row(what, on, figure, "", beside, "", "", part, goal, found <= most)


def compare_memory(what: str, on: str, large: int, small: int, beside: str) -> Row:
    """The bytes of memory of large work beside those of small work; they should be about equal."""
    times = large / small
    figures = (f"{large / 1e6:.0f} MB", "", beside, f"{small / 1e6:.0f} MB", "")
    return Row(what, on, *figures, f"{times:.2f}", f"≤ {FLAT:g}", times <= FLAT)


def compare_results(what: str, on: str, differing: Sequence[str]) -> Row:
    """Answers compared with the pure fold, and the names of those that differ."""
    figure = "; ".join(differing) or "all agree"
    return Row(what, on, figure, "", "the pure fold", "", "", "", "all agree", not differing)


def report_stop(what: str, on: str, why: str) -> Row:
    """A measurement that did not end, and why."""
    return Row(what, on, why, "", "", "", "", "", "measured", met=False)


def explain_miss(row: Row, run: Callable[[], object], seconds: float) -> Row:
    """The row; if it misses its goal, also where the time of `run` goes, the function that was measured."""
    return replace(row, remains=describe_time(run, seconds)) if row.met is False else row


def duration(seconds: float) -> str:
    """A duration in a suitable unit."""
    for size, unit in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
