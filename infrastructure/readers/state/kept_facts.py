"""Keeps the facts of a negotiation in memory for later requests about it, and updates them when something changes.

With them a request at another `as_of` reads no facts, and resolves only what differs there. The first request reads as
few facts as possible, so a large negotiation that is asked about only once is never read whole.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, Protocol
from uuid import UUID

from domain.register import Register
from domain.time.instant import BEGINNING, END
from domain.time.perspective import Perspective
from domain.views.answers import Answers
from domain.views.counting.contributions import Contributions
from domain.views.moments import valid_boundaries, valid_times
from domain.views.naming import Names
from domain.views.people import Everyone
from domain.views.rivalry.keyed import MOST_MADE
from domain.views.versions import FactVersion
from infrastructure.kept_bytes import KeptBytes

MOST_BYTES: Final = 2**27
"""About how many bytes a process keeps in all, unless its settings say otherwise."""
FACT_BYTES: Final = 4_500
"""About how many bytes a fact takes in memory, with what is made of it."""
ANSWER_BYTES: Final = 1_500
"""About how many bytes each of its answers takes; a release of twenty people has twenty-one."""
_COUNTED_BYTES: Final = 5_000
"""About how many bytes a fact takes in memory, with what sums make of it."""
_NAME_BYTES: Final = 150
"""About how many bytes each name in such a fact takes besides."""
MOST_MOVED: Final = 500
"""The most facts that may differ between two perspectives if the facts of one are moved to the other."""


@dataclass(frozen=True)
class _FactsSeen:
    """Facts that stand at a perspective; `last` is the position of the negotiation's last change that it knows."""

    perspective: Perspective
    last: int

    def sees_as(self, perspective: Perspective, last: int) -> bool:
        """Whether the same facts are seen at a perspective that knows the changes up to the position `last`."""
        return self.last == last and self.perspective.published_cut == perspective.published_cut


@dataclass(frozen=True)
class KeptFacts(_FactsSeen):
    """The facts that stand at a perspective, at any `as_of`, by id in order of recording; and their answers."""

    versions: Mapping[UUID, FactVersion]
    answers: Answers
    _everyone: dict[tuple[str, ...], Everyone] = field(default_factory=dict)

    def __len__(self) -> int:
        return weigh(1 + len(self.versions), self.answers.size)

    def everyone(self, parties: Sequence[str]) -> Everyone:
        """The people whom the facts name, without the negotiation's parties; kept for the parties given last."""
        key = tuple(parties)
        everyone = self._everyone.get(key)
        if everyone is None:
            everyone = Everyone(self.versions.values(), self.answers.names, key)
            self._everyone.clear()
            self._everyone[key] = everyone
        return everyone

    def span(self, as_of: int) -> tuple[int, int]:
        """The last boundary of valid time up to `as_of`, and the first one after it."""
        after = bisect_right(self._boundaries, as_of)
        return self._boundaries[after - 1], self._boundaries[after]

    def of_kinds(self, kinds: Iterable[str]) -> list[FactVersion]:
        """The facts of some kinds, in order of recording."""
        versions = [version for kind in kinds for version in self._by_kind.get(kind, ())]
        return sorted(versions, key=lambda version: version.first_position)

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[FactVersion]]:
        by_kind: dict[str, list[FactVersion]] = {}
        for version in self.versions.values():
            by_kind.setdefault(version.record.fact.kind, []).append(version)
        return by_kind

    @cached_property
    def _boundaries(self) -> list[int]:
        facts = (version.record.fact for version in self.versions.values())
        instants = {at for fact in facts for at in valid_boundaries(valid_times(fact))}
        return sorted({BEGINNING, END, *instants})

    def far_from(self, perspective: Perspective, last: int) -> tuple[bool, int, int]:
        """A sort key by which the kept facts that differ least from those of a perspective come first."""
        mine, cut = self.perspective.published_cut, perspective.published_cut
        return (mine is None) != (cut is None), abs(self.last - last), abs((mine or 0) - (cut or 0))

    def move(
        self, perspective: Perspective, last: int, seen: Iterable[FactVersion], gone: Iterable[UUID]
    ) -> KeptFacts | None:
        """The facts at another perspective, at which the versions `seen` differ, and the facts `gone` are not seen.

        None if the difference may affect other facts too (`Answers.after`).
        """
        stand = {version.record.id: version for version in seen if version.record.stands}
        changed = {*gone, *(version.record.id for version in seen)}
        pairs = [(self.versions.get(id_), stand.get(id_)) for id_ in changed]
        answers = self.answers.after(pairs)
        if answers is None:
            return None
        versions = {id_: each for id_, each in self.versions.items() if id_ not in changed} | stand
        ordered = sorted(versions.values(), key=lambda version: version.first_position)
        return KeptFacts(
            perspective, last, {version.record.id: version for version in ordered}, answers
        )


