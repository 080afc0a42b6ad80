"""Gives a subscriber every event once, in order, and lets it sleep while there is none.

Appends of this process wake it at once; it finds those of other processes by reading the head of the log every
`POLL_SECONDS`. Positions are dense and in commit order, so every position up to the head can be read.
"""

from __future__ import annotations

from collections import deque
from threading import Condition
from typing import TYPE_CHECKING, Final, Protocol, cast

from eventsourcing.persistence import ApplicationRecorder, Subscription

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infrastructure.log.entry import LogEntry

POLL_SECONDS: Final = 0.1
ENTRIES_A_READ: Final = 500


class Wakeup:
    """Counts this process's appends, and wakes threads that wait for the next one."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._rings = 0

    def ring(self) -> None:
        """Wake all threads that wait."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    @property
    def rings(self) -> int:
        """How often it rang; read this before looking for new entries."""
        return self._rings

    def wait(self, rings: int, seconds: float) -> None:
        """Sleep until it has rung more than `rings` times, at most `seconds`."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings > rings, seconds)


class Followed(Protocol):
    """A log that can be read and that rings when it grows."""

    wakeup: Wakeup

    def head(self) -> tuple[int, int]:
        """The last position and its `recorded_at`."""

    def entries_between(
        self, after: int, limit: int, *, stop: int | None = None, types: Sequence[str] = ()
    ) -> list[LogEntry]:
        """Entries after a position, in order."""


class EventSubscription(Subscription[ApplicationRecorder]):
    """Yields log entries after position `gt` until it is stopped, which any thread may do."""

    def __init__(self, log: Followed, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(cast("ApplicationRecorder", log), gt, topics)
        self._log = log
        self._reached = gt or 0
        self._ready: deque[LogEntry] = deque()

    def stop(self) -> None:
        """End the iteration, now or at its next step."""
        super().stop()
        self._log.wakeup.ring()

    def __next__(self) -> LogEntry:
        while not self._has_been_stopped:
            if self._ready:
                return self._ready.popleft()
            rings = self._log.wakeup.rings
            if not self._advance() and not self._has_been_stopped:
                self._log.wakeup.wait(rings, POLL_SECONDS)
        raise StopIteration

    def _advance(self) -> bool:
        head, _ = self._log.head()
        if head <= self._reached:
            return False
        entries = self._log.entries_between(
            self._reached, ENTRIES_A_READ, stop=head, types=self._topics
        )
        self._ready.extend(entries)
        self._reached = entries[-1].id if len(entries) == ENTRIES_A_READ else head
        return True
