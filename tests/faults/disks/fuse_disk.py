"""A mounted file system that loses unsynced writes, or fails calls, when its test tells it to."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from tests.faults.disks.fuse_kernel import unmount
from tests.faults.faults_in_turn import Site
from tests.faults.watched.serving import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.faults_in_turn import Pace

Moment = Literal["now", "write", "sync"]
"""At once, after a write, or before a sync."""
SECONDS: Final = 30


class FuseDisk:
    """The file system on one folder, while its `with` block runs."""

    def __init__(self, folder: Path, *, ordered: bool) -> None:
        self.folder = folder
        self._ordered = ["ordered"] if ordered else []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.disks.fuse_program", self.folder, *self._ordered],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read_line()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=SECONDS)
        unmount(self.folder)

    def hold(self, moment: Moment, seconds: float) -> dict[str, int]:
        """Stop it at a moment, or after so many seconds; gives the number of unsynced writes and of syncs."""
        return self._ask("hold", moment=moment, seconds=seconds)

    def cut(self, seed: int) -> None:
        """Lose unsynced writes. Programs that use it must have been killed after it was stopped."""
        self._ask("cut", seed=seed)

    def fail(self, seed: int, pace: Pace) -> None:
        """Fail calls from now on."""
        self._ask("fail", seed=seed, pace=pace)

    def count_failed(self, *, mend: bool = False) -> Counter[Site]:
        """The calls that failed so far; with `mend`, no more calls fail."""
        counts = self._ask("count", mend=mend)["failed"]
        return Counter({Site(sort, error, file): count for sort, error, file, count in counts})

    def _ask(self, do: str, **more: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._process.stdin.flush()
        return self._read_line()

    def _read_line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the file system has ended"
        content: dict[str, Any] = json.loads(line)
        return content
