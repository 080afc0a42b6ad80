"""An erased word stays in no answer, table or backup, and in no file once nobody reads an older state."""

from __future__ import annotations

import gzip
import resource
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from infrastructure.database.database import Database
from infrastructure.database.lanes import UNHURRIED_SECONDS
from infrastructure.log import overwritten
from infrastructure.log.overwritten import Overwritten
from infrastructure.tables.record import confidential_part, event, log_head
from tests.api.asking import TALKS, Client, authorize
from tests.api.everything import ask_whole, list_addresses
from tests.api.secrecy.erasures.erased import REASON, WORD, Desk
from tests.databases import open_database, settings_of
from tests.infrastructure.sealing.files import holds, tables_holding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.databases import Kind

pytestmark = pytest.mark.usefixtures("small_shares")


@pytest.mark.either_database
def test_no_word_of_it_is_in_any_answer_file_table_or_backup(desk: Desk, tmp_path: Path) -> None:
    id_ = desk.record_fact()
    assert desk.words() == 1
    desk.make_change(id_, "erasure", REASON)
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
    for address in list_addresses(desk.client.http, names):
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


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process grow past its first 4,096 bytes."""
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
    id_ = desk.record_fact()
    reader = Database(parley.database.url)
    with reader.reading() as connection:
        connection.execute(select(1 if kind == "postgresql" else event)).all()
        began = time.monotonic()
        desk.make_change(id_, "erasure", REASON)
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
    id_ = desk.record_fact()
    with TestClient(desk.client.http.app, headers=authorize(desk.parley, "Ann")) as http:
        headers = {"if-match": "*"}
        answer = http.post(f"/v1/facts/{id_}/erasure", json=REASON, headers=headers)
        assert answer.status_code == 200
        deadline = time.monotonic() + 30
        while desk.parley.overwritten.pending:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert desk.root
