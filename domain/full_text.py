"""Full text is words in order, without accents and case, and means the same on every database.

A question's words must all be there; several in double quotes, or joined as in "US-Belarus" or
"1,200", stand side by side in that order; a trailing * finds every word that begins so. There is no
other operator.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from domain.errors import ContentError
from domain.fact import Fact, as_primitives
from domain.naming import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: A word counts up to here; longer ones that begin alike are the same.
LONGEST_WORD: Final = 255
#: So many characters of a fact are searched, its first: more than its summary and note can fill.
LONGEST_TEXT: Final = 250_000
MOST_WORDS: Final = 2_000
#: Stands between two texts of a fact, so that no phrase runs from one into the next; never a word.
BREAK: Final = "¶"

_QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟«»\uff02", '"'))
_TERM: Final = re.compile(r'"([^"]*)"(\*?)|([^\s"]+)')
#: Within a word and no part of it: soft hyphen, joiners, variation selectors.
_IGNORED: Final = re.compile("[\u00ad\u200c\u200d\u2060\ufeff\ufe00-\ufe0f]")
#: Modifier letters by Unicode's category, apostrophes by use (Знам'янка is written with any).
_APOSTROPHES: Final = frozenset("\u02b9\u02ba\u02bb\u02bc")
_COMMON: Final = frozenset(field.name for field in dataclasses.fields(Fact))


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; with `prefix` the last one is only how a word begins."""

    words: tuple[str, ...]
    prefix: bool = False


def words(text: str) -> list[str]:
    """The runs of letters, numerals and their marks, folded by `plain`, each cut at its longest."""
    letters = (c if _in_word(c) else " " for c in plain(_IGNORED.sub("", text)))
    return [word[:LONGEST_WORD] for word in "".join(letters).split()]


def question(q: str) -> tuple[Term, ...]:
    """What `q` asks for; nothing where it has no word. ContentError at `/q` for too many words."""
    terms: dict[Term, None] = {}
    for quoted, star, bare in _TERM.findall(q.translate(_QUOTES)):
        found = words(quoted or bare)
        if found:
            terms[Term(tuple(found), bool(star) or bare.endswith("*"))] = None
    if sum(len(term.words) for term in terms) > MOST_WORDS:
        raise ContentError.at("/q", f"at most {MOST_WORDS} words are expected")
    return tuple(terms)


def searched(fact: Fact) -> list[str]:
    """The words by which a fact is found, in order, with a break after each of its texts."""
    found: list[str] = []
    room = LONGEST_TEXT
    for text in _texts(fact):
        for word in (*words(text), BREAK):
            room -= len(word) + 1
            if room < 0:
                return found
            found.append(word)
    return found


def answers(terms: Sequence[Term], text: Sequence[str]) -> bool:
    """Whether the words of a fact answer a question; one without words is answered by none."""
    return bool(terms) and all(_holds(term, text) for term in terms)


def _in_word(character: str) -> bool:
    if character.isalnum():
        return character not in _APOSTROPHES
    return unicodedata.category(character) in {"Mn", "Mc"}


def _texts(fact: Fact) -> Iterable[str]:
    """Summary, note, the kind's own fields, names, quantities' words, publishers, titles."""
    yield fact.summary
    if fact.note is not None:
        yield fact.note
    for field in dataclasses.fields(fact):
        if field.name not in _COMMON:
            yield from _strings(as_primitives(getattr(fact, field.name)))
    yield from (*fact.people, *fact.places, *fact.parties)
    yield from (quantity.text for quantity in fact.quantities if quantity.text is not None)
    for citation in fact.citations:
        yield citation.publisher
        if citation.title is not None:
            yield citation.title


def _strings(value: Any) -> Iterable[str]:  # noqa: ANN401 -- a kind's own field may be anything
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _strings(list(value.values()))
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def _holds(term: Term, text: Sequence[str]) -> bool:
    *head, last = term.words
    return any(
        list(text[at : at + len(head)]) == head
        and (text[at + len(head)].startswith(last) if term.prefix else text[at + len(head)] == last)
        for at in range(len(text) - len(head))
    )
