"""A server in a process of its own: started on a free port of the loopback address, killed, started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final, Self

from tests.databases import KEY, SEAL_KEY, UNBOUNDED, let_in
from tests.forking import Forked

if TYPE_CHECKING:
    from tests.faults.watched.supervision import Supervisor

ROOT: Final = Path(__file__).resolve().parents[3]
CALLS: Final = "pwrite64,fsync,fdatasync,ftruncate"
SECONDS: Final = 30
CREDENTIAL: Final = {"Authorization": f"Bearer {KEY}"}


def program(
    variant: str, supervisor: Supervisor | None, calls: str, *arguments: str
) -> tuple[list[str], tuple[int, ...]]:
    """The command of a variant of `parley`, and the descriptors that it needs."""
    handed = () if supervisor is None else (supervisor.theirs.fileno(),)
    listener = str(handed[0]) if handed else "-1"
    module = [sys.executable, "-m", "tests.faults.watched.programs", variant, listener, calls]
    return [*module, *arguments], handed


@dataclass
class Server:
    """`parley serve` on one database, started and ended as often as wanted."""

    url: str
    errors: Path
    variant: str = "right"
    settings: dict[str, str] = field(default_factory=dict)
    keys: Path | None = None
    options: tuple[str, ...] = ()
    port: int = 0
    process: subprocess.Popen[str] | None = None
    _draining: Thread | None = None
    _let_in: bool = False

    @property
    def key_file(self) -> Path:
        """The file of the log's key, beside the last checkpoint that the server signed."""
        return (self.keys or self.errors.parent) / "parley.key"

    def open_up(self) -> None:
        """Let the key of the tests in, unless that is done."""
        if not self._let_in:
            let_in(self.url)
            self._let_in = True

    def start(self, supervisor: Supervisor | None = None) -> None:
        """Start it, and wait until it prints its address."""
        self.open_up()
        serve = ("serve", "--port", "0", "--json", *self.options)
        command, handed = program(self.variant, supervisor, CALLS, *serve)
        kept = {name: text for name, text in os.environ.items() if not name.startswith("PARLEY_")}
        with self.errors.open("ab") as errors:
            self.process = Forked(
                command,
                cwd=ROOT,
                env={
                    **kept,
                    "PARLEY_DATABASE_URL": self.url,
                    "PARLEY_SEAL_KEY": SEAL_KEY,
                    "PARLEY_LOG_KEY_FILE": str(self.key_file),
                    "PYTHONUNBUFFERED": "1",
                    **UNBOUNDED,
                    **self.settings,
                },
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                pass_fds=handed,
            )
        if supervisor is not None:
            supervisor.start()
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert said, self.errors.read_text()[-2_000:]
        self.port = int(json.loads(said)["listening"].rpartition(":")[2])
        # Nobody reads its log of requests; a full pipe would block it.
        self._draining = Thread(target=deque, args=(self.process.stdout, 0), daemon=True)
        self._draining.start()

    def kill(self) -> None:
        """End it like a crash, with SIGKILL."""
        self.strike()
        self.reap()

    def strike(self) -> None:
        """Send SIGKILL, without waiting for the end."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)

    def reap(self) -> None:
        """Wait for the end of the killed server."""
        assert self.process is not None
        status = self.process.wait(SECONDS)
        assert status == -signal.SIGKILL, (status, self.errors.read_text()[-2_000:])
        self._close()

    def stop(self) -> int:
        """Ask it to end; gives its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(SECONDS)
        self._close()
        return status

    def _close(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        if self._draining is not None:
            self._draining.join(SECONDS)
        self.process.stdout.close()
        self.process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(SECONDS)
            self._close()
