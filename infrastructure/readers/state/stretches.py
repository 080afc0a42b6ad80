"""Reads the keys of a section of the state in their order, so many at a time, from its questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, and_, func, or_, select

from domain.naming import HASHED
from domain.views.sections import LONGEST_PLACE
from infrastructure.projections.fact_rows import ASIDE, BY, questions_of, rule_of
from infrastructure.readers.state.questions import question_range, step_through

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from domain.register import Register
    from domain.views.sections import Place
    from infrastructure.tables.facts import FactTables

__all__ = ["Stretch", "is_abridged", "read_stretches"]

_MOST_BESIDE: Final = 4
"""More than the questions of what stands aside that one key has."""
_PAST: Final = f"{BY}\U0010ffff"
"""Sorts past all questions of a key, and before the next key."""


@dataclass(frozen=True)
class Stretch:
    """Some keys of a section in their order: all those past `low` and up to `high`, where there is such an end.

    `questions` are those under which they are answered.
    """

    keys: Sequence[str]
    questions: Sequence[str]
    low: str
    high: str | None

    def holds(self, place: Place) -> bool:
        """Whether the entry at a place belongs to it."""
        key = str(place[0])
        return key > self.low and (self.high is None or key <= self.high)


def is_abridged(
    connection: Connection, tables: FactTables, negotiation_id: UUID, register: Register
) -> bool:
    """Whether a key of the section is too long for a place, or may be replaced by a hash in its question."""
    columns = tables.answer.c
    first, before = questions_of(register.section)
    length = func.length(columns.question) - len(first)
    long = select(columns.question).where(
        columns.negotiation_id == negotiation_id.hex,
        columns.rule.in_(_rules(register)),
        question_range(columns.question, first, before),
        or_(
            length == HASHED,
            length > LONGEST_PLACE,
            and_(columns.rule == ASIDE, length > HASHED),
        ),
    )
    return connection.execute(long.limit(1)).first() is not None


def read_stretches(
    connection: Connection,
    tables: FactTables,
    negotiation_id: UUID,
    register: Register,
    after: str,
    size: int,
) -> Iterator[Stretch]:
    """Yield the keys of a section past the key `after`, in order, `size` at a time; the last stretch has no end."""
    first, before = questions_of(register.section)
    low: str | None = after

    def read_steps(rule: int, begin: str) -> list[str]:
        stepped = step_through(tables, negotiation_id, rule, begin, before)
        rows = connection.execute(select(stepped.c.question).limit(_MOST_BESIDE * size)).scalars()
        return [question for question in rows if question is not None]

    while low is not None:
        begin = f"{first}{low}{_PAST}" if low else first
        by_key: dict[str, list[str]] = {}
        ends = []
        for rule in _rules(register):
            questions = read_steps(rule, begin)
            keys = [question.removeprefix(first).partition(BY)[0] for question in questions]
            for key, question in zip(keys, questions, strict=True):
                by_key.setdefault(key, []).append(question)
            if len(keys) == _MOST_BESIDE * size:
                ends.append(max(key for key in keys if key != keys[-1]))
        whole = sorted(key for key in by_key if not ends or key <= min(ends))
        high = whole[size - 1] if ends or len(whole) > size else None
        shown = whole[:size] if high is not None else whole
        yield Stretch(shown, [question for key in shown for question in by_key[key]], low, high)
        low = high


def _rules(register: Register) -> tuple[int, ...]:
    """The rules under which the answers of a register stand."""
    return (rule_of(register), ASIDE) if register.asides else (rule_of(register),)
