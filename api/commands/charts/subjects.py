"""Collects the data of each picture from the tally and the moments of a perspective."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from api.commands.charts.band import band
from api.commands.charts.courses import MEASURES, POSTS, ChartedSection, course
from api.commands.charts.frame import Sheet, add_foot, draw_nothing, frame, plain, sheet
from api.commands.charts.lanes import lanes
from api.commands.charts.series import counters, strips
from api.commands.charts.sums import add_up, most_steps, step
from domain.time.instant import format_instant, parse_cut
from domain.time.perspective import Perspective
from domain.views.brief import describe_perspective
from domain.views.counting.contributions import Contributions
from domain.views.counting.countable import find_kinds
from domain.views.counting.query import TallyQuery
from domain.views.counting.tally import NOT_ADDED, find_total, is_stock, tally
from domain.views.moments import Axis, group_moments
from domain.views.naming import Names
from domain.views.versions import Seen
from infrastructure.readers.reading import Reading

MOST_READ: Final = 8_000
"""How many facts all steps of what became known read, so that a large record shows its latest days alone."""
_BAND: Final = (
    "Solid: at least so many. Hatched: perhaps more; without a dashed edge, no source gives a limit."
    " Half-filled: contested."
)

_LANES: Final = "Solid: undisputed so far. Hatched: possible. Split: contested."


@dataclass(frozen=True)
class PictureSubject:
    """A reading of a negotiation from which a picture is made; `what` is the quantity that is counted."""

    reading: Reading
    slug: str
    perspective: Perspective
    what: str

    def specs(self, name: str, theme: str, widths: Iterable[str]) -> list[dict[str, Any]]:
        """The Vega-Lite specs of a picture, one for each width; what the picture shows is read once."""
        of = SUBJECTS[name]
        opened = self.reading.negotiation(self.slug, self.perspective.position)
        title = plain(self.reading.resolve_negotiation(opened, self.perspective).title)
        shown, draw = describe_perspective(self.perspective), of.read(self)
        specs = []
        for width in widths:
            ink = sheet(theme, narrow=width == "narrow")
            head = frame(of.title.format(what=plain(self.what)), of.told, title, shown, ink)
            specs.append(add_foot(head, draw(ink), ink))
        return specs

    def slice_at(self, perspective: Perspective) -> Sequence[Seen]:
        """The facts that can count what is counted."""
        id_ = self.reading.negotiation(self.slug).id
        sections = self.reading.sections(id_, perspective)
        return sections.list_counting(find_kinds(TallyQuery(what=self.what)))

    def names(self, perspective: Perspective) -> Names:
        """What names mean at a perspective."""
        return self.reading.names(self.reading.negotiation(self.slug).id, perspective)


_NOT_ADDED: Final = "Counts of “{what}” are not added up. The picture “held” shows each of them."
_ADDED: Final = "Numbers of “{what}” are added up. The picture “releases” shows their sum."


Draw = Callable[[Sheet], dict[str, Any]]
"""Draws what was read for a picture on a sheet."""


def _draw_releases(subject: PictureSubject) -> Draw:
    id_ = subject.reading.negotiation(subject.slug).id
    sums = subject.reading.sections(id_, subject.perspective).sum_steps(subject.what)
    if sums.is_stock:
        return _say(_NOT_ADDED, subject)
    steps = add_up(sums)
    until = format_instant(subject.perspective.as_of)[:10]
    return lambda ink: band(steps, until, ink, ink.so, title=plain(subject.what))


def _draw_held(subject: PictureSubject) -> Draw:
    slice_ = subject.slice_at(subject.perspective)
    names = subject.names(subject.perspective)
    query = TallyQuery(what=subject.what, words=True)
    tallied = tally(slice_, subject.perspective, query, names)
    if tallied.points and tallied.content["total"]["text"] != NOT_ADDED["text"]:
        return _say(_ADDED, subject)
    return lambda ink: counters(tallied.points, ink, plain(subject.what))


def _say(words: str, subject: PictureSubject) -> Draw:
    return lambda ink: draw_nothing(ink, words.format(what=plain(subject.what)))


def _draw_learning(subject: PictureSubject) -> Draw:
    perspective = subject.perspective
    counting = subject.slice_at(perspective)
    names, query = subject.names(perspective), TallyQuery(what=subject.what)
    if is_stock(counting, perspective, query, names):
        return _say(_NOT_ADDED, subject)
    axis = perspective.clock
    days = [
        moment for moment in _moments(subject, axis, "day") if _is_within(moment["at"], perspective)
    ]
    steps = []
    most = most_steps(len(counting), MOST_READ)
    for moment in days[-most:]:
        at = replace(perspective, as_known_at=parse_cut(moment["at"]))
        if axis == "recorded":
            position = subject.reading.cuts.position_of(parse_cut(moment["at"]))
            at = replace(at, position=min(position, perspective.position))
        counting, names = subject.slice_at(at), subject.names(at)
        steps.append(step(moment["at"], find_total(counting, at, query, names, Contributions())))
    end = perspective.as_known_at
    until = format_instant(end or perspective.as_of)[:10]
    if end is None and days:
        room = _leave_room(days[0]["at"], days[-1]["at"])
        until = room if until.startswith("+") else min(until, room)
    return lambda ink: band(steps, until, ink, ink.known, title=plain(subject.what))


def _draw_activity(subject: PictureSubject) -> Draw:
    axes: tuple[tuple[str, Axis], ...] = (
        ("What was so", "valid"),
        ("What was published", "published"),
        ("What was recorded", "recorded"),
    )
    moments = [(name, _moments(subject, axis, "month")) for name, axis in axes]
    return lambda ink: strips(moments, ink)


def _draw_courses(section: ChartedSection, subject: PictureSubject) -> Draw:
    history = course(subject.reading, subject.slug, subject.perspective, section)
    return lambda ink: lanes(history.spells, history.end, ink, has_more=history.has_more)


def _moments(subject: PictureSubject, axis: Axis, by: Any) -> list[dict[str, Any]]:  # noqa: ANN401 -- By
    """The moments along an axis up to the perspective's own cut, in four-digit years."""
    sections = subject.reading.sections(
        subject.reading.negotiation(subject.slug).id, subject.perspective
    )
    groups = group_moments(sections.boundaries(axis), by)
    named: list[dict[str, Any]] = [
        {"at": group.format(by), "changes": group.changes} for group in groups
    ]
    return [item for item in named if item["at"][:4].isdecimal() and item["at"][4:5] in {"", "-"}]


