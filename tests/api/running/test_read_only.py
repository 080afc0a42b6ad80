"""A server with PARLEY_READ_ONLY answers questions, and changes no byte of its database or of files beside it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from infrastructure.errors import ReadOnlyError
from tests.api.asking import FACTS, TALKS, Client, fact
from tests.databases import KEY, let_in, settings_of
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.composition import Parley

ASKED = (TALKS, f"{TALKS}/timeline", f"{TALKS}/timeline?q=freed", f"{TALKS}/audit", "/v1/changes")
HEADERS = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
def reader(client: Client, database_url: str) -> Iterator[Parley]:
    """A client of a read-only server, whose record has an open negotiation with a fact."""
    let_in(database_url)
    client.open()
    client.record()
    with closing(compose(settings_of(database_url, PARLEY_READ_ONLY="true"))) as reader:
        yield reader


@pytest.fixture
def reading(reader: Parley) -> Iterator[Client]:
    with TestClient(create_app(reader), headers=HEADERS, raise_server_exceptions=False) as http:
        yield Client(http)


def test_it_answers_as_the_writer_does_and_follows_it(client: Client, reading: Client) -> None:
    for path in ASKED:
        asked = f"{path}{'&' if '?' in path else '?'}position=2&as_of=2026"
        one, other = client.get(asked), reading.get(asked)
        assert (one.status, one.body) == (200, other.body)
        assert one.headers["etag"] == other.headers["etag"]
    position = client.record(summary="Another", external_id="B").json["position"]
    assert reading.get(TALKS).json["perspective"]["position"] == position


def test_it_takes_no_change(client: Client, reading: Client, reader: Parley) -> None:
    refused = reading.post(FACTS, fact(external_id="B"))
    assert (refused.status, refused.json["type"]) == (421, "urn:parley:problem:read-only")
    assert "writer" not in refused.json
    with pytest.raises(ReadOnlyError), reader.database.writing():
        pass
    assert client.get("/v1/changes").json["perspective"]["position"] == 2


def test_it_says_that_it_is_a_reader(reading: Client) -> None:
    ready = reading.get("/readyz")
    assert (ready.status, ready.json["role"]) == (200, "reader")
    assert ready.json["unreplayed_bytes"] is None
    assert ready.json["lag_seconds"] >= 0


@pytest.mark.either_database
def test_a_question_waits_until_the_writer_has_reached_its_position(
    client: Client, reading: Client
) -> None:
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(reading.get, f"{each}?position=3&wait=30") for each in ASKED[:2]]
        waiting.append(pool.submit(client.get, f"{TALKS}?position=3&wait=30"))
        assert not any(each.done() for each in waiting)
        client.record(summary="Another", external_id="B")
        assert {each.result(60).status for each in waiting} == {200}
    late = reading.get(f"{TALKS}?position=4&wait=1")
    assert (late.status, late.headers["retry-after"]) == (503, "1")
    assert late.json["type"] == "urn:parley:problem:lagging"
    assert late.pointers == ["/query/position"]
    assert reading.get(f"{TALKS}?position=4&wait=0").status == 409
    assert reading.get(f"{TALKS}?wait=30").status == 200, "there is no position to wait for"


def digests(folder: Path) -> dict[str, str]:
    """{file of a folder: hash of its content}, except SQLite's index of its write-ahead log."""
    files = (each for each in folder.iterdir() if not each.name.endswith("-shm"))
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in files}


@on_sqlite
def test_no_byte_of_its_files_changes(parley: Parley, database_url: str) -> None:
    let_in(database_url)
    writer = Client(TestClient(create_app(parley), headers=HEADERS))  # nothing follows its log
    writer.open()
    writer.record()
    folder = Path(str(make_url(database_url).database)).parent
    before = digests(folder)
    settings = settings_of(
        database_url, PARLEY_READ_ONLY="true", PARLEY_LOG_KEY_FILE=str(folder / "parley.key")
    )
    with closing(compose(settings, signs=True)) as reader:
        with TestClient(create_app(reader), headers=HEADERS) as http:
            for path in (*ASKED, "/readyz", "/v1/search?q=freed", "/checkpoint"):
                assert http.get(path).status_code in {200, 404}, path
            with pytest.raises(ReadOnlyError):
                reader.rebuild()
        assert digests(folder) == before
    assert digests(folder) == before
    assert parley.database.is_sqlite


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    settings = settings_of(f"sqlite:///{tmp_path}/missing %3F.db", PARLEY_READ_ONLY="true")
    with pytest.raises(Exception, match="unable to open database file"):
        compose(settings)
    assert not list(tmp_path.iterdir())
