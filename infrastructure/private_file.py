"""Writes a file that only its owner may read, whole or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from infrastructure.unfinished import track_unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

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
    with _write_beside(path, content, OWNER_ALONE) as beside:
        os.link(beside, path)
    sync_folder(path.absolute().parent)


def replace_whole(path: Path, content: bytes, mode: int = OWNER_ALONE) -> None:
    """Replace a file atomically: after a crash it has its old content or its new content."""
    with _write_beside(path, content, mode) as beside:
        beside.replace(path)
    sync_folder(path.absolute().parent)


@contextmanager
def private_part(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file beside `path` that only its owner may read, open; it is removed at the end, unless it was renamed."""
    part = path.absolute().parent / f".{path.name}.{uuid4().hex}"
    try:
        with track_unfinished(part), open(part, "xb", opener=_open_private) as file:
            yield part, file
    except OSError as error:
        if error.filename in {part, str(part)}:
            error.filename = str(path)  # the user knows only this name
        raise


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


@contextmanager
def _write_beside(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """Write and sync the content to a new file beside `path`; it is removed at the end, unless it was renamed."""
    with private_part(path) as (beside, file):
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        yield beside


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, OWNER_ALONE)
