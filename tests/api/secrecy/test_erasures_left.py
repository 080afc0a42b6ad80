"""Nothing of an erased fact is left in stored refusals, idle tables or the database's statistics."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import Mock
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from infrastructure.database.schema import check
from infrastructure.log.append import AppendRequest, LogTransaction
from infrastructure.log.overwritten import Overwritten
from infrastructure.projections import rebuild as rebuilding
from infrastructure.projections.inline import RecordProjection
from infrastructure.sealing.stored_responses import IdempotencyClaim
from infrastructure.tables.record import idempotency_answer
from tests.api.asking import FACTS, TALKS, Client, fact
from tests.api.desk import CORRECTION, Desk
from tests.databases import settings_of
from tests.infrastructure.sealing.files import holds, tables_holding

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.composition import Parley
    from infrastructure.log.recorder import EventRecorder
    from tests.api.asking import Answer
    from tests.api.desk import HeldClock
    from tests.databases import Kind

pytestmark = pytest.mark.either_database

WORD = "Zanzibarcanary"
INDEXED = WORD.lower()[2:].encode()
"""The end of the word, as the index stores it: without the beginning that it shares with the word before it."""
ERASURE = {"reason": "The family asked for it"}
NDJSON = {"content_type": "application/x-ndjson"}


def erase(desk: Desk, address: str) -> None:
    assert desk.post(f"{TALKS}/settings", {"review_erasure": False}).status == 200
    assert desk.post(f"{address}/erasure", ERASURE, if_match="*").status == 200


def erase_before_storing(desk: Desk, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Erase a fact just before the next response that records nothing is stored."""
    keep = desk.parley.ledger.append

    def append_after_erasing(events: Any, **named: Any) -> list[int]:  # noqa: ANN401 -- as they are passed on
        if not events:
            monkeypatch.setattr(desk.parley.ledger, "append", keep)
            erase(desk, address)
        return keep(events, **named)

    monkeypatch.setattr(desk.parley.ledger, "append", append_after_erasing)


def list_left(desk: Desk) -> list[str]:
    """The places where the word is."""
    database = desk.parley.database
    if database.is_sqlite and holds(database, WORD.encode()):
        return ["a file"]
    return tables_holding(database, WORD, idempotency_answer.name)


def is_sampled(desk: Desk) -> bool:
    """Whether the word is among the values that the database sampled from its columns."""
    database = desk.parley.database
    if database.is_sqlite:
        return bool(tables_holding(database, WORD, "sqlite_stat1"))
    query = "SELECT (most_common_vals, histogram_bounds, most_common_elems)::text FROM pg_stats"
    with database.reading() as connection:
        samples = "".join(connection.execute(text(query)).scalars())
    return WORD in samples or WORD.encode().hex() in samples


def refusals(desk: Desk, address: str) -> dict[str, Callable[[], Answer]]:
    """Requests that are refused, with words of the fact or of a change request for it."""
    proposed = desk.propose(address)
    revision = f"{proposed.headers['location']}/revision"
    bad = {**CORRECTION, "changes": {"valid": f"{WORD} day"}}
    taken = fact(external_id=f"{WORD}-1", summary="Another")
    line = json.dumps({**taken, "kind": "none of ours"}).encode()
    named = json.dumps({"op": "retract", "external_id": f"{WORD}-1", "reason": "none"}).encode()
    return {
        "a taken name": lambda: desk.post(FACTS, taken, idempotency_key="taken"),
        "a correction": lambda: desk.post(
            f"{address}/corrections", bad, if_match="*", idempotency_key="correction"
        ),
        "a revision": lambda: desk.post(revision, bad, idempotency_key="revision"),
        "an import": lambda: desk.post(
            f"{TALKS}/import", b"\n".join((line, named)), idempotency_key="import", **NDJSON
        ),
    }


def test_what_was_refused_in_its_words_is_not_told_again(desk: Desk) -> None:
    address = desk.fact(external_id=f"{WORD}-1", summary=f"{WORD} was freed")
    sent = refusals(desk, address)
    desk.fact(summary="In between")
    first = {what: send() for what, send in sent.items()}
    assert all(answer.status in {409, 422} or what == "an import" for what, answer in first.items())
    other = desk.post(FACTS, {"kind": "none"}, idempotency_key="other")
    assert tables_holding(desk.parley.database, WORD, idempotency_answer.name) == []
    erase(desk, address)
    assert list_left(desk) == []
    again = {what: send() for what, send in sent.items()}
    for what in ("a taken name", "a correction", "a revision"):
        assert again[what].status == 410, what
    assert all(WORD.encode() not in answer.body for answer in again.values())
    replayed = desk.post(FACTS, {"kind": "none"}, idempotency_key="other")
    assert (replayed.status, replayed.pointers) == (422, other.pointers)


