"""A server makes and shows the first key; if it is stopped before it shows the key, the next server shows one."""

from __future__ import annotations

import json
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from infrastructure.identity.keys import Keys
from tests.cli.serving.test_serving import PROGRAM, start_server
from tests.databases import SEAL_KEY, open_database
from tests.forking import Forked

if TYPE_CHECKING:
    from pathlib import Path

    from infrastructure.database.database import Database
    from tests.cli.conftest import Shell


def test_a_server_that_is_stopped_before_it_shows_the_first_key_leaves_none(light: Shell) -> None:
    environ = {**os.environ, **light.settings, "PARLEY_PORT": "0"}
    with closing(open_database(light.url)) as database:
        keys = Keys(database, database.clock)
        with Forked(
            [*PROGRAM, "serve", "--json"], env=environ, stdout=subprocess.PIPE, text=True
        ) as server:
            deadline = time.monotonic() + 60
            while not keys.any_open() and time.monotonic() < deadline:
                time.sleep(0.005)
            server.terminate()
            printed, _ = server.communicate(timeout=60)
    again, _, _ = start_server(light)
    assert "key" in printed or "key" in json.loads(again)


@pytest.mark.either_database
def test_servers_that_start_at_once_show_one_first_key_between_them(
    empty_database_url: str, tmp_path: Path
) -> None:
    environ = {
        **os.environ,
        "PARLEY_DATABASE_URL": empty_database_url,
        "PARLEY_SEAL_KEY": SEAL_KEY,
        "PARLEY_LOG_KEY_FILE": str(tmp_path / "parley.key"),
        "PARLEY_PORT": "0",
    }
    servers = [
        Forked([*PROGRAM, "serve", "--json"], env=environ, stdout=subprocess.PIPE) for _ in range(2)
    ]
    printed = []
    for server in servers:
        assert server.stdout is not None
        printed.append(json.loads(server.stdout.readline()))
    for server in servers:
        server.terminate()
        server.communicate(timeout=60)
    assert sorted("key" in each for each in printed) == [False, True]


def test_of_many_who_make_the_first_key_at_one_moment_one_does(database: Database) -> None:
    line = Barrier(8)

    def create_first(_: int) -> str | None:
        keys = Keys(database, database.clock)
        assert not keys.any_open()
        line.wait(60)
        return keys.create_first("editor", ["fact:read"])

    with ThreadPoolExecutor(8) as threads:
        made = [text for text in threads.map(create_first, range(8)) if text is not None]
    assert len(made) == 1
    assert Keys(database, database.clock).principal(made[0]) is not None
    assert len(Keys(database, database.clock).all()) == 1
