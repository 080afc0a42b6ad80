"""Holds the answers under each key of a register, and the results that were made of them.

A result changes only at the bounds of the answers under its key, and of the facts that settle or deny them. So from one
instant to another only the keys with a bound between the two are resolved again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from domain.register import RegisterEntry
from domain.time.holding import Window
from domain.views.rivalry.clusters import connect_facts
from domain.views.rivalry.denials import Denials, can_be_denied
from domain.views.versions import FactVersion

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from domain.register import Register
    from domain.time.perspective import Perspective
    from domain.views.naming import Names
    from domain.views.rivalry.answered import Answered
    from domain.views.rivalry.candidates import Candidate
    from domain.views.rivalry.settling import Settlers
    from domain.views.sections import Key

    Origin = tuple[UUID, str]
    Make = Callable[["Keyed"], Answered | None]

MOST_MADE: Final = 5
"""The kept results may hold this many times the number of all answers; beyond that, all results are dropped."""
NO_TARGETS: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """One fact's answer, with every name in it resolved; `targets` are names by which links settle or deny it."""

    version: FactVersion
    window: Window
    register_entry: RegisterEntry
    shows: Mapping[str, Any]
    targets: frozenset[str]

    @property
    def origin(self) -> Origin:
        """Identifies it among the answers under its key: its fact, and if it stands aside, the field and its kind."""
        aside = self.register_entry.aside
        kind = "" if aside is None else f"{aside.name} {aside.kind_of(self.shows)}"
        return self.version.record.id, kind

    @property
    def all_targets(self) -> frozenset[str]:
        """The targets that can settle it: the link targets of its fact, and its matter."""
        return self.targets | {f"matter:{self.version.record.fact.matter_key}"}


class Keyed:
    """The answers under one key, and the bounds between which their result stays the same."""

    __slots__ = ("_bounds", "answers")

    def __init__(self, answers: Mapping[Origin, Answer] | None = None) -> None:
        self.answers: dict[Origin, Answer] = dict(answers or {})
        self._bounds: list[int] | None = None

    def bounds(self, settlers: Settlers) -> list[int]:
        """The bounds in order, each once."""
        if self._bounds is None:
            bounds = {at for answer in self.answers.values() for at in answer.window.bounds}
            if settlers:
                targets = (answer.all_targets for answer in self.answers.values())
                bounds |= settlers.bounds(NO_TARGETS.union(*targets))
            self._bounds = sorted(bounds)
        return self._bounds

    def stretch(self, as_of: int, settlers: Settlers) -> int:
        """The number of the stretch between two neighbouring bounds in which `as_of` lies."""
        return bisect_right(self.bounds(settlers), as_of)

    def find_denied(
        self, register: Register, denials: Denials, perspective: Perspective, names: Names
    ) -> Mapping[UUID, Sequence[Candidate]]:
        """{id of a fact in a register: the denials of it at a perspective}; see `Denials.at`."""
        if not (denials and can_be_denied(register)):
            return {}
        return {
            id_: denials.at(answer.version, perspective, names)
            for (id_, _), answer in self.answers.items()
        }

    def in_order(self) -> Keyed:
        """The same answers, in the order in which their facts were recorded."""
        ordered = sorted(self.answers.items(), key=lambda item: item[1].version.first_position)
        return Keyed(dict(ordered))


def group_connected(*given: Keyed, before: Mapping[Key, Keyed] | None = None) -> dict[Key, Keyed]:
    """The answers of a total in groups that do not depend on one another (`connect_facts`), each under its own key.

    A group that is the same as one `before` is the same object, so that what was made of it is kept.
    """
    answers = [answer for keyed in given for answer in keyed.answers.values()]
    groups: dict[Key, Keyed] = {}
    for group in connect_facts([answer.version.record for answer in answers]):
        members = {answers[at].origin: answers[at] for at in group}
        key = (answers[group[0]].version.record.id.hex,)
        was = before.get(key) if before else None
        groups[key] = was if was is not None and was.answers == members else Keyed(members)
    return groups


class Made:
    """The results that were made of keyed answers, by key and stretch."""

    def __init__(self) -> None:
        self._results: dict[tuple[Keyed, int], Answered | None] = {}
        self._held = 0

    def at(self, keyed: Keyed, stretch: int, make: Make) -> Answered | None:
        """The result for a key's answers in a stretch; `make` is called only the first time."""
        results = self._results
        if (keyed, stretch) not in results:
            results[keyed, stretch] = make(keyed)
            self._held += 1 + len(keyed.answers)
        return results[keyed, stretch]

    def make_room(self, most: int) -> None:
        """Drop all results if they hold more answers than `most`."""
        if self._held > most:
            self._results, self._held = {}, 0


class Course:
    """The results under all keys of one register, in the order of keys, moved from each instant to the next one.

    Several threads may ask at once: a list of results is replaced, and never changed.
    """

    def __init__(self, keyed: Mapping[Key, Keyed], settlers: Settlers) -> None:
        self._keys = list(keyed)
        self._keyed = list(keyed.values())
        self._settlers = settlers
        self._last: tuple[int, list[Answered | None]] | None = None

    def at(self, as_of: int, make: Make) -> dict[Key, Answered]:
        """The results at an instant; `make` gives the result of a key, and is called only for keys that may differ."""
        last = self._last
        if last is None:
            results = list(map(make, self._keyed))
        else:
            before, results = last
            changed = set(self._list_changing(min(before, as_of), max(before, as_of)))
            if changed:
                results = results.copy()
            for index in changed:
                results[index] = make(self._keyed[index])
        self._last = as_of, results
        pairs = zip(self._keys, results, strict=True)
        return {key: result for key, result in pairs if result is not None}

    def _list_changing(self, first: int, last: int) -> Iterable[int]:
        """The indexes of the keys with a bound after `first` and up to `last`."""
        if first == last:
            return ()
        instants, indexes = self._bounds
        return indexes[bisect_right(instants, first) : bisect_right(instants, last)]

    @cached_property
    def _bounds(self) -> tuple[list[int], list[int]]:
        """The bounds of all keys in order, and the index of the key of each."""
        bounds = sorted(
            (bound, index)
            for index, keyed in enumerate(self._keyed)
            for bound in keyed.bounds(self._settlers)
        )
        return [bound for bound, _ in bounds], [index for _, index in bounds]
