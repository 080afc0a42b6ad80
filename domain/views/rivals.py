"""Of the facts that answer one question one is shown; the others stay visible, and disagreement is said.

Shown is what an editor marked; else the latest to begin; among facts of one matter the most distinct
origins; else the latest published. What is left undecided falls to the order of recording.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from domain.history import Seen
from domain.named import Named
from domain.naming import folded
from domain.provenance import origins
from domain.quantity import Quantity
from domain.views.counts import Counts, same_count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.fact import Fact
    from domain.history import FactVersion
    from domain.register import Register


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fact that answers, with what it shows and the fields on which rivals are compared.

    `holds`: it may be shown. `succeeds`: it has surely taken the place of what began before it, even if it
    has itself ended since.
    """

    seen: Seen
    shows: Mapping[str, Any]
    compared: tuple[str, ...]
    holds: bool = True
    succeeds: bool = False

    @property
    def version(self) -> FactVersion:
        """The fact's version."""
        return self.seen.version

    @property
    def fact(self) -> Fact:
        """The fact."""
        return self.seen.version.record.fact


@dataclass(frozen=True, slots=True)
class Resolved:
    """The answer that is shown, its rivals, and whether any of them disagrees."""

    shown: Candidate
    rivals: Sequence[Candidate]
    contested: bool


def resolve(candidates: Sequence[Candidate], register: Register) -> Resolved | None:
    """The one that is shown among facts with the same key in a register; None where all have ceased."""
    found = standing(candidates, register)
    return ranked(found, register) if found else None


def standing(candidates: Sequence[Candidate], register: Register) -> list[Candidate]:
    """Those of which one is shown: that hold, and whose place no other has surely taken."""
    return _unsucceeded(candidates) if register.succession else list(candidates)


def ranked(found: Sequence[Candidate], register: Register) -> Resolved:
    """The one that is shown among facts that stand, and its rivals."""
    if len(found) == 1:
        return Resolved(found[0], [], contested=False)
    groups = _by_matter(found)
    first, *others = sorted(groups, key=lambda group: _group_rank(group, ahead=register.ahead))
    shown, *rest = first
    if register.rivalry.value == "key":
        rest += [candidate for group in others for candidate in group]
    claim = Claim(shown)
    return Resolved(shown, rest, any(claim.disagrees(rival) for rival in rest))


def _unsucceeded(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that hold still, and whose place no other has surely taken since."""
    latest = max((_starts(c)[0] for c in candidates if c.succeeds), default=None)
    return [
        c
        for c in candidates
        if c.holds and (latest is None or max(_starts(c)[1] - 1, _starts(c)[0]) >= latest)
    ]


def _starts(candidate: Candidate) -> tuple[int, int]:
    bounds = candidate.fact.valid_time.bounds
    return bounds.start_earliest, bounds.start_latest


def _by_matter(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    def question(candidate: Candidate) -> tuple[str, str]:
        matter = candidate.fact.matter
        return ("fact", str(candidate.version.record.id)) if matter is None else ("matter", matter)

    ordered = sorted(candidates, key=question)
    return [sorted(group, key=rank) for _, group in groupby(ordered, key=question)]


def rank(candidate: Candidate) -> tuple[int, int, int, int]:
    """The order within a matter: editor's mark, distinct origins, latest published, first recorded."""
    cited = [
        at for citation in candidate.fact.citations if (at := citation.published_at) is not None
    ]
    published = max(cited, default=candidate.version.published_at)
    marked = candidate.version.record.preferred
    return (
        -int(marked),
        -origins(candidate.fact.citations),
        -published,
        candidate.version.first_position,
    )


def _group_rank(group: Sequence[Candidate], *, ahead: bool) -> tuple[Any, ...]:
    marked = any(candidate.version.record.preferred for candidate in group)
    starts = [_starts(candidate)[0] for candidate in group]
    return (-int(marked), min(starts) if ahead else -max(starts), rank(group[0]))


class Claim:
    """One answer, ready to be held against any number of others: what it says is looked up, not read again."""

    def __init__(self, candidate: Candidate) -> None:
        self._candidate = candidate
        self._counts = Counts(candidate.fact.quantities)
        self._compared = {f: _comparable(candidate.shows.get(f)) for f in candidate.compared}
        self._against = _against(candidate.fact)
        self._targets = candidate.version.record.link_targets

    def disagrees(self, other: Candidate) -> bool:
        """Whether two answers cannot both be right, or a link says that they conflict."""
        return (
            any(_differ(one, other.shows.get(f)) for f, one in self._compared.items())
            or self._counts.conflict(other.fact.quantities)
            or _never_meet(self._candidate, other)
            or not self._against.isdisjoint(other.version.record.link_targets)
            or not self._targets.isdisjoint(_against(other.fact))
        )


def _comparable(value: object) -> object:
    if isinstance(value, Named):
        return ("id", value.id)
    return folded(value) if isinstance(value, str) else value


def _differ(one: object, other: object) -> bool:
    """Whether what the claim says, texts folded, is another thing than what the other says."""
    if one is None or other is None:
        return False
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return same_count(one, other) and not one.interval.meets(other.interval)
    return one != _comparable(other)


def _never_meet(one: Candidate, other: Candidate) -> bool:
    """Whether facts of one matter give it beginnings that exclude each other."""
    if one.fact.matter is None or one.fact.matter != other.fact.matter:
        return False
    mine, theirs = _starts(one), _starts(other)
    return mine[1] <= theirs[0] or theirs[1] <= mine[0]


def _against(fact: Fact) -> frozenset[str]:
    """What the fact's own links say that it conflicts with."""
    return frozenset(link.fact for link in fact.links if link.relation == "conflicts_with")
