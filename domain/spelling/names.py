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

from domain.spelling.many_names import split_latin
from domain.spelling.readings import is_plain, list_plain_readings, list_readings, may_vary
from domain.spelling.words import Word, is_given_name, make_word
from domain.words import romanise_name, split_words, transliterate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_WORDS: Final = 8
"""How many words of a name are compared."""
_LONGEST: Final = 400
"""How many characters of a name are compared."""
_MOST_BEGINNINGS: Final = 64
"""In how many ways a name begins at most, for comparing it with initials."""
_ONE_LETTER: Final = str.maketrans("gejyouvwcqtz", "hiiiuuuukkks")
_MOST_SPELLINGS: Final = 8
"""How many spellings of a name are compared, where its letters do not tell how it sounds."""
SOFT: Final = tuple(
    str.maketrans({"č": "ch", "ç": "ch", "ș": "sh", "ž": "zh", "đ": "dj", "ć": sound})
    for sound in ("ts", "ch")
)
"""What these letters sound like, in Belarusian and in Serbian; many write them without their accents."""
_APOSTROPHE: Final = re.compile(r"(?<=\w)'(?=\w)")
WITH_ALLAH: Final = re.compile("(?<=\\w\\w)[ -](?=(?:[au]llah|\u0627\u0644\u0644\u0647)(?!\\w))")
"""Finds the blank or hyphen in names such as Abd Allah and Nasr Allah, which many write as one word."""
SERVANT: Final = "abd"
"""The letters without which no name has a form of the Arabic word for servant."""
_SERVANT: Final = re.compile(r"abd(?:[aeou]+[dlnrstz])?")
_SERVANT_OF_FEW, _SERVANT_OF_MANY = "abdul", "abdulo"
"""The word for servant in a name of few words, where it may be short for Abdullah, and in a name of more words."""
_FEW_WORDS: Final = 2
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


@lru_cache(maxsize=8_192)
def spell(name: str) -> tuple[Spelling, ...]:
    """The spellings of a folded name: without its accents and, if some of them change a sound, with these.

    If its letters may be read in several ways, each of these is a spelling, up to about _MOST_SPELLINGS.
    """
    written = name[:_LONGEST]
    texts = [written]
    if not written.isascii():
        texts += [softened for table in SOFT if (softened := written.translate(table)) != written]
    return tuple(
        dict.fromkeys(spelling for text in dict.fromkeys(texts) for spelling in _spell(name, text))
    )


def _spell(name: str, text: str) -> Iterator[Spelling]:
    if "ll" in text or "\u0644\u0644" in text:
        text = WITH_ALLAH.sub("", text)
    words, latin = _split(_APOSTROPHE.sub("", text) if "'" in text else text)
    letters = "".join(latin) if latin else romanise_name(text).rpartition(" ")[2]
    if not text.isascii() and not is_plain(text):
        readings = [*map(list_readings, words, latin or words)]
    elif may_vary(text):
        readings = [
            (word,) if is_given_name(word) else read
            for word, read in zip(words, list_plain_readings(text, words), strict=True)
        ]
    else:
        yield _make_spelling(name, words, latin or words, letters)
        return
    for read in islice(product(*readings), _MOST_SPELLINGS):
        yield _make_spelling(name, words, read, letters)


def _split(text: str) -> tuple[Sequence[str], Sequence[str]]:
    """The words of a folded text, and the same in Latin letters; no letters if some words have no such form."""
    if text.isascii():
        words = split_words(text)
        return words, words
    known = split_latin(text)
    if known is not None:
        return known
    words = split_words(text)
    return words, transliterate(words)


def _make_spelling(name: str, words: Sequence[str], latin: Sequence[str], letters: str) -> Spelling:
    if any(SERVANT in word for word in latin):
        words = latin = _part_servants(latin)
    spelt = tuple(map(make_word, words[:MOST_WORDS], latin))
    initials = frozenset([at for at, word in enumerate(spelt) if not word.key])
    return Spelling(name, spelt, frozenset([word.key for word in spelt]) - {""}, letters, initials)


def _part_servants(words: Sequence[str]) -> list[str]:
    """Words of a name where Abd al-Rahman, Abdelrahman and the like are "abdul rahman"."""
    parted: list[str] = []
    servant = _SERVANT_OF_MANY if len(words) > _FEW_WORDS else _SERVANT_OF_FEW
    for at, word in enumerate(words):
        joined = _WITH_SERVANT.fullmatch(word)
        if joined:
            parted += (_SERVANT_OF_MANY, joined[2])
        elif _SERVANT.fullmatch(word):
            parted.append(servant)
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
