"""The rectangles of a fact do not overlap and leave no gap, and each event writes as few of them as possible."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from domain.provenance import Citation
from domain.time.instant import END
from domain.time.perspective import Perspective
from domain.views.known.published import fold_public
from domain.views.known.timeslices import fold_versions, select_known
from infrastructure.ledger import StoredLedger
from infrastructure.projections.rebuild import rebuild
from infrastructure.projections.rectangles import Plane, profile
from infrastructure.tables.facts import serving_tables
from tests.drawn_facts import instants
from tests.examples import NEGOTIATION, OPENED, fact
from tests.strategies import SOME, histories
from tests.written_log import Log

if TYPE_CHECKING:
    from domain.streams.entry import Entry
    from domain.views.versions import FactVersion
    from infrastructure.database.database import Database
    from infrastructure.projections.rectangles import Rectangle

EVENTS: Final = 20
JANUARY: Final = (Citation(publisher="A", published="2025-01-01"),)


def planes(entries: list[Entry]) -> dict[object, tuple[Plane, list[FactVersion]]]:
    """The plane of each fact, and its versions."""
    found: dict[object, tuple[Plane, list[FactVersion]]] = {}
    for version in fold_versions(entries):
        plane, before = found.setdefault(version.record.id, (Plane(), []))
        most = len(plane.open) + sum(each.published_at > version.published_at for each in before)
        written = len(plane.written)
        plane.take(version, {}, partial(list, before))
        assert len(plane.written) - written <= most + 2
        assert len(plane.open) <= len(before) + 1
        before.append(version)
    return found


@SOME
@given(histories(max_changes=20), st.data())
def test_each_place_of_the_plane_is_in_the_rectangle_that_says_what_was_seen(
    entries: list[Entry], data: st.DataObject
) -> None:
    for plane, mine in planes(entries).values():
        for _ in range(5):
            cut, position = data.draw(instants()), data.draw(st.integers(1, len(entries)))
            seen = fold_public([each for each in mine if each.position <= position], cut)
            there = [each for each in plane.written if holds(each, position, cut)]
            assert [each.version for each in there] == ([] if seen is None else [seen])
        assert all(is_apart(one, other) for one, other in combinations(plane.written, 2))


@SOME
@given(histories(max_changes=20))
def test_what_is_open_is_what_all_events_together_leave(entries: list[Entry]) -> None:
    for plane, mine in planes(entries).values():
        pieces = [(each.published_from, each.version) for each in plane.open]
        merged: list[tuple[int, FactVersion]] = []
        for start, _, version in profile(mine):
            if not merged or merged[-1][1] != version:
                merged.append((start, version))
        assert pieces == merged


def holds(each: Rectangle, position: int, cut: int) -> bool:
    known = each.known_from <= position < each.known_to
    return known and each.published_from <= cut < each.published_to


def is_apart(one: Rectangle, other: Rectangle) -> bool:
    return (
        one.known_to <= other.known_from
        or other.known_to <= one.known_from
        or one.published_to <= other.published_from
        or other.published_to <= one.published_from
    )


@pytest.mark.parametrize(
    ("days", "field", "most"),
    [
        ([*range(2, EVENTS + 2)], "note", 2 * EVENTS + 1),
        ([*range(EVENTS + 1, 1, -1)], "note", EVENTS * 3),
        ([*range(EVENTS + 1, 1, -1)], "people", EVENTS * (EVENTS + 3) // 2 + EVENTS + 1),
    ],
    ids=["in order", "each before the last, all of one field", "each a name more, before the last"],
)
def test_events_write_few_rows_in_order_and_never_more_than_their_square(
    database: Database, days: list[int], field: str, most: int
) -> None:
    log = Log()
    id_ = log.record(fact("release", citations=JANUARY))
    for number, day in enumerate(days):
        names = tuple(f"Name {each}" for each in range(number + 1))
        said = {"note": f"note {number}"} if field == "note" else {"people": names}
        log.correct(id_, published=f"2025-02-{day:02}", **said)
    ledger = StoredLedger(database)
    ledger.append([OPENED])
    for entry in log.entries[1:]:
        ledger.append([entry.event])
    with database.reading() as connection:
        table = serving_tables(connection).version
        rows = connection.execute(select(func.count()).select_from(table)).scalar_one()
        open_ = select(func.count()).where(table.c.known_to == END)
        assert connection.execute(open_).scalar_one() <= EVENTS + 1
    assert EVENTS < rows <= most
    assert rebuild(database, ledger.codec).differences == ()
    everything = Perspective(
        as_of=0, as_known_at=None, clock="recorded", match="possible", position=EVENTS + 2
    )
    (last,) = select_known(log.versions(), replace(everything))
    assert last.record.version == EVENTS + 1
    assert last.record.negotiation_id == NEGOTIATION
    ledger.close()
