"""A row holds the whole version of a fact, and its terms and questions find it."""

from __future__ import annotations

import json
import random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given

from domain.named import text_of
from domain.naming import shorten_key
from domain.time.instant import END, parse_cut
from domain.time.perspective import PerspectiveQuery
from domain.views.known.timeslices import fold_versions, timeslice
from domain.views.name_lists import list_called
from domain.views.naming import Names
from domain.views.timeline import TimelineFilter, list_timeline
from infrastructure.ledger import StoredLedger
from infrastructure.projections.fact_rows import (
    AHEAD,
    EVERY,
    LATEST,
    PRECISE,
    TIMELESS,
    answer_rows,
    row_of,
    term_rows,
)
from infrastructure.projections.stored_versions import version_of_row
from infrastructure.readers.reading import Reading
from infrastructure.tables.record import metadata
from tests.examples import NEGOTIATION, OPENED, OWNER, SLUG, fact
from tests.strategies import SOME, histories
from tests.written_log import Log

if TYPE_CHECKING:
    from sqlalchemy import Row

    from domain.streams.entry import Entry
    from domain.views.versions import FactVersion
    from infrastructure.database.database import Database


def as_row(values: dict[str, Any]) -> Row[Any]:
    return cast("Row[Any]", SimpleNamespace(**values))


def find_last(log: Log) -> FactVersion:
    return log.versions()[-1]


@SOME
@given(histories())
def test_the_row_of_a_version_gives_the_version_back(entries: list[Entry]) -> None:
    for version in fold_versions(entries):
        assert version_of_row(as_row(row_of(version))) == version


@SOME
@given(histories())
def test_a_row_fits_the_columns_and_its_instants_fit_eight_bytes(entries: list[Entry]) -> None:
    tables = [table for name, table in metadata.tables.items() if name.startswith("fact_version")]
    assert tables
    for version in fold_versions(entries):
        row = row_of(version)
        for table in tables:
            rest = set(table.columns.keys()) - set(row)
            assert set(row) <= set(table.columns.keys())
            assert all(name.endswith("_count") for name in rest)
        assert all(abs(value) < 2**63 for value in row.values() if isinstance(value, int))


def test_a_new_row_is_known_and_public_without_end() -> None:
    log = Log()
    log.record(fact("release"))
    row = row_of(find_last(log))
    assert (row["known_to"], row["published_to"]) == (END, END)
    assert (row["known_from"], row["first_position"], row["version"]) == (2, 2, 1)


def test_the_columns_that_cut_are_those_of_the_bounds_and_the_window() -> None:
    log = Log()
    log.record(fact("custody", valid="2025-09/2025-11"))
    version = find_last(log)
    row, held = row_of(version), version.record.fact
    for name in ("start_earliest", "start_latest", "end_earliest", "end_latest"):
        assert row[name] == getattr(held.valid_time.bounds, name)
    for name in ("possible_from", "certain_from", "certain_to", "possible_to"):
        assert row[name] == getattr(held.window, name)
    assert row["happened_latest"] == held.valid_time.bounds.end_latest - 1
    log.record(fact("custody", valid="2025-09"))
    version = find_last(log)
    latest = version.record.fact.valid_time.bounds.start_latest - 1
    assert row_of(version)["happened_latest"] == latest


def test_terms_are_the_names_and_places_as_they_are_searched() -> None:
    log = Log()
    people = ("Łukasz Ślepowroński", "lukasz  slepowronski")
    held = {"person": "Ihar Losik", "place": "Navapolatsk"}
    log.record(fact("custody", people=people, places=("Łódź",), **held))
    assert [(row["field"], row["term"]) for row in term_rows(find_last(log))] == [
        ("body", "reuters"),
        ("person", "ihar losik"),
        ("person", "lukasz slepowronski"),
        ("place", "lodz"),
        ("place", "navapolatsk"),
    ]


def test_names_stand_in_the_lists_where_they_are_looked_for() -> None:
    people = ("Łukasz  Ślep", "Й" * 600)
    made = fact("custody", person="Юрий", people=people)
    assert sorted(list_called(made)) == [
        ("", "łukasz ślep", "Łukasz  Ślep"),
        ("", "юрий", "Юрий"),
        ("\x1d", "lukasz slep", "łukasz ślep"),
        ("\x1d", "юрии", "юрий"),
        ("\x1e", shorten_key("й" * 600), shorten_key("и" * 600)),
        ("eli", "łukasz ślep", "Łukasz  Ślep"),
        ("hrh", "юрий", "Юрий"),
        ("slp", "łukasz ślep", "Łukasz  Ślep"),
    ]


@SOME
@given(histories())
def test_terms_find_what_the_timelines_filter_finds(entries: list[Entry]) -> None:
    every = fold_versions(entries)
    log = Log()
    at = log.perspective(as_of="2030", position=len(entries))
    last = {version.record.id: version for version in every}
    names = Names.of(timeslice(every, at))
    for name in {text_of(name) for version in every for name in version.record.fact.list_names()}:
        by_terms = {
            version.record.id
            for version in last.values()
            for row in term_rows(version)
            if (row["field"], row["term"]) in names.terms("person", name)
        }
        wanted = TimelineFilter(person=name, retracted=True)
        assert {seen.version.record.id for seen in list_timeline(every, at, wanted)} == by_terms


def questions(log: Log) -> list[tuple[int, str]]:
    return [(row["rule"], row["question"].split("\x1f")[0]) for row in answer_rows(find_last(log))]


def test_a_version_has_a_row_for_each_question_that_it_speaks_to() -> None:
    log = Log()
    id_ = log.record(fact("release", people=("Ihar Losik", "Łukasz")))
    assert questions(log) == [
        (EVERY, "prisoners.released"),
        (LATEST, "custody"),
        (LATEST, "custody"),
    ]
    log.retract(id_)
    assert questions(log) == []
    log.reinstate(id_)
    assert len(questions(log)) == 3
    log.record(fact("meeting", stage="planned"))
    assert questions(log) == [(AHEAD, "meetings.next")]
    log.record(fact("alias"))
    assert questions(log) == [(TIMELESS, "alias")]


def test_a_beginning_known_to_the_day_is_precise() -> None:
    log = Log()
    for valid, vague in (("2025-09-11", False), ("2025-09", True), ("../2025-09-30", False)):
        log.record(fact("custody", valid=valid))
        (row,) = answer_rows(find_last(log))
        assert row["vague"] is vague, valid
        assert vague is (row["start_latest"] - row["start_earliest"] > PRECISE)


@pytest.mark.parametrize(
    ("kind", "field"), [("proposal", "content"), ("statement", "speaker"), ("release", "people")]
)
def test_a_name_as_long_as_a_text_may_be_is_kept_and_found(
    database: Database, kind: str, field: str
) -> None:
    ledger = StoredLedger(database)
    ledger.append([OPENED])
    name = "".join(random.Random(1).choices("абвгдежзиклмнопрстуфхцчшщыэюя", k=20_000))
    own = {field: (name,) if field == "people" else name}
    ledger.record(negotiation_id=NEGOTIATION, fact=fact(kind, **own), actor="desk")
    query = PerspectiveQuery(as_of=parse_cut("2025-11-22"))
    with database.reading() as connection:
        reading = Reading(connection, ledger.codec, 0, OWNER)
        at = reading.perspective(query)
        state = reading.state(reading.negotiation(SLUG), at)
        wanted = TimelineFilter(person=None if field == "content" else name)
        assert len(reading.timeline(NEGOTIATION, at, wanted, limit=2)[0]) == 1
    assert name in json.dumps(state, ensure_ascii=False)
