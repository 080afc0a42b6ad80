"""The full text of a fact is the list of words by which it is found, with a break after each of its texts.

A text in a script other than Latin is followed by its transliteration, in which each word is marked as such.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from domain.fact import Fact, as_primitives
from domain.named import Named, text_of
from domain.sought import ROMANISED
from domain.words import romanise, search_units, split_words

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["BREAK", "LONGEST_TEXT", "MOST_BYTES", "list_fact_words", "list_words"]

#: So many characters of a fact are searched, its first: more than its summary and note can fill.
LONGEST_TEXT: Final = 250_000
#: Bytes of different words of a fact; PostgreSQL takes 1,048,575 a row.
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
    for text in texts:
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
        latin = _romanised(text)
        new = set(latin) - known
        known |= new
        space -= sum(len(word.encode()) for word in new)
        if space < 0:
            return words
        words += latin
    return words


def _romanised(text: str) -> list[str]:
    """The transliterations of a text, with a break after each."""
    return [
        part
        for words in romanise(text)
        for part in (*(f"{ROMANISED}{word}" for word in words), BREAK)
    ]


def _texts(fact: Fact) -> Iterable[str]:
    """The texts of a fact: summary, note, the kind's own fields, names, quantities' words, publishers, titles."""
    yield fact.summary
    if fact.note is not None:
        yield fact.note
    for field in dataclasses.fields(fact):
        if field.name not in _COMMON:
            yield from _strings(getattr(fact, field.name))
    yield from _strings((*fact.people, *fact.places, *fact.parties))
    yield from (quantity.text for quantity in fact.quantities if quantity.text is not None)
    for citation in fact.citations:
        yield citation.publisher
        if citation.title is not None:
            yield citation.title


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
