"""What was erased is nowhere any more; that it was, when, why and by whom is in the log, and the log's proofs hold."""

from __future__ import annotations

import gzip
import resource
import time
from base64 import b64decode
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from api.commands.json_text import write_json
from api.composition import Parley, compose
from api.http.app import create_app
from infrastructure.database.database import Database
from infrastructure.database.lanes import UNHURRIED_SECONDS
from infrastructure.log import overwritten
from infrastructure.log.overwritten import Overwritten
from infrastructure.projections.checking.comparison import compare_with_log
from infrastructure.projections.checking.soundness import find_text_flaw, run_own_check
from infrastructure.proofs.verification import verify
from infrastructure.tables.record import confidential_part, event, idempotency_answer, log_head
from tests.api.asking import FACTS, TALKS, Answer, Client, authorize, fact
from tests.api.everything import ask_whole, everything
from tests.databases import open_database, settings_of
from tests.domain.proof.inclusion import verify_inclusion
from tests.infrastructure.sealing.files import holds, tables_holding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.databases import Kind

WORD: Final = "Zanzibarcanary"
SAID: Final = {
    "summary": f"{WORD} is freed",
    "people": [f"{WORD} Person"],
    "places": [f"{WORD} Place"],
    "matter": f"{WORD} matter",
    "note": f"{WORD} note",
    "external_id": f"{WORD}-1",
    "quantities": [{"what": "released", "value": 52, "basis": "increment"}],
    "citations": [
        {"publisher": f"{WORD} Wire", "published": "2025-09-11", "confidential": {"note": WORD}}
    ],
}
REASON: Final = {"reason": "The family asked for it"}
WHY: Final = {"reason": "refinement", "why": f"{WORD} was misspelt"}

pytestmark = pytest.mark.usefixtures("small_shares")


@dataclass
class Desk:
    """A record in which one may erase alone."""

    parley: Parley
    client: Client

    def change(self, id_: str, change: str, body: object, **headers: str) -> Answer:
        headers.setdefault("if_match", "*")
        return self.client.post(f"/v1/facts/{id_}/{change}", body, **headers)

    def done(self, id_: str, change: str, body: object, **headers: str) -> Answer:
        answer = self.change(id_, change, body, **headers)
        assert answer.status == 200, answer.json
        return answer

    def said(self) -> str:
        """A fact with a history, and a snapshot that holds it; its id."""
        id_ = str(self.client.record(**SAID).json["id"])
        self.done(id_, "corrections", {**WHY, "changes": {"summary": f"{WORD} was freed"}})
        assert self.client.post(f"{TALKS}/snapshots", {"name": "held"}).status == 201
        cited = {"publisher": f"{WORD} Radio", "confidential": {"identity": WORD}}
        self.done(id_, "corroborations", {"citation": cited}, idempotency_key="cited")
        self.client.record(summary="Another stays", external_id="other")
        return id_

    def sign(self) -> None:
        """Sign what there is: who asks for a proof does not wait for it."""
        assert self.parley.publisher is not None
        self.parley.publisher.publish()

    def words(self) -> int:
        answer = self.client.get(f"{TALKS}/timeline?q={WORD}")
        return len(answer.json["items"])

    @property
    def root(self) -> bytes:
        with self.parley.database.reading() as connection:
            verification = verify(connection)
        assert verification.wrong is None
        return verification.root


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    settings = settings_of(database_url, PARLEY_LOG_KEY_FILE=str(tmp_path / "key"))
    parley = compose(settings, upgrade=False, signs=True)
    http = TestClient(
        create_app(parley), headers=authorize(parley, "Ann"), raise_server_exceptions=False
    )
    desk = Desk(parley, Client(http))
    desk.client.open()
    settings_body = {"review_erasure": False}
    assert desk.client.post(f"{TALKS}/settings", settings_body).status == 200
    yield desk
    parley.close()


