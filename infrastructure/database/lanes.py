"""Divides work into lanes; each has its own connections and its own limit on waiting for the database.

So work that waits for the log, or takes long, uses no connection that a reading request or a health check needs.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Lane = Literal["reading", "writing", "health", "unhurried"]
"""`reading` is for requests that read, `health` for health checks, and `unhurried` for an operator's work that may take
hours: rebuild, restore, backup, verify, compact, new keys, the schema. Everything else is done in `writing`."""

_UNDER_WAY: Final[ContextVar[Lane]] = ContextVar("lane", default="writing")
_LOOK_SECONDS: Final = 1.0
_LOOK_LOCK_SECONDS: Final = 0.8
"""How long a health check waits for a lock: less than for a statement, so that the database names the lock as cause."""
_CONNECT_SECONDS: Final = 10
_LOOKED_CONNECT_SECONDS: Final = 2
UNHURRIED_SECONDS: Final = 30.0
"""How long unhurried work waits for a connection, and on SQLite for the one write lock."""
IDLE_SECONDS: Final = 15
"""After how many seconds without a statement PostgreSQL ends a writing transaction; unhurried work has longer."""
_UNHURRIED_IDLE_SECONDS: Final = 600


@dataclass(frozen=True)
class Patience:
    """How long work in one lane waits, in seconds: for a statement's result, for a lock, for a connection to be made.

    None means without limit. PostgreSQL ends a writing transaction whose process has been silent for `idle` seconds.
    """

    statement: float | None
    lock: float | None
    connect: int
    idle: int = IDLE_SECONDS

    @property
    def turn(self) -> float:
        """Seconds to wait for a connection of the pool, and on SQLite for the write lock."""
        return UNHURRIED_SECONDS if self.lock is None else self.lock


@dataclass(frozen=True)
class TimeLimits:
    """How long a request waits for the result of a statement, and a change for the log's lock, in seconds."""

    statement: float = 15.0
    log: float = 10.0

    def patience(self, lane: Lane) -> Patience:
        """How long work in a lane waits; reading requests wait for a lock at most `_LOOK_SECONDS`."""
        if lane == "unhurried":
            return Patience(None, None, _CONNECT_SECONDS, _UNHURRIED_IDLE_SECONDS)
        short = min(self.log, _LOOK_SECONDS)
        if lane == "health":
            lock = min(self.log, _LOOK_LOCK_SECONDS)
            return Patience(min(self.statement, _LOOK_SECONDS), lock, _LOOKED_CONNECT_SECONDS)
        return Patience(self.statement, short if lane == "reading" else self.log, _CONNECT_SECONDS)


def current_lane() -> Lane:
    """The lane that this thread, or this task, works in."""
    return _UNDER_WAY.get()


@contextmanager
def in_lane(lane: Lane) -> Iterator[None]:
    """While the block runs, work is done in this lane."""
    before = _UNDER_WAY.set(lane)
    try:
        yield
    finally:
        _UNDER_WAY.reset(before)
