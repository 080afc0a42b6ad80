"""Each process of `parley serve --workers N` has a socket of its own, and Linux distributes new connections to them."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.cli.workers import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Shell
    from tests.cli.workers import Workers
    from tests.databases import Kind

pytestmark = pytest.mark.either_database

AT_ONCE: Final = 16
ROUNDS: Final = 8
REQUEST: Final = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
ESTABLISHED: Final = "01"
BETWEEN_LOOKS: Final = 0.5
"""Seconds between two checks of uvicorn's supervisor on its processes."""
PATIENTLY: Final = """
import api.cli.serving.processes as processes
from api.cli.app import main

processes.STARTING_SECONDS = 10_000
main()
"""
PATIENT: Final = (sys.executable, "-c", PATIENTLY)
"""A server that waits for hours for a process's answer before it takes the process for dead."""


@pytest.fixture(scope="module")
def workers(
    open_filled: Callable[[Kind], Shell], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workers]:
    """Two processes on a record; a test may replace them, but leaves two."""
    record = open_filled("sqlite-file").copy_to(tmp_path_factory.mktemp("served"))
    with serving(record, program=PATIENT) as started:
        yield started


@contextmanager
def open_connections(workers: Workers, number: int) -> Iterator[list[socket.socket]]:
    """Open so many connections at once."""
    host, _, port = workers.address.removeprefix("http://").rpartition(":")
    with ExitStack() as stack:
        address = (host.strip("[]"), int(port))
        yield [
            stack.enter_context(socket.create_connection(address, timeout=60))
            for _ in range(number)
        ]


def ask_each(connections: list[socket.socket]) -> None:
    """Send a request over each connection, and expect a successful answer on each."""
    for connection in connections:
        connection.sendall(REQUEST)
    for connection in connections:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")


def count_held(pid: int, address: str) -> int:
    """How many connections to an address a process has open."""
    port = f":{int(address.rpartition(':')[2]):04X}"
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    ours = {
        f"socket:[{parts[9]}]"
        for parts in lines
        if parts[1].endswith(port) and parts[3] == ESTABLISHED
    }
    files = [each.readlink() for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()]
    return sum(str(file) in ours for file in files)


@pytest.mark.cases(1)
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_connections_opened_at_once_are_dealt_out_to_all(
    request: pytest.FixtureRequest, light: Shell, host: str
) -> None:
    # Each of 2 processes gets 64 of 128 on average, and fewer than 32 once in 10⁸ times.
    dealt: Counter[int] = Counter()
    with ExitStack() as own:
        workers: Workers = (
            own.enter_context(serving(light, PARLEY_HOST=host))
            if host == "::1"
            else request.getfixturevalue("workers")
        )
        for _ in range(ROUNDS):
            with open_connections(workers, AT_ONCE) as connections:
                ask_each(connections)
                dealt.update(
                    {pid: count_held(pid, workers.address) for pid in workers.find_processes()}
                )
    assert dealt.total() == AT_ONCE * ROUNDS
    assert len(dealt) == 2
    assert min(dealt.values()) >= 32


@pytest.mark.cases(1)
@pytest.mark.parametrize("number", ["1", "2"])
def test_a_second_server_is_refused_the_address_that_the_processes_share(
    workers: Workers, light: Shell, number: str
) -> None:
    port = workers.address.rpartition(":")[2]
    refused = light("serve", "--workers", number, PARLEY_PORT=port)
    assert workers.ask("/healthz").status_code == 200
    assert refused.exit_code == 1
    assert f"cannot listen at 127.0.0.1:{port}: Address already in use" in refused.stderr


def test_connections_to_a_killed_process_wait_for_the_one_that_replaces_it(
    workers: Workers,
) -> None:
    first = workers.find_processes()
    with open_connections(workers, 2 * AT_ONCE) as connections:
        ask_each(connections)  # so that both processes accept connections
    killed = min(first)
    os.kill(killed, signal.SIGKILL)
    while b"spawn_main" in Path(f"/proc/{killed}/cmdline").read_bytes():
        time.sleep(0.01)
    with open_connections(workers, 2 * AT_ONCE) as connections:
        ask_each(connections)
    now = workers.wait_for(2, frozenset({killed}))
    assert len(now & first) == 1
    with open_connections(workers, 2 * AT_ONCE) as connections:
        ask_each(connections)
        found = [count_held(pid, workers.address) for pid in now]
    assert sum(found) == 2 * AT_ONCE
    assert all(found)


def test_a_process_that_is_killed_while_it_owes_an_answer_is_replaced_at_once(
    workers: Workers,
) -> None:
    killed = min(workers.find_processes())
    os.kill(killed, signal.SIGSTOP)
    time.sleep(3 * BETWEEN_LOOKS)  # so that the supervisor has checked the process
    os.kill(killed, signal.SIGKILL)
    workers.wait_for(2, frozenset({killed}))


def test_a_restart_replaces_each_process_and_their_number_stays(workers: Workers) -> None:
    first = workers.find_processes()
    for sent in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGHUP):
        workers.process.send_signal(sent)
    now = workers.wait_for(2, frozenset(first))
    with open_connections(workers, 2 * AT_ONCE) as connections:
        ask_each(connections)
        found = [count_held(pid, workers.address) for pid in now]
    assert sum(found) == 2 * AT_ONCE
    assert all(found)
