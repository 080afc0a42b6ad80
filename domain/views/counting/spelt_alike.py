"""Finds names that may mean one person although they are written differently, so that this person counts once.

Two names may mean one person if each word of the name with fewer words may be a word of the other: in any order, as an
initial, or as another language writes it. What the longer name has besides may be a patronymic or a second surname.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations
from typing import TYPE_CHECKING, Final

from domain.named import id_in, name_in
from domain.words import is_unspaced, romanise_name, split_words, transliterate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MOST_WORDS: Final = 8
"""How many words of a name are compared."""
COMPARED: Final = 5
"""With how many other names each name is always compared."""
MOST_FURTHER: Final = 100_000
"""How many more comparisons are made in all. After these, a name that needs more counts as another spelling."""
_LEAST: Final = 2
"""The sound of a word with fewer consonants is the word itself."""
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("x", "ks"),
        ("ph", "f"),
        ("kh|g", "h"),
        ("shch|sch|sh|sz|zh|z", "s"),
        ("tsch|tch|ch|cz|ts|tz|th", "t"),
        ("ds", "d"),
        ("[cq]", "k"),
        (r"([a-z])\1+", r"\1"),
        ("[aeiouyjvw]", ""),
    )
)
"""(pattern, replacement) in order, for what languages write differently: Igor and Ihar, Sergei and Siarhei."""
_INITIALS: Final = {
    letter: frozenset(like)
    for letter, like in {
        "c": "ckt", "e": "ey", "g": "gh", "h": "gh", "i": "iy", "j": "jy", "k": "ckq", "o": "ov", "q": "kq",
        "s": "sz", "t": "ct", "u": "uvw", "v": "ouvw", "w": "uvw", "y": "eijy", "z": "sz",
    }.items()
}  # fmt: skip
"""The letters with which another spelling of a name may begin."""
_ALIKE: Final = str.maketrans("gejyouvwcqtz", "hiiiuuuukkks")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a name in Latin letters, and its sound; an initial has no sound."""

    text: str
    sound: str

    def may_be(self, other: _Word) -> bool:
        """Whether both may be one name, or one is an initial of the other."""
        if self.sound and other.sound:
            return self.sound == other.sound
        first = self.text[0]
        return other.text[0] in _INITIALS.get(first, first)


@dataclass(frozen=True, slots=True)
class _Spelling:
    """The words of a name, the sounds of those that are no initials, and all its letters together.

    `initials`: which of the words are initials.
    """

    words: tuple[_Word, ...]
    sounds: frozenset[str]
    letters: str
    initials: frozenset[int]

    @property
    def begins(self) -> str:
        """The first letters of its words; letters that other spellings exchange, as G and H, are one letter."""
        return "".join([word.text[0] for word in self.words]).translate(_ALIKE)

    def may_be(self, other: _Spelling) -> bool:
        """Whether both may be the name of one person."""
        if self.letters and self.letters == other.letters:
            return True
        one, two = (self, other) if len(self.words) <= len(other.words) else (other, self)
        if not (one.initials or two.initials or one.sounds <= two.sounds):
            return False
        if one.sounds and two.sounds and one.sounds.isdisjoint(two.sounds):
            return len(one.words) == len(two.words) and all(map(_Word.may_be, one.words, two.words))
        return bool(one.words) and _fit(one.words, two.words)


