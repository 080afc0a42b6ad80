"""Closes a PostgreSQL connection that stays silent for too long, so that its caller does not wait for ever.

The server's own time limits end long statements. They do not help if its process is stopped or its machine hangs while
the connection stays up: only a clock on this side does.
"""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

import psycopg

if TYPE_CHECKING:
    from collections.abc import Generator

LOOK_SECONDS: Final = 0.1
"""How often a silent connection is looked at."""
_T = TypeVar("_T")


class SilentServerError(psycopg.OperationalError):
    """The server has said nothing for as long as the connection waits."""


class BoundedConnection(psycopg.Connection[Any]):
    """A psycopg connection that waits at most `seconds` for the next bytes of the server; None waits for ever.

    After that it closes itself and raises SilentServerError: whether the statement was carried out is unknown. It is
    `pooled` if nothing may be left in its session, because others use that, too.
    """

    seconds: float | None = None
    pooled: bool = False

    @cached_property
    def raw_cursor(self) -> psycopg.RawCursor[Any]:
        """A cursor that takes numbered parameters, and does not look for them in each statement."""
        return psycopg.RawCursor(self)

    def wait(self, gen: Generator[Any, Any, _T], *args: Any, **named: Any) -> _T:  # noqa: ANN401 -- as psycopg has it
        """Wait for the server, as psycopg does, within the limit."""
        if self.seconds is None:
            return super().wait(gen, *args, **named)
        try:
            wanted = next(gen)
        except StopIteration as ended:  # it needs nothing from the server
            answer: _T = ended.value
            return answer
        return super().wait(self._wait_bounded(gen, wanted, self.seconds), *args, **named)

    def _wait_bounded(
        self,
        gen: Generator[Any, Any, _T],
        wanted: Any,  # noqa: ANN401 -- psycopg's
        seconds: float,
    ) -> Generator[Any, Any, _T]:
        """Run psycopg's generator, which waits for what is `wanted`, until it ends, or nothing comes for `seconds`."""
        try:
            deadline = time.monotonic() + seconds
            while True:
                ready = yield wanted
                if ready:
                    deadline = time.monotonic() + seconds
                elif time.monotonic() > deadline:
                    self.pgconn.finish()
                    raise SilentServerError(
                        f"the database server has said nothing for {seconds:g} s"
                    )
                wanted = gen.send(ready)
        except StopIteration as ended:
            answer: _T = ended.value
            return answer
