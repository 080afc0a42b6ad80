"""Computes, once each, what is needed of the facts under one key of a register at one instant."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from domain.views.naming import AMBIGUOUS
from domain.views.rivalry.denials import add_denials
from domain.views.rivalry.rivals import Resolved, Standing, find_standing, rank_rivals
from domain.views.sections import MORE, count_characters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from domain.register import Register
    from domain.views.rivalry.candidates import Candidate


class Answered:
    """The candidates under one key at an `as_of`, with results that are computed once and kept.

    `find_denied` gives {id of a fact: the denials of it}.
    """

    def __init__(
        self,
        register: Register,
        candidates: list[Candidate],
        find_denied: Callable[[], Mapping[UUID, Sequence[Candidate]]],
    ) -> None:
        self.register = register
        self.candidates = candidates
        self._find_denied = find_denied
        self.kept_entry: dict[str, Any] | None = None
        """The entry as it is shown, once it was made; callers may not change it."""
        self._characters: int | None = None

    @cached_property
    def standing(self) -> Standing | None:
        """The result of `find_standing`."""
        return find_standing(self.candidates, self.register)

    @cached_property
    def resolved(self) -> Resolved:
        """The result of `rank_rivals` on the answers that stand, if there are any, and the denials of these."""
        standing = self.standing or Standing(())
        resolved = rank_rivals(standing, self.register)
        return add_denials(resolved, standing.facts, self.register, self._find_denied())

    @cached_property
    def is_ambiguous(self) -> bool:
        """Whether the first of the standing facts is shown under an ambiguous name."""
        if not any(AMBIGUOUS in candidate.shows for candidate in self.candidates):
            return False
        facts = self.standing.facts if self.standing else ()
        return bool(facts) and AMBIGUOUS in facts[0].shows

    def keep_entry(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Keep an entry that was made, unless a list in it is cut off, and return it."""
        if not any(name.endswith(MORE) for name in entry):
            self.kept_entry = entry
        return entry

    def weigh(self, entry: dict[str, Any]) -> int:
        """How many characters the texts of the entry have."""
        if entry is not self.kept_entry:
            return count_characters(entry)
        if self._characters is None:
            self._characters = count_characters(entry)
        return self._characters
