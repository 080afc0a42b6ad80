"""The full text of a fact is the list of words by which it is found, with a break after each of its texts.

It is followed by its words with apostrophes, without these; and in a script other than Latin by its transliteration,
in which each word is marked as such.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from domain.fact import Fact, as_primitives
from domain.named import Named, text_of
from domain.sought import ROMANISED
from domain.words import list_joined, merge_letters, romanise, search_units, split_words

if TYPE_CHECKING:
    from collections.abc import Iterable

#: How many characters of a fact are searched, from its first: more than its summary and note can have.
LONGEST_TEXT: Final = 250_000
#: The most bytes of different words of a fact; PostgreSQL takes 1,048,575 in a row.
MOST_BYTES: Final = 1_000_000
#: Stands between two texts of a fact, so that no phrase runs from one into the next; never a word.
BREAK: Final = "¶"

_COMMON: Final = frozenset(field.name for field in dataclasses.fields(Fact))


def list_fact_words(fact: Fact) -> list[str]:
    """The words by which a fact is found, in order, with a break after each of its texts."""
    return list_words(_texts(fact))


def list_words(texts: Iterable[str]) -> list[str]:
    """The words by which some texts are found, in order, with a break after each text."""
    words: list[str] = []
    known: set[str] = set()
    room, space = LONGEST_TEXT, MOST_BYTES
    for text in map(_cut, texts):
        whole = _remember(text) if len(text) <= _SHORT else _read_whole(text)
        again = sum(len(unit.encode()) for unit in whole.different & known)
        taken = whole.size - again
        if whole.length <= room and taken <= space:
            words += whole.units
            known |= whole.different
            room, space = room - whole.length, space - taken
            continue
        for word in (*split_words(text), BREAK):
            room -= len(word) + 1
            if room < 0:
                return words
            for unit in search_units((word,)):
                if unit not in known:
                    known.add(unit)
                    space -= len(unit.encode())
                if space < 0:
                    return words
                words.append(unit)
        others = _list_other_forms(text)
        new = frozenset(others) - known
        known |= new
        space -= sum(len(word.encode()) for word in new)
        if space < 0:
            return words
        words += others
    return words


def _cut(text: str) -> str:
    """A text, or as much as is searched if it is longer once its ligatures are spelt out."""
    if text.isascii() or len(text) <= _SHORT:
        return text
    spelt = unicodedata.normalize("NFKC", text)
    return text if len(spelt) <= LONGEST_TEXT else spelt[:LONGEST_TEXT]


class _Whole(NamedTuple):
    """The words that a text adds if there is room for all of them; the different ones have `size` bytes."""

    units: list[str]
    different: frozenset[str]
    size: int
    length: int


def _read_whole(text: str) -> _Whole:
    words = [*split_words(text), BREAK]
    units = [*search_units(words), *_list_other_forms(text)]
    different = frozenset(units)
    size = sum(len(unit.encode()) for unit in different)
    return _Whole(units, different, size, sum(map(len, words)) + len(words))


_SHORT: Final = 100
"""A text of at most so many characters, such as a name or a publisher, comes again in other facts."""
_remember: Final = lru_cache(8_192)(_read_whole)


def _list_other_forms(text: str) -> list[str]:
    """The transliterations of a text, and its words with apostrophes without these; each with a break after it."""
    joined = list_joined(text)
    own = (part for each in joined for part in (*search_units(split_words(each)), BREAK))
    return [*own, *(part for each in (text, *joined) for part in _list_transliterations(each))]


def _list_transliterations(text: str) -> list[str]:
    """The transliterations of a text, with a break after each."""
    return [
        part
        for words in dict.fromkeys(tuple(map(merge_letters, each)) for each in romanise(text))
        for part in (*(f"{ROMANISED}{word}" for word in words), BREAK)
    ]


def _texts(fact: Fact) -> Iterable[str]:
    """The texts of a fact: summary, note, the kind's own fields, names, numbers and what they count, citations."""
    yield fact.summary
    if fact.note is not None:
        yield fact.note
    for name in _own_fields(type(fact)):
        yield from _strings(getattr(fact, name))
    yield from _strings((*fact.people, *fact.places, *fact.parties))
    yield from dict.fromkeys(quantity.what for quantity in fact.quantities)
    yield from (quantity.text for quantity in fact.quantities if quantity.text is not None)
    for citation in fact.citations:
        yield citation.publisher
        if citation.title is not None:
            yield citation.title


def _own_fields(cls: type[Fact]) -> list[str]:
    if cls not in _OWN:
        names = (field.name for field in dataclasses.fields(cls))
        _OWN[cls] = [name for name in names if name not in _COMMON]
    return _OWN[cls]


_OWN: Final[dict[type[Fact], list[str]]] = {}


def _strings(value: Any) -> Iterable[str]:  # noqa: ANN401 -- a kind's own field may be anything
    """The texts in a field; for somebody with an id, the name."""
    if isinstance(value, str | Named):
        yield text_of(value)
    elif isinstance(value, dict):
        yield from _strings(list(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)
    elif dataclasses.is_dataclass(value):
        yield from _strings(as_primitives(value))