def _is_within(at: str, perspective: Perspective) -> bool:
    return perspective.as_known_at is None or parse_cut(at) <= perspective.as_known_at


def _leave_room(first: str, last: str) -> str:
    """A day some way after the last one, so that what became known on it can be seen."""
    begun, ended = date.fromisoformat(first), date.fromisoformat(last)
    room = max(timedelta(days=1), (ended - begun) / 25)
    return (ended + min(room, date.max - ended)).isoformat()


@dataclass(frozen=True)
class PictureKind:
    """A kind of picture: its title, what its marks mean, what is counted where nothing else is asked for."""

    title: str
    told: str
    what: str
    read: Callable[[PictureSubject], Draw]


SUBJECTS: Final[Mapping[str, PictureKind]] = {
    "releases": PictureKind("In all: {what}", _BAND, "released", _draw_releases),
    "held": PictureKind(
        "How many are {what}, by who counted",
        "Each mark is a count, which stands until the same counter gives another. Dashed upward: up to so many."
        " Hollow: at most so many. At most six counters are drawn: those with the most counts.",
        "held",
        _draw_held,
    ),
    "known": PictureKind("How the total became known: {what}", _BAND, "released", _draw_learning),
    "posts": PictureKind(
        "Who held which post", f"{_LANES} Dotted: nobody known.", "", partial(_draw_courses, POSTS)
    ),
    "measures": PictureKind(
        "Measures, and how far they had gone", _LANES, "", partial(_draw_courses, MEASURES)
    ),
    "activity": PictureKind(
        "How much changed, month by month",
        "The taller and stronger a bar, the more facts changed in that month.",
        "released",
        _draw_activity,
    ),
}
