"""A server told to stop ends an import between two turns; importing the same file again completes it."""

from __future__ import annotations

import json
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import httpx
import pytest

from tests.api.asking import fact
from tests.cli.workers import PROGRAM
from tests.forking import Forked
from tests.plain_http import PLAIN
from tests.thorough import THOROUGH, choose_count

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

pytestmark = pytest.mark.either_database

MANY: Final = choose_count(2_000, 12_000)
TALKS: Final = "/v1/negotiations/two"
LINES: Final = "\n".join(
    json.dumps(fact(kind="statement", speaker="Ann", summary=f"{each}", external_id=f"E{each}"))
    for each in range(MANY)
)

SCOPES: Final = "fact:read,fact:write"


def _client(server: subprocess.Popen[str], key: str) -> httpx.Client:
    """A client of a server that has just been started."""
    assert server.stdout is not None
    address = json.loads(server.stdout.readline())["listening"]
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.Client(base_url=address, headers=headers, timeout=120, verify=PLAIN)


def _import(client: httpx.Client) -> httpx.Response:
    headers = {"Content-Type": "application/x-ndjson"}
    return client.post(f"{TALKS}/import", content=LINES, headers=headers)


@pytest.mark.parametrize("workers", ["1", "2"] if THOROUGH else ["1"])
def test_an_import_ends_between_turns_and_goes_on_after_a_restart(
    parley: Shell, workers: str
) -> None:
    environ = {**os.environ, **parley.settings, "PARLEY_PORT": "0"}
    command = [*PROGRAM, "serve", "--json", "--workers", workers]
    key = json.loads(parley.out("keys", "create", "Ann", "--scope", SCOPES, "--json"))["key"]
    with Forked(command, env=environ, stdout=subprocess.PIPE, text=True) as server:
        with _client(server, key) as client, ThreadPoolExecutor(1) as pool:
            opened = client.post(
                "/v1/negotiations", json={"slug": "two", "title": "T", "parties": []}
            )
            assert opened.status_code == 201
            sent = pool.submit(_import, client)
            while not client.get(f"{TALKS}/timeline?limit=1").json()["items"]:
                assert not sent.done(), sent.result().text
                time.sleep(0.01)
            server.terminate()
            broken = sent.result()
        assert server.wait(60) == 0
    assert broken.status_code == 503
    assert broken.json()["type"].endswith("broken-off")
    recorded = broken.json()["recorded"]
    assert 0 < recorded < broken.json()["of"] == MANY
    with Forked(command, env=environ, stdout=subprocess.PIPE, text=True) as server:
        with _client(server, key) as client:
            report = _import(client).json()
        server.terminate()
        assert server.wait(60) == 0
    assert (report["unchanged"], report["recorded"]) == (recorded, MANY - recorded)
    assert parley("verify").exit_code == 0
