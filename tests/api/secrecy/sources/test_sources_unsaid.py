"""No answer, export, log line, proof or backup reveals a confidential source, or that there is one."""

from __future__ import annotations

import gzip
import logging
from typing import TYPE_CHECKING

import pytest

from api.cli.ask import ask
from api.commands.export import Export
from api.commands.json_text import write_json
from domain.time.perspective import PerspectiveQuery
from tests.api.asking import FACTS, TALKS, fact
from tests.api.everything import ask_whole, list_addresses
from tests.api.secrecy.sources.cited import CANARY, JANE, MAX, Desk, make_citation
from tests.infrastructure.sealing.files import holds, tables_holding

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_shown_in_confidence_stays_in_no_cache(desk: Desk) -> None:
    id_ = desk.record(citations=[make_citation(JANE)])
    for query in ("", "?position=2"):
        address = f"/v1/facts/{id_}{query}"
        _, content = ask_whole(desk.plain, address, desk.reading)
        assert CANARY.encode() in content
        answer = desk.plain.get(address, headers=desk.reading)
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.either_database
def test_the_canary_is_in_no_answer_export_log_line_index_or_backup(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    id_ = desk.record(external_id="kept", citations=[make_citation(JANE)])
    desk.change(id_, "corroborations", {"citation": make_citation(MAX, title="Second")})
    keyed = {"idempotency_key": "again"}
    for _ in range(2):
        answer = desk.client.post(FACTS, fact(citations=[make_citation(JANE)]), **keyed)
        assert answer.status == 201
        assert CANARY.encode() not in answer.body
    refused = desk.client.post(FACTS, fact(external_id="kept", citations=[make_citation(MAX)]))
    assert refused.status == 409
    assert CANARY.encode() not in refused.body
    assert desk.client.post(f"{TALKS}/snapshots", {"name": "first"}).status == 201
    names = {
        "slug": ["talks"],
        "chart": ["releases", "held"],
        "section": ["custody", "prisoners.released", "erased"],
        "fact_id": [id_],
        "name": ["first"],
        "level": ["0"],
        "index": ["000.p/5"],
    }
    assert desk.parley.publisher is not None
    desk.parley.publisher.publish()
    told = 0
    for address in list_addresses(desk.client.http, names):
        for headers in desk.others.values():
            status, content = ask_whole(desk.plain, address, headers)
            assert status < 500, address
            assert CANARY.encode() not in content, address
        _, content = ask_whole(desk.plain, address, desk.reading)
        if address.partition("?")[0] == f"/v1/facts/{id_}":
            told += CANARY.encode() in content
        else:
            assert CANARY.encode() not in content, address
    assert told > 3, "who may read sources is told"
    assert CANARY not in caplog.text
    of_all = desk.parley, desk.parley.owner, "talks", PerspectiveQuery()
    exported = write_json(
        [line for history in (False, True) for line in Export.of(*of_all, history=history).lines()]
    )
    assert b"Own reporting" in exported
    assert CANARY.encode() not in exported
    desk.parley.back_up(tmp_path / "backup")
    backup = gzip.decompress((tmp_path / "backup").read_bytes())
    assert b'"line":"part"' in backup
    assert CANARY.encode() not in backup
    database = desk.parley.database
    if database.is_sqlite:
        assert not holds(database, CANARY.encode())
    with database.reading() as connection:
        schema = "sqlite_master" if database.is_sqlite else "pg_tables"
        column = "name" if database.is_sqlite else "tablename"
        public = "type = 'table'" if database.is_sqlite else "schemaname = 'public'"
        found = connection.exec_driver_sql(f"SELECT {column} FROM {schema} WHERE {public}")  # noqa: S608
        tables = list(found.scalars())
    assert "confidential_part" in tables
    assert tables_holding(database, CANARY, *tables) == []


def test_a_citation_with_a_source_answers_as_one_without(desk: Desk) -> None:
    bodies = []
    for confidential in (JANE, None):
        id_ = desk.record(citations=[make_citation(confidential)])
        answer = desk.client.get(f"/v1/facts/{id_}?as_of=2026", **desk.others["editor"])
        proof = desk.client.get(f"/v1/facts/{id_}/history", **desk.others["editor"])
        bodies.append(
            [answer.json["fact"], [item["changes"] for item in proof.json["items"]]],
        )
    assert bodies[0] == bodies[1]


def test_a_proof_shows_the_same_for_an_event_with_a_source_as_for_one_without(desk: Desk) -> None:
    shapes = []
    for confidential in (JANE, None):
        id_ = desk.record(citations=[make_citation(confidential)])
        assert desk.parley.publisher is not None
        desk.parley.publisher.publish()
        proof = desk.client.get(f"/v1/facts/{id_}/proof", **desk.others["editor"])
        assert proof.status == 200
        payload = {name: len(str(proof.json[name])) for name in ("salt", "payload")}
        shapes.append((sorted(proof.json), sorted(proof.json["leaf"]), payload))
    assert shapes[0] == shapes[1]


def test_nothing_confidential_is_certified(desk: Desk) -> None:
    id_ = desk.record(citations=[make_citation(JANE)])
    body = {"question": f"/v1/facts/{id_}?as_of=2026&position=2"}
    digests = {
        desk.client.post("/v1/certificates", body, **headers).json["sha256"]
        for headers in (desk.reading, desk.others["editor"])
    }
    assert len(digests) == 1


def test_the_command_line_shows_sources_only_where_it_is_told_to(desk: Desk) -> None:
    id_ = desk.record(citations=[make_citation(JANE)])
    assert CANARY.encode() not in ask(desk.parley, f"/v1/facts/{id_}", {}).body
    shown = ask(desk.parley, f"/v1/facts/{id_}", {}, discloses=True)
    assert shown.content["fact"]["citations"][0]["confidential"] == JANE
