"""Finds out which keys of a section have an entry, by the bounds of their answers alone; no fact is read.

A key has an entry if an answer under it may hold and no later one has surely replaced it (`find_standing`). Keys are
written as in questions: no alias is followed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
)

from domain.named import TOGETHER
from domain.naming import HASHED
from domain.register import Register, Shape
from domain.time.perspective import Match, Perspective
from domain.views.sections import LONGEST_PLACE
from infrastructure.hot_statements import HotStatement
from infrastructure.projections.fact_rows import (
    ASIDE,
    BY,
    EVERY,
    LATEST,
    PART,
    YIELDING,
    questions_of,
    rule_of,
)
from infrastructure.readers.state.key_conditions import (
    About,
    have_begun,
    stands,
    stands_aside,
)
from infrastructure.readers.state.placeholders import bind_placeholders, placeholders
from infrastructure.readers.state.questions import (
    bind_given,
    is_given,
    question_range,
    select_given,
)
from infrastructure.tables.facts import FactTables

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


_TOLD: Final = frozenset({EVERY, LATEST, YIELDING})
_Maker = Callable[..., "Select[Any]"]


@dataclass(frozen=True)
class SectionKeys:
    """The keys of one section at a perspective."""

    connection: Connection
    tables: FactTables
    negotiation_id: UUID
    perspective: Perspective
    register: Register

    @property
    def are_told(self) -> bool:
        """Whether bounds tell which keys of the section have an entry, as far as no answer has been settled."""
        register = self.register
        return register.shape is Shape.ENTRIES and rule_of(register) in _TOLD

    def question(self, key: str) -> str:
        """The question of the main answers under a key."""
        return f"{questions_of(self.register.section)[0]}{key}"

    def count(self, without: Collection[str]) -> int:
        """How many keys have an entry by their main answers, not counting the keys in `without`."""
        ((count,),) = self._rows(_count, without)
        return int(count)

    def first(self, after: str, limit: int, without: Collection[str]) -> list[str]:
        """The first keys after a key, in order, that have an entry by their main answers and are not in `without`."""
        rows = self._rows(_first, without, after=self.question(after), limit=limit)
        return [self._key(question) for (question,) in rows]

    def stand(self, keys: Collection[str]) -> dict[str, bool]:
        """{key: whether it has an entry by its main answers} for the given keys of which an answer has begun."""
        if not keys:
            return {}
        return {self._key(question): bool(stands) for question, stands in self._rows(_stand, keys)}

    def aside(self) -> Mapping[str, Mapping[str, bool]]:
        """{key: {question: whether an answer to it may hold}} of the answers that stand aside and may have begun."""
        aside: dict[str, dict[str, bool]] = defaultdict(dict)
        if self.register.asides:
            for question, stands in self._rows(_select_aside):
                aside[self._key(question)][question] = bool(stands)
        return aside

    def of_facts(self, ids: Collection[str]) -> set[str]:
        """The keys under which some facts answer; the facts are given by their hexadecimal ids."""
        if not ids:
            return set()
        return {self._key(question) for (question,) in self._rows(_of_facts, facts=ids)}

    @property
    def are_abridged(self) -> bool:
        """Whether some key is too long for a place, or may stand in its question as a hash."""
        return bool(self._rows(_select_abridged))

    def find_answered(self, keys: Collection[str]) -> set[str]:
        """Those of the given keys under which there is an answer."""
        if not keys:
            return set()
        return {self._key(question) for (question,) in self._rows(_select_answered, keys)}

    def find_joined(self) -> set[str]:
        """The keys that have several parts, or a part that may be of several people, with an entry or without."""
        return {self._key(question) for (question,) in self._rows(_select_joined)}

    def _key(self, question: str) -> str:
        return question[len(self.register.section) + 1 :].partition(BY)[0]

    def _rows(
        self,
        make: _Maker,
        keys: Collection[str] = (),
        *,
        facts: Collection[str] = (),
        after: str = "",
        limit: int = 0,
    ) -> Sequence[Any]:
        sqlite = self.connection.dialect.name == "sqlite"
        public = self.perspective.published_cut is None
        statement = _make_statement(
            make,
            self.tables,
            self.register,
            match=self.perspective.match,
            public=public,
            sqlite=sqlite,
        )
        values = bind_given([*facts] or [self.question(key) for key in keys], sqlite=sqlite)
        values |= bind_placeholders(self.negotiation_id, self.perspective)
        return self._read(statement, values | {"after": after, "limit": limit})

    def _read(self, statement: HotStatement, values: Mapping[str, Any]) -> Sequence[Any]:
        return statement.rows(self.connection, values)


@lru_cache(maxsize=512)
def _make_statement(
    make: _Maker,
    tables: FactTables,
    register: Register,
    *,
    match: Match,
    public: bool,
    sqlite: bool,
) -> HotStatement:
    about = placeholders(public=public, match=match)
    return HotStatement(make(tables, register, about, sqlite=sqlite))


def _count(tables: FactTables, register: Register, about: About, *, sqlite: bool) -> Select[Any]:
    """Counts the questions that have an entry, without those that are given."""
    standing = _select_standing(tables, register, about, sqlite=sqlite)
    return select(func.count().label("keys")).select_from(standing.subquery("standing"))


def _first(tables: FactTables, register: Register, about: About, *, sqlite: bool) -> Select[Any]:
    """The first questions after a question that have an entry, without those that are given."""
    question = tables.answer.c.question
    return (
        _select_standing(tables, register, about, sqlite=sqlite)
        .where(question > bindparam("after", type_=Text))
        .order_by(question)
        .limit(bindparam("limit", type_=Integer))
    )


def _select_standing(
    tables: FactTables, register: Register, about: About, *, sqlite: bool
) -> Select[Any]:
    columns = tables.answer.c
    return (
        select(columns.question)
        .where(
            *have_begun(columns, register, rule_of(register), about),
            ~is_given(columns.question, sqlite=sqlite),
        )
        .group_by(columns.question)
        .having(stands(tables, register, about))
    )


def _stand(tables: FactTables, register: Register, about: About, *, sqlite: bool) -> Select[Any]:
    """(question, whether it has an entry) for the given questions of which an answer may have begun."""
    columns = tables.answer.c
    question = columns.question
    has_entry = case((stands(tables, register, about), 1), else_=0).label("stands")
    return (
        select(question, has_entry)
        .where(
            *have_begun(columns, register, rule_of(register), about),
            is_given(question, sqlite=sqlite),
        )
        .group_by(question)
    )


def _select_aside(
    tables: FactTables, register: Register, about: About, *, sqlite: bool
) -> Select[Any]:
    """(question, whether an answer may hold that no other has surely followed) for answers that stand aside."""
    del sqlite
    columns = tables.answer.c
    holds = case((stands_aside(columns, about), 1), else_=0).label("stands")
    return (
        select(columns.question, holds)
        .where(*have_begun(columns, register, ASIDE, about))
        .group_by(columns.question)
    )


def _of_facts(tables: FactTables, register: Register, about: About, *, sqlite: bool) -> Select[Any]:
    """The questions of the section that the given facts answer."""
    del about
    columns = tables.answer.c
    of_section = question_range(columns.question, *questions_of(register.section))
    asked = is_given(columns.fact_id, sqlite=sqlite)
    return select(columns.question).where(asked, of_section).distinct()


def _select_answered(
    tables: FactTables, register: Register, about: About, *, sqlite: bool
) -> Select[Any]:
    """Those of the given questions that have an answer, or that have one aside."""
    columns, (negotiation_id, _) = tables.answer.c, about
    given = select_given(sqlite=sqlite)
    asked = given.c.question

    def has(rule: int, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        of_rule = (columns.negotiation_id == negotiation_id.hex, columns.rule == literal(rule))
        first = select(columns.fact_id).where(*of_rule, *conditions).correlate(given).limit(1)
        return first.scalar_subquery().is_not(None)

    beside = question_range(columns.question, asked.concat(BY), asked.concat(chr(ord(BY) + 1)))
    own = columns.question == asked
    return select(asked.label("question")).where(
        or_(has(rule_of(register), own), has(ASIDE, own), has(ASIDE, beside))
    )


def _select_joined(
    tables: FactTables, register: Register, about: About, *, sqlite: bool
) -> Select[Any]:
    """The questions of the section whose key has more than one part, or several people in a part."""
    columns, length = tables.answer.c, len(questions_of(register.section)[0])
    find = func.instr if sqlite else func.strpos
    key = func.substr(columns.question, length + 1)
    several = or_(find(key, PART) > 0, find(key, TOGETHER) > 0)
    return _select_of_section(tables, register, about).where(several).distinct()


def _select_abridged(
    tables: FactTables, register: Register, about: About, *, sqlite: bool
) -> Select[Any]:
    """A question of the section whose key is too long for a place, or may stand there as a hash."""
    del sqlite
    columns = tables.answer.c
    section = len(questions_of(register.section)[0])
    length = func.length(columns.question)
    aside = and_(columns.rule == ASIDE, length > section + HASHED)
    long = or_(length == section + HASHED, length > section + LONGEST_PLACE, aside)
    return _select_of_section(tables, register, about).where(long).limit(1)


def _select_of_section(tables: FactTables, register: Register, about: About) -> Select[Any]:
    columns = tables.answer.c
    negotiation_id, _ = about
    return select(columns.question).where(
        columns.negotiation_id == negotiation_id.hex,
        columns.rule.in_([literal(rule) for rule in (rule_of(register), ASIDE)]),
        question_range(columns.question, *questions_of(register.section)),
    )