def test_an_erasure_says_what_where_when_why_and_by_whom(desk: Desk) -> None:
    id_ = desk.said()
    answer = desk.done(id_, "erasure", {**REASON, "approvers": ["Bo"]})
    assert {**answer.json, "recorded_at": "then"} == {
        "fact": id_,
        "negotiation": "talks",
        "what": "fact",
        **REASON,
        "approvers": ["Bo"],
        "actor": "Ann",
        "position": 8,
        "recorded_at": "then",
    }
    told = desk.client.get("/v1/changes?after=7").json["items"][0]
    assert (told["event"], told["actor"], told["fact"]) == ("fact.erased", "Ann", id_)
    assert (told["data"]["why"], told["data"]["approvers"]) == (REASON["reason"], ["Bo"])
    audit = desk.client.get(f"{TALKS}/audit").json["items"]
    assert [each["event"] for each in audit] == ["fact.erased"]
    assert (audit[0]["why"], audit[0]["fact"]["summary"]) == (REASON["reason"], "")
    assert desk.client.get(f"{TALKS}/audit?person={WORD}%20Person").json["items"] == []


def test_the_fact_is_gone_at_every_perspective(desk: Desk) -> None:
    id_ = desk.said()
    erased_at = desk.done(id_, "erasure", REASON).json["recorded_at"]
    for query in ("", "?position=4", "?as_known_at=2027&as_of=2025-10", "?clock=published"):
        for path in (f"/v1/facts/{id_}", f"/v1/facts/{id_}/history"):
            answer = desk.client.get(path + query)
            assert answer.status == 410, path + query
            assert answer.json["type"] == "urn:parley:problem:erased"
            assert answer.json["fact"] == id_
            assert (answer.json["position"], answer.json["erased_at"]) == (8, erased_at)
            assert answer.json["why"] == REASON["reason"]
    assert desk.client.get(f"/v1/facts/{id_}?position=2").status == 404


@pytest.mark.either_database
def test_no_word_of_it_is_in_any_answer_file_table_or_backup(desk: Desk, tmp_path: Path) -> None:
    id_ = desk.said()
    assert desk.words() == 1
    desk.done(id_, "erasure", REASON)
    assert desk.words() == 0
    desk.sign()
    names = {
        "slug": ["talks"],
        "chart": ["releases", "held"],
        "section": ["custody", "prisoners.released", "erased"],
        "fact_id": [id_],
        "name": ["held"],
        "level": ["0"],
        "index": ["000.p/5"],
    }
    for address in everything(desk.client.http, names):
        for at in ("", "position=4", "position=8"):
            pinned = address + ("&" if "?" in address else "?") + at if at else address
            status, content = ask_whole(desk.client.http, pinned, {})
            assert status < 500, pinned
            assert WORD.encode() not in content, pinned
    database = desk.parley.database
    with database.reading() as connection:
        listed = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if database.is_sqlite
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        tables = list(connection.exec_driver_sql(listed).scalars())
    assert tables_holding(database, WORD, *tables) == []
    assert tables_holding(database, WORD.lower(), *tables) == []
    if database.is_sqlite:
        assert not holds(database, WORD.encode())
        assert not holds(database, WORD.lower().encode())
        assert not holds(database, WORD.lower()[2:].encode()), "the index shares beginnings"
    desk.parley.back_up(tmp_path / "backup")
    assert WORD.encode() not in gzip.decompress((tmp_path / "backup").read_bytes())
    with database.reading() as connection:
        left = connection.execute(event.select().where(event.c.stream == id_.replace("-", "")))
        rows = left.mappings().all()
        assert connection.execute(confidential_part.select()).all() == []
    assert [bool(row["payload"]) for row in rows] == [False, False, False, True]
    assert [row["data_key"] is None for row in rows] == [True, True, True, False]


