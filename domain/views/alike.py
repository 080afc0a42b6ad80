"""Finds names that are spelled much alike, as hints that they may belong to one person; it merges no names.

Names are compared in Latin letters, by the library rapidfuzz, and only with names that have a word with the same
beginning. So quite different names add nothing to the cost.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, Protocol

from rapidfuzz import fuzz, process

from domain.naming import fold_for_search, fold_name
from domain.spelling.many_names import latinise_names
from domain.views.sections import place_of
from domain.words import split_words, transliterate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.views.naming import Names
    from domain.views.sections import Place

MOST: Final = 10
"""How many hints a name has at most."""
MOST_COMPARED: Final = 1_000
"""How many names one name is compared with at most."""
_LONGEST: Final = 100
"""How many characters of a name are compared."""
_BEGINNING: Final = 3
"""How many letters two words have to begin alike with for their names to be compared."""
_ALIKE: Final = 85.0
"""The least likeness for a hint, of 100: one letter in seven may differ."""

_SAME: Final = 100.0
_ALIKE_ONLY: Final = "written much alike"
LED_APART: Final = "one of several to whom aliases of one name lead"


class Somebody(Protocol):
    """Somebody with a name, and perhaps an id."""

    @property
    def name(self) -> str:
        """The name that is shown."""

    @property
    def id(self) -> str | None:
        """The id."""


class Likeness:
    """An index of all names, each with its id, that finds those written much like a given one."""

    def __init__(self, everyone: Iterable[tuple[str, str | None]]) -> None:
        self._everyone = list(everyone)
        self._begin: dict[str, list[int]] = defaultdict(list)
        self._ordered: dict[int, str] = {}

    def of(self, name: str, id_: str | None) -> list[dict[str, Any]]:
        """[{name, id, why}] of other names that may mean the same person; a person with another id is no hint."""
        latin, written = _latin(name), self._written
        near = sorted((self._count(each), each) for each in _beginnings(latin))
        groups = chain.from_iterable(self._begin[beginning] for _, beginning in near)
        compared = list(dict.fromkeys(islice(groups, MOST_COMPARED)))
        for at in compared:
            if at not in self._ordered:
                self._ordered[at] = _in_order(written[at])
        names = ([written[at] for at in compared], [self._ordered[at] for at in compared])
        scores = {compared[at]: score for at, score in _score(latin, *names).items()}
        hints = []
        for at in sorted(scores, key=lambda at: (-scores[at], at)):
            other, other_id = self._everyone[at]
            if (other, other_id) == (name, id_) or (id_ and other_id):
                continue
            why = _why(name, other) if _may_be_same(name, other, scores[at]) else _ALIKE_ONLY
            hints.append({"name": other, "id": other_id, "why": why})
        return hints[:MOST]

    def _count(self, beginning: str) -> int:
        """How many names have a word with a beginning, up to the most that are compared."""
        return min(len(self._begin[beginning]), MOST_COMPARED)

    @cached_property
    def _written(self) -> list[str]:
        """All names in Latin letters, in order. Also fills `_begin` with the beginnings of their words."""
        latin = write_in_latin([name for name, _ in self._everyone])
        for at, name in enumerate(latin):
            for beginning in _beginnings(name):
                self._begin[beginning].append(at)
        return latin


def index_names(everyone: Iterable[Somebody]) -> Likeness:
    """The index of the names of some people."""
    return Likeness((person.name, person.id) for person in everyone)


def write_in_latin(names: Sequence[str]) -> list[str]:
    """The words of each name in Latin letters, as names are compared."""
    words = latinise_names(names)
    return [_latin(names[at]) if each is None else each for at, each in enumerate(words)]


class Written:
    """Some names in Latin letters, each also with its words in alphabetical order."""

    def __init__(self, names: Sequence[str]) -> None:
        self.latin = write_in_latin(names)
        self._ordered = [*map(_in_order, self.latin)]

    def find_alike(self, latin: str) -> set[int]:
        """Which of the names are written much like one in Latin letters; of more than MOST + 1 some may be missing."""
        return set(_score(latin, self.latin, self._ordered, MOST + 2))


def _score(
    latin: str, written: Sequence[str], ordered: Sequence[str], most: int = MOST + 1
) -> dict[int, float]:
    """{index: likeness} of the names most like a name: at most `most` as they are `written`, and as many `ordered`."""
    scores: dict[int, float] = {}
    for sought, choices in ((latin, written), (_in_order(latin), ordered)):
        for _, score, index in process.extract(
            sought, choices, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=most
        ):
            scores[index] = max(score, scores.get(index, 0))
    return scores


def list_beginnings(name: str) -> set[str]:
    """The beginnings of a name's words in Latin letters; only names that share one are compared."""
    return _beginnings(_latin(name))


def join_hints(*hints: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The hints of all lists in order, each person once, up to the most that are listed."""
    joined: dict[tuple[str, str | None], dict[str, Any]] = {}
    for hint in chain(*hints):
        joined.setdefault((hint["name"], hint["id"]), hint)
    return list(joined.values())[:MOST]


def find_led_apart(
    everyone: Mapping[Place, Somebody], names: Names
) -> dict[Place, list[dict[str, Any]]]:
    """{place: hints} for names that aliases lead to different people, and for each of these people."""
    hints: dict[Place, list[dict[str, Any]]] = defaultdict(list)
    for spelling, meant in names.list_torn().items():
        one = place_of((spelling,))
        for other in (place_of((names.key(name),)) for name in meant):
            for place, hinted in ((one, other), (other, one)):
                if hinted in everyone:
                    person = everyone[hinted]
                    hints[place].append({"name": person.name, "id": person.id, "why": LED_APART})
    return hints


def _latin(name: str) -> str:
    """The words of a name, transliterated into Latin letters; as written where they have no transliteration."""
    words = split_words(name[:_LONGEST])
    return " ".join(words if name.isascii() else transliterate(words) or words)


def _in_order(name: str) -> str:
    """The words of a name in alphabetical order."""
    return " ".join(sorted(name.split()))


def _beginnings(latin: str) -> set[str]:
    return {word[:_BEGINNING] for word in latin.split()}


def _may_be_same(name: str, other: str, score: float) -> bool:
    """Whether two names may have the same words: they are 100 of 100 alike, or one is cut off because it is long."""
    return score >= _SAME or max(len(name), len(other)) > _LONGEST


def _why(name: str, other: str) -> str:
    """What the two names have in common."""
    if fold_name(name) == fold_name(other):
        return "the same name"
    if fold_for_search(name) == fold_for_search(other):
        return "the same but for accents"
    if sorted(split_words(name)) == sorted(split_words(other)):
        return "the same words in another order"
    if _latin(name) == _latin(other):
        return "the same in Latin letters"
    return _ALIKE_ONLY
