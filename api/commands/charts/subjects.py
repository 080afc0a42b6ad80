"""What each picture shows, as the tally and the moments of a perspective have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from api.commands.charts.band import band
from api.commands.charts.courses import MEASURES, POSTS, Section, course
from api.commands.charts.frame import Sheet, footed, frame, month_of, nothing, plain, sheet
from api.commands.charts.lanes import lanes
from api.commands.charts.series import counters, strips
from domain.time.instant import format_instant, parse_cut
from domain.time.perspective import Perspective
from domain.views.brief import describe_perspective
from domain.views.counting.countable import find_kinds
from domain.views.counting.tally import NOT_ADDED, Tally, TallyQuery, tally
from domain.views.moments import Axis, group_moments
from domain.views.versions import Seen
from infrastructure.readers.reading import Reading

__all__ = ["SUBJECTS", "Subject"]

MOST_STEPS: Final = 60
"""How many steps a band has at most: each is a sum of its own."""
FEWEST_STEPS: Final = 4
MOST_READ: Final = 8_000
"""How many facts all steps of what became known read, so that a large record shows its latest days alone."""
_BAND: Final = (
    "Solid: at least so many. Hatched: perhaps more; with no dashed edge nobody gives a limit."
    " Half-filled: contested."
)

_LANES: Final = "Solid: undisputed so far. Hatched: possible. Split: contested."


@dataclass(frozen=True)
class Subject:
    """A reading of a negotiation from which a picture is made; `what` is the quantity that is counted."""

    reading: Reading
    slug: str
    perspective: Perspective
    what: str

    def spec(self, name: str, theme: str, *, narrow: bool = False) -> dict[str, Any]:
        """The Vega-Lite spec of a picture; a narrow one is for a telephone."""
        of, ink = SUBJECTS[name], sheet(theme, narrow=narrow)
        opened = self.reading.negotiation(self.slug, self.perspective.position)
        title = plain(self.reading.seen(opened, self.perspective).title)
        shown = describe_perspective(self.perspective)
        head = frame(of.title.format(what=plain(self.what)), of.told, title, shown, ink)
        return footed(head, of.drawn(self, ink), ink)

    def slice_at(self, perspective: Perspective) -> Sequence[Seen]:
        """The facts that can count what is counted."""
        id_ = self.reading.negotiation(self.slug).id
        sections = self.reading.sections(id_, perspective)
        return sections.counting(find_kinds(TallyQuery(what=self.what)))

    def total(
        self, slice_: Sequence[Seen], at: str, perspective: Perspective, to: int | None = None
    ) -> dict[str, Any]:
        """A step of a band: what a tally adds up, up to a day."""
        id_ = self.reading.negotiation(self.slug).id
        names = self.reading.names(id_, perspective)
        found = tally(slice_, perspective, TallyQuery(what=self.what, to=to), names)
        total = found.content["total"]
        return {"at": at, **{n: total[n] for n in ("low", "high", "text", "contested")}}


_NOT_ADDED: Final = "Counts of “{what}” are not added up. The picture “held” shows each of them."
_ADDED: Final = "Numbers of “{what}” are added up. The picture “releases” shows their sum."


def _releases(subject: Subject, ink: Sheet) -> dict[str, Any]:
    perspective = subject.perspective
    slice_ = subject.slice_at(perspective)
    found = tally(slice_, perspective, TallyQuery(what=subject.what))
    if _is_stock(found):
        return nothing(ink, _NOT_ADDED.format(what=plain(subject.what)))
    at = _latest({each["at"] for each in found.points})
    steps = [subject.total(slice_, month_of(each), perspective, parse_cut(each)) for each in at]
    until = format_instant(perspective.as_of)[:10]
    return band(steps, until, ink, ink.so, title=plain(subject.what))


def _held(subject: Subject, ink: Sheet) -> dict[str, Any]:
    slice_ = subject.slice_at(subject.perspective)
    found = tally(slice_, subject.perspective, TallyQuery(what=subject.what))
    if found.points and not _is_stock(found):
        return nothing(ink, _ADDED.format(what=plain(subject.what)))
    return counters(found.points, ink, plain(subject.what))


def _is_stock(found: Tally) -> bool:
    return bool(found.content["total"]["text"] == NOT_ADDED["text"])


def _known(subject: Subject, ink: Sheet) -> dict[str, Any]:
    perspective = subject.perspective
    counting = subject.slice_at(perspective)
    if _is_stock(tally(counting, perspective, TallyQuery(what=subject.what))):
        return nothing(ink, _NOT_ADDED.format(what=plain(subject.what)))
    axis = perspective.clock
    days = [each for each in _moments(subject, axis, "day") if _within(each["at"], perspective)]
    steps = []
    most = max(FEWEST_STEPS, min(MOST_STEPS, MOST_READ // max(1, len(counting))))
    for each in days[-most:]:
        at = replace(perspective, as_known_at=parse_cut(each["at"]))
        if axis == "recorded":
            position = subject.reading.cuts.position_of(parse_cut(each["at"]))
            at = replace(at, position=min(position, perspective.position))
        steps.append(subject.total(subject.slice_at(at), each["at"], at))
    end = perspective.as_known_at
    until = (
        days[-1]["at"] if end is None and days else format_instant(end or perspective.as_of)[:10]
    )
    return band(steps, until, ink, ink.known, title=plain(subject.what))


def _activity(subject: Subject, ink: Sheet) -> dict[str, Any]:
    axes: tuple[tuple[str, Axis], ...] = (
        ("What was so", "valid"),
        ("What was published", "published"),
        ("What was recorded", "recorded"),
    )
    return strips([(name, _moments(subject, axis, "month")) for name, axis in axes], ink)


def _over_time(subject: Subject, ink: Sheet, section: Section) -> dict[str, Any]:
    found = course(subject.reading, subject.slug, subject.perspective, section)
    return lanes(found.spells, found.end, ink, has_more=found.has_more)


def _posts(subject: Subject, ink: Sheet) -> dict[str, Any]:
    return _over_time(subject, ink, POSTS)


def _measures(subject: Subject, ink: Sheet) -> dict[str, Any]:
    return _over_time(subject, ink, MEASURES)


def _moments(subject: Subject, axis: Axis, by: Any) -> list[dict[str, Any]]:  # noqa: ANN401 -- By
    """The moments along an axis up to the perspective's own cut, in four-digit years."""
    sections = subject.reading.sections(
        subject.reading.negotiation(subject.slug).id, subject.perspective
    )
    found = group_moments(sections.boundaries(axis), by)
    named: list[dict[str, Any]] = [
        {"at": each.format(by), "changes": each.changes} for each in found
    ]
    return [each for each in named if each["at"][:4].isdecimal() and each["at"][4:5] in {"", "-"}]


