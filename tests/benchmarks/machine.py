"""The machine of a measurement: its processor and disk; and the day and the commit."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SYNCS: Final = 50


def describe_machine(folder: Path, postgresql: str) -> str:
    """One sentence about the machine, with the time of a sync of a file in `folder`."""
    cores = os.cpu_count()
    software = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return (
        f"{_processor()}, {cores} cores; a file is synced in {1e3 * _seconds_a_sync(folder):.1f} ms; "
        f"{software}, PostgreSQL {postgresql} with fsync on"
    )


def describe_version() -> str:
    """The day and the commit."""
    commit = _git("rev-parse", "--short", "HEAD")
    changed = " with changes" if _git("status", "--porcelain", "--untracked-files=no") else ""
    return f"{datetime.now(UTC):%d %B %Y}, commit {commit}{changed}"


def _processor() -> str:
    names = (line.partition(":")[2].strip() for line in _lines() if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _lines() -> Iterator[str]:
    about = Path("/proc/cpuinfo")
    yield from about.read_text().splitlines() if about.exists() else ()


def _seconds_a_sync(folder: Path) -> float:
    path = folder / "synced"
    with path.open("wb", buffering=0) as file:
        began = time.perf_counter()
        for _ in range(SYNCS):
            file.write(bytes(4_096))
            os.fsync(file.fileno())
        took = time.perf_counter() - began
    path.unlink()
    return took / SYNCS


def _git(*arguments: str) -> str:
    given = ["git", *arguments]
    return subprocess.run(given, check=True, capture_output=True, text=True).stdout.strip()
