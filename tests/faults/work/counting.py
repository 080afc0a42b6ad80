"""Counts the cost of a request instead of timing it: Python calls, steps or rows of the database, bytes sent."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx2

STEPS: Final = 100
"""SQLite calls back after every so many instructions of its virtual machine."""
#: About how many microseconds a call, a hundred steps or a row, and a byte take; used only to sort costs.
_WEIGHTS: Final = (0.15, 2.0, 0.005)


@dataclass(frozen=True)
class Cost:
    """Calls of Python functions, hundreds of SQLite's steps or PostgreSQL's rows, and bytes of the answer."""

    calls: int
    database: int
    size: int

    @property
    def weight(self) -> float:
        """The cost as one number."""
        return sum(
            weight * number
            for weight, number in zip(_WEIGHTS, (self.calls, self.database, self.size), strict=True)
        )

    def within(self, times: float, other: Cost, floor: Cost) -> bool:
        """Whether no part is more than `times` the other's; parts below the floor always pass."""
        return all(
            mine <= max(times * theirs, least)
            for mine, theirs, least in (
                (self.calls, other.calls, floor.calls),
                (self.database, other.database, floor.database),
                (self.size, other.size, floor.size),
            )
        )

    def __str__(self) -> str:
        return f"{self.calls:>9,} calls {self.database:>8,} steps or rows {self.size:>10,} bytes"


class Counter:
    """Counts in every thread that starts while it is in use."""

    def __init__(self) -> None:
        self.calls = 0
        self.database = 0

    def cost(self, ask: Callable[[], httpx2.Response]) -> tuple[Cost, httpx2.Response]:
        """The cost of an answer."""
        self.calls = self.database = 0
        answer = ask()
        return Cost(self.calls, self.database, len(answer.content)), answer

    def begin(self, *_: object) -> None:
        """Count the calls of a thread from now on, unless it is a background follower of the log."""
        sys.setprofile(None if _is_follower() else self.profile)

    def profile(self, _frame: object, what: str, _argument: object) -> None:
        """Count a call of Python or C."""
        if what in {"call", "c_call"}:
            self.calls += 1

    def step(self) -> int:
        """Count some steps of SQLite, and let it go on."""
        self.database += not _is_follower()
        return 0

    def count_steps(self, connection: Any, _record: object) -> None:  # noqa: ANN401 -- of either driver
        """Count a connection's steps, if it is SQLite's."""
        if hasattr(connection, "set_progress_handler"):
            connection.set_progress_handler(self.step, STEPS)

    def count_rows(self, connection: Any, cursor: Any, *_: object) -> None:  # noqa: ANN401 -- as SQLAlchemy calls it
        """Count the rows that a statement gives on PostgreSQL."""
        if connection.dialect.name == "postgresql" and not _is_follower():
            self.database += max(cursor.rowcount, 0)


@contextmanager
def counting() -> Iterator[Counter]:
    """Count in threads and connections that begin in the block."""
    counter = Counter()
    event.listen(Pool, "connect", counter.count_steps)
    event.listen(Engine, "after_cursor_execute", counter.count_rows)
    before = sys.getprofile()
    threading.setprofile(counter.begin)
    try:
        yield counter
    finally:
        threading.setprofile(before)
        event.remove(Pool, "connect", counter.count_steps)
        event.remove(Engine, "after_cursor_execute", counter.count_rows)


def _is_follower() -> bool:
    return threading.current_thread().name == "follower"
