"""A server makes the first key only for this machine; without a key, it serves no other machine."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.forking import Forked

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

pytestmark = pytest.mark.either_database

PROGRAM = (sys.executable, "-c", "from api.cli.app import main; main()")


def start_server(parley: Shell, *options: str) -> tuple[str, str, int]:
    """What a server prints until it listens, or until it refuses to."""
    environ = {**os.environ, **parley.settings, "PARLEY_PORT": "0"}
    with Forked(
        [*PROGRAM, "serve", "--json", *options],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        printed = server.stdout.readline()
        server.terminate()
        _, errors = server.communicate(timeout=60)
        return printed, errors, server.returncode


def test_a_laptop_is_given_a_key_once(parley: Shell) -> None:
    first, again = (json.loads(start_server(parley)[0]) for _ in range(2))
    assert re.fullmatch(r"parley_[a-z2-7]{10}_[a-z2-7]{32}", first["key"])
    assert "key" not in again
    kept = json.loads(parley.out("keys", "list", "--json"))["items"]
    assert [each["id"] for each in kept] == [first["key"].split("_")[1]]
    assert not {"source:read", "erase"} & set(kept[0]["scopes"])


def test_a_person_is_told_what_the_first_key_opens_and_may_stop_with_ctrl_c(light: Shell) -> None:
    environ = {**os.environ, **light.settings, "PARLEY_PORT": "0"}
    with Forked(
        [*PROGRAM, "serve"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        printed = [server.stdout.readline() for _ in range(3)]
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=60)
    assert server.returncode == 0
    assert "Your key" in printed[1]
    assert "fact:read, fact:write, fact:correct, audit:read, admin; not source:read" in printed[2]


def test_a_port_that_is_taken_is_named_once_with_the_setting(light: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = light("serve", PARLEY_PORT=port)
    assert refused.exit_code == 1
    assert refused.stderr.count(port) == 1
    assert "Address already in use; give another port with PARLEY_PORT" in refused.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 -- refused, or stopped at once
def test_beyond_this_machine_nobody_serves_without_a_key(parley: Shell, host: str) -> None:
    printed, errors, status = start_server(parley, "--host", host)
    assert (printed, status) == ("", 1)
    assert "parley keys create" in errors
    parley.out("keys", "create", "Ann", "--scope", "fact:read")
    printed, _, _ = start_server(parley, "--host", host)
    assert "listening" in json.loads(printed)
    assert "key" not in json.loads(printed)


def test_no_query_and_no_word_of_a_fact_stand_in_the_logs_of_a_server(light: Shell) -> None:
    environ = {**os.environ, **light.settings, "PARLEY_PORT": "0"}
    paths = ("/v1/negotiations/talks/timeline", "/v1/negotiations", "/nowhere")
    with Forked(
        [*PROGRAM, "serve", "--json"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        address = json.loads(server.stdout.readline())["listening"].removeprefix("http://")
        connection = http.client.HTTPConnection(address, timeout=30)
        for path in paths:
            for query in ("?q=Zanzibarcanary&person=Zanzibarcanary", "%3Fq=Zanzibarcanary"):
                connection.request("GET", path + query)
                assert connection.getresponse().read()
        for page in ("matters", "numbers"):
            connection.request("GET", f"/n/talks/{page}/Zanzibarcanary%2Fof/%3FZanzibarcanary")
            assert connection.getresponse().read()
        connection.close()
        server.terminate()
        printed = "".join(server.communicate(timeout=60))
    assert all(printed.count(f'"GET {path} HTTP/1.1"') == 2 for path in paths), printed
    assert '"GET /n/talks/matters/- HTTP/1.1"' in printed
    assert "Zanzibarcanary" not in printed
