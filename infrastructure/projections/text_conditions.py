"""Makes the conditions that an indexed text has the words of a search."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, and_, cast, func, literal, or_
from sqlalchemy.dialects.postgresql import TSQUERY

from domain.sought import AllOf, Phrase
from infrastructure.tables.text import fact_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.sought import Sought


def has_words(wanted: Sought, *, sqlite: bool) -> ColumnElement[bool]:
    """The condition that an indexed text has the words, phrases included."""
    return _matches(wanted) if sqlite else and_(_match_words(wanted), *_require_adjacency(wanted))


def _matches(wanted: Sought) -> ColumnElement[bool]:
    return fact_text.c.body.bool_op("MATCH")(_fts5(wanted))


def _fts5(wanted: Sought) -> str:
    """The search in FTS5's syntax. Words have only letters, numerals and our own marks, so quoting them is safe."""
    if isinstance(wanted, Phrase):
        return f'"{" ".join(wanted.units)}"{"*" * wanted.prefix}'
    joint = " AND " if isinstance(wanted, AllOf) else " OR "
    return f"({joint.join(map(_fts5, wanted.parts))})"


def _match_words(wanted: Sought) -> ColumnElement[bool]:
    """The condition that a text has the words that are sought, in any order."""
    return fact_text.c.words.bool_op("@@")(cast(literal(_tsquery(wanted)), TSQUERY))


def _tsquery(wanted: Sought) -> str:
    if isinstance(wanted, Phrase):
        *head, last = wanted.units
        lexemes = [*(f"'{word}'" for word in head), f"'{last}'{':*' * wanted.prefix}"]
        return f"({' & '.join(dict.fromkeys(lexemes))})"
    joint = " & " if isinstance(wanted, AllOf) else " | "
    return f"({joint.join(map(_tsquery, wanted.parts))})"


def _require_adjacency(wanted: Sought) -> list[ColumnElement[bool]]:
    """The conditions that the words of phrases stand side by side; PostgreSQL's index cannot tell this."""
    parts = wanted.parts if isinstance(wanted, AllOf) else (wanted,)
    return [stands(part, iter(list_texts(part))) for part in parts if _has_phrase(part)]


def _has_phrase(wanted: Sought) -> bool:
    if isinstance(wanted, Phrase):
        return len(wanted.units) > 1
    return any(map(_has_phrase, wanted.parts))


def stands(wanted: Sought, texts: Iterator[Any], *, sqlite: bool = False) -> ColumnElement[bool]:
    """The condition that a text has the words, phrases side by side, looked up in the text itself.

    `texts` are those of `list_texts`, or parameters in their places.
    """
    if isinstance(wanted, Phrase):
        at = func.instr if sqlite else func.strpos
        return at(fact_text.c.body, next(texts)) > 0
    parts = [stands(part, texts, sqlite=sqlite) for part in wanted.parts]
    return and_(*parts) if isinstance(wanted, AllOf) else or_(*parts)


def list_texts(wanted: Sought) -> list[str]:
    """Each phrase, in order, as it stands in an indexed text."""
    if isinstance(wanted, Phrase):
        return [f" {' '.join(wanted.units)}{'' if wanted.prefix else ' '}"]
    return [text for part in wanted.parts for text in list_texts(part)]


def form_of(wanted: Sought) -> Sought:
    """The search with one placeholder for each phrase; its statement serves all searches of this form."""
    if isinstance(wanted, Phrase):
        return _ANY
    return replace(wanted, parts=tuple(map(form_of, wanted.parts)))


_ANY: Final = Phrase((), prefix=False)
