"""Tells who is held: whose status keeps them in.

A charge does not say where somebody is. Somebody who is charged is held if they would be without their charges.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from domain.kinds.prisoners import CHARGED, CUSTODY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from domain.views.answers import Answers
    from domain.views.rivalry.keyed import Answer
    from domain.views.sections import Place

    Entries = Callable[[Place], Mapping[str, Any]]


KEEPS_IN: Final = frozenset({"detained", "remanded", "sentenced", "house_arrest", "transferred"})
"""The statuses of people who are held."""


class Held:
    """Who is held by the answers in the custody section; `entries_of` gives the entries of some answers, by place."""

    def __init__(self, answers: Answers, entries_of: Callable[[Answers], Entries]) -> None:
        self._answers = answers
        self._entries_of = entries_of

    def holds(self, place: Place, entry: Mapping[str, Any]) -> bool:
        """Whether the person at a place is held, whose entry this is."""
        if entry.get("status") == CHARGED:
            entry = self._without_charges(place)
        return entry.get("status") in KEEPS_IN

    @cached_property
    def _without_charges(self) -> Entries:
        return self._entries_of(self._answers.without(CUSTODY, _is_charge))


def _is_charge(answer: Answer) -> bool:
    return bool(answer.shows["status"] == CHARGED)
