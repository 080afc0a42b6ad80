"""Whether two names may mean one person although they are written differently.

They may if each word of the name with fewer words may be a word of the other: in any order, as an initial, or as
another language writes it. What the longer name has besides may be a patronymic or a second surname.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING, Final

from domain.spelling.words import Word, make_word
from domain.words import romanise_name, split_words, transliterate

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_WORDS: Final = 8
"""How many words of a name are compared."""
_LONGEST: Final = 400
"""How many characters of a name are compared."""
_MOST_BEGINNINGS: Final = 64
"""In how many ways a name begins at most, for comparing it with initials."""
_ONE_LETTER: Final = str.maketrans("gejyouvwcqtz", "hiiiuuuukkks")
_SOFT: Final = str.maketrans({"č": "ch", "ç": "ch", "ć": "ts", "ș": "sh"})
"""What these letters sound like; many write them without their accents."""
_APOSTROPHE: Final = re.compile(r"(?<=\w)'(?=\w)")
_SERVANT: Final = re.compile(r"abd(?:[aeou]+[dlnrstz])?")
_ARTICLE: Final = re.compile("[aeu](?:[dlnrtz]|sh?)")
_WITH_SERVANT: Final = re.compile(r"abd[aeou]+(?:l|([dnrstz])(?=\1))(?!lah)(\w{4,})")
"""Arabic names such as Abd al-Rahman, Abdul Rahman and Abdurrahman, as far as their first part."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words of a name, the keys of those that are no initials, and all its letters together.

    `name`: as it was folded. `initials`: which of the words are initials.
    """

    name: str
    words: tuple[Word, ...]
    keys: frozenset[str]
    letters: str
    initials: frozenset[int]

    def list_beginnings(self) -> set[str]:
        """The first letters of its words in each of its spellings; letters that these exchange are one letter."""
        letters = (
            sorted({each.translate(_ONE_LETTER) for each in word.begins}) for word in self.words
        )
        return {*map("".join, islice(product(*letters), _MOST_BEGINNINGS))}

    def may_be(self, other: Spelling) -> bool:
        """Whether both may be the name of one person."""
        if self.letters and self.letters == other.letters:
            return True
        one, two = (self, other) if len(self.words) <= len(other.words) else (other, self)
        if not (one.initials or two.initials or one.keys <= two.keys):
            return False
        if one.keys and two.keys and one.keys.isdisjoint(two.keys):
            return len(one.words) == len(two.words) and all(map(Word.may_be, one.words, two.words))
        return bool(one.words) and _fit(one.words, two.words)


@lru_cache(maxsize=16_384)
def spell(name: str) -> tuple[Spelling, ...]:
    """The spellings of a folded name: without its accents and, if some of them change a sound, with it."""
    written = name[:_LONGEST]
    softened = written if written.isascii() else written.translate(_SOFT)
    bare = _spell(name, written)
    return (bare,) if softened == written else (bare, _spell(name, softened))


def _spell(name: str, text: str) -> Spelling:
    words = split_words(_APOSTROPHE.sub("", text) if "'" in text else text)
    latin = tuple(words) if text.isascii() else transliterate(words)
    letters = "".join(latin) if latin else romanise_name(text).rpartition(" ")[2]
    if "abd" in letters:
        words = _part_servants(latin)
        latin = tuple(words)
    spelt = tuple(map(make_word, words[:_MOST_WORDS], latin or words))
    initials = frozenset([at for at, word in enumerate(spelt) if not word.key])
    return Spelling(name, spelt, frozenset([word.key for word in spelt]) - {""}, letters, initials)


def _part_servants(words: Sequence[str]) -> list[str]:
    """Words of a name where Abd al-Rahman, Abdelrahman and the like are "abdul rahman"."""
    parted: list[str] = []
    for at, word in enumerate(words):
        joined = _WITH_SERVANT.fullmatch(word)
        if joined:
            parted += ("abdul", joined[2])
        elif _SERVANT.fullmatch(word):
            parted.append("abdul")
        elif not (at and words[at - 1] == "abd" and _ARTICLE.fullmatch(word)):
            parted.append(word)
    return parted


def _fit(fewer: Sequence[Word], more: Sequence[Word]) -> bool:
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