def _within(at: str, perspective: Perspective) -> bool:
    return perspective.as_known_at is None or parse_cut(at) <= perspective.as_known_at


def _latest(months: set[str]) -> list[str]:
    """The latest months, in order; the latest years if a picture has no room for so many months."""
    if len(months) > MOST_STEPS:
        months = {each[:4] for each in months}
    return sorted(months)[-MOST_STEPS:]


@dataclass(frozen=True)
class Kind:
    """A kind of picture: its title, what its marks mean, what is counted where nothing else is asked for."""

    title: str
    told: str
    what: str
    drawn: Callable[[Subject, Sheet], dict[str, Any]]


SUBJECTS: Final[Mapping[str, Kind]] = {
    "releases": Kind("In all: {what}", _BAND, "released", _releases),
    "held": Kind(
        "By who counted: {what}",
        "A mark: a count, which stands until the same counter's next. Dashed upright: up to what. Hollow: at most.",
        "held",
        _held,
    ),
    "known": Kind("How the total became known: {what}", _BAND, "released", _known),
    "posts": Kind("Who held which post", f"{_LANES} Dotted: nobody known.", "", _posts),
    "measures": Kind("Measures, and how far they had gone", _LANES, "", _measures),
    "activity": Kind(
        "How much changed, month by month",
        "The taller and stronger a bar, the more facts changed in that month.",
        "released",
        _activity,
    ),
}
