"""Writes a file that only its owner may read, whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "PrivateFileError",
    "create_private",
    "lock_folder",
    "read_private",
    "replace_whole",
    "sync_folder",
]

OWNER_ALONE: Final = 0o600
_LONGEST: Final = 100_000


class PrivateFileError(Exception):
    """Others may read the file; the message says how to change that."""


def read_private(path: Path) -> bytes:
    """Read a file; PrivateFileError if others may read it, FileNotFoundError if it is missing."""
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & ~OWNER_ALONE:
            raise PrivateFileError(
                f"{path} may be read by others (mode {mode:04o}); run: chmod 600 {path}"
            )
        return file.read(_LONGEST)


def create_private(path: Path, content: bytes) -> None:
    """Create a file and sync it to the disk; FileExistsError if another process has created it."""
    beside = _write_beside(path, content, OWNER_ALONE)
    try:
        os.link(beside, path)
    finally:
        beside.unlink()
    sync_folder(path.absolute().parent)


def replace_whole(path: Path, content: bytes, mode: int = OWNER_ALONE) -> None:
    """Replace a file atomically: after a crash it has its old content or its new content."""
    beside = _write_beside(path, content, mode)
    try:
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.absolute().parent)


@contextmanager
def lock_folder(path: Path) -> Iterator[None]:
    """While the block runs, other processes that take this lock wait, to rewrite a file of the folder."""
    handle = os.open(path.absolute().parent, os.O_RDONLY)
    try:
        flock(handle, LOCK_EX)
        yield
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Sync the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_beside(path: Path, content: bytes, mode: int) -> Path:
    """Write and sync the content to a new file beside `path`, and return that file."""
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, mode)
            file.write(content)
            file.flush()
            os.fsync(handle)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)
