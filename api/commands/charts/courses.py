"""Finds what a section showed over time: each entry and its rivals, on each day on which it may have changed.

The section is resolved for each of those days as in the state, so a picture shows the same as the state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Final, Literal

from api.commands.charts.frame import plain
from domain.fact import KINDS, Fact
from domain.named import text_of
from domain.time.edtf_calendar import DAY, civil_day
from domain.time.instant import parse_cut
from domain.time.perspective import Perspective
from domain.views.answers import Answers
from domain.views.counting.points import bucket_name
from domain.views.moments import valid_boundaries
from domain.views.naming import Names
from domain.views.sections import PageQuery
from domain.views.state import lists_by_path, page_answers
from infrastructure.readers.reading import Reading

Look = Literal["certain", "possible", "contested", "unknown"]

MOST_DAYS: Final = 60
"""The most days for which a section is read; the latest ones are kept."""
MOST_LANES: Final = 12
"""How many entries a picture shows, the first of the section."""
MOST_ROWS: Final = 36
"""How many rows it shows in all, those that ended last."""
_YEARS: Final = range(2, 9_999)
"""The years whose days, and those next to them, have four digits."""
_LAST: Final = parse_cut("9999") // DAY
_NOBODY: Final = "nobody known"


@dataclass(frozen=True)
class ChartedSection:
    """A section of the state: its path, the name of an entry, what an entry says, and the list beside an entry."""

    path: str
    lane: Callable[[Mapping[str, Any]], str]
    say: Callable[[Mapping[str, Any]], str | None]
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """One bar in the lane of an entry: `label` was so from a day to another day, which is not included."""

    lane: str
    label: str
    look: Look
    start: str
    end: str


@dataclass(frozen=True)
class SpellsByLane:
    """All spells, by lane, the day on which time ends, and whether the section had more entries than are shown."""

    spells: Sequence[Spell]
    end: str
    has_more: bool


def course(
    reading: Reading, slug: str, perspective: Perspective, section: ChartedSection
) -> SpellsByLane:
    """Give what a section showed on each day up to `as_of`, as spells."""
    id_ = reading.negotiation(slug).id
    sections = reading.sections(id_, perspective)
    names, kinds = reading.names(id_, perspective), _kinds(section.path)
    register, _ = lists_by_path()[section.path]
    kept = sections.facts_kept
    known = (
        [seen.version for seen in sections.list_standing()]
        if kept is None
        else kept.of_kinds(kinds)
    )
    answers = (
        Answers.of(known, names, register, keep=perspective.match) if kept is None else kept.answers
    )
    facts = {
        str(version.record.id): version.record.fact
        for version in known
        if version.record.fact.kind in kinds
    }
    rivals = _Rivals(section, facts, names)
    named = {target for version in known for target in version.record.link_targets}
    denied = answers.settlers.denials.bounds(named)
    days = _days(facts.values(), denied, perspective.as_of)
    end = min(perspective.as_of // DAY + 1, _LAST)
    spells: dict[tuple[str, str], list[Spell]] = {}
    has_more = False
    for day, until in zip(days, [*days[1:], end][: len(days)], strict=True):
        at = replace(perspective, as_of=(day + 1) * DAY - 1)
        items, rest = page_answers(
            PageQuery(section.path, None, MOST_LANES), answers, at, _link_nowhere
        )
        has_more = has_more or rest is not None
        first, last = _date(day), _date(until)
        for lane, label, look in _looks(items, section, rivals, at.as_of):
            _add(spells.setdefault((lane, label), []), Spell(lane, label, look, first, last))
    lasts = sorted(spells, key=lambda each: spells[each][-1].end, reverse=True)[:MOST_ROWS]
    has_more = has_more or len(lasts) < len(spells)
    spells = {each: mine for each, mine in spells.items() if each in lasts}
    lanes = dict.fromkeys(lane for lane, _ in spells)
    shown = list(lanes)[:MOST_LANES]
    shown_spells = [
        spell for lane in shown for (of, _), mine in spells.items() if of == lane for spell in mine
    ]
    return SpellsByLane(shown_spells, _date(end), has_more or len(lanes) > len(shown))


def _kinds(path: str) -> frozenset[str]:
    """The kinds of fact that answer in a section."""
    return frozenset(
        name
        for name, kind in KINDS.items()
        if any(register.section == path for register in kind.registers)
    )


def _days(facts: Iterable[Fact], denied: Iterable[int], as_of: int) -> list[int]:
    """The latest days on which an answer of these facts may change, and the day before the first of them.

    `denied`: the instants at which other facts begin or cease to deny them.
    """
    bounds = (at for fact in facts for at in fact.window.bounds)
    days = {
        at // DAY
        for at in valid_boundaries(chain(bounds, denied))
        if at <= as_of and civil_day(at // DAY)[0] in _YEARS
    }
    kept = sorted(days)[-MOST_DAYS:]
    return [kept[0] - 1, *kept] if kept else []


@dataclass(frozen=True)
class _Rivals:
    """What the facts of a section say, with every name as the entries have it."""

    section: ChartedSection
    facts: Mapping[str, Fact]
    names: Names
    _labels: dict[str, tuple[str, str] | None] = field(default_factory=dict)

    def find_label(self, id_: str, lane: str, as_of: int) -> tuple[str, Look] | None:
        """What a rival in a lane says, and how sure that is by its own dates; None where it does not hold.

        It is also None for a fact that denies the entry and belongs to another lane.
        """
        fact = self.facts.get(id_)
        sure = None if fact is None else fact.window.at(as_of)
        if fact is None or sure is None:
            return None
        if id_ not in self._labels:
            self._labels[id_] = self._label(fact)
        told = self._labels[id_]
        if told is None or (told[0] != lane and any(fact.denies())):
            return None
        return told[1], sure

    def _label(self, fact: Fact) -> tuple[str, str] | None:
        """The lane of a fact in the section, and what it says there; None if it says nothing there."""
        for answer in fact.register_entries():
            if answer.register.section == self.section.path:
                shows, _ = self.names.read_answer(fact, answer)
                return self.section.lane(shows), plain(self.section.say(shows) or "")
        return None


def _looks(
    items: Sequence[Mapping[str, Any]], section: ChartedSection, rivals: _Rivals, as_of: int
) -> Iterator[tuple[str, str, Look]]:
    """What is said in each lane, the entry shown before its rivals; the same is said once."""
    for entry in items:
        lane, shown = section.lane(entry), section.say(entry)
        disputed: Look | None = "contested" if entry["contested"] else None
        looks = {_NOBODY if shown is None else plain(shown): disputed or entry["certainty"]}
        told = (rivals.find_label(rival["id"], lane, as_of) for rival in entry["rivals"])
        for label, sure in (pair for pair in told if pair is not None):
            looks.setdefault(label, disputed or sure)
        for aside in entry[section.beside] if section.beside else ():
            looks.setdefault(plain(section.say(aside) or ""), aside["certainty"])
        yield from ((lane, label, look) for label, look in looks.items())


def _add(spells: list[Spell], next_: Spell) -> None:
    """Add a spell, or make the last one longer where nothing changed between them."""
    last = spells[-1] if spells else None
    if last is not None and (last.look, last.end) == (next_.look, next_.start):
        spells[-1] = Spell(last.lane, last.label, last.look, last.start, next_.end)
    else:
        spells.append(next_)


def _date(day: int) -> str:
    return bucket_name(day, "day")


def _link_nowhere(_: str, __: object) -> str:
    """No address: a picture has no link to the rest of a list."""
    return ""


def _post(entry: Mapping[str, Any]) -> str:
    return plain(entry["post"])


def _measure(entry: Mapping[str, Any]) -> str:
    return f"{plain(entry['target'])}, by {plain(entry['authority'])}"


def _stage(entry: Mapping[str, Any]) -> str:
    return f"{entry['action']}, {entry['stage'].replace('_', ' ')}"


def _holder(entry: Mapping[str, Any]) -> str | None:
    """The text of a name, which in an entry is an object where the holder has an id."""
    holder = entry["holder"]
    if isinstance(holder, Mapping):
        return str(holder["name"])
    return None if holder is None else text_of(holder)


POSTS: Final = ChartedSection("posts", _post, _holder)
MEASURES: Final = ChartedSection("measures", _measure, _stage, beside="outlook")
