"""The first key is made for whoever reads it: where the server does not come to show it, the next one shows one."""

from __future__ import annotations

import json
import os
import subprocess
import time
from contextlib import closing
from typing import TYPE_CHECKING

from infrastructure.identity.keys import Keys
from tests.cli.test_serving import PROGRAM, served
from tests.databases import opened

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_a_server_that_is_stopped_before_it_shows_the_first_key_leaves_none(light: Shell) -> None:
    environ = {**os.environ, **light.settings, "PARLEY_PORT": "0"}
    with closing(opened(light.url)) as database:
        keys = Keys(database, database.clock)
        with subprocess.Popen(
            [*PROGRAM, "serve", "--json"], env=environ, stdout=subprocess.PIPE, text=True
        ) as server:
            deadline = time.monotonic() + 60
            while not keys.any_open() and time.monotonic() < deadline:
                time.sleep(0.005)
            server.terminate()
            printed, _ = server.communicate(timeout=60)
    again, _, _ = served(light)
    assert "key" in printed or "key" in json.loads(again)