def test_a_refusal_that_is_kept_just_after_is_kept_empty(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = desk.fact(external_id=f"{WORD}-1", summary=f"{WORD} was freed")
    erase_before_storing(desk, address, monkeypatch)
    taken = fact(external_id=f"{WORD}-1", summary="Another")
    assert desk.post(FACTS, taken, idempotency_key="taken").status == 409
    assert list_left(desk) == []
    assert desk.post(FACTS, taken, idempotency_key="taken").status == 410


def test_what_only_looks_like_its_name_is_told_again(desk: Desk) -> None:
    address = desk.fact(external_id="2", summary="Two")
    opening = {"slug": "other-2", "title": "Other 2", "parties": []}
    line = json.dumps(fact(external_id="12")).encode()

    def send_all() -> list[Answer]:
        return [
            desk.post("/v1/negotiations", opening, idempotency_key="opening"),
            desk.post("/v1/negotiations/other-2/import", line, idempotency_key="import", **NDJSON),
        ]

    first = send_all()
    erase(desk, address)
    assert [(each.status, each.body) for each in send_all()] == [(a.status, a.body) for a in first]


def test_a_refusal_in_the_transaction_of_the_erasure_is_kept_empty(desk: Desk) -> None:
    address = desk.fact(external_id=f"{WORD}-1")
    record = desk.parley.ledger.fact(UUID(address.rpartition("/")[2]))
    erasure = record.decide_erase(why="asked for", approvers=(), actor="Ann")
    stored = desk.parley.ledger.mapper.to_stored_event(erasure)
    body = f"the external id '{WORD}-1' is taken".encode()
    refusal = IdempotencyClaim("key:a", "taken", "print", 409, "{}", body, record.id.hex)
    database = desk.parley.database
    with database.writing() as connection:
        log = LogTransaction(connection, desk.parley.database.timekeeper)
        requests = [AppendRequest([stored]), AppendRequest([], claim=refusal)]
        log.append(requests, [RecordProjection(desk.parley.ledger.codec)])
    assert tables_holding(database, WORD, idempotency_answer.name) == []


def raise_interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("when", ["while it fills", "once it has switched"])
def test_a_rebuild_that_broke_off_leaves_nothing_that_is_not_erased_with_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    address = desk.fact(summary=f"{WORD} was freed")
    if when == "while it fills":
        monkeypatch.setattr(rebuilding, "NEAR", 0)
    else:
        monkeypatch.setattr(rebuilding, "empty_side", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        desk.parley.rebuild(raise_interrupt if when == "while it fills" else None)
    monkeypatch.undo()
    tables = ["fact_version", "fact_version_spare"]
    assert len(tables_holding(desk.parley.database, WORD, *tables)) == 2
    erase(desk, address)
    assert tables_holding(desk.parley.database, WORD, *tables) == []
    assert list_left(desk) == []
    assert desk.parley.rebuild().differences == ()


def sample(desk: Desk) -> None:
    """Let the database sample its columns."""
    with desk.parley.database.writing() as connection:
        connection.execute(text("ANALYZE"))
    assert is_sampled(desk) is not desk.parley.database.is_sqlite


def assert_forgotten(desk: Desk) -> None:
    """Check that the word soon leaves the samples, and that the schema stays the same."""
    deadline = time.monotonic() + 30
    while is_sampled(desk):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    check(desk.parley.database)


@pytest.mark.parametrize("others", [0, 1], ids=["all there was", "two of three"])
def test_no_sample_of_it_is_left_in_what_the_database_plans_by(desk: Desk, others: int) -> None:
    addresses = [desk.fact(external_id=f"{WORD}-{n}", summary=f"{WORD} was freed") for n in (1, 2)]
    for _ in range(others):
        desk.fact(external_id="F-3", summary="In between")
    sample(desk)
    for address in addresses:
        erase(desk, address)
    assert_forgotten(desk)


def test_who_starts_again_sees_to_what_was_left_by_who_was_killed(
    parley: Parley, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed, TestClient(create_app(parley)) as http:
        killed.setattr(Overwritten, "drop", lambda _: None)
        desk = Desk(parley, Client(http), clock)
        desk.open()
        address = desk.fact(external_id=f"{WORD}-1", summary=f"{WORD} was freed")
        desk.fact(external_id="F-2", summary="In between")
        sample(desk)
        erase(desk, address)
    assert is_sampled(desk) is not parley.database.is_sqlite
    again = compose(parley.settings, upgrade=False)
    with again.keep_following():
        assert_forgotten(desk)
    again.close()


def test_a_start_vacuums_where_anything_was_ever_erased_and_nowhere_else(
    fresh_database: Callable[[Kind], str], clock: HeldClock
) -> None:
    parley = compose(settings_of(fresh_database("postgresql")), clock=clock, upgrade=False)
    desk = Desk(parley, Client(TestClient(create_app(parley))), clock)
    desk.open()
    address = desk.fact(external_id="F-1")
    vacuums = text("SELECT coalesce(sum(vacuum_count), 0) FROM pg_stat_user_tables")

    def count_vacuums() -> int:
        with parley.overwritten.keep_following():
            parley.overwritten.drop()
        with parley.database.reading() as connection:
            return int(connection.execute(vacuums).scalar_one())

    assert count_vacuums() == 0
    erase(desk, address)
    after = count_vacuums()
    assert 0 < after < count_vacuums()
    parley.close()


@pytest.mark.parametrize("by", ["a start", "a server that follows", "a compaction"])
def test_words_that_a_killed_erasure_left_in_the_index_are_seen_to(
    fresh_database: Callable[[Kind], str],
    clock: HeldClock,
    monkeypatch: pytest.MonkeyPatch,
    by: str,
) -> None:
    settings = settings_of(fresh_database("sqlite-file"))
    killed, other = (compose(settings, clock=clock, upgrade=False) for _ in "ab")
    desk = Desk(killed, Client(TestClient(create_app(killed))), clock)
    desk.open()
    address = desk.fact(external_id=f"{WORD}-1", summary=f"{WORD} was freed")
    killed.catch_up()
    with other.keep_following() if by == "a server that follows" else nullcontext():
        with monkeypatch.context() as patched:
            patched.setattr(killed.overwritten, "drop", lambda: None)
            erase(desk, address)
        cast("EventRecorder", other.ledger.recorder).wakeup.ring()
        if by == "a start":
            other.overwritten.drop()
            assert holds(other.database, INDEXED)
            with other.keep_following():
                wait_until(lambda: not holds(other.database, INDEXED))
        elif by == "a compaction":
            assert other.compact(10) == ()
        wait_until(lambda: not holds(other.database, INDEXED))
    for each in (killed, other):
        each.close()


def wait_until(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
