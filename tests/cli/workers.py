"""A server of several processes, for the tests that start it and send it requests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
import pytest

from tests.forking import Forked
from tests.plain_http import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.cli.conftest import Shell

PROGRAM: Final = (sys.executable, "-c", "from api.cli.app import main; main()")

PATIENCE_SECONDS: Final = 240
"""Seconds that processes have to be replaced, one after another, on a machine that is busy with other tests."""


class Workers:
    """A server of several processes; each request uses a new connection."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        self.process = process
        self.address: str = told["listening"]
        self._headers = {"Authorization": f"Bearer {told['key']}"}

    def ask(self, path: str, body: object = None) -> httpx.Response:
        """Send a request with the first key; send it again if the connection breaks."""
        method = "GET" if body is None else "POST"
        for _ in range(100):
            try:
                return httpx.request(
                    method,
                    self.address + path,
                    json=body,
                    headers=self._headers,
                    timeout=60,
                    verify=PLAIN,
                )
            except httpx.TransportError:
                time.sleep(0.1)
        pytest.fail("nobody answers")

    def find_processes(self) -> set[int]:
        """The ids of the worker processes, which accept connections."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        ids = map(int, children.read_text().split())
        return {pid for pid in ids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}

    def wait_for(self, number: int, besides: frozenset[int] = frozenset()) -> set[int]:
        """Wait until so many processes serve, and none of `besides`; gives their ids."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            now = self.find_processes()
            if len(now) == number and not now & besides:
                return now
            time.sleep(0.05)
        pytest.fail(f"{self.find_processes()} serve")


@contextmanager
def serving(
    parley: Shell, number: int = 2, program: Sequence[str] = PROGRAM, **environ: str
) -> Iterator[Workers]:
    """Serve a record with so many processes."""
    command = [*program, "serve", "--json", "--workers", str(number)]
    given = {**os.environ, **parley.settings, "PARLEY_PORT": "0", **environ}
    with Forked(command, env=given, stdout=subprocess.PIPE, text=True) as process:
        workers = Workers(process)
        try:
            workers.wait_for(number)
            yield workers
        finally:
            process.terminate()
        assert process.wait(60) == 0
