"""A confidential source is told to who may read sources, and to nobody else, whatever they ask."""

from __future__ import annotations

import gzip
import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from starlette.testclient import TestClient

from api.cli.ask import ask
from api.commands.export import Export
from api.commands.json_text import write_json
from api.composition import Parley, compose
from api.http.app import create_app
from domain.access import SCOPES
from domain.time.perspective import PerspectiveQuery
from infrastructure.proofs.verification import verify
from infrastructure.tables.record import confidential_part
from tests.api.asking import FACTS, TALKS, Client, authorize, fact
from tests.api.everything import ask_whole, everything
from tests.databases import settings_of
from tests.infrastructure.sealing.files import holds, tables_holding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.databases import Kind

CANARY: Final = "Canary"
JANE: Final = {"identity": "Canary Jane", "contact": "+48 555 Canary", "note": "Canary: at night"}
MAX: Final = {"identity": "Canary Max"}
DESK: Final = {"publisher": "Own reporting", "published": "2025-09-11", "attribution": "anonymous"}
NO_SOURCES: Final = tuple(scope for scope in SCOPES if scope != "source:read")


def cited(confidential: object, **more: object) -> dict[str, Any]:
    return {**DESK, **more, "confidential": confidential}


@dataclass
class Desk:
    """A record of which somebody reads the sources, and others do not."""

    parley: Parley
    client: Client
    plain: TestClient
    reading: dict[str, str]
    others: dict[str, dict[str, str]]

    def sources(self, fact_id: str, query: str = "") -> list[Any]:
        answer = self.client.get(f"/v1/facts/{fact_id}{query}", **self.reading)
        assert answer.status == 200, answer.json
        return [citation.get("confidential") for citation in answer.json["fact"]["citations"]]

    def identities(self, fact_id: str) -> list[str | None]:
        return [source and source["identity"] for source in self.sources(fact_id)]

    def record(self, **fields: object) -> str:
        answer = self.client.post(FACTS, fact(**fields))
        assert answer.status == 201, answer.json
        assert CANARY.encode() not in answer.body
        return str(answer.json["id"])

    def change(self, fact_id: str, change: str, body: object) -> None:
        answer = self.client.post(f"/v1/facts/{fact_id}/{change}", body, if_match="*")
        assert answer.status == 200, answer.json
        assert CANARY.encode() not in answer.body


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    settings = settings_of(database_url, PARLEY_LOG_KEY_FILE=str(tmp_path / "key"))
    parley = compose(settings, upgrade=False, signs=True)
    app = create_app(parley)
    http = TestClient(app, headers=authorize(parley, "editor"), raise_server_exceptions=False)
    others = {
        "editor": authorize(parley, "editor", *NO_SOURCES),
        "reader": authorize(parley, "reader", "fact:read", "audit:read"),
        "nobody": {},
    }
    plain = TestClient(app, raise_server_exceptions=False)
    keeper = authorize(parley, "keeper", "fact:read", "source:read")
    desk = Desk(parley, Client(http), plain, keeper, others)
    desk.client.open()
    yield desk
    parley.close()


def test_who_may_read_sources_is_told_and_an_editor_is_not(desk: Desk) -> None:
    id_ = desk.record(citations=[fact()["citations"][0], cited(JANE)])
    assert desk.sources(id_) == [None, JANE]
    for headers in desk.others.values():
        answer = desk.plain.get(f"/v1/facts/{id_}", headers=headers)
        citations = answer.json()["fact"]["citations"]
        assert [sorted(citation) for citation in citations] == [sorted(citations[0])] * 2


def test_what_is_left_out_is_null(desk: Desk) -> None:
    id_ = desk.record(citations=[cited(MAX)])
    assert desk.sources(id_) == [{**dict.fromkeys(JANE), **MAX}]


def test_every_change_may_bring_a_source_and_keeps_those_of_the_citations_that_stay(
    desk: Desk,
) -> None:
    custody = {"kind": "custody", "person": "A", "status": "detained", "valid": "2025-01"}
    id_ = desk.record(**custody, citations=[cited(JANE)])
    max_ = {**dict.fromkeys(JANE), **MAX}
    desk.change(id_, "corroborations", {"citation": cited(MAX, title="Second")})
    assert desk.sources(id_) == [JANE, max_]
    desk.change(id_, "end", {"ended": "2025-02", "citation": cited(JANE, title="Third")})
    assert desk.sources(id_) == [JANE, max_, JANE]
    corrected = {
        "reason": "refinement",
        "why": "closer",
        "changes": {"citations": [{**DESK, "title": "Second"}, cited(MAX, title="New")]},
        "citation": cited(JANE, title="Own"),
    }
    desk.change(id_, "corrections", corrected)
    assert desk.sources(id_) == [max_, max_, JANE]
    assert desk.sources(id_, "?position=2") == [JANE]
    assert desk.sources(id_, "?position=3") == [JANE, max_]


