"""Reads the state of a negotiation, or a page of one of its lists, from as few facts as possible.

A page of entries is read in stretches of its section's questions, so its cost does not grow with the section. Three
things hide the key of an entry from its question: an alias, an id, and a hash in the place of a long key. The questions
under aliases are read with each stretch. If there are many aliases, any ids or any hash, the whole section is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, or_, select

from domain.naming import HASHED
from domain.register import Shape
from domain.time.perspective import Perspective
from domain.views.counting.countable import add_hints, find_kinds
from domain.views.counting.tally import tally
from domain.views.rivalry.contesting import find_rivals
from domain.views.sections import LONGEST_PLACE, ROOM_OF_PAGE
from domain.views.state import limit_list, lists_by_path, page_section, resolve_state
from domain.views.versions import FactVersion, Seen, as_seen
from infrastructure.projections.fact_rows import ASIDE, BY, entry_questions, questions_of, rule_of
from infrastructure.projections.stored_versions import versions_in
from infrastructure.projections.tallies import COUNTS, gives_numbers
from infrastructure.readers import states
from infrastructure.readers.moments import read_boundaries, read_span
from infrastructure.readers.names import read_names
from infrastructure.readers.negotiations import list_snapshots
from infrastructure.readers.questions import question_range, step_through
from infrastructure.readers.similar import select_tied
from infrastructure.readers.timeslices import RETRACTED, select_known
from infrastructure.tables.facts import ERASING, FactTables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.register import Register
    from domain.streams.negotiation import Negotiation
    from domain.views.counting.tally import Tally, TallyQuery
    from domain.views.moments import Axis, Boundary
    from domain.views.naming import Names
    from domain.views.sections import Page, Place, Rest
    from infrastructure.readers.negotiations import StoredSnapshot

__all__ = ["SectionReader"]

MOST_ALIASES: Final = 100
"""How many aliases are looked through with each stretch of questions."""
_MOST_BESIDE: Final = 4
"""More than the questions of what stands aside that one key has."""
_PAST: Final = f"{BY}\U0010ffff"
"""Sorts past all questions of a key, and before the next key."""


@dataclass(frozen=True)
class SectionReader:
    """Reads of one negotiation at one perspective."""

    connection: Connection
    tables: FactTables
    negotiation_id: UUID
    perspective: Perspective

    def state(self, negotiation: Negotiation, rest: Rest | None) -> dict[str, Any]:
        """The state of the negotiation; `rest` as for `resolve_state`."""
        counts = states.select_counts(self.tables, self.negotiation_id, self.perspective)
        counted = self.connection.execute(counts).mappings().first()
        known = dict(counted) if counted is not None else dict.fromkeys(COUNTS, 0)
        return resolve_state(
            negotiation, self._seen(), known, self.perspective, rest, self._names()
        )

    def page(self, page: Page, rest: Rest) -> tuple[list[Any], Place | None]:
        """A page of one list of the state, as `page_section` gives it."""
        register, _ = lists_by_path()[page.path]
        after = page.after or ("",)
        names = self._names()
        paged = register.shape is Shape.ENTRIES and len(after) == 1 and not names.doubtful
        aliases = names.aliases
        if not paged or len(aliases) > MOST_ALIASES or self._abridged(register):
            seen = self._seen(section=register.section)
            return page_section(page, seen, self.perspective, rest, names)
        shown: list[tuple[Place, Any]] = []
        for stretch in self._stretches(register, str(after[0]), page.limit + 1):
            if aliases and any("\x1f" in key for key in stretch.keys):
                seen = self._seen(section=register.section)
                return page_section(page, seen, self.perspective, rest, names)
            questions = [*stretch.questions, *(f"{register.section}\x1f{name}" for name in aliases)]
            read = self._seen(questions=questions)
            listed = limit_list(page.path, read, self.perspective, rest, stretch.holds, names)
            room = page.limit + 1 - len(shown)
            items, following = listed.page(None, room, ROOM_OF_PAGE)
            shown += zip(listed.places[: len(items)], items, strict=True)
            if len(shown) > page.limit:
                return [item for _, item in shown[:-1]], shown[-2][0]
            if following is not None:
                return [item for _, item in shown], following
        return [item for _, item in shown], None

    def rivals(self, version: FactVersion) -> list[FactVersion]:
        """The rivals that a version would have if it were recorded, by `find_rivals`."""
        names = self._names()
        questions = entry_questions(version.record.fact, names)
        seen = self._seen(questions=questions) if questions else []
        seen += self._read(select_tied(self.tables, version.record, self.perspective))
        return find_rivals(version, seen, self.perspective, names)

    def tally(self, query: TallyQuery) -> Tally:
        """As `domain.views.counting.tally` counts it; where nothing is counted, with hints at what can be."""
        kinds = find_kinds(query)
        slice_ = self.counting(kinds)
        found = tally(slice_, self.perspective, query, self._names())
        if query.what is None or found.lists["facts"]:
            return found
        return add_hints(found, slice_ if kinds is None else self.counting(None))

    def counting(self, kinds: frozenset[str] | None) -> list[Seen]:
        """The facts of `kinds`; where that is None, of all kinds, at least those that give a number."""
        known = select_known(self.tables, self.negotiation_id, self.perspective, kinds)
        if kinds is None:
            known = known.where(gives_numbers(self.tables.version.c.content))
        return self._read(known)

    def boundaries(self, axis: Axis) -> Iterator[Boundary]:
        """The boundaries along an axis, by `read_boundaries`; the perspective has no cut along it."""
        read = self.connection, self.tables, self.negotiation_id, self.perspective
        return read_boundaries(*read, axis)

    @property
    def last_change(self) -> int:
        """The position of the last event that changed a fact of the negotiation; 0 where there is none."""
        columns = self.tables.version.c
        changed = select(func.max(columns.known_from)).where(
            columns.negotiation_id == self.negotiation_id.hex,
            columns.known_from <= self.perspective.position,
        )
        return int(self.connection.execute(changed).scalar() or 0)

    @property
    def span(self) -> tuple[int, int]:
        """The instants from which, and up to before which, `as_of` gives the same state and timeline."""
        return read_span(self.connection, self.tables, self.negotiation_id, self.perspective)

    @property
    def last_erasure(self) -> int:
        """The position of the last erasure of a fact; 0 where there is none."""
        columns = self.tables.version.c
        of_negotiation = columns.negotiation_id == self.negotiation_id.hex
        erased = select(func.max(columns.known_from)).where(of_negotiation, ERASING)
        return int(self.connection.execute(erased).scalar() or 0)

    def snapshots(self, after: str, limit: int) -> list[StoredSnapshot]:
        """The snapshots that were taken by the perspective's position, by name past `after`, at most `limit`."""
        read = (self.connection, self.negotiation_id, self.perspective.position)
        return list_snapshots(*read, after, limit)

    @property
    def latest(self) -> Seen | None:
        """The standing fact that was recorded or changed last, with the certainty that it had begun by `as_of`."""
        columns = self.tables.version.c
        known = select_known(self.tables, self.negotiation_id, self.perspective)
        standing = known.where(columns.status != RETRACTED, ~columns.erased).order_by(None)
        rows = self.connection.execute(standing.order_by(columns.position.desc()).limit(1))
        versions = [as_seen(version, self.perspective) for version in versions_in(rows)]
        if not versions:
            return None
        window = versions[0].record.fact.window
        return Seen(version=versions[0], certainty=window.begun(self.perspective.as_of))

    def _names(self) -> Names:
        return read_names(self.connection, self.tables, self.negotiation_id, self.perspective)

    def _abridged(self, register: Register) -> bool:
        """Whether a key of the section is too long for a place, or may be replaced by a hash in its question."""
        columns = self.tables.answer.c
        first, before = questions_of(register.section)
        length = func.length(columns.question) - len(first)
        long = select(columns.question).where(
            columns.negotiation_id == self.negotiation_id.hex,
            columns.rule.in_(_rules(register)),
            question_range(columns.question, first, before),
            or_(
                length == HASHED,
                length > LONGEST_PLACE,
                and_(columns.rule == ASIDE, length > HASHED),
            ),
        )
        return self.connection.execute(long.limit(1)).first() is not None

    def _stretches(self, register: Register, after: str, size: int) -> Iterator[Stretch]:
        """Yield the keys of a section past the key `after`, in order, `size` at a time; the last stretch has no end."""
        first, before = questions_of(register.section)
        low: str | None = after
        while low is not None:
            begin = f"{first}{low}{_PAST}" if low else first
            by_key: dict[str, list[str]] = {}
            ends = []
            for rule in _rules(register):
                questions = self._steps(rule, begin, before, _MOST_BESIDE * size)
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

    def _steps(self, rule: int, begin: str, before: str, size: int) -> list[str]:
        stepped = step_through(self.tables, self.negotiation_id, rule, begin, before)
        rows = self.connection.execute(select(stepped.c.question).limit(size)).scalars()
        return [question for question in rows if question is not None]

    def _seen(
        self, section: str | None = None, questions: Sequence[str] | None = None
    ) -> list[Seen]:
        needed = states.select_needed(
            self.tables,
            self.negotiation_id,
            self.perspective,
            sqlite=self.connection.dialect.name == "sqlite",
            section=section,
            questions=questions,
        )
        return self._read(needed)

    def _read(self, statement: Select[Any]) -> list[Seen]:
        rows = self.connection.execute(statement)
        versions = (as_seen(version, self.perspective) for version in versions_in(rows))
        return [
            Seen(version=version, certainty=version.record.fact.window.at(self.perspective.as_of))
            for version in versions
            if version.record.stands
        ]


def _rules(register: Register) -> tuple[int, ...]:
    """The rules under which the answers of a register stand."""
    return (rule_of(register), ASIDE) if register.asides else (rule_of(register),)


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