class Spellings:
    """The names that were counted, by what other spellings of them have in common with them."""

    def __init__(self) -> None:
        self._spelt: dict[str, _Spelling] = {}
        self._bare: dict[str, bool] = {}
        self._further = 0
        self._by_letters: dict[str, list[str]] = defaultdict(list)
        self._by_sounds: dict[frozenset[str], list[str]] = defaultdict(list)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        self._by_pair: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._with_initials: dict[str, list[str]] = defaultdict(list)
        self._by_begins: dict[str, dict[frozenset[int], list[str]]] = defaultdict(dict)

    def add(self, part: str) -> None:
        """Add the name in a key part."""
        name = name_in(part)
        self._bare[name] = self._bare.get(name, False) or id_in(part) is None
        if name in self._spelt:
            return
        spelling = self._spelt[name] = _spell(name)
        self._by_letters[spelling.letters].append(name)
        self._by_sounds[spelling.sounds].append(name)
        for sound in spelling.sounds:
            self._by_sound[sound].append(name)
        for pair in combinations(sorted(spelling.sounds), 2):
            self._by_pair[pair].append(name)
        if spelling.initials:
            for sound in spelling.sounds:
                self._with_initials[sound].append(name)
            self._by_begins[spelling.begins].setdefault(spelling.initials, []).append(name)

    def may_mean(self, part: str) -> bool:
        """Whether another name may mean the person of a key part; two names with ids mean two people."""
        name, has_id = name_in(part), id_in(part) is not None
        spelling = _spell(name)
        for compared, other in enumerate(self._list_near(spelling)):
            if compared >= COMPARED:
                if self._further == MOST_FURTHER:
                    return True
                self._further += 1
            if other == name or (has_id and not self._bare[other]):
                continue
            if self._spelt[other].may_be(spelling):
                return True
        return False

    def _list_near(self, spelling: _Spelling) -> Iterable[str]:
        """The names that may be another spelling, and some that may not; a name may come more than once."""
        if not spelling.sounds:
            return self._spelt if spelling.words else ()
        sounds = sorted(spelling.sounds)
        subsets = chain.from_iterable(combinations(sounds, size) for size in range(len(sounds) + 1))
        within = (self._by_sounds.get(frozenset(subset), ()) for subset in subsets)
        shorter: Iterable[Sequence[str]] = ()
        longer: Iterable[Sequence[str]] = [self._by_sound.get(sound, ()) for sound in sounds]
        if not spelling.initials:  # then a longer name without initials has all of the sounds
            shorter = (self._with_initials.get(sound, ()) for sound in sounds)
            pairs = [self._by_pair.get(pair, ()) for pair in combinations(sounds, 2)]
            longer = sorted(pairs or longer, key=len)[:1]
        alike = self._by_letters.get(spelling.letters, ())
        return chain(alike, *within, *shorter, *longer, *self._list_crosswise(spelling))

    def _list_crosswise(self, spelling: _Spelling) -> Iterable[Sequence[str]]:
        """The names that begin alike, where each word is an initial in one of the two: "Ann E." beside "A. Example"."""
        if not spelling.initials:
            return
        for initials, names in self._by_begins.get(spelling.begins, {}).items():
            if len(initials | spelling.initials) == len(spelling.words):
                yield names


@lru_cache(maxsize=16_384)
def _spell(name: str) -> _Spelling:
    """The spelling of a folded name."""
    words = split_words(name)[:_MOST_WORDS]
    latin = transliterate(words) or words
    spelt = tuple(map(_word, words, latin))
    sounds = frozenset([word.sound for word in spelt if word.sound])
    initials = frozenset([at for at, word in enumerate(spelt) if not word.sound])
    return _Spelling(spelt, sounds, romanise_name(name).rpartition(" ")[2], initials)


@lru_cache(maxsize=16_384)
def _word(word: str, text: str) -> _Word:
    """A word of a name, and its spelling in Latin letters."""
    initial = len(word) == 1 and word.isalpha() and not is_unspaced(word)
    return _Word(text, "" if initial else _sound(text))


def _sound(word: str) -> str:
    """The consonants of a word as all languages write them; the word itself if there are too few."""
    sound = word
    for pattern, replacement in _SOUNDS:
        sound = pattern.sub(replacement, sound)
    return sound if len(sound) >= _LEAST else word


def _fit(fewer: Sequence[_Word], more: Sequence[_Word]) -> bool:
    """Whether each of some words may be another one of a name's words."""
    taken: dict[int, int] = {}

    def take(at: int, tried: set[int]) -> bool:
        for place, word in enumerate(more):
            if place not in tried and fewer[at].may_be(word):
                tried.add(place)
                if place not in taken or take(taken[place], tried):
                    taken[place] = at
                    return True
        return False

    return all(take(at, set()) for at in range(len(fewer)))
