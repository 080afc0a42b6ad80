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

from domain.naming import HASHED
from domain.register import Register, Shape
from domain.time.instant import BEGINNING, END
from domain.time.perspective import Perspective
from domain.views.sections import LONGEST_PLACE
from infrastructure.hot_statements import HotStatement
from infrastructure.projections.fact_rows import (
    ASIDE,
    BY,
    EVERY,
    LASTING,
    LATEST,
    YIELDING,
    questions_of,
    rule_of,
)
from infrastructure.readers.state.placeholders import bind_placeholders, placeholders
from infrastructure.readers.state.questions import bind_given, is_given, name_table, question_range
from infrastructure.readers.timeslices import is_seen
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
        listed = register.shape is Shape.ENTRIES and rule_of(register) in _TOLD
        return listed and self.perspective.match == "possible"

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
        """{key: whether it has an entry by its main answers} for the given keys of which an answer may have begun."""
        if not keys:
            return {}
        return {self._key(question): bool(stands) for question, stands in self._rows(_stand, keys)}

    def aside(self) -> Mapping[str, Mapping[str, bool]]:
        """{key: {question: whether an answer to it may hold}} of the answers that stand aside and may have begun."""
        aside: dict[str, dict[str, bool]] = defaultdict(dict)
        if self.register.asides:
            for question, stands in self._rows(_aside):
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
        return bool(self._rows(_abridged))

    def all(self) -> set[str]:
        """Every key, with an entry or without."""
        return {self._key(question) for (question,) in self._rows(_every)}

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
        statement = _make_statement(make, self.tables, self.register, public=public, sqlite=sqlite)
        values = bind_given([*facts] or [self.question(key) for key in keys], sqlite=sqlite)
        values |= bind_placeholders(self.negotiation_id, self.perspective)
        return self._read(statement, values | {"after": after, "limit": limit})

    def _read(self, statement: HotStatement, values: Mapping[str, Any]) -> Sequence[Any]:
        return statement.rows(self.connection, values)


@lru_cache(maxsize=512)
def _make_statement(
    make: _Maker, tables: FactTables, register: Register, *, public: bool, sqlite: bool
) -> HotStatement:
    return HotStatement(make(tables, register, public=public, sqlite=sqlite))


def _count(tables: FactTables, register: Register, *, public: bool, sqlite: bool) -> Select[Any]:
    """Counts the questions that have an entry, without those that are given."""
    standing = _select_standing(tables, register, public=public, sqlite=sqlite)
    return select(func.count().label("keys")).select_from(standing.subquery("standing"))


def _first(tables: FactTables, register: Register, *, public: bool, sqlite: bool) -> Select[Any]:
    """The first questions after a question that have an entry, without those that are given."""
    question = tables.answer.c.question
    return (
        _select_standing(tables, register, public=public, sqlite=sqlite)
        .where(question > bindparam("after", type_=Text))
        .order_by(question)
        .limit(bindparam("limit", type_=Integer))
    )


def _select_standing(
    tables: FactTables, register: Register, *, public: bool, sqlite: bool
) -> Select[Any]:
    columns = tables.answer.c
    return (
        select(columns.question)
        .where(
            *_begun(columns, register, rule_of(register), public=public),
            ~is_given(columns.question, sqlite=sqlite),
        )
        .group_by(columns.question)
        .having(_stands(tables, register, public=public))
    )


def _stand(tables: FactTables, register: Register, *, public: bool, sqlite: bool) -> Select[Any]:
    """(question, whether it has an entry) for the given questions of which an answer may have begun."""
    columns = tables.answer.c
    question = columns.question
    stands = case((_stands(tables, register, public=public), 1), else_=0).label("stands")
    return (
        select(question, stands)
        .where(
            *_begun(columns, register, rule_of(register), public=public),
            is_given(question, sqlite=sqlite),
        )
        .group_by(question)
    )