def test_an_answer_that_held_it_says_so_and_one_from_after_does_not(desk: Desk) -> None:
    id_ = desk.said()
    desk.done(id_, "erasure", REASON)
    views = (
        "",
        "/timeline",
        "/people",
        "/tally?what=released",
        "/diff?from=2020",
        "/audit",
        "/moments",
    )
    for view in views:
        joined = "&" if "?" in view else "?"
        held = desk.client.get(f"{TALKS}{view}{joined}position=7")
        assert [each["fact"] for each in held.json["erased"]] == [id_], view
        assert held.json["erased"][0]["position"] == 8
        for other in (f"{joined}position=8", f"{joined}position=2", ""):
            assert "erased" not in desk.client.get(f"{TALKS}{view}{other}").json, view + other
        published = f"{TALKS}{view}{joined}clock=published&as_known_at=2025-12"
        if "diff" not in view:
            assert len(desk.client.get(published).json["erased"]) == 1
    before = desk.client.get("/v1/changes?after=6").json["items"][0]["recorded_at"]
    diff = desk.client.get(f"{TALKS}/diff?from={before}")
    assert [each["fact"] for each in diff.json["erased"]] == [id_], "it was there at the beginning"
    snapshot = desk.client.get(f"{TALKS}/snapshots/held")
    assert snapshot.status == 200
    assert [each["fact"] for each in snapshot.json["erased"]] == [id_]
    assert len(snapshot.json["sha256"]) == 64
    assert desk.client.post(f"{TALKS}/snapshots", {"name": "after"}).status == 201
    assert "erased" not in desk.client.get(f"{TALKS}/snapshots/after").json


def test_counts_of_what_was_recorded_do_not_change(desk: Desk) -> None:
    id_ = desk.said()
    before = [desk.client.get(f"{TALKS}?position={at}").json["facts"] for at in range(2, 8)]
    desk.done(id_, "erasure", REASON)
    after = [desk.client.get(f"{TALKS}?position={at}").json["facts"] for at in range(2, 9)]
    assert after == [*before, before[-1]]


def test_the_root_is_unchanged_and_old_proofs_hold(desk: Desk) -> None:
    id_ = desk.said()
    assert desk.parley.publisher is not None
    desk.parley.publisher.publish()
    root, size = desk.root, 7
    proof = desk.client.get(f"/v1/facts/{id_}/proof").json
    entries = desk.client.http.get("/tile/entries/000.p/7").content
    desk.done(id_, "erasure", REASON)
    with desk.parley.database.reading() as connection:
        assert verify(connection).wrong is None
        signed = desk.client.http.get("/checkpoint").text
    assert signed.splitlines()[1] in {"7", "8"}
    inclusion = [b64decode(each) for each in proof["inclusion"]]
    leaf = b64decode(proof["leaf_hash"])
    assert verify_inclusion(leaf, proof["leaf"]["position"] - 1, size, inclusion, root)
    assert desk.client.http.get("/tile/entries/000.p/7").content == entries
    desk.parley.publisher.publish()
    assert desk.parley.publisher.refusal is None
    later = desk.client.get(f"/v1/facts/{id_}/proof?position=5").json
    assert (later["salt"], later["payload"]) == (None, None)
    assert later["leaf"]["position"] == 4
    assert later["leaf"]["payload"] != proof["leaf"]["payload"]


def test_a_rebuild_a_restore_and_the_comparison_give_the_same_views(
    desk: Desk, tmp_path: Path, fresh_database: Callable[[Kind], str]
) -> None:
    id_ = desk.said()
    desk.done(id_, "erasure", REASON)
    paths = [f"{TALKS}{view}" for view in ("", "/timeline", "/audit", "/snapshots/held")]
    asked_ = [f"{path}?position={at}" for path in paths for at in (4, 7, 8) if "snap" not in path]
    before = [desk.client.get(path).body for path in asked_]
    report = desk.parley.rebuild()
    assert report.differences == ()
    assert [desk.client.get(path).body for path in asked_] == before
    codec = desk.parley.ledger.codec
    with desk.parley.database.reading() as connection:
        assert compare_with_log(connection, codec, desk.parley.clock()) == []
    assert run_own_check(desk.parley.database).flaw is None
    assert find_text_flaw(desk.parley.database) is None
    desk.parley.back_up(tmp_path / "backup")
    other: Kind = "postgresql" if desk.parley.database.is_sqlite else "sqlite-file"
    restored = compose(settings_of(fresh_database(other)), upgrade=False)
    restored.restore(tmp_path / "backup")
    http = TestClient(create_app(restored), headers=authorize(restored, "Ann"))
    assert [http.get(path).content for path in asked_] == before
    with restored.database.reading() as connection:
        assert verify(connection).wrong is None
        assert compare_with_log(connection, codec, restored.clock()) == []
    restored.close()


