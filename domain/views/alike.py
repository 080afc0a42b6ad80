"""Finds names that are spelled much alike, as hints that they may belong to one person; it merges no names.

Names are compared in Latin letters, by the library rapidfuzz, and as other languages write them, by `domain.spelling`;
and only with names of which a word begins with the same sounds. So quite different names add nothing to the cost.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Protocol

from domain.naming import fold_for_search, fold_name
from domain.spelling.index import LONGEST, SpeltNames, list_key_beginnings, spell_name
from domain.spelling.many_names import latinise_names
from domain.spelling.scores import AlikeNames, order_words, score_groups, score_names
from domain.views.sections import place_of
from domain.words import split_words, transliterate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from domain.spelling.names import Spelling
    from domain.views.naming import Names
    from domain.views.sections import Place

MOST: Final = 10
"""How many hints a name has at most."""
MOST_COMPARED: Final = 100
"""How many names one name is compared with at most."""
_SAME: Final = 100.0
_SPELT: Final = 99.0
"""The likeness of names that may be one, as two languages write it."""
_LEAST_WORDS: Final = 2
"""How many words of a name have to be in another one that has more words."""
_INITIAL: Final = re.compile(r"(?<!\w)[^\W\d_](?!\w)")
_ALIKE_ONLY: Final = "written much alike"
_IN_LANGUAGES: Final = "may be one name, spelt in two ways"
_AN_INITIAL: Final = "the same if an initial stands for the name"
_AN_INITIAL_ELSEWHERE: Final = f"{_AN_INITIAL}, as another language writes it"
_MORE_WORDS: Final = "may be the same, but one has more words"
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
        self._groups: dict[str, AlikeNames] = {}

    def of(self, name: str, id_: str | None) -> list[dict[str, Any]]:
        """[{name, id, why}] of other names that may mean the same person; a person with another id is no hint."""
        compared = self._select_compared(name)
        scores = score_groups(_latin(name), compared, MOST + 1)
        spelt = self._list_spelt(name, compared)
        for at in spelt:
            scores[at] = max(_SPELT, scores.get(at, 0))
        hints = []
        for at in sorted(scores, key=lambda at: (-scores[at], at)):
            other, other_id = self._everyone[at]
            if (other, other_id) == (name, id_) or (id_ and other_id):
                continue
            why = _why(name, other) if _may_be_same(name, other, scores[at]) else _ALIKE_ONLY
            if why == _ALIKE_ONLY:
                why = spelt.get(at, why)
            hints.append({"name": other, "id": other_id, "why": why})
        return hints[:MOST]

    def _select_compared(self, name: str) -> list[tuple[AlikeNames, int]]:
        """The groups of names that begin like a name, the smallest first, and how many of each are compared."""
        groups = [(self._find_group(beginning), beginning) for beginning in list_beginnings(name)]
        compared, left = [], MOST_COMPARED
        for group, _ in sorted(groups, key=lambda each: (len(each[0].names), each[1])):
            compared.append((group, min(left, len(group.names))))
            left -= compared[-1][1]
        return compared

    def _find_group(self, beginning: str) -> AlikeNames:
        group = self._groups.get(beginning)
        if group is None:
            names = self._spelt.begin.get(beginning, ())[:MOST_COMPARED]
            group = self._groups[beginning] = AlikeNames.of(names, self._written)
        return group

    def _list_spelt(self, name: str, compared: Sequence[tuple[AlikeNames, int]]) -> dict[int, str]:
        """{index: why} of the names that may be this one as another language writes it, or with an initial."""
        found: dict[int, str] = {}
        names = self._spelt
        for own in spell_name(name):
            for at in names.find_near(own):
                if not any(group.places.get(at, count) < count for group, count in compared):
                    continue
                other = names.keys[at]
                if own.initials or at in names.several or own.keys <= other or other <= own.keys:
                    whys = (_why_spelt(own, spelling) for spelling in names.spell(at))
                    if why := next(filter(None, whys), None):
                        found.setdefault(at, why)
        return found

    @cached_property
    def _spelt(self) -> SpeltNames:
        return SpeltNames([name for name, _ in self._everyone])

    @cached_property
    def _written(self) -> list[str]:
        """All names in Latin letters, in order."""
        return write_in_latin([name for name, _ in self._everyone])


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
        self._names = names
        self.latin = write_in_latin(names)
        self._ordered = [*map(order_words, self.latin)]

    def find_alike(self, latin: str) -> set[int]:
        """Which of the names are written much like one in Latin letters; of more than MOST + 1 some may be missing."""
        return set(score_names(latin, self.latin, self._ordered, MOST + 2))

    def find_spelt(self, name: str, shared: Collection[int]) -> set[int]:
        """Which names may be this one as another language writes it, or with an initial.

        All of these names share one beginning of a word with it; `shared` are those that share a second one.
        """
        return {
            at
            for own in spell_name(name)
            for at in self._list_near(own, shared)
            if any(_why_spelt(own, other) for other in spell_name(self._names[at]))
        }

    def _list_near(self, own: Spelling, shared: Collection[int]) -> Iterable[int]:
        """The names that may be another spelling: without initials, they have two keys in common with this one."""
        if own.initials or len(list_key_beginnings((own,))) < max(_LEAST_WORDS, len(own.words)):
            return self._spelt.find_near(own)
        initialled = self._with_initials
        found = self._spelt_with_initials.find_near(own) if initialled else ()
        return {*shared, *(initialled[at] for at in found)}

    @cached_property
    def _spelt(self) -> SpeltNames:
        return SpeltNames(self._names)

    @cached_property
    def _spelt_with_initials(self) -> SpeltNames:
        return SpeltNames([self._names[at] for at in self._with_initials])

    @cached_property
    def _with_initials(self) -> list[int]:
        return [at for at, name in enumerate(self._names) if _INITIAL.search(name)]


def list_beginnings(name: str) -> set[str]:
    """How the words of a name begin, as all languages write them; only names that share a beginning are compared."""
    return list_key_beginnings(spell_name(name))


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
    words = split_words(name[:LONGEST])
    return " ".join(words if name.isascii() else transliterate(words) or words)


def _why_spelt(one: Spelling, two: Spelling) -> str | None:
    """Why two names may be one that two languages write, or that has initials; None if they may not."""
    fewer, more = sorted((one.words, two.words), key=len)
    if len(fewer) < min(len(more), _LEAST_WORDS) or not one.may_be(two):
        return None
    if one.initials or two.initials:
        texts, begun = {word.text for word in more}, {word.text[0] for word in more}
        same = (
            word.text in texts or word.text[0] in (texts if word.key else begun) for word in fewer
        )
        return _AN_INITIAL if all(same) else _AN_INITIAL_ELSEWHERE
    return _IN_LANGUAGES if len(fewer) == len(more) else _MORE_WORDS


def _may_be_same(name: str, other: str, score: float) -> bool:
    """Whether two names may have the same words: they are 100 of 100 alike, or one is cut off because it is long."""
    return score >= _SAME or max(len(name), len(other)) > LONGEST


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
