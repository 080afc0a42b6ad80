"""Finds names that are spelled much alike, as hints that they may belong to one person; it merges no names.

Names are compared in Latin letters, by the library rapidfuzz, and as other languages write them, by `domain.spelling`;
and only with names of which a word begins with the same sounds. So quite different names add nothing to the cost.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, Protocol

from rapidfuzz import fuzz, process

from domain.naming import fold_for_search, fold_name
from domain.spelling.many_names import latinise_names
from domain.spelling.names import spell
from domain.views.sections import place_of
from domain.words import split_words, transliterate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.spelling.names import Spelling
    from domain.views.naming import Names
    from domain.views.sections import Place

MOST: Final = 10
"""How many hints a name has at most."""
MOST_COMPARED: Final = 1_000
"""How many names one name is compared with at most."""
_LONGEST: Final = 100
"""How many characters of a name are compared."""
_BEGINNING: Final = 3
"""How many letters of the keys of two words have to be the same for their names to be compared."""
_ALIKE: Final = 85.0
"""The least likeness for a hint, of 100: one letter in seven may differ."""
_SAME: Final = 100.0
_SPELT: Final = 99.0
"""The likeness of names that may be one, as two languages write it."""
_LEAST_WORDS: Final = 2
"""How many words of a name have to be in another one that has more words."""
_INITIAL: Final = re.compile(r"(?<!\w)[^\W\d_](?!\w)")
_ALIKE_ONLY: Final = "written much alike"
_IN_LANGUAGES: Final = "may be the same name, as two languages write it"
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
    """An index of all names, each with its id, that finds those written much like a given one.

    `_begin` has the names by the beginnings of their words, `_keys` the keys of their words. `_open` are the names that
    are compared although their keys differ: they have initials, or several spellings.
    """

    def __init__(self, everyone: Iterable[tuple[str, str | None]]) -> None:
        self._everyone = list(everyone)
        self._begin: dict[str, list[int]] = defaultdict(list)
        self._ordered: dict[int, str] = {}
        self._keys: list[frozenset[str]] = []
        self._open: list[bool] = []

    def of(self, name: str, id_: str | None) -> list[dict[str, Any]]:
        """[{name, id, why}] of other names that may mean the same person; a person with another id is no hint."""
        latin, written = _latin(name), self._written
        near = sorted((self._count(each), each) for each in list_beginnings(name))
        groups = chain.from_iterable(self._begin[beginning] for _, beginning in near)
        compared = list(dict.fromkeys(islice(groups, MOST_COMPARED)))
        for at in compared:
            if at not in self._ordered:
                self._ordered[at] = _in_order(written[at])
        names = ([written[at] for at in compared], [self._ordered[at] for at in compared])
        scores = {compared[at]: score for at, score in _score(latin, *names).items()}
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

    def _list_spelt(self, name: str, compared: Sequence[int]) -> dict[int, str]:
        """{index: why} of the names that may be this one as another language writes it, or with an initial."""
        found: dict[int, str] = {}
        keys, open_ = self._keys, self._open
        for own in _spell(name):
            mine, compares_all = own.keys, bool(own.initials)
            for at in compared:
                if compares_all or open_[at] or mine <= keys[at] or keys[at] <= mine:
                    whys = (_why_spelt(own, other) for other in self._spelt[at])
                    if why := next(filter(None, whys), None):
                        found.setdefault(at, why)
        return found

    def _count(self, beginning: str) -> int:
        """How many names have a word with a beginning, up to the most that are compared."""
        return min(len(self._begin[beginning]), MOST_COMPARED)

    @cached_property
    def _written(self) -> list[str]:
        """All names in Latin letters, in order. Also fills `_begin`, `_keys` and `_open`."""
        for at, spelt in enumerate(self._spelt):
            self._keys.append(spelt[0].keys)
            self._open.append(len(spelt) > 1 or bool(spelt[0].initials))
            for beginning in _beginnings(spelt):
                self._begin[beginning].append(at)
        return write_in_latin([name for name, _ in self._everyone])

    @cached_property
    def _spelt(self) -> list[Sequence[Spelling]]:
        """The spellings of all names, in order."""
        return [_spell(name) for name, _ in self._everyone]


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
        self._ordered = [*map(_in_order, self.latin)]

    def find_alike(self, latin: str) -> set[int]:
        """Which of the names are written much like one in Latin letters; of more than MOST + 1 some may be missing."""
        return set(_score(latin, self.latin, self._ordered, MOST + 2))

    def find_spelt(self, name: str, *, with_initials: bool) -> set[int]:
        """Which names may be this one as another language writes it, or with an initial.

        With `with_initials`, only names that have an initial are looked at.
        """
        return {
            at
            for own in _spell(name)
            for at in (self._with_initials if with_initials else self._list_near(own))
            if any(_why_spelt(own, other) for other in self._spelt[at])
        }

    def _list_near(self, own: Spelling) -> Iterable[int]:
        """The names that may be another spelling: without initials, they have two keys in common with this one."""
        if own.initials or len(own.keys) < max(_LEAST_WORDS, len(own.words)):
            return range(len(self._names))
        rare = sorted((self._by_key.get(key, ()) for key in own.keys), key=len)[:-1]
        return {*self._with_initials, *chain.from_iterable(rare)}

    @cached_property
    def _spelt(self) -> list[Sequence[Spelling]]:
        return [_spell(name) for name in self._names]

    @cached_property
    def _by_key(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for at, spelt in enumerate(self._spelt):
            for key in {key for spelling in spelt for key in spelling.keys}:
                found[key].append(at)
        return found

    @cached_property
    def _with_initials(self) -> list[int]:
        return [at for at, name in enumerate(self._names) if _INITIAL.search(name)]


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
    """How the words of a name begin, as all languages write them; only names that share a beginning are compared."""
    return _beginnings(_spell(name))


def may_share_one_word(name: str) -> bool:
    """Whether a name without initials may be spelt like this one and share only one beginning of a word with it.

    It may if this name has an initial, a single word, or two words that begin alike.
    """
    return any(
        spelling.initials or len(_beginnings((spelling,))) < max(_LEAST_WORDS, len(spelling.words))
        for spelling in _spell(name)
    )


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


def _spell(name: str) -> Sequence[Spelling]:
    return spell(fold_name(name[:_LONGEST]))


def _beginnings(spelt: Iterable[Spelling]) -> set[str]:
    return {key[:_BEGINNING] for spelling in spelt for key in spelling.keys}


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