def test_nothing_more_is_done_with_it_and_its_name_stays_taken(desk: Desk) -> None:
    id_ = desk.said()
    desk.done(id_, "erasure", REASON)
    head = desk.client.get("/v1/changes?after=7").json["items"][-1]["position"]
    bodies = {
        "corrections": {**WHY, "changes": {"summary": "x"}},
        "corroborations": {"citation": {"publisher": "AP"}},
        "end": {"ended": "2025-10"},
        "retraction": {"reason": "coding_error", "why": "x"},
        "reinstatement": {"why": "x"},
        "preference": {"preferred": True, "why": "x"},
        "erasure": REASON,
    }
    for change, body in bodies.items():
        assert desk.change(id_, change, body).status == 410, change
    again = desk.client.post(FACTS, fact(**SAID))
    assert (again.status, again.json["fact"]) == (409, id_)
    line = write_json(fact(**SAID))
    media = "application/x-ndjson"
    imported = desk.client.post(f"{TALKS}/import", line, content_type=media)
    assert imported.json["rejected"] == [
        {"line": 1, "pointer": "", "detail": f"fact {id_} was erased"}
    ]
    assert desk.client.get("/v1/changes?after=7").json["items"][-1]["position"] == head


def test_what_was_answered_under_a_key_is_not_told_again_and_not_done_again(desk: Desk) -> None:
    first = desk.client.post(FACTS, fact(summary=WORD), idempotency_key="one")
    id_ = first.json["id"]
    bad = {**WHY, "changes": {"valid": WORD}}
    refused = desk.change(id_, "corrections", bad, idempotency_key="two")
    assert refused.status == 422
    other = desk.client.post(FACTS, fact(summary="Other"), idempotency_key="three")
    desk.done(id_, "erasure", REASON)
    head = desk.client.get("/v1/changes").json["items"][-1]["position"]
    for again in (
        desk.client.post(FACTS, fact(summary=WORD), idempotency_key="one"),
        desk.client.post(FACTS, fact(summary="Something else"), idempotency_key="one"),
        desk.change(id_, "corrections", bad, idempotency_key="two"),
    ):
        assert again.status == 410
        assert again.json["type"] == "urn:parley:problem:erased"
        assert WORD.encode() not in again.body
    replayed = desk.client.post(FACTS, fact(summary="Other"), idempotency_key="three")
    assert (replayed.status, replayed.body) == (201, other.body)
    assert desk.client.get("/v1/changes").json["items"][-1]["position"] == head
    with desk.parley.database.reading() as connection:
        rows = connection.execute(idempotency_answer.select()).mappings().all()
    emptied = [bytes(row["body"]) for row in rows if not row["fingerprint"]]
    assert (emptied, len(rows)) == ([b"", b""], 3)


def test_an_erasure_sent_again_under_its_key_is_told_again(desk: Desk) -> None:
    id_ = desk.said()
    first = desk.done(id_, "erasure", REASON, idempotency_key="gone")
    again = desk.change(id_, "erasure", REASON, idempotency_key="gone")
    assert (again.status, again.body) == (200, first.body)
    assert again.headers["idempotency-replayed"] == "true"


