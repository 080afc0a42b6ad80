"""Knows the files that are being written, so that a process which is ended at once can remove them first."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_UNDER_WAY: Final[set[Path]] = set()


@contextmanager
def track_unfinished(path: Path) -> Iterator[None]:
    """Remove a file at the end of the block, unless it was renamed; the block creates it."""
    _UNDER_WAY.add(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        _UNDER_WAY.discard(path)


def remove_unfinished() -> None:
    """Remove all files that are being written, because the process ends without leaving their blocks."""
    for path in tuple(_UNDER_WAY):
        with suppress(OSError):
            path.unlink()