def test_a_correction_that_takes_two_persons_keeps_its_source_to_itself_until_then(
    desk: Desk,
) -> None:
    id_ = desk.record(citations=[cited(JANE)])
    assert desk.client.post(f"{TALKS}/settings", {"review_record": True}).status == 200
    body = {
        "reason": "refinement",
        "why": "closer",
        "changes": {"citations": [cited(MAX, title="New")]},
        "citation": cited(JANE, title="Own"),
    }
    answer = desk.client.post(f"/v1/facts/{id_}/corrections", body, if_match="*")
    assert answer.status == 202
    change_request = f"/v1/change-requests/{answer.json['id']}"
    everywhere = (
        answer.body,
        desk.client.get(change_request).body,
        desk.client.get(f"{TALKS}/change-requests").body,
        desk.client.get("/v1/changes").body,
    )
    assert CANARY.encode() not in b"".join(everywhere)
    assert desk.sources(id_) == [JANE]
    other = authorize(desk.parley, "second", "fact:correct")
    seen = {"if_match": answer.headers["etag"], **other}
    agreed = desk.client.post(f"{change_request}/approval", {}, **seen)
    assert agreed.status == 200
    assert CANARY.encode() not in agreed.body
    assert desk.identities(id_) == ["Canary Max", "Canary Jane"]
    assert wrong_of(desk.parley) is None


def test_two_sources_behind_the_same_words_keep_their_order(desk: Desk) -> None:
    id_ = desk.record(citations=[cited(JANE), cited(None), cited(MAX)])
    assert desk.identities(id_) == ["Canary Jane", "Canary Max", None]


def test_an_import_may_bring_sources_and_says_nothing_of_them(desk: Desk) -> None:
    line = {**fact(external_id="A"), "citations": [cited(JANE)]}
    change = {
        "op": "corroborate",
        "external_id": "A",
        "citation": cited(MAX, title="Second"),
    }
    lines = b"\n".join(write_json(each) for each in (line, change))
    media = "application/x-ndjson"
    first = desk.client.post(f"{TALKS}/import", lines, content_type=media)
    assert (first.json["recorded"], first.json["corroborated"]) == (1, 1)
    again = desk.client.post(f"{TALKS}/import", lines, content_type=media)
    assert again.json["unchanged"] == 2
    items = desk.client.get(f"{TALKS}/timeline").json["items"]
    assert desk.identities(items[0]["id"]) == ["Canary Jane", "Canary Max"]


BAD: Final[tuple[tuple[object, str], ...]] = (
    ("Canary", ""),
    ({}, ""),
    ({"identity": None}, ""),
    ({"Canary": "x"}, ""),
    ({"identity": 7}, "/identity"),
    ({"identity": "Canary\u0000"}, "/identity"),
    ({"contact": " "}, "/contact"),
    ({"note": ["Canary"]}, "/note"),
)


def test_a_name_in_it_that_comes_twice_or_is_no_text_is_not_repeated_either(
    light_client: Client,
) -> None:
    light_client.open()
    text = json.dumps(fact(citations=[{**cited(None), "confidential": {"X": 1}}]))
    repeated = ('"Canary":1,"Canary":2', '"Canary\\ud800":1', '"a":{"Canary":{"b":1,"b":2}}')
    for number, broken in enumerate(repeated):
        body = text.replace('"X": 1', broken).encode()
        keyed = {"content_type": "application/json", "idempotency_key": f"key-{number}"}
        answer = light_client.post(FACTS, body, **keyed)
        assert (answer.status, {*answer.pointers}) == (422, {"/citations/0/confidential"})
        assert CANARY.encode() not in answer.body


def test_what_is_shown_in_confidence_stays_in_no_cache(desk: Desk) -> None:
    id_ = desk.record(citations=[cited(JANE)])
    for query in ("", "?position=2"):
        address = f"/v1/facts/{id_}{query}"
        _, content = ask_whole(desk.plain, address, desk.reading)
        assert CANARY.encode() in content
        answer = desk.plain.get(address, headers=desk.reading)
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("sent", "at"), BAD)
def test_a_malformed_part_is_pointed_at_and_never_repeated(
    light_client: Client, sent: object, at: str
) -> None:
    light_client.open()
    answer = light_client.post(FACTS, fact(citations=[cited(None), cited(sent)]))
    assert answer.status == 422
    assert answer.pointers == [f"/citations/1/confidential{at}"]
    assert CANARY.encode() not in answer.body
    bodies = {
        "corroborations": ({"citation": cited(sent)}, "/citation"),
        "corrections": (
            {"reason": "refinement", "why": "x", "changes": {"citations": [cited(sent)]}},
            "/changes/citations/0",
        ),
    }
    light_client.record()
    id_ = light_client.get(f"{TALKS}/timeline").json["items"][0]["id"]
    for change, (body, place) in bodies.items():
        answer = light_client.post(f"/v1/facts/{id_}/{change}", body, if_match="*")
        assert answer.pointers == [f"{place}/confidential{at}"]
        assert CANARY.encode() not in answer.body


