"""Ctrl-C ends a command that waits for a slow disk, and leaves no partial file.

The main thread waits for the disk. The kernel gives the signal to another thread, as it may.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.faults.watched.supervision import GO_ON, Supervisor
from tests.forking import Forked

if TYPE_CHECKING:
    from tests.cli.conftest import Shell
    from tests.faults.disks.system_calls import Call

PROGRAM: Final = """
import signal, socket, sys
import api.cli.commands
from api.cli.app import main
from tests.faults.disks.system_calls import install
signal.signal(signal.SIGINT, signal.default_int_handler)
with socket.socket(fileno=int(sys.argv.pop(1))) as handover:
    install(["fsync"], handover, killable=True)
main()
"""
"""Runs a command; its syncs of files wait for the test."""
SLOW_SECONDS: Final = 1.5
"""How many seconds the disk takes: longer than a command may take to end after Ctrl-C."""


def interrupt_beside(main: int) -> None:
    """Interrupt a process through a thread that is not its main thread."""
    threads = {int(each.name) for each in Path(f"/proc/{main}/task").iterdir()}
    assert ctypes.CDLL(None).tgkill(main, min(threads - {main}), signal.SIGINT) == 0


def test_a_backup_that_the_disk_keeps_waiting_leaves_no_part_of_a_file(
    light: Shell, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    seen: list[list[str]] = []

    def decide(made: Call) -> int:
        if seen or not made.path.startswith(str(folder)):
            return GO_ON
        seen.append([path.name for path in folder.iterdir()])
        interrupt_beside(made.thread)
        time.sleep(SLOW_SECONDS)
        return GO_ON

    supervisor = Supervisor(decide)
    handed = supervisor.theirs.fileno()
    with Forked(
        [sys.executable, "-c", PROGRAM, str(handed), "backup", str(folder / "whole")],
        env={**os.environ, **light.settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=(handed,),
    ) as process:
        supervisor.start()
        out, errors = process.communicate(timeout=60)
    supervisor.join()
    assert (process.returncode, out, errors) == (130, "", "parley: interrupted\n")
    assert len(seen[0]) == 1
    assert not list(folder.iterdir())
