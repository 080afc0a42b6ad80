"""The custody entries of people, and who is held, which follows from their status.

A charge does not say where somebody is. Somebody who is charged is held if they would be without their charges. If
the charges are over and no later status is known, somebody who would be held without them may be held.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from domain.kinds.prisoners import CHARGED, CUSTODY, PARDONS, Custody, Pardon, Release
from domain.views.entries import list_entries
from domain.views.sections import place_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from domain.time.perspective import Perspective
    from domain.views.answers import Answers
    from domain.views.rivalry.answered import Answered
    from domain.views.rivalry.keyed import Answer
    from domain.views.sections import Key, Listed, Place

KEEPS_IN: Final = frozenset({"detained", "remanded", "sentenced", "house_arrest", "transferred"})
"""The statuses of people who are held."""
HELD: Final = "held"
"""The filter for any status of people who are held."""
FREE: Final = "free"
PARDONED: Final = "pardoned"
"""The status of people who are pardoned; a pardon also stands beside another status."""


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
        has_status = self._status(place, {status}) == status
        return has_status or (status == PARDONED and self._is_pardoned(place))

    def holds(self, place: Place) -> bool:
        """Whether the person at a place is held, or may be held if the perspective asks for what is possible."""
        status = self._status(place, {*KEEPS_IN, CHARGED})
        may_be = status is None and self._perspective.match == "possible"
        if status == CHARGED or (may_be and self._was_charged(place)):
            status = self._without_charges._status(place, KEEPS_IN)  # noqa: SLF001 -- this class
        return status in KEEPS_IN

    def _status(self, place: Place, among: AbstractSet[str]) -> str | None:
        """The status of the person at a place; None also if no answer gives one of `among`, which saves its making."""
        if self._is_doubtful:
            return self.entry(place).get("status")
        _, answered = self._answered.get(place, (None, None))
        if answered is None or all(
            candidate.shows["status"] not in among for candidate in answered.candidates
        ):
            return None
        shown = answered.resolved.shown
        return None if shown is None else shown.shows["status"]

    def _was_charged(self, place: Place) -> bool:
        """Whether the person at a place is or was charged."""
        _, answered = self._answered.get(place, (None, None))
        return answered is not None and any(
            candidate.shows["status"] == CHARGED for candidate in answered.candidates
        )

    def _is_pardoned(self, place: Place) -> bool:
        if self._is_doubtful:
            return self.entry(place).get(PARDONS.name) is not None
        _, answered = self._answered.get(place, (None, None))
        return answered is not None and bool(answered.resolved.beside.get(PARDONS.name))

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

    def _list(self, answered: Mapping[Key, Answered]) -> Listed:
        certain = self._perspective.match == "certain"
        return list_entries(CUSTODY, answered, _give_no_address, certain=certain)


def _item(listed: Listed, index: int) -> dict[str, Any]:
    entry: dict[str, Any] = listed.item(index)
    return entry


def _is_charge(answer: Answer) -> bool:
    return bool(answer.shows["status"] == CHARGED)


def _give_no_address(_path: str, _place: Place) -> str:
    """An empty address, because a list of people shows no other list that could go on."""
    return ""
