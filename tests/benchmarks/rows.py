"""A row of the table: what was measured, what it was measured beside, the goal, and whether it is met."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tests.benchmarks.measure import PROFILED_SECONDS, describe_time

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
"""How many times the memory for a little may be taken for much."""


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
        """The texts under the headings."""
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        figures = (self.figure, self.wall, self.beside, self.peer, self.peer_wall)
        return (self.what, self.on, *figures, self.ratio, self.goal, met)


def compare_times(
    what: str, on: str, spent: Sequence[Spent], beside: str, goal: float | None = None
) -> Row:
    """A thing and its peer, of which `spent` tells; the goal is a part of the peer's speed, by processor time."""
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
    """A thing that may take so many seconds of the processor, if that is said."""
    if most is None:
        return Row(what, on, duration(ours.cpu), duration(ours.wall), "", "", "", "", "", None)
    part = f"{ours.cpu / most:.2f} of it"
    figures = (duration(ours.cpu), duration(ours.wall))
    return Row(what, on, *figures, "", "", "", part, f"≤ {duration(most)}", ours.cpu <= most)


def bound_count(what: str, on: str, found: float, most: float, unit: str, beside: str = "") -> Row:
    """A thing that is counted and may be at most so many."""
    figure, goal = f"{found:,.3g} {unit}", f"≤ {most:g} {unit}"
    part = f"{found / most:.2f} of it"
    return Row(what, on, figure, "", beside, "", "", part, goal, found <= most)


def flat(what: str, on: str, large: int, small: int, beside: str) -> Row:
    """The bytes of memory that much takes, beside what a little takes; they are to be about the same."""
    times = large / small
    figures = (f"{large / 1e6:.0f} MB", "", beside, f"{small / 1e6:.0f} MB", "")
    return Row(what, on, *figures, f"{times:.2f}", f"≤ {FLAT:g}", times <= FLAT)


def agreeing(what: str, on: str, differing: Sequence[str]) -> Row:
    """Answers that are to be those of the pure fold, and the names of those that are not."""
    figure = "; ".join(differing) or "all agree"
    return Row(what, on, figure, "", "the pure fold", "", "", "", "all agree", not differing)


def report_stop(what: str, on: str, why: str) -> Row:
    """What could not be measured to its end, and why."""
    return Row(what, on, why, "", "", "", "", "", "measured", met=False)


def explain_miss(row: Row, run: Callable[[], object], seconds: float = PROFILED_SECONDS) -> Row:
    """The row; if it misses its goal, also where the time of `run` goes, the function that was measured."""
    return replace(row, remains=describe_time(run, seconds)) if row.met is False else row


def duration(seconds: float) -> str:
    """A duration in a unit that fits."""
    for size, unit in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
