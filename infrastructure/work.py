"""What a thread works on says which connections it takes, and how long it waits for the database.

Who waits for the log, or works for long, takes no connection that a question or a look at the health needs.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["UNHURRIED_SECONDS", "Patience", "TimeLimits", "Work", "work_under_way", "working"]

Work = Literal["reading", "writing", "health", "unhurried"]
"""`reading` answers a question, `health` looks whether the database serves, `unhurried` is what an operator began and
may take hours (rebuild, restore, backup, verify, compact, new keys, the schema), and `writing` is all else."""

_UNDER_WAY: Final[ContextVar[Work]] = ContextVar("work", default="writing")
_LOOK_SECONDS: Final = 1.0
_CONNECT_SECONDS: Final = 10
_LOOKED_CONNECT_SECONDS: Final = 2
UNHURRIED_SECONDS: Final = 30.0
"""How long unhurried work waits for a connection, and on SQLite for the one write lock."""


@dataclass(frozen=True)
class Patience:
    """How long one kind of work waits, in seconds: for a statement's answer, for a lock, for a connection to be made.

    None is for as long as it takes.
    """

    statement: float | None
    lock: float | None
    connect: int

    @property
    def turn(self) -> float:
        """How long it waits for a connection of the pool, and on SQLite for the one write lock."""
        return UNHURRIED_SECONDS if self.lock is None else self.lock


@dataclass(frozen=True)
class TimeLimits:
    """How long a request waits for the answer to one statement, and a change for the log's lock, in seconds."""

    statement: float = 15.0
    log: float = 10.0

    def patience(self, work: Work) -> Patience:
        """How long that work waits. A question waits for no writer."""
        if work == "unhurried":
            return Patience(None, None, _CONNECT_SECONDS)
        short = min(self.log, _LOOK_SECONDS)
        if work == "health":
            return Patience(min(self.statement, _LOOK_SECONDS), short, _LOOKED_CONNECT_SECONDS)
        return Patience(self.statement, short if work == "reading" else self.log, _CONNECT_SECONDS)


def work_under_way() -> Work:
    """What this thread, or this task, works on."""
    return _UNDER_WAY.get()


@contextmanager
def working(work: Work) -> Iterator[None]:
    """While the block runs, this is what is worked on."""
    before = _UNDER_WAY.set(work)
    try:
        yield
    finally:
        _UNDER_WAY.reset(before)
