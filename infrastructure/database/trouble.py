"""Tells trouble of a database or a disk, which is logged in one line, from a defect, which has its traceback logged."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING, Final

from infrastructure.database.damage import shows_damage
from infrastructure.errors import OUT_OF_REACH
from infrastructure.sealing.wrapping import SealKeyError

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator

_OF_DISK: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE}
)
_DEFECTS: Final = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISUSE})
"""What SQLite reports of a statement that cannot be run, such as one that names a missing column."""
_NO_ROOM_BESIDE: Final = "the disk is full"
"""What SQLITE_IOERR_SHMSIZE means: SQLite cannot make the shared memory file beside the database large enough."""


def log_error(logger: logging.Logger, message: str, error: BaseException) -> None:
    """Log what happened, and why: trouble in one line, any other error with its traceback."""
    if is_trouble(error):
        logger.error("%s: %s", message, describe_trouble(error))
    else:
        logger.error(message, exc_info=error)


def is_trouble(error: BaseException) -> bool:
    """Whether a database, a disk or a key that was not given causes an error, and no defect of Parley."""
    if shows_damage(error) or of_disk(error) or isinstance(error, SealKeyError):
        return True
    return isinstance(error, OUT_OF_REACH) and not _is_defect(error)


def of_disk(error: BaseException) -> bool:
    """Whether a disk is full or fails, or no further file may be opened."""
    return isinstance(error, OSError) and error.errno in _OF_DISK


def describe_trouble(error: BaseException) -> str:
    """Describe an error in one line, in the words of its origin."""
    if any(_code_of(cause) == sqlite3.SQLITE_IOERR_SHMSIZE for cause in _causes(error)):
        return _NO_ROOM_BESIDE
    told = " ".join(str(getattr(error, "orig", None) or error).split())
    return told or type(error).__name__


def _is_defect(error: BaseException) -> bool:
    return any(_code_of(cause) & 0xFF in _DEFECTS for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[object]:
    """The error, its causes, and what their drivers raised."""
    while error is not None:
        yield error
        yield getattr(error, "orig", None)
        error = error.__cause__


def _code_of(error: object) -> int:
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code
