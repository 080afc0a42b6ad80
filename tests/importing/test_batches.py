"""The label of an import is stored with its events: it can be asked for, is proved, and is erased with its fact."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from api.cli.ask import ask
from domain.batch import BATCH
from domain.fact import fact_id
from domain.streams.event import FactErased
from domain.streams.negotiation import negotiation_id
from domain.time.perspective import Perspective, PerspectiveQuery
from domain.views.known.timeslices import fold_versions
from domain.views.timeline import TimelineFilter, list_timeline
from infrastructure.projections.rebuild import rebuild
from infrastructure.readers import log, timelines, timeslices
from infrastructure.tables.facts import serving_tables
from tests.importing.lines import CORRECT, SLUG, change, custody, read_counts, run

if TYPE_CHECKING:
    from api.composition import Parley

PLACED = change("correct", "B", reason="refinement", why="x", changes={"place": "Horki"})
FIRST = [custody("A"), custody("B", person="Ann")]
SECOND = [custody("C", person="Eve"), CORRECT]


def import_batches(parley: Parley) -> None:
    run(parley, FIRST, batch="list-1")
    run(parley, SECOND, batch="list-2")
    run(parley, [PLACED])


def items(parley: Parley, path: str, **asked: str | int) -> list[dict[str, Any]]:
    parameters = {name: str(value) for name, value in asked.items()}
    found: list[dict[str, Any]] = ask(parley, path, parameters).content["items"]
    return found


def timeline_of(parley: Parley, **asked: str | int) -> list[str]:
    found = items(parley, f"/v1/negotiations/{SLUG}/timeline", **asked)
    return sorted(each["fact"]["external_id"] for each in found)


def test_a_batch_is_asked_for_in_the_log_and_in_a_timeline(parley: Parley) -> None:
    import_batches(parley)
    told = items(parley, "/v1/changes")
    assert [each.get("batch") for each in told] == [None, *["list-1"] * 2, *["list-2"] * 2, None]
    assert [item["position"] for item in items(parley, "/v1/changes", batch="list-2")] == [4, 5]
    page = items(parley, "/v1/changes", batch="list-2", after=4, limit=1)
    assert [each["position"] for each in page] == [5]
    assert items(parley, "/v1/changes", batch="list-2", position=4)[-1]["position"] == 4
    assert items(parley, "/v1/changes", batch="list") == []
    assert timeline_of(parley, batch="list-1") == ["A", "B"]
    assert timeline_of(parley, batch="list-2") == ["A", "C"]
    assert timeline_of(parley, batch="list-2", position=4) == ["C"]
    audited = items(parley, f"/v1/negotiations/{SLUG}/audit")
    assert [each.get("batch") for each in audited] == ["list-2", None]
    history = items(parley, f"/v1/facts/{fact_id(negotiation_id(SLUG), 'A')}/history")
    assert [each.get("batch") for each in history] == ["list-1", "list-2"]


def test_the_same_file_under_another_label_is_unchanged(light: Parley) -> None:
    import_batches(light)
    report = run(light, [*FIRST, *SECOND, PLACED], batch="list-3")
    assert read_counts(report)["unchanged"] == 5
    assert items(light, "/v1/changes", batch="list-3") == []


def test_both_witnesses_give_the_facts_of_a_batch(parley: Parley) -> None:
    import_batches(parley)
    with parley.reading(parley.owner) as reading:
        for position in range(1, 7):
            perspective = reading.perspective(PerspectiveQuery(position=position))
            known = fold_versions(reading.entries_of(negotiation_id(SLUG), position))
            for batch in ("list-1", "list-2", "list-3"):
                wanted = TimelineFilter(batch=batch)
                found, _ = reading.timeline(negotiation_id(SLUG), perspective, wanted, limit=9)
                assert found == list_timeline(known, perspective, wanted)


def test_a_batch_survives_a_rebuild_and_goes_with_an_erased_fact(parley: Parley) -> None:
    import_batches(parley)
    parley.erase(
        FactErased(
            originator_id=fact_id(negotiation_id(SLUG), "A"),
            originator_version=3,
            actor="t",
            negotiation_id=negotiation_id(SLUG),
            why="asked for",
            approvers=(),
        )
    )
    for _ in range(2):
        assert timeline_of(parley, batch="list-1") == ["B"]
        assert [item["position"] for item in items(parley, "/v1/changes", batch="list-2")] == [4]
        told = json.dumps(items(parley, "/v1/changes"))
        assert (told.count('"list-1"'), told.count('"list-2"')) == (1, 1)
        assert rebuild(parley.database, parley.ledger.codec).differences == ()


def test_an_event_without_a_label_has_the_bytes_that_it_always_had(light: Parley) -> None:
    import_batches(light)
    stored = light.ledger.codec.to_stored_event
    with light.reading(light.owner) as reading:
        payloads = [stored(event).state for _, event in reading.entries(after=0, limit=9)]
    assert [b'"batch"' in payload for payload in payloads] == [False, *[True] * 4, False]


def test_a_batch_is_found_by_its_index(parley: Parley) -> None:
    import_batches(parley)
    with parley.database.reading() as connection:
        tables = serving_tables(connection)
        statement = log.select_past(0, 9, tables, "list-1")
        perspective = Perspective(
            as_of=0, as_known_at=None, clock="recorded", match="possible", position=9
        )
        wanted = TimelineFilter(batch="list-1")
        about = tables, negotiation_id(SLUG), perspective, wanted, None
        shortlist, _ = timelines.find_shortlist(connection, *about, limit=100)
        other = timeslices.select_timeline(*about, shortlist=shortlist)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        for each in (statement, other):
            compiled = each.compile(connection, compile_kwargs={"literal_binds": True})
            plan = "EXPLAIN " + ("QUERY PLAN " if connection.dialect.name == "sqlite" else "")
            told = str(connection.execute(text(plan + str(compiled).replace(":", "\\:"))).all())
            assert "ix_fact_version_batch" in told


@pytest.mark.parametrize("label", ["", " ", "a b", "-a", "x" * 65, "Иван", "a\n", "a/b"])
def test_a_label_is_a_name_and_no_sentence(label: str) -> None:
    assert BATCH.fullmatch(label) is None
