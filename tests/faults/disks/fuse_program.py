"""The process of a file system that loses unsynced writes; its test sends it commands, one a line.

    python -m tests.faults.disks.fuse_program FOLDER [ordered]

It is a separate process, because a test that waits for its own file system would wait for ever. It ends, and the
mount with it, when its test has ended.
"""

from __future__ import annotations

import errno
import json
import random
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any, Final

from tests.faults.disks.fuse_files import Files
from tests.faults.disks.fuse_kernel import SILENT, Device, Operation, Request
from tests.faults.faults_in_turn import FaultsInTurn, Pace, Sort

SORTS: Final[dict[int, Sort]] = {
    Operation.WRITE: "write",
    Operation.FALLOCATE: "write",
    Operation.FSYNC: "sync",
    Operation.FSYNCDIR: "sync",
    Operation.RENAME: "rename",
    Operation.RENAME2: "rename",
    Operation.LINK: "rename",
}
POLL_MILLISECONDS: Final = 50
SHARED_MEMORY: Final = "-shm"
"""SQLite's file of shared memory, which is never synced; the first process that needs it makes it anew."""


class Program:
    """Serves one folder; `hold` stops it at a moment, and then nothing happens until `cut`."""

    def __init__(self, folder: Path, *, ordered: bool) -> None:
        self.files = Files(ordered=ordered)
        self.device = Device.mount(folder)
        self._folder = folder
        self._faults: FaultsInTurn | None = None
        self._moment: str | None = None
        self._until = 0.0
        self._held = False

    def run(self) -> None:
        """Serve until the commands end."""
        self._say({})
        try:
            while self._one():
                pass
        finally:
            self.device.unmount()

    def _one(self) -> bool:
        """Handle the next command or request; False after the last command."""
        if self._moment and time.monotonic() > self._until:
            self._hold()
        poll = select.poll()
        poll.register(sys.stdin, select.POLLIN)
        if not self._held:
            poll.register(self.device.handle, select.POLLIN)
        ready = {handle for handle, _ in poll.poll(POLL_MILLISECONDS)}
        if sys.stdin.fileno() in ready:
            line = sys.stdin.readline()
            if line:
                self._obey(json.loads(line))
            return bool(line)
        if ready:
            self._serve()
        return True

    def _obey(self, order: dict[str, Any]) -> None:
        getattr(self, f"_do_{order.pop('do')}")(**order)

    def _do_hold(self, moment: str, seconds: float) -> None:
        """Stop before a sync, after a write, or now; also after so many seconds."""
        self._moment, self._until = moment, time.monotonic() + seconds
        if moment == "now":
            self._hold()

    def _do_cut(self, seed: int) -> None:
        """Drop every connection, lose unsynced writes, and mount again."""
        self.device.unmount()
        self.files.cut(random.Random(seed))
        self.device = Device.mount(self._folder)
        self._held = False
        self._say({})

    def _do_fail(self, seed: int, pace: list[Any]) -> None:
        """Fail calls from now on."""
        self._faults = FaultsInTurn(seed, Pace(*pace))
        self._say({})

    def _do_count(self, *, mend: bool) -> None:
        """Send which calls failed; with `mend`, no more calls fail."""
        assert self._faults is not None
        self._say({"failed": [[*site, count] for site, count in self._faults.failed.items()]})
        if mend:
            self._faults = None

    def _hold(self) -> None:
        self._moment, self._held = None, True
        self._say({"unsynced": self.files.disk.pending_writes, "syncs": self.files.disk.syncs})

    def _serve(self) -> None:
        request = self.device.read()
        if request is None:
            return
        if request.operation == Operation.INIT:
            self.device.agree(request)
            return
        if self._moment == "sync" and request.operation == Operation.FSYNC:
            self._hold()  # so the sync is never answered
            return
        self._answer(request)
        if (
            self._moment == "write"
            and request.operation == Operation.WRITE
            and self._is_durable(request)
        ):
            self._hold()

    def _answer(self, request: Request) -> None:
        if request.operation in SILENT:
            return
        try:
            if error := self._fault(request):
                self.device.answer(request, error=error)
            else:
                self.device.answer(request, self.files.answer(request))
        except OSError as refused:
            self.device.answer(request, error=refused.errno or errno.EIO)

    def _fault(self, request: Request) -> int:
        sort = SORTS.get(request.operation)
        if self._faults is None or sort is None or not self._is_durable(request):
            return 0
        return self._faults.error(sort, self.files.path(request.node))

    def _is_durable(self, request: Request) -> bool:
        return not self.files.path(request.node).endswith(SHARED_MEMORY)

    @staticmethod
    def _say(said: dict[str, Any]) -> None:
        print(json.dumps(said), flush=True)  # noqa: T201 -- the test reads it


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Program(Path(sys.argv[1]), ordered="ordered" in sys.argv[2:]).run()
