"""Finds moments: the instants at which an answer may change along one axis, while the other cuts stay the same.

The cut of the perspective along that axis does not count. The moments along each axis are:

- valid: for each fact that is seen and stands, the instants from which it may hold, surely holds, has surely happened,
  no longer surely holds, and surely no longer holds;
- recorded: the record times of the negotiation's opening, of its corrections and of events that changed what is seen of
  a fact, by the log's corrections of its clock. `as_of` leaves out none of them: a state counts every known fact;
- published: the published times of these events, and the days on which further citations of a fact became public.

Between two neighbouring moments states and timelines without retracted facts stay the same. A tally can
change: its last points end at `as_of`. And while a fact's period goes on, each further month is one more in which the
event may have happened, so the points of earlier months become less certain.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, get_args

from domain.time.edtf_calendar import DAY, civil_day, month_start
from domain.time.instant import BEGINNING, END, format_instant
from domain.time.record_time import find_record_time
from domain.views.known.timeslices import select_known, timeslice
from domain.views.versions import correct_times

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from uuid import UUID

    from domain.fact import Fact
    from domain.time.perspective import Perspective, PerspectiveQuery
    from domain.views.versions import FactVersion, Recorded

Axis = Literal["valid", "recorded", "published"]
Unit = Literal["day", "month", "year", "decade", "century", "millennium"]
"""The units by which moments can be grouped, from the finest; all of time has fewer than 300 of the last."""
Boundary = tuple[str, int]
"""(id, instant): a fact or the negotiation itself, by its id in hexadecimal, and when it changes (microseconds UTC)."""


_MONTHS: Final = 12
_YEARS: Final = {"year": 1, "decade": 10, "century": 100, "millennium": 1_000}


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment: `at` is an instant, or the number of a day, month or other unit; `changes` is how many facts change.

    Each fact counts once, and the negotiation itself counts as one more.
    """

    at: int
    changes: int

    def format(self, by: Unit | None) -> str:
        """The moment as text that is a cut including all of it; so a decade is written as its last year."""
        if by is None:
            return format_instant(self.at)
        if by == "day":
            return _date(self.at * DAY)
        if by == "month":
            return _date(month_start(0, self.at + 1)).rpartition("-")[0]
        last = (self.at + 1) * _YEARS[by] - 1
        return _date(month_start(last, 1))[: -len("-01-01")]


def _date(instant: int) -> str:
    return format_instant(instant).partition("T")[0]


