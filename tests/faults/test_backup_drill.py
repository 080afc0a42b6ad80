"""The drill: a record that is being written is backed up, lost, and restored into the other kind of database."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from tests.api.asking import FACTS, TALKS, fact
from tests.databases import SEAL_KEY, let_in, settings_of, sqlite_file_url
from tests.faults.watched.checking import check_rebuild
from tests.faults.watched.serving import CREDENTIAL, ROOT, Server, program
from tests.faults.watched.supervision import GO_ON, Supervisor
from tests.faults.watched.writers import Writers
from tests.forking import Forked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind, PostgreSQL
    from tests.faults.disks.system_calls import Call

pytestmark = pytest.mark.either_database

CALLS = "write,fsync,link"


def parley(
    url: str, *arguments: str, supervisor: Supervisor | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command on a database."""
    command, handed = program("right", supervisor, CALLS, *arguments)
    with Forked(
        command,
        cwd=ROOT,
        env={**os.environ, "PARLEY_DATABASE_URL": url, "PARLEY_SEAL_KEY": SEAL_KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=handed,
    ) as process:
        if supervisor is not None:
            supervisor.start()
        out, errors = process.communicate(timeout=60)
    return subprocess.CompletedProcess(command, process.returncode, out, errors)


def read_answers(url: str, position: int) -> list[tuple[int, bytes, str]]:
    """Status, body and entity tag of everything that can be asked, at a position of the log."""
    settings = settings_of(url)
    cut = f"position={position}&as_of=2026-01-01"
    record = compose(settings, upgrade=False)
    let_in(url)
    with TestClient(create_app(record), headers=CREDENTIAL) as http:
        paths = [
            f"{TALKS}?{cut}",
            f"{TALKS}/timeline?{cut}&limit=1000",
            f"{TALKS}/timeline?{cut}&q=prisoners&limit=5",
            f"{TALKS}/tally?{cut}&what=released&by=month",
            f"{TALKS}/audit?{cut}",
            f"/v1/changes?{cut}&after={max(0, position - 200)}&limit=200",
        ]
        responses = [http.get(path) for path in paths]
        key = {"Idempotency-Key": "W0-0", "Content-Type": "application/json"}
        again = http.post(FACTS, content=json.dumps(fact(external_id="W0-0")), headers=key)
    record.close()
    assert again.headers["Idempotency-Replayed"] == "true"
    answers: list[tuple[int, bytes, str]] = [
        (answer.status_code, answer.content, answer.headers.get("etag", "")) for answer in responses
    ]
    return [*answers, (again.status_code, again.content, again.headers["etag"])]


@pytest.mark.parametrize("kind", ["sqlite-file", "postgresql"])
def test_a_record_backed_up_under_load_answers_the_same_when_restored(
    kind: Kind,
    fresh_database: Callable[[Kind], str],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    url = fresh_database(kind)
    postgresql: PostgreSQL = request.getfixturevalue("postgresql")
    other = {
        "sqlite-file": postgresql.fresh(migrated=False),
        "postgresql": sqlite_file_url(tmp_path / "restored.db"),
    }[kind]
    writers, target = Writers(), tmp_path / "backup"
    with Server(url, tmp_path / "errors") as server:
        server.start()
        writers.open(server.port)
        writers.start(server.port)
        time.sleep(0.5)
        taken = parley(url, "backup", str(target), "--json")
        assert taken.returncode == 0, taken.stderr
        before = len(writers.acknowledged)
        time.sleep(0.5)
        writers.end()
        assert len(writers.acknowledged) > before
        assert server.stop() == 0
    manifest: dict[str, Any] = json.loads(taken.stdout)
    assert manifest["position"] > 1
    restored = parley(other, "restore", str(target), "--json")
    assert restored.returncode == 0, restored.stderr
    assert json.loads(restored.stdout) == manifest
    assert read_answers(other, manifest["position"]) == read_answers(url, manifest["position"])
    check_rebuild(other)


def test_a_backup_whose_disk_fails_anywhere_is_refused_and_leaves_nothing_by_halves(
    database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    failed: list[str] = []
    for site in range(1, 12):
        seen: list[str] = []

        def decide(call: Call, site: int = site, seen: list[str] = seen) -> int:
            if call.name != "link" and not call.path.startswith(str(folder)):
                return GO_ON
            if call.name == "link" and str(folder).encode() not in read_first_path(call):
                return GO_ON
            seen.append(call.name)
            if len(seen) != site:
                return GO_ON
            return errno.ENOSPC if call.name == "write" else errno.EIO

        supervisor = Supervisor(decide)
        ran = parley(database_url, "backup", str(folder / "x"), supervisor=supervisor)
        supervisor.join()
        if len(seen) < site:
            assert ran.returncode == 0
            break
        failed.append(seen[-1])
        assert ran.returncode == 1
        assert ran.stderr.startswith("parley: ")
        assert not list(folder.iterdir())
    assert failed == ["write", "fsync", "link", "fsync"]
    assert [path.name for path in folder.iterdir()] == ["x"]


def read_first_path(call: Call) -> bytes:
    """The first path that a link or a rename names, for each variant of the call."""
    for address in call.arguments[:2]:
        if address > 1 << 20 and address < 1 << 48:
            return call.memory(address, 200)
    return b""
