"""Two facts are much alike where both may tell of the same, and nothing ties them: an editor should look.

They are of one kind and one question, their dates meet, and they name the same people or give the same number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.named import key_of
from domain.naming import folded
from domain.views.claims import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.fact import Fact
    from domain.history import FactVersion

MOST: Final = 10
"""How many similar facts are named; of more it is said how many there are."""


def similar(recorded: FactVersion, others: Iterable[FactVersion]) -> list[FactVersion]:
    """Those of the others that are much like a fact, and tied to it by no matter and no link; in order."""
    return [
        other
        for other in others
        if other.record.id != recorded.record.id
        and other.record.stands
        and not _tied(recorded, other)
        and _alike(recorded.record.fact, other.record.fact)
    ]


def _tied(one: FactVersion, other: FactVersion) -> bool:
    mine, theirs = one.record, other.record
    matter = mine.fact.matter is not None and mine.fact.matter == theirs.fact.matter
    return matter or any(
        not targets.isdisjoint(link.fact for link in fact.links)
        for targets, fact in ((mine.link_targets, theirs.fact), (theirs.link_targets, mine.fact))
    )


def _alike(one: Fact, other: Fact) -> bool:
    if one.kind != other.kind or not _meet(one, other) or not _keys(one) & _keys(other):
        return False
    people = {key_of(name) for name in one.named()}
    same_people = bool(people) and people == {key_of(name) for name in other.named()}
    return same_people or bool(_numbers(one) & _numbers(other))


def _meet(one: Fact, other: Fact) -> bool:
    """Whether what both tell may have happened, or begun, at one time."""
    (start, end), (other_start, other_end) = one.told, other.told
    return start < other_end and other_start < end


def _keys(fact: Fact) -> set[tuple[str, ...]]:
    """The questions that a fact speaks to; of a population only those that are about the same."""
    population = folded(getattr(fact, "population", None) or "")
    return {
        (answer.register.section, population, *map(key_of, answer.key.values()))
        for answer in fact.answers()
    }


def _numbers(fact: Fact) -> set[object]:
    return {(quantity.counted, counted(quantity)) for quantity in fact.quantities}
