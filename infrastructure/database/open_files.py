"""Notices that files of a SQLite database were removed or replaced while this process has them open.

SQLite goes on with the files that it has opened, also if they have another name by now; a new connection opens the
files that have the names then. So changes would be acknowledged that are lost once the process ends, and answers would
come from two databases.
"""

from __future__ import annotations

import os
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Final

from sqlalchemy import event

from infrastructure.errors import DatabaseRefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

_Identity = tuple[int, int]
_MOVED: Final = (
    "{} was moved, removed or replaced while this process has it open, so nothing more is recorded: if it was"
    " moved, put it back; then start the process again"
)


class MovedFileError(DatabaseRefusedError):
    """A file of the database is no longer the one that this process has open."""


class OpenFiles:
    """The files that the connections to one SQLite database have open; `file` is that of the database.

    SQLite keeps a write-ahead log and its index, in which processes lock, as long as any connection is open.
    """

    def __init__(self, file: Path) -> None:
        self._file = os.path.realpath(file)
        self._identities: dict[str, _Identity] = {}
        self._connections = 0
        self._lock = Lock()

    def watch(self, engine: Engine) -> None:
        """Refuse each connection of an engine that would have other files open than those before it."""
        event.listen(engine, "do_connect", lambda *_: self.confirm())
        event.listen(engine, "connect", lambda *_: self._note_opened())
        event.listen(engine, "close", lambda *_: self._note_closed())

    def confirm(self) -> None:
        """Raise MovedFileError if a file that is open no longer has its name, or another file has it."""
        for path, identity in [*self._identities.items()]:
            if _identify(path) != identity:
                raise MovedFileError(_MOVED.format(path))

    def _note_opened(self) -> None:
        with self._lock:
            self.confirm()
            for path in (self._file, *self._beside):
                if (identity := _identify(path)) is not None:
                    self._identities.setdefault(path, identity)
            self._connections += 1

    def _note_closed(self) -> None:
        with self._lock:
            self._connections -= 1
            if not self._connections:
                for path in self._beside:
                    self._identities.pop(path, None)

    @property
    def _beside(self) -> tuple[str, str]:
        return f"{self._file}-wal", f"{self._file}-shm"


def _identify(path: str) -> _Identity | None:
    with suppress(OSError):
        status = os.stat(path)  # noqa: PTH116 -- as fast as can be: it is done before each change
        return status.st_dev, status.st_ino
    return None