def group_moments(boundaries: Iterable[Boundary], by: Unit | None) -> list[Moment]:
    """The moments of some boundaries in order, grouped by day, month or another unit (UTC) if `by` is given."""
    if by is None:
        return _count(set(boundaries))
    return _group_days({(whose, at // DAY) for whose, at in boundaries}, by)


def _group_days(days: Iterable[Boundary], by: Unit) -> list[Moment]:
    """The moments of boundaries whose instants are days since 1970, grouped by a unit."""
    days = list(days)
    numbers = {day: _number(day, by) for day in {day for _, day in days}}
    return _count({(whose, numbers[day]) for whose, day in days})


def _count(places: Iterable[Boundary]) -> list[Moment]:
    return [Moment(*moment) for moment in sorted(Counter(at for _, at in places).items())]


def fit_moments(boundaries: Iterable[Boundary], most: int) -> tuple[Unit, list[Moment]]:
    """The finest unit with at most `most` moments, or else the widest unit; and the moments."""
    days = {(whose, at // DAY) for whose, at in boundaries}
    for unit in get_args(Unit):
        moments = _group_days(days, unit)
        if len(moments) <= most:
            break
    return unit, moments


def _number(day: int, by: Unit) -> int:
    """The number of the day, month, year, decade or other unit in which a day (since 1970) lies."""
    if by == "day":
        return day
    year, month, _ = civil_day(day)
    return year * _MONTHS + month - 1 if by == "month" else year // _YEARS[by]


def free_along(axis: Axis, query: PerspectiveQuery) -> PerspectiveQuery:
    """The query without its cut along an axis, `recorded` or `published`."""
    return replace(query, as_known_at=None) if axis == query.clock else query


def find_boundaries(
    history: Iterable[FactVersion],
    itself: Sequence[Recorded],
    negotiation_id: UUID,
    perspective: Perspective,
    axis: Axis,
) -> set[Boundary]:
    """The boundaries along an axis, found by comparing the answers at all instants that may be boundaries.

    `perspective` has no cut along the axis. `itself` are the negotiation's opening and its corrections.
    """
    versions = [version for version in history if version.position <= perspective.position]
    changes = [change for change in itself if change.position <= perspective.position]
    if axis == "valid":
        standing = timeslice(versions, perspective)
        return {
            (seen.version.record.id.hex, at)
            for seen in standing
            for at in valid_boundaries(valid_times(seen.version.record.fact))
        }
    if axis == "recorded":
        boundaries = {
            (negotiation_id.hex, _find_record_time(change, perspective)) for change in changes
        }
        return boundaries | _find_differing(
            versions, *_by_record_time(versions, changes, perspective)
        )
    boundaries = {
        (negotiation_id.hex, correct_times(change, perspective.corrections).published_at)
        for change in changes[1:]
    }
    return boundaries | _find_differing(versions, *_by_published_time(versions, perspective))


def valid_boundaries(times: Iterable[int]) -> Iterator[int]:
    """The instants among a fact's valid times, without those that mean no bound."""
    return (at for at in times if BEGINNING < at < END - 1)


def valid_times(fact: Fact) -> tuple[int, ...]:
    """The valid times of a fact (microseconds UTC), of which `valid_boundaries` are boundaries."""
    window, valid = fact.window, fact.valid_time
    happened = valid.bounds.end_latest if valid.spans else valid.bounds.start_latest
    return (
        *(window.possible_from, window.certain_from, window.certain_to, window.possible_to),
        happened - 1,
    )


def _find_record_time(change: Recorded, perspective: Perspective) -> int:
    return find_record_time(change.position, change.recorded_at, perspective.corrections)


_Instants = tuple["Collection[int]", "Callable[[int], Perspective]"]


def _by_record_time(
    versions: Iterable[FactVersion], itself: Iterable[Recorded], perspective: Perspective
) -> _Instants:
    """The record times that count, and a function from one of them to the perspective of the log at that time."""
    last: dict[int, int] = defaultdict(int)
    for change in (*versions, *itself):
        at = _find_record_time(change, perspective)
        last[at] = max(last[at], change.position)
    for correction in perspective.corrections:
        at = find_record_time(correction.position, correction.recorded_at, perspective.corrections)
        last[at] = max(last[at], correction.position)

    def perspective_at(at: int) -> Perspective:
        known = tuple(
            correction for correction in perspective.corrections if correction.position <= last[at]
        )
        return replace(perspective, position=last[at], corrections=known)

    return last, perspective_at


def _by_published_time(versions: Sequence[FactVersion], perspective: Perspective) -> _Instants:
    times = {correct_times(version, perspective.corrections).published_at for version in versions}
    times |= {
        at
        for version in versions
        for citation in version.record.fact.citations
        if (at := citation.published_at) is not None
    }
    return times, lambda at: replace(perspective, clock="published", as_known_at=at)


def _find_differing(
    versions: Sequence[FactVersion],
    instants: Collection[int],
    perspective_at: Callable[[int], Perspective],
) -> set[Boundary]:
    """The boundaries of the facts that differ between two neighbouring instants; each has the later instant."""
    boundaries: set[Boundary] = set()
    before: dict[UUID, FactVersion] = {}
    for at in sorted(instants):
        after = {
            version.record.id: version for version in select_known(versions, perspective_at(at))
        }
        changed = {id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_)}
        boundaries |= {(id_.hex, at) for id_ in changed}
        before = after
    return boundaries
