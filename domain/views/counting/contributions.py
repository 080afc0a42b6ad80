"""Keeps what questions and groups of facts add to a sum, so that it is computed once for each set of candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.views.rivalry.candidates import Candidate
from domain.views.sections import MORE, count_characters
from domain.views.versions import Seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.time.holding import Certainty
    from domain.time.perspective import Match
    from domain.views.counting.doubtful import Addends, Contributed
    from domain.views.counting.parts import Part
    from domain.views.naming import Names
    from domain.views.rivalry.answered import Answered
    from domain.views.rivalry.questions import Question
    from domain.views.versions import FactVersion


class Contributions:
    """What questions add, and the entries of parts as they are shown; callers may not change either.

    Candidates are compared by identity (`is`), because those of one key stay the same objects between two bounds
    (`Answers`).
    """

    def __init__(self) -> None:
        self._candidates: dict[tuple[object, ...], Candidate] = {}
        self._weakened: dict[int, tuple[Candidate, Candidate]] = {}
        self._contributed: dict[tuple[object, ...], tuple[Question, Contributed | None]] = {}
        self._addends: dict[tuple[int, str], tuple[Answered, Addends]] = {}
        self._entries: dict[int, tuple[Part, dict[str, Any], int]] = {}
        self._held = 0

    def candidate(
        self,
        version: FactVersion,
        certainty: Certainty | None,
        names: Names,
        *,
        begun: bool,
        inside: Certainty | None = "certain",
    ) -> Candidate:
        """The candidate for a sum that a version gives at a certainty; the arguments are fields of `Candidate`.

        A fact that is only possible is a candidate too if only what is certain is added: it may contest that.
        """
        key = id(version), certainty, begun, inside
        candidate = self._candidates.get(key)
        if candidate is None:
            seen = Seen(version=version, certainty=certainty)  # holds the version
            candidate = self._candidates[key] = Candidate(
                seen, {}, begun=begun, inside=inside, names=names
            )
            self._held += 1
        return candidate

    def weaken(self, candidate: Candidate) -> Candidate:
        """A candidate, only possible; the same object each time."""
        both = self._weakened.get(id(candidate))
        if both is None:
            both = self._weakened[id(candidate)] = candidate, candidate.weakened
            self._held += 1
        return both[1]

    def of(
        self, question: Question, what: str, match: Match, make: Callable[[], Contributed | None]
    ) -> Contributed | None:
        """What a question adds to the sum of `what`; calls `make` only if it is not kept yet."""
        told = (question, *question.within)
        key = (what, match, question.beyond, question.doubt, *map(_identify, told))
        kept = self._contributed.get(key)
        if kept is None:
            # the question is held, so that no other object gets the identity of its candidates
            kept = self._contributed[key] = (question, make())
            groups = (
                group for each in told for group in (each.facts, each.supporting, each.against)
            )
            self._held += 1 + sum(map(len, groups))
        return kept[1]

    def addends(self, group: Answered, what: str, find: Callable[[Answered], Addends]) -> Addends:
        """What a group of facts adds to the sum of `what`, found once: a group is one object between two bounds."""
        kept = self._addends.get((id(group), what))
        if kept is None:
            kept = self._addends[id(group), what] = group, find(group)
            self._held += len(group.candidates)
        return kept[1]

    def entry(self, part: Part, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """A part's entry, made once; but each time if a list in it is cut off."""
        kept = self._entries.get(id(part))
        if kept is not None:
            return kept[1]
        entry = make()
        if not any(name.endswith(MORE) for name in entry):
            self._entries[id(part)] = part, entry, count_characters(entry)
            self._held += 1 + len(part.rivals)
        return entry

    def weigh(self, part: Part, entry: dict[str, Any]) -> int:
        """How many characters the texts of a part's entry have."""
        kept = self._entries.get(id(part))
        return kept[2] if kept is not None and kept[1] is entry else count_characters(entry)

    def make_room(self, most: int) -> None:
        """Drop everything if it holds more facts than `most`."""
        if self._held > most:
            self._candidates, self._weakened, self._contributed = {}, {}, {}
            self._addends, self._entries, self._held = {}, {}, 0


def _identify(question: Question) -> tuple[tuple[int, ...], ...]:
    """The identities of the candidates of a question, in three groups."""
    groups = (question.facts, question.supporting, question.against)
    return tuple([tuple(map(id, group)) for group in groups])