@pytest.mark.either_database
def test_the_canary_is_in_no_answer_export_log_line_index_or_backup(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    id_ = desk.record(external_id="kept", citations=[cited(JANE)])
    desk.change(id_, "corroborations", {"citation": cited(MAX, title="Second")})
    keyed = {"idempotency_key": "again"}
    for _ in range(2):
        answer = desk.client.post(FACTS, fact(citations=[cited(JANE)]), **keyed)
        assert answer.status == 201
        assert CANARY.encode() not in answer.body
    refused = desk.client.post(FACTS, fact(external_id="kept", citations=[cited(MAX)]))
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
    for address in everything(desk.client.http, names):
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
        id_ = desk.record(citations=[cited(confidential)])
        answer = desk.client.get(f"/v1/facts/{id_}?as_of=2026", **desk.others["editor"])
        proof = desk.client.get(f"/v1/facts/{id_}/history", **desk.others["editor"])
        bodies.append(
            [answer.json["fact"], [item["changes"] for item in proof.json["items"]]],
        )
    assert bodies[0] == bodies[1]


def test_a_proof_shows_the_same_for_an_event_with_a_source_as_for_one_without(desk: Desk) -> None:
    shapes = []
    for confidential in (JANE, None):
        id_ = desk.record(citations=[cited(confidential)])
        assert desk.parley.publisher is not None
        desk.parley.publisher.publish()
        proof = desk.client.get(f"/v1/facts/{id_}/proof", **desk.others["editor"])
        assert proof.status == 200
        payload = {name: len(str(proof.json[name])) for name in ("salt", "payload")}
        shapes.append((sorted(proof.json), sorted(proof.json["leaf"]), payload))
    assert shapes[0] == shapes[1]


def test_nothing_confidential_is_certified(desk: Desk) -> None:
    id_ = desk.record(citations=[cited(JANE)])
    body = {"question": f"/v1/facts/{id_}?as_of=2026&position=2"}
    digests = {
        desk.client.post("/v1/certificates", body, **headers).json["sha256"]
        for headers in (desk.reading, desk.others["editor"])
    }
    assert len(digests) == 1


def test_the_command_line_shows_sources_only_where_it_is_told_to(desk: Desk) -> None:
    id_ = desk.record(citations=[cited(JANE)])
    assert CANARY.encode() not in ask(desk.parley, f"/v1/facts/{id_}", {}).body
    shown = ask(desk.parley, f"/v1/facts/{id_}", {}, discloses=True)
    assert shown.content["fact"]["citations"][0]["confidential"] == JANE


def wrong_of(parley: Parley) -> int | None:
    with parley.database.reading() as connection:
        wrong = verify(connection).wrong
    return None if wrong is None else wrong.position


def test_a_part_that_is_taken_away_changed_or_moved_is_found_out(desk: Desk) -> None:
    desk.record(citations=[cited(JANE), cited(MAX, title="Second")])
    desk.record(citations=[cited(MAX)])
    assert wrong_of(desk.parley) is None
    database, parts = desk.parley.database, confidential_part.c
    with database.reading() as connection:
        kept = [dict(row) for row in connection.execute(confidential_part.select()).mappings()]
    forgeries: tuple[tuple[Any, int], ...] = (
        (confidential_part.delete().where(parts.position == 2, parts.ordinal == 1), 2),
        (confidential_part.delete(), 2),
        (confidential_part.update().where(parts.position == 3).values(sealed=b"x" * 90), 3),
        (confidential_part.update().where(parts.position == 3).values(sealed=None), 3),
        (confidential_part.update().where(parts.position == 3).values(digest=b"x" * 32), 3),
        (confidential_part.update().where(parts.position == 3).values(ordinal=4), 3),
        (confidential_part.update().where(parts.position == 3).values(stream="0" * 32), 3),
        (confidential_part.update().where(parts.position == 3).values(position=1), 1),
        (confidential_part.update().where(parts.position == 3).values(position=9), 3),
    )
    for forgery, at in forgeries:
        with database.writing() as connection:
            assert connection.execute(forgery).rowcount > 0
        assert wrong_of(desk.parley) == at, forgery
        with database.writing() as connection:
            connection.execute(confidential_part.delete())
            connection.execute(confidential_part.insert(), kept)
    assert wrong_of(desk.parley) is None


def test_a_restore_into_the_other_database_brings_the_sources_along(
    desk: Desk, tmp_path: Path, fresh_database: Callable[[Kind], str]
) -> None:
    id_ = desk.record(citations=[cited(JANE)])
    desk.parley.back_up(tmp_path / "backup")
    other: Kind = "postgresql" if desk.parley.database.is_sqlite else "sqlite-file"
    restored = compose(settings_of(fresh_database(other)), upgrade=False)
    restored.restore(tmp_path / "backup")
    shown = ask(restored, f"/v1/facts/{id_}", {}, discloses=True)
    assert shown.content["fact"]["citations"][0]["confidential"] == JANE
    assert wrong_of(restored) is None
    restored.close()
