"""Derives the tables of facts again, one share of the facts after another, and compares each with what serves.

A share is derived in memory, so that nothing of the record is left on another disk; it grows only with a log of over a
million events. Only the counts of a negotiation depend on facts of several shares: each share gives what its events add
to them.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select, true

from domain.streams.clock_corrections import CLOCK_STREAM
from infrastructure.database.engines import engine_of
from infrastructure.log.clock_corrections import corrections
from infrastructure.log.rows import LOGGED, entries_in
from infrastructure.projections import fact_versions
from infrastructure.projections.checking.differences import (
    STREAMED,
    Unfounded,
    find_first_difference,
    read_rows,
)
from infrastructure.projections.inline import entries_of
from infrastructure.projections.planes import whole_rows
from infrastructure.projections.tallies import COUNTS
from infrastructure.tables.facts import SIDES, serving_tables
from infrastructure.tables.record import event, metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Column, Table

    from infrastructure.log.codec import EventCodec
    from infrastructure.projections.checking.differences import Row

EVENTS: Final = 8_192
"""How many events a share has at most, about, unless there would be more than MOST shares."""
MOST: Final = 128
"""How many shares there are at most. One table has no index by fact, so it is read whole for each share."""
_DERIVED: Final = SIDES["first"]
_COUNTED: Final = [f"{name}_count" for name in COUNTS]
_IDS: Final = 16**8
"""The bounds of shares are the first eight hexadecimal digits of ids."""


class Share(NamedTuple):
    """The facts whose ids begin at `low`, and before `high`; None if there is no such bound."""

    low: str | None
    high: str | None

    def holds(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that a column has an id of the share."""
        above = true() if self.low is None else column >= self.low
        return above if self.high is None else above & (column < self.high)


class Counted(NamedTuple):
    """What the event at a position adds to each of COUNTS of its negotiation."""

    position: int
    negotiation: str
    added: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShareFound:
    """The first difference of each table in a share, if it has one, and what its events add to the counts.

    `called` are the names that its facts have in lists, as rows.
    """

    share: Share
    differences: Sequence[Unfounded]
    counted: Sequence[Counted]
    called: frozenset[tuple[Any, ...]]


def shares_of(events: int) -> list[Share]:
    """The shares of all facts, of a log with so many events."""
    count = min(MOST, 1 + events // EVENTS)
    inner = [f"{at * _IDS // count:08x}" for at in range(1, count)]
    return [Share(*bounds) for bounds in pairwise([None, *inner, None])]


def compare_share(
    connection: Connection,
    codec: EventCodec,
    share: Share,
    progress: Callable[[int], None] = lambda _: None,
) -> ShareFound:
    """Derive the tables of a share, and compare them. `progress` is told how many events more were read."""
    engine = engine_of("sqlite://")
    serving = serving_tables(connection)
    with engine.connect() as right:
        metadata.create_all(right, tables=[*_DERIVED.all])
        known = partial(corrections, connection)
        for rows in _read_logged(connection, share):
            entries = entries_of(codec, entries_in(connection, rows, str))
            fact_versions.apply(right, entries, _DERIVED, known)
            progress(len(rows))
        found = [
            _compare_tables(connection, right, *tables, share)
            for tables in zip(serving.by_fact, _DERIVED.by_fact, strict=True)
        ]
        counted = list(_count_events(right))
        called = frozenset(read_rows(right, select(_DERIVED.called)))
    engine.dispose()
    return ShareFound(share, [each for each in found if each is not None], counted, called)


def _read_logged(connection: Connection, share: Share) -> Iterator[Sequence[Any]]:
    """The log's rows about the facts of a share and about the clock, in order."""
    streams = or_(share.holds(event.c.stream), event.c.stream == CLOCK_STREAM.hex)
    wanted = LOGGED.where(streams).order_by(event.c.position)
    with connection.execute(wanted, execution_options=STREAMED) as result:
        yield from result.partitions()


def _compare_tables(
    connection: Connection, right: Connection, serving: Table, derived: Table, share: Share
) -> Unfounded | None:
    return find_first_difference(
        _list_compared(serving), _rows(connection, serving, share), _rows(right, derived, share)
    )


def _list_compared(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.name not in _COUNTED]


def _rows(connection: Connection, table: Table, share: Share) -> Iterator[Row]:
    """The rows of a share, by their keys: the same order on every database."""
    wanted = select(*_list_compared(table)).where(share.holds(table.c.fact_id))
    return read_rows(connection, wanted.order_by(*table.primary_key))


def _count_events(right: Connection) -> Iterator[Counted]:
    """What each event of a derived share adds to the counts."""
    columns = _DERIVED.version.c
    counts = [columns[name] for name in _COUNTED]
    wanted = select(columns.position, columns.negotiation_id, *counts).where(*whole_rows(columns))
    last: dict[str, tuple[int, ...]] = defaultdict(lambda: (0,) * len(COUNTS))
    for position, negotiation, *after in right.execute(wanted.order_by(columns.position)):
        before, last[negotiation] = last[negotiation], tuple(after)
        added = tuple(new - old for new, old in zip(after, before, strict=True))
        yield Counted(position, negotiation, added)


@dataclass
class CountedEvents:
    """What the events of all shares add to the counts, by position, in a few bytes an event."""

    last: int
    _negotiations: dict[str, int] = field(default_factory=dict)
    _of: array[int] = field(init=False)
    _added: array[int] = field(init=False)

    def __post_init__(self) -> None:
        self._of = array("L", bytes(array("L").itemsize * (self.last + 1)))
        self._added = array("b", bytes(len(COUNTS) * (self.last + 1)))

    def add(self, counted: Sequence[Counted]) -> None:
        """Add what a share gives; events after the last one are left out."""
        for position, negotiation, added in counted:
            if position <= self.last:
                number = self._negotiations.setdefault(negotiation, len(self._negotiations) + 1)
                self._of[position] = number
                self._added[len(COUNTS) * position : len(COUNTS) * (position + 1)] = array(
                    "b", added
                )

    def find_difference(self, connection: Connection) -> Unfounded | None:
        """The first row of the serving table whose counts are not those after its first position."""
        table = serving_tables(connection).version
        columns = table.c
        counts = [columns[name] for name in _COUNTED]
        named = (columns.known_from, columns.negotiation_id, columns.fact_id, columns.version)
        running = [[0] * len(COUNTS) for _ in range(len(self._negotiations) + 1)]
        reached = 0
        wanted = select(*named, *counts).order_by(columns.known_from, columns.fact_id)
        for known_from, negotiation, fact, version, *kept in read_rows(connection, wanted):
            while reached < min(known_from, self.last):
                reached += 1
                of_event = running[self._of[reached]]
                for at in range(len(COUNTS)):
                    of_event[at] += self._added[len(COUNTS) * reached + at]
            if kept != running[self._negotiations.get(negotiation, 0)]:
                return Unfounded(table.name, (fact, version), "is not what the log gives")
        return None


def last_position(connection: Connection) -> int:
    """The position of the log's last event; 0 if it has none."""
    return connection.execute(select(func.max(event.c.position))).scalar() or 0
