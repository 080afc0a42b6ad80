"""The custody entries of people, and who is held, which follows from their status.

A charge does not say where somebody is. Somebody who is charged is held if they would be without their charges. If
the charges are over and no later status is known, somebody who would be held without them may be held.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from domain.kinds.prisoners import CHARGED, CUSTODY, PARDONS, Custody, Pardon, Release
from domain.views.entries import find_entries, list_entries
from domain.views.rivalry.doubts import add_doubts
from domain.views.rivalry.rivals import Resolved
from domain.views.sections import place_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from domain.time.perspective import Perspective
    from domain.views.answers import Answers
    from domain.views.rivalry.answered import Answered
    from domain.views.rivalry.candidates import Candidate
    from domain.views.rivalry.keyed import Answer
    from domain.views.sections import Key, Listed, Place

KEEPS_IN: Final = frozenset({"detained", "remanded", "sentenced", "house_arrest", "transferred"})
"""The statuses of people who are held."""
HELD: Final = "held"
"""The filter for any status of people who are held."""
FREE: Final = "free"
PARDONED: Final = "pardoned"
"""The status of people who are pardoned; a pardon also stands beside another status."""
_NOTHING: Final = Resolved(None)


def list_statuses_of(wanted: str) -> frozenset[str]:
    """The statuses that facts give to people who may be in the list of those with the status `wanted`."""
    return KEEPS_IN | {CHARGED} if wanted == HELD else frozenset({wanted})


def find_sources(statuses: AbstractSet[str]) -> frozenset[str]:
    """The kinds of facts that give somebody one of some statuses."""
    ways = {FREE: Release.kind, PARDONED: Pardon.kind}
    return frozenset(ways.get(status, Custody.kind) for status in statuses)


class CustodyEntries:
    """The entries in the custody section by some answers, at a perspective; each belongs to a person's place.

    An entry is made for somebody who is shown. A filter reads no more than the status, because it
    reads everybody's, unless a name may mean several people.
    """

    def __init__(self, answers: Answers, perspective: Perspective) -> None:
        self._answers = answers
        self._perspective = perspective

    def entry(self, place: Place) -> dict[str, Any]:
        """The entry of the person at a place; empty if they have none."""
        if self._is_doubtful:
            index = self._indexes.get(place)
            return {} if index is None else _item(self._whole, index)
        if place not in self._answered:
            return {}
        key, answered = self._answered[place]
        listed = self._list({key: answered})
        return _item(listed, 0) if listed.places else {}

    def shows(self, place: Place, status: str) -> bool:
        """Whether the person at a place has a status; a pardon also counts beside another status."""
        if self._status(place, {status}) == status:
            return True
        return status == PARDONED and bool(self._resolved(place).beside.get(PARDONS.name))

    def holds(self, place: Place) -> bool:
        """Whether the person at a place is held, or may be held if the perspective asks for what is possible."""
        status = self._status(place, {*KEEPS_IN, CHARGED})
        may_be = status is None and not self._is_certain
        if status == CHARGED or (may_be and self._was_charged(place)):
            return self._without_charges._keeps_in(place)  # noqa: SLF001 -- this class
        return status in KEEPS_IN

    def _keeps_in(self, place: Place) -> bool:
        """Whether every report says that the person is held, and no fact denies it.

        If the perspective asks for what is possible, one report that says so is enough.
        """
        resolved = self._resolved(place)
        reports = [each for each in (resolved.shown, *resolved.rivals) if each is not None]
        held = [report.shows["status"] in KEEPS_IN for report in reports]
        held += [False] * bool(resolved.denials)
        return bool(held) and all(held) if self._is_certain else any(held)

    def _status(self, place: Place, among: AbstractSet[str]) -> str | None:
        """The status of the person at a place; None also if no answer gives one of `among`, which saves its making."""
        if not any(candidate.shows["status"] in among for candidate in self._candidates(place)):
            return None
        shown = self._resolved(place).shown
        return None if shown is None else shown.shows["status"]

    def _was_charged(self, place: Place) -> bool:
        """Whether the person at a place is or was charged."""
        return any(candidate.shows["status"] == CHARGED for candidate in self._candidates(place))

    def _candidates(self, place: Place) -> Sequence[Candidate]:
        _, answered = self._answered.get(place, (None, None))
        return () if answered is None else answered.candidates

    def _resolved(self, place: Place) -> Resolved:
        """What is shown of the person at a place, with its rivals; nothing if they have no entry."""
        if self._is_doubtful:
            return self._doubted.get(place, _NOTHING)
        _, answered = self._answered.get(place, (None, None))
        return _NOTHING if answered is None else answered.resolved

    @cached_property
    def _doubted(self) -> dict[Place, Resolved]:
        """What is shown of each person who has an entry, with the reports that may be about them as rivals."""
        standing, doubts = find_entries(dict(self._answered.values()), certain=self._is_certain)
        return {
            place_of(key): add_doubts(answered.resolved, doubts.about(key))
            for key, answered in standing
        }

    @cached_property
    def _is_doubtful(self) -> bool:
        """Whether a name may mean several people, so that entries depend on those of others."""
        return self._answers.names.doubtful

    @cached_property
    def _answered(self) -> dict[Place, tuple[Key, Answered]]:
        answered = self._answers.at(CUSTODY, self._perspective)
        return {place_of(key): (key, result) for key, result in answered.items()}

    @cached_property
    def _whole(self) -> Listed:
        return self._list(dict(self._answered.values()))

    @cached_property
    def _indexes(self) -> dict[Place, int]:
        return {place: index for index, place in enumerate(self._whole.places)}

    @cached_property
    def _without_charges(self) -> CustodyEntries:
        return CustodyEntries(self._answers.without(CUSTODY, _is_charge), self._perspective)

    @property
    def _is_certain(self) -> bool:
        return self._perspective.match == "certain"

    def _list(self, answered: Mapping[Key, Answered]) -> Listed:
        return list_entries(CUSTODY, answered, _give_no_address, certain=self._is_certain)


def _item(listed: Listed, index: int) -> dict[str, Any]:
    entry: dict[str, Any] = listed.item(index)
    return entry


def _is_charge(answer: Answer) -> bool:
    return bool(answer.shows["status"] == CHARGED)


def _give_no_address(_path: str, _place: Place) -> str:
    """An empty address, because a list of people shows no other list that could go on."""
    return ""