def test_only_the_sources_of_a_fact_may_be_erased(desk: Desk) -> None:
    id_ = desk.said()
    shown = desk.client.get(f"/v1/facts/{id_}").json["fact"]
    assert [citation["confidential"]["note"] for citation in shown["citations"]] == [WORD, None]
    answer = desk.done(id_, "erasure", {**REASON, "what": "sources"})
    assert (answer.json["what"], answer.json["position"]) == ("sources", 8)
    record = desk.client.get(f"/v1/facts/{id_}")
    assert record.json["version"] == 4
    assert record.json["fact"]["summary"] == f"{WORD} was freed"
    for at in (5, 7, 8):
        found = desk.client.get(f"/v1/facts/{id_}?position={at}").json["fact"]
        assert all("confidential" not in citation for citation in found["citations"])
    with desk.parley.database.reading() as connection:
        parts = connection.execute(confidential_part.select()).mappings().all()
        assert verify(connection).wrong is None
        answers = connection.execute(idempotency_answer.select()).mappings().all()
    assert [(row["sealed"], row["data_key"]) for row in parts] == [(None, None)] * 2
    assert [row["fingerprint"] for row in answers] == [""], "it is of what was sent"
    cited = {"publisher": f"{WORD} Radio", "confidential": {"identity": WORD}}
    again = desk.change(id_, "corroborations", {"citation": cited}, idempotency_key="cited")
    assert again.status == 410
    later = {"citation": {"publisher": "Third", "confidential": {"note": "later"}}}
    desk.done(id_, "corroborations", later)
    found = desk.client.get(f"/v1/facts/{id_}").json["fact"]["citations"]
    assert [each.get("confidential", {}).get("note") for each in found] == [None, None, "later"]
    desk.done(id_, "erasure", REASON)
    with desk.parley.database.reading() as connection:
        assert verify(connection).wrong is None


def test_an_erasure_takes_the_version_that_was_seen_and_its_scope(desk: Desk) -> None:
    id_ = desk.said()
    assert desk.client.post(f"/v1/facts/{id_}/erasure", REASON).status == 428
    assert desk.change(id_, "erasure", REASON, if_match='"1"').status == 412
    for bad, at in (
        ({}, "/reason"),
        ({"reason": " "}, "/reason"),
        ({**REASON, "approvers": [""]}, "/approvers/0"),
        ({**REASON, "what": "all"}, "/what"),
        ({**REASON, "why": "x"}, "/why"),
    ):
        answer = desk.change(id_, "erasure", bad)
        assert (answer.status, answer.pointers) == (422, [at])
    assert desk.client.get(f"/v1/facts/{id_}").json["version"] == 3


def test_an_event_that_lost_its_payload_without_an_erasure_is_found_out(desk: Desk) -> None:
    id_ = desk.said()
    desk.done(id_, "erasure", REASON)
    database = desk.parley.database
    with database.reading() as connection:
        kept = [dict(row) for row in connection.execute(event.select()).mappings()]
    other = next(row["position"] for row in kept if row["version"] == 1 and row["position"] == 7)
    gone = {"payload": b"", "salt": b"", "key_id": None, "data_key": None}
    forgeries: tuple[tuple[int, dict[str, Any]], ...] = (
        (other, gone),
        (8, gone),
        (3, {"payload": b"{}", "salt": bytes(16), "key_version": None}),
        (3, {"data_key": b"x", "key_id": "x"}),
        (4, {"salt": b"x"}),
    )
    for position, values in forgeries:
        row = next(row for row in kept if row["position"] == position)
        with database.writing() as connection:
            at = event.update().where(event.c.position == position)
            connection.execute(at.values(**values))
        with database.reading() as connection:
            wrong = verify(connection).wrong
        assert wrong is not None, (position, values)
        assert wrong.position == position, (position, values)
        with database.writing() as connection:
            connection.execute(at.values(**row))
    assert desk.root


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process grows, nor is anything written past its first bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("kind", ["sqlite-file", "postgresql"])
def test_a_reader_of_an_older_state_only_puts_off_that_the_files_forget(
    fresh_database: Callable[[Kind], str], kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overwritten, "PAUSE_SECONDS", 0)
    parley = compose(settings_of(fresh_database(kind)), upgrade=False)
    desk = Desk(parley, Client(TestClient(create_app(parley), headers=authorize(parley, "Ann"))))
    desk.client.open()
    desk.client.post(f"{TALKS}/settings", {"review_erasure": False})
    id_ = desk.said()
    reader = Database(parley.database.url)
    with reader.reading() as connection:
        connection.execute(select(1 if kind == "postgresql" else event)).all()
        began = time.monotonic()
        desk.done(id_, "erasure", REASON)
        parley.follow()
        assert time.monotonic() - began < UNHURRIED_SECONDS, "nobody who writes is kept waiting"
        assert desk.client.get(f"/v1/facts/{id_}").status == 410
        assert parley.overwritten.pending
    if kind == "sqlite-file":
        with full_disk():
            parley.overwritten.drop()
        assert parley.overwritten.pending
    parley.follow()
    assert not parley.overwritten.pending
    assert kind == "postgresql" or not holds(parley.database, WORD.encode())
    reader.close()
    parley.close()


