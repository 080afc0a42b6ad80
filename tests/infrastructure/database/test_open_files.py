"""Nothing is acknowledged into a SQLite file that is no longer where it was."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url, text
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from infrastructure.database.lanes import in_lane
from infrastructure.database.open_files import MovedFileError
from tests.api.asking import FACTS, Client, authorize, fact
from tests.databases import open_database, settings_of, sqlite_file_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from infrastructure.database.database import Database
    from tests.databases import Kind


@pytest.fixture
def file(fresh_database: Callable[[Kind], str]) -> Path:
    return Path(str(make_url(fresh_database("sqlite-file")).database))


def remove(file: Path) -> None:
    file.unlink()


def replace_by_copy(file: Path) -> None:
    copy = file.with_name("copy")
    shutil.copy(file, copy)
    copy.replace(file)


def move_folder(file: Path) -> None:
    file.parent.rename(file.parent.with_name("elsewhere"))


def remove_log(file: Path) -> None:
    file.with_name(f"{file.name}-wal").unlink()


def remove_index(file: Path) -> None:
    file.with_name(f"{file.name}-shm").unlink()


def write(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE log_head SET position = position"))


@pytest.mark.parametrize("move", [remove, replace_by_copy, move_folder, remove_log, remove_index])
def test_a_change_is_refused_and_no_other_file_is_opened(
    file: Path, move: Callable[[Path], None]
) -> None:
    url = sqlite_file_url(file)
    with closing(compose(settings_of(url), upgrade=False)) as parley:
        client = Client(TestClient(create_app(parley), headers=authorize(parley)))
        client.open()
        parley.follow()
        assert client.post(FACTS, fact(external_id="A")).status == 201
        move(file)
        there = sorted(file.parent.glob("*"))
        refused = client.post(FACTS, fact(external_id="B"))
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        ready = client.get("/readyz")
        assert (ready.status, ready.json["lacks"]) == (
            503,
            ["a file of the database was moved, removed or replaced: the server's log says which"],
        )
        with (
            in_lane("unhurried"),
            pytest.raises(MovedFileError, match="start the process again"),
            parley.database.reading(),
        ):
            pass
        assert sorted(file.parent.glob("*")) == there


def test_files_that_sqlite_makes_anew_are_no_others(file: Path) -> None:
    url = sqlite_file_url(file)
    with closing(open_database(url)) as database:
        for _ in range(3):
            write(database)
            database._pools.dispose()
            assert not file.with_name(f"{file.name}-wal").exists()
        with closing(open_database(url)) as other:
            write(other)
            write(database)
        write(database)
        database.drop_overwritten()
        write(database)
