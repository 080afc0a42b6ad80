"""Compares two states: which numbers, posts, missions, measures and people differ, in the words of each state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.commands.number_words import group_digits, quantity_in_words
from api.web.counted.held import find_counted_apart
from api.web.words.custody import custody_in_words
from api.web.words.quantities import TOTALS

PEOPLE: Final = "/state/custody"
"""The path that shows what became of people."""

State = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """What changed, its words before and after (None: nothing on record), and the path that shows it in each state."""

    told: str
    before: str | None
    after: str | None
    path: str


@dataclass(frozen=True)
class _Shown:
    """A section whose entries are compared: where it is shown, and how an entry is named and said."""

    path: str
    name: Callable[[State], str]
    say: Callable[[State], str]


def list_changes(before: State, after: State) -> list[Change]:
    """List what differs between an earlier and a later state; in a list that is cut short, only entries in both."""
    return [*_of_totals(before, after), *_of_sections(before, after)]


def _of_totals(before: State, after: State) -> Iterator[Change]:
    for what in TOTALS:
        was, is_ = (_total(state["prisoners"][what]) for state in (before, after))
        if was != is_:
            yield Change(what.capitalize(), was, is_, f"/numbers/{what}")


def _total(total: State) -> str:
    return group_digits(total["text"]) + (" (contested)" if total["contested"] else "")


def _of_sections(before: State, after: State) -> Iterator[Change]:
    for section, shown in _SECTIONS.items():
        was, is_ = (_words_of(state, section, shown) for state in (before, after))
        names = dict.fromkeys([*is_, *was])
        if any(_is_cut_short(state, section) for state in (before, after)):
            names = {name: None for name in names if name in was and name in is_}
        for name in names:
            if was.get(name) != is_.get(name):
                yield Change(name, was.get(name), is_.get(name), shown.path)


def _entries(state: State, section: str) -> Iterator[State]:
    """The entries of a section; a part that a count gives, such as the women, is one of its own."""
    for entry in (state["prisoners"] if section == "held" else state)[section]:
        yield entry
        for part in entry.get("also_counted", ()):
            told = {name: part[name] for name in ("quantity", "certainty")}
            yield {**entry, **told, "contested": False}


def _is_cut_short(state: State, section: str) -> bool:
    return f"{section}_more" in (state["prisoners"] if section == "held" else state)


def _words_of(state: State, section: str, shown: _Shown) -> dict[str, str]:
    """What a state says: {the name of an entry: its words}, those of one name joined."""
    words_by_name: dict[str, str] = {}
    for entry in _entries(state, section):
        words = shown.say(entry) + _doubt(entry)
        name = shown.name(entry)
        before = words_by_name.get(name)
        words_by_name[name] = words if before is None else f"{before}; {words}"
    return words_by_name


def _doubt(entry: State) -> str:
    """What goes behind the words of an entry that is contested, or only possible."""
    if entry["contested"]:
        return " (contested)"
    return " (possible)" if entry["certainty"] == "possible" else ""


def _name_count(entry: State) -> str:
    apart = find_counted_apart(entry)
    whom = f"{entry['population']} ({apart})" if apart else str(entry["population"])
    return f"{whom[:1].upper()}{whom[1:]} held, counted by {entry['counted_by']}"


def _count(entry: State) -> str:
    return quantity_in_words(entry["quantity"]) if entry["quantity"] else "no number"


def _measure(entry: State) -> str:
    stage = "" if entry["stage"] == "in_force" else f" ({entry['stage']})"
    return f"{entry['action']}{stage}"


_SECTIONS: Final[Mapping[str, _Shown]] = {
    "held": _Shown("/numbers/held", _name_count, _count),
    "posts": _Shown(
        "#posts", lambda entry: entry["post"], lambda entry: entry["holder"] or "nobody known"
    ),
    "missions": _Shown("#missions", lambda entry: entry["post"], lambda entry: entry["status"]),
    "measures": _Shown(
        "#measures",
        lambda entry: f"{entry['target']}, by {entry['authority']}",
        _measure,
    ),
    "custody": _Shown(
        PEOPLE,
        lambda entry: entry["person"],
        lambda entry: custody_in_words(entry["status"]),
    ),
}
"""The sections that are compared, in the order in which their changes are listed."""