def test_what_stands_in_the_way_is_not_tried_again_at_once(
    fresh_database: Callable[[Kind], str],
) -> None:
    database = open_database(fresh_database("sqlite-file"))
    dropping = Overwritten(database, lambda: None)
    reader = Database(database.url)
    with reader.reading() as connection:
        connection.execute(select(event)).all()
        with database.writing() as writing:
            writing.execute(update(log_head).values(position=1))
        dropping.add()
        assert dropping.pending
    dropping.drop()
    assert dropping.pending
    dropping.add()
    assert not dropping.pending
    reader.close()
    database.close()


def test_a_server_sees_to_what_was_overwritten_while_it_serves(desk: Desk) -> None:
    id_ = desk.said()
    with TestClient(desk.client.http.app, headers=authorize(desk.parley, "Ann")) as http:
        headers = {"if-match": "*"}
        answer = http.post(f"/v1/facts/{id_}/erasure", json=REASON, headers=headers)
        assert answer.status_code == 200
        deadline = time.monotonic() + 30
        while desk.parley.overwritten.pending:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert desk.root


def test_an_erased_fact_of_a_private_negotiation_is_not_told_of(desk: Desk) -> None:
    id_ = desk.said()
    desk.done(id_, "erasure", REASON)
    private = {"visibility": "private", "members": ["Ann"]}
    assert desk.client.post(f"{TALKS}/settings", private).status == 200
    outsider = authorize(desk.parley, "Bo")
    http = TestClient(desk.client.http.app, headers=outsider, raise_server_exceptions=False)
    for path in (f"/v1/facts/{id_}", f"/v1/facts/{id_}/history", f"/v1/facts/{id_}/proof"):
        answer = http.get(path)
        unknown = http.get(path.replace(id_, "00000000-0000-4000-8000-000000000000"))
        assert answer.status_code == unknown.status_code == 404
        assert answer.json()["type"] == unknown.json()["type"]
    assert http.get("/v1/changes").json()["items"] == []
    body = {"if-match": "*", **outsider}
    assert http.post(f"/v1/facts/{id_}/erasure", json=REASON, headers=body).status_code == 404


def proposed(desk: Desk, body: object = REASON) -> tuple[str, Answer]:
    """A fact, and the change request to erase it or its sources."""
    id_ = desk.said()
    assert desk.client.post(f"{TALKS}/settings", {"review_erasure": True}).status == 200
    answer = desk.change(id_, "erasure", body, idempotency_key="proposed")
    assert answer.status == 202, answer.json
    assert (answer.json["op"], answer.json["fact"]) == ("erase", id_)
    return id_, answer