@dataclass(frozen=True)
class CountedFacts(_FactsSeen):
    """The facts of some kinds that stand at a perspective, at any `as_of`; and what they add to sums.

    They are kept if the record is too large to be kept whole, until it changes or a request asks for what was
    known at another time.
    """

    versions: Sequence[FactVersion]
    names: Names
    contributions: Contributions = field(default_factory=Contributions)
    _answers: dict[Register, Answers] = field(default_factory=dict)

    def __len__(self) -> int:
        named = sum(len(version.record.fact.people) for version in self.versions)
        return _COUNTED_BYTES * (1 + len(self.versions)) + _NAME_BYTES * named

    def answers(self, total: Register) -> Answers:
        """The answers of the facts in a total of the state; these must be all the facts that answer there."""
        answers = self._answers.get(total)
        if answers is None:
            made = Answers.of(self.versions, self.names, total, keep=self.perspective.match)
            answers = self._answers[total] = replace(made, contributions=self.contributions)
        return answers


@dataclass(frozen=True)
class _AskedOnce:
    """Notes that facts were asked for once and are not kept yet: up to the position `last`, and by a published cut."""

    last: int
    published_cut: int | None

    def __len__(self) -> int:
        return FACT_BYTES


@dataclass(frozen=True)
class _TooMany:
    """Notes that there are too many facts of some kinds to keep them."""

    def __len__(self) -> int:
        return FACT_BYTES


class FactSource(Protocol):
    """The reader from which `KeptSlices` gets facts; implemented by `SectionReader`."""

    @property
    def negotiation_id(self) -> UUID:
        """The negotiation."""

    @property
    def perspective(self) -> Perspective:
        """The perspective."""

    @property
    def last_change(self) -> int:
        """The position of the last change of the negotiation that the perspective knows."""

    @property
    def last_erasure(self) -> int:
        """The position of the last erasure in the negotiation."""

    @property
    def built(self) -> Hashable:
        """A value that identifies the tables that are read; each rebuild changes it."""

    def count_facts(self) -> int:
        """About how many facts there are."""

    def count_answers(self, limit: int) -> int:
        """About how many answers they have; `limit` where there are more."""

    def read_facts(self) -> KeptFacts:
        """All facts that stand, with their answers."""

    def move_facts(self, facts: KeptFacts) -> KeptFacts | None:
        """The same facts, updated from those of another perspective; None if all have to be read."""

    def read_counted(self, kinds: frozenset[str]) -> CountedFacts:
        """The facts of some kinds that stand."""


def weigh(facts: int, answers: int = 0) -> int:
    """About how many bytes some facts with some answers take in memory."""
    return FACT_BYTES * facts + ANSWER_BYTES * answers


class KeptSlices:
    """The facts that one process keeps: for each negotiation the newest, and those of one other perspective.

    They take at most about `most` bytes.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._kept: KeptBytes[KeptFacts | CountedFacts | _AskedOnce | _TooMany] = KeptBytes(most)

    def find(self, source: FactSource, *, at_once: bool = False) -> KeptFacts | None:
        """The kept facts of a negotiation; None at the first request, and if they are too many to keep.

        If the kept facts cannot be updated to this perspective, all facts are read at the second request in a row for
        it. With `at_once` they are read at the first request.
        """
        owner, erased, at = source.negotiation_id, source.last_erasure, source.perspective
        last, of = source.last_change, (source.built, at.match)
        newest, other, asked = (
            self._kept.find(owner, erased, (of, slot)) for slot in ("newest", "other", "asked")
        )
        kept = [facts for facts in (newest, other) if isinstance(facts, KeptFacts)]
        for facts in kept:
            if facts.sees_as(at, last):
                return facts
        nearest = min(kept, key=lambda facts: facts.far_from(at, last), default=None)
        moved = None if nearest is None else source.move_facts(nearest)
        if moved is None:
            this = _AskedOnce(last, at.published_cut)
            again = asked == this if kept else asked is not None
            if not (again or at_once) or not self._have_room_for(source):
                self._kept.keep(owner, erased, (of, "asked"), this)
                return None
        facts = moved or source.read_facts()
        earlier = (kept and last < kept[0].last) or at.published_cut is not None
        self._kept.keep(owner, erased, (of, "other" if earlier else "newest"), facts)
        return facts

    def find_counted(self, source: FactSource, kinds: frozenset[str]) -> CountedFacts | None:
        """The facts of some kinds, kept from the first request on.

        None if there is room for all facts. If they are too many to keep, only the first request gets them.
        """
        owner, erased, at = source.negotiation_id, source.last_erasure, source.perspective
        last, key = source.last_change, (source.built, at.match, kinds)
        counted = self._kept.find(owner, erased, key)
        if isinstance(counted, CountedFacts) and counted.sees_as(at, last):
            counted.contributions.make_room(MOST_MADE * len(counted.versions))
            return counted
        if isinstance(counted, _TooMany) or self._have_room_for(source):
            return None
        counted = source.read_counted(kinds)
        kept = counted if len(counted) <= self._most else _TooMany()
        self._kept.keep(owner, erased, key, kept)
        return counted

    def _have_room_for(self, source: FactSource) -> bool:
        room = (self._most - weigh(source.count_facts())) // ANSWER_BYTES
        return room >= 0 and source.count_answers(room + 1) <= room
