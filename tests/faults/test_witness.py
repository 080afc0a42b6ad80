"""Wherever its disk fails or it is killed, a witness remembers what it published, and signs no fork of it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infrastructure.clock import system_clock
from infrastructure.witness.memory import Memory
from infrastructure.witness.refusals import RefusalError
from infrastructure.witness.tiled_log import TiledLog
from infrastructure.witness.witness import Witness
from tests.faults.test_backup_drill import read_first_path
from tests.faults.watched.serving import ROOT
from tests.faults.watched.supervision import GO_ON, Supervisor
from tests.forking import Forked
from tests.infrastructure.witness.keys import LOG, NAME
from tests.infrastructure.witness.logs import HONEST, FakeLog, history, serve_log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.disks.system_calls import Call

CALLS = "write,fsync,rename"
ROUND = [
    "write last", "fsync last", "rename last", "fsync w",
    "write out", "fsync out", "rename out", "fsync given",
]  # fmt: skip
"""The calls of a round on the disk, in order; `out` is the published checkpoint."""
BEGINNING = [
    "fsync machine", "write name", "fsync name", "rename name", "fsync w", "fsync last", "rename last",
    "fsync w", "write witness.key", "fsync witness.key", "fsync w",
]  # fmt: skip
"""The first calls of a new witness."""
FORK = history(other_from=300)


@dataclass
class Disk:
    """Notes the calls on the files of a folder, and fails or kills at one of them, counted from 1."""

    folder: Path
    site: int
    kills: bool
    seen: list[str] = field(default_factory=list)

    def decide(self, call: Call) -> int:
        """Let the call go on, or fail it; a killed program never learns that it failed."""
        path = (
            read_first_path(call).split(b"\0")[0].decode() if call.name == "rename" else call.path
        )
        if not path.startswith(str(self.folder)):
            return GO_ON
        name = path.rpartition("/")[2]
        self.seen.append(f"{call.name} {name[1:].rpartition('.')[0] if name[0] == '.' else name}")
        if len(self.seen) != self.site:
            return GO_ON
        if self.kills:
            os.kill(call.thread, signal.SIGKILL)
        return errno.ENOSPC if call.name == "write" else errno.EIO


@dataclass
class Machine:
    """The machine of a witness, whose folder is `w`; it publishes in `given`."""

    folder: Path
    log: FakeLog

    def __post_init__(self) -> None:
        self.out.parent.mkdir(parents=True)

    @property
    def out(self) -> Path:
        return self.folder / "given" / "out"

    def watch(self) -> None:
        """A round on a disk that works."""
        with Memory.lock(self.folder / "w") as memory:
            witness = Witness(memory, memory.signer(NAME), LOG.key, system_clock)
            witness.watch(TiledLog(self.log.url), self.out)

    def watch_on(self, disk: Disk) -> int:
        """A round in a process of its own, on a disk that may fail; gives the exit status."""
        supervisor = Supervisor(disk.decide)
        handed = supervisor.theirs.fileno()
        arguments = (str(handed), CALLS, self.log.url, self.folder / "w", self.out)
        with Forked(
            [sys.executable, "-m", "tests.faults.watched.watching", *arguments],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            pass_fds=[handed],
        ) as process:
            supervisor.start()
            process.communicate(timeout=60)
        supervisor.join()
        return process.returncode

    def notes(self) -> tuple[str, str]:
        """The published note and the remembered note; empty if there is none."""
        given, remembered = (
            path.read_text() if path.exists() else ""
            for path in (self.out, self.folder / "w" / "last")
        )
        return given, remembered


@pytest.fixture
def log() -> Iterator[FakeLog]:
    with serve_log() as log:
        yield log


@pytest.mark.cases(2)
@pytest.mark.parametrize("begun", [True, False], ids=["later", "at first"])
@pytest.mark.parametrize("kills", [False, True], ids=["failing", "killed"])
def test_what_was_given_out_is_remembered_wherever_a_round_ends(
    log: FakeLog, tmp_path: Path, kills: bool, begun: bool
) -> None:
    expected = ROUND if begun else [*BEGINNING, *ROUND]
    remembering = expected.index("rename last", 0 if begun else len(BEGINNING)) + 1
    for site in range(1, len(expected) + 2):
        machine = Machine(tmp_path / str(site) / "machine", log)
        if begun:
            log.grow(300, HONEST)
            machine.watch()
        before, _ = machine.notes()
        log.grow(400, HONEST)
        disk = Disk(machine.folder, site, kills)
        status = machine.watch_on(disk)
        assert disk.seen[:site] == expected[:site]
        given, remembered = machine.notes()
        if site > len(expected):
            assert (disk.seen, status, given) == (expected, 0, remembered)
            continue
        assert status == (-signal.SIGKILL if kills else 1)
        assert (remembered == before) == (site <= remembering)
        assert given in {before, remembered}
        # If it had published more than it remembers, it would sign another history now.
        log.grow(400, FORK)
        if remembered == before:
            if not begun:
                machine.watch()
            continue
        with pytest.raises(RefusalError, match="two roots of its first 400 events"):
            machine.watch()
        assert machine.notes() == (remembered, remembered)