def approved(desk: Desk, change_request: Answer, **headers: str) -> Answer:
    headers = {"if_match": change_request.headers["etag"], **headers}
    return desk.client.post(
        f"/v1/change-requests/{change_request.json['id']}/approval", {}, **headers
    )


def test_where_an_erasure_takes_two_persons_nobody_erases_alone(desk: Desk) -> None:
    id_, change_request = proposed(desk)
    assert approved(desk, change_request).status == 403
    reader = authorize(desk.parley, "Bo", "fact:correct")
    assert approved(desk, change_request, **reader).status == 403
    assert desk.client.get(f"/v1/facts/{id_}").status == 200
    assert desk.client.get("/v1/changes").json["items"][-1]["event"] == "change.proposed"


def test_another_person_lets_it_be_erased_and_nothing_that_was_proposed_is_left(
    desk: Desk,
) -> None:
    id_, change_request = proposed(desk, {"reason": f"{WORD} is in danger"})
    body = {**WHY, "changes": {"summary": f"{WORD} proposed"}, "citation": SAID["citations"][0]}
    assert desk.client.post(f"{TALKS}/settings", {"review_record": True}).status == 200
    assert desk.change(id_, "corrections", body).status == 202
    other = authorize(desk.parley, "Bo")
    answer = approved(desk, change_request, idempotency_key="yes", **other)
    assert answer.status == 200, answer.json
    assert (answer.json["actor"], answer.json["approvers"]) == ("Ann", ["Bo"])
    assert desk.client.get(f"/v1/facts/{id_}").status == 410
    again = approved(desk, change_request, idempotency_key="yes", **other)
    assert (again.status, again.body) == (200, answer.body)
    assert desk.change(id_, "erasure", REASON, idempotency_key="proposed").status == 410
    for address in (f"/v1/change-requests/{change_request.json['id']}", f"{TALKS}/change-requests"):
        found = desk.client.get(address)
        assert WORD.encode() not in found.body
    assert desk.client.get(f"{TALKS}/change-requests").json["items"] == []
    items = desk.client.get("/v1/changes?after=8").json["items"]
    told = [(item["event"], item["data"].get("erased", False)) for item in items]
    assert told == [
        ("change.proposed", True),
        ("negotiation.settings_changed", False),
        ("change.proposed", True),
        ("change.approved", True),
        ("fact.erased", False),
    ]
    with desk.parley.database.reading() as connection:
        assert connection.execute(confidential_part.select()).all() == []
        assert verify(connection).wrong is None
        codec, now = desk.parley.ledger.codec, desk.parley.clock()
        assert compare_with_log(connection, codec, now) == []
    assert desk.parley.rebuild().differences == ()


def test_the_sources_of_a_fact_and_of_what_is_proposed_are_erased_together(desk: Desk) -> None:
    id_, change_request = proposed(desk, {**REASON, "what": "sources"})
    answer = approved(desk, change_request, **authorize(desk.parley, "Bo"))
    assert (answer.json["what"], answer.json["approvers"]) == ("sources", ["Bo"])
    with desk.parley.database.reading() as connection:
        parts = connection.execute(confidential_part.select()).mappings().all()
        assert verify(connection).wrong is None
    assert [row["sealed"] for row in parts] == [None] * 2
    shown = desk.client.get(f"/v1/facts/{id_}").json["fact"]["citations"]
    assert all("confidential" not in each for each in shown)


def test_what_is_erased_is_not_told_of_by_its_change_requests_in_a_private_negotiation(
    desk: Desk,
) -> None:
    _, change_request = proposed(desk)
    assert approved(desk, change_request, **authorize(desk.parley, "Bo")).status == 200
    private = {"visibility": "private", "members": ["Ann"]}
    assert desk.client.post(f"{TALKS}/settings", private).status == 200
    outsider = authorize(desk.parley, "Cy")
    http = TestClient(desk.client.http.app, headers=outsider, raise_server_exceptions=False)
    assert http.get("/v1/changes").json()["items"] == []
