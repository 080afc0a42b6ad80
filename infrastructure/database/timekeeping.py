"""Stops recording, settling and signing while the clock disagrees with the log or with the database server.

Every clock is compared with the log's last record time. The machine's own clock is also compared with the database
server's, and with a steady clock, which counts the time since the last check and which nobody can set.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from eventsourcing.persistence import OperationalError
from sqlalchemy import BigInteger, cast, extract, func, literal_column, select

from domain.time.instant import format_instant
from infrastructure.clock import Clock, system_clock

if TYPE_CHECKING:
    from sqlalchemy import Connection

TOLERANCE: Final = 60_000_000
"""Microseconds by which two clocks may differ: more than synchronised machines do, and more than a request takes."""

_STEADY: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
SERVER_CLOCK: Final = cast(
    extract("epoch", func.clock_timestamp()) * literal_column("1000000"), BigInteger
)
"""The clock of a PostgreSQL server, in microseconds UTC."""
_UNTIL: Final = "nothing is recorded or signed until they agree"


class ClockInDoubtError(OperationalError):
    """Two clocks differ; the message gives the time of each, and what to do."""


def steady_clock() -> int:
    """Microseconds since some moment; time in which the machine slept counts too, if the system can tell."""
    return time.clock_gettime_ns(_STEADY) // 1000


class Timekeeper:
    """Gives the time of `clock`, or raises ClockInDoubtError; `steady` is given for the machine's own clock only."""

    def __init__(self, clock: Clock, steady: Clock | None = None) -> None:
        self._clock = clock
        self._steady = steady
        self._offset = 0 if steady is None else clock() - steady()

    @classmethod
    def of(cls, clock: Clock) -> Timekeeper:
        """Make a timekeeper; only the machine's own clock is checked against the steady clock and the server."""
        return cls(clock, steady_clock if clock is system_clock else None)

    def now(
        self, connection: Connection, recorded_at: int | None = None, server: int | None = None
    ) -> int:
        """The present instant, in microseconds UTC.

        `recorded_at` is the record time that the log has reached, and `server` the server's clock, if it was just read.
        """
        now = self._clock()
        if self._steady is not None:
            self._compare_with_server(connection, now, server)
            self._compare_with_passed(now, self._steady())
        if recorded_at is not None and recorded_at > now + TOLERANCE:
            raise ClockInDoubtError(
                f"the clock says {_utc(now)}, and the log has record times up to {_utc(recorded_at)}: {_UNTIL}. "
                "Look at another clock first. If this machine's is wrong, set it right; if the log's times are, run: "
                "parley correct-clock"
            )
        return now

    def _compare_with_server(self, connection: Connection, now: int, server: int | None) -> None:
        if connection.dialect.name != "postgresql":
            return
        if server is None:
            server = int(connection.execute(select(SERVER_CLOCK)).scalar_one())
        if abs(now - server) > TOLERANCE:
            raise ClockInDoubtError(
                f"this machine's clock says {_utc(now)}, and the database server's {_utc(server)}: {_UNTIL}"
            )

    def _compare_with_passed(self, now: int, steady: int) -> None:
        expected = self._offset + steady
        if abs(now - expected) > TOLERANCE:
            raise ClockInDoubtError(
                f"this machine's clock says {_utc(now)}, but by what it said before and the time since, it is "
                f"{_utc(expected)}: {_UNTIL}; if the clock was set right, start the process again"
            )
        self._offset = now - steady


def _utc(instant: int) -> str:
    return f"{format_instant(instant)[:19]}Z"