def _aside(tables: FactTables, register: Register, *, public: bool, sqlite: bool) -> Select[Any]:
    """(question, whether an answer may hold that no other has surely followed) for answers that stand aside."""
    del sqlite
    columns = tables.answer.c
    _, at = placeholders(public=public)
    return (
        select(
            columns.question, case((_keeps_place(columns, at.as_of), 1), else_=0).label("stands")
        )
        .where(*_begun(columns, register, ASIDE, public=public))
        .group_by(columns.question)
    )


def _of_facts(tables: FactTables, register: Register, *, public: bool, sqlite: bool) -> Select[Any]:
    """The questions of the section that the given facts answer."""
    del public
    columns = tables.answer.c
    of_section = question_range(columns.question, *questions_of(register.section))
    asked = is_given(columns.fact_id, sqlite=sqlite)
    return select(columns.question).where(asked, of_section).distinct()


def _every(tables: FactTables, register: Register, *, public: bool, sqlite: bool) -> Select[Any]:
    """All questions of the section."""
    del public, sqlite
    return _select_of_section(tables, register).distinct()


def _abridged(tables: FactTables, register: Register, *, public: bool, sqlite: bool) -> Select[Any]:
    """A question of the section whose key is too long for a place, or may stand there as a hash."""
    del public, sqlite
    columns = tables.answer.c
    section = len(questions_of(register.section)[0])
    length = func.length(columns.question)
    aside = and_(columns.rule == ASIDE, length > section + HASHED)
    long = or_(length == section + HASHED, length > section + LONGEST_PLACE, aside)
    return _select_of_section(tables, register).where(long).limit(1)


def _select_of_section(tables: FactTables, register: Register) -> Select[Any]:
    columns = tables.answer.c
    negotiation_id, _ = placeholders(public=True)
    return select(columns.question).where(
        columns.negotiation_id == negotiation_id.hex,
        columns.rule.in_([literal(rule) for rule in (rule_of(register), ASIDE)]),
        question_range(columns.question, *questions_of(register.section)),
    )


def _begun(
    columns: Any,  # noqa: ANN401 -- of a table or an alias
    register: Register,
    rule: int,
    *,
    public: bool,
) -> list[ColumnElement[bool]]:
    """The conditions that an answer is of the section and under a rule, is seen, and may have begun."""
    negotiation_id, at = placeholders(public=public)
    return [
        columns.negotiation_id == negotiation_id.hex,
        columns.rule == rule,
        question_range(columns.question, *questions_of(register.section)),
        columns.possible_from <= at.as_of,
        is_seen(columns, at),
    ]


def _stands(tables: FactTables, register: Register, *, public: bool) -> ColumnElement[bool]:
    """The condition that one of a question's answers that may have begun stands (`select_standing`)."""
    columns, rule = tables.answer.c, rule_of(register)
    _, at = placeholders(public=public)
    holds, begun = columns.possible_to > at.as_of, columns.certain_from <= at.as_of
    if rule == EVERY:
        return _any(holds)
    if register.vacant:
        return _any(or_(holds, begun))
    stands = _keeps_place(columns, at.as_of)
    if rule == YIELDING:
        keeps = or_(columns.possible_to < END, columns.certain_to == END)
        return or_(stands, _any(and_(holds, keeps)))
    final = name_table(tables.answer, "final").c
    lasting = select(final.question).where(
        *_begun(final, register, LASTING, public=public),
        final.certain_from <= at.as_of,
        final.possible_to > at.as_of,
    )
    return or_(stands, columns.question.in_(lasting))


def _keeps_place(columns: Any, as_of: int) -> ColumnElement[bool]:  # noqa: ANN401 -- of a table or an alias
    """The condition that one of the answers to a question may hold, and that no other has surely succeeded it."""
    holds, begun = columns.possible_to > as_of, columns.certain_from <= as_of
    vague = columns.start_latest > columns.start_earliest  # then it starts before `start_latest`
    last = case((vague, columns.start_latest - 1), else_=columns.start_earliest)
    return _latest(holds, last) >= func.coalesce(_latest(begun, columns.start_earliest), BEGINNING)


def _any(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.max(case((condition, 1), else_=0)) == 1


def _latest(condition: ColumnElement[bool], instant: ColumnElement[int]) -> ColumnElement[int]:
    return func.max(case((condition, instant)))
