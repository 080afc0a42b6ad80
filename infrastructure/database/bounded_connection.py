"""Closes a PostgreSQL connection that stays silent for too long, so that its caller does not wait for ever.

The server's own time limits end what it is busy with. They end nothing where its process is stopped or its machine
hangs, while the connection stays up: only a clock on this side does.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

import psycopg

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["LOOK_SECONDS", "BoundedConnection", "SilentServerError"]

LOOK_SECONDS: Final = 0.1
"""How often a silent connection is looked at."""
_T = TypeVar("_T")


class SilentServerError(psycopg.OperationalError):
    """The server has said nothing for as long as the connection waits."""


class BoundedConnection(psycopg.Connection[Any]):
    """A psycopg connection that waits at most `seconds` for the server to say something more; None is for ever.

    After that it is closed, and SilentServerError is raised: nobody knows whether the statement was carried out.
    """

    seconds: float | None = None

    def wait(self, gen: Generator[Any, Any, _T], *given: Any, **named: Any) -> _T:  # noqa: ANN401 -- as psycopg has it
        """Wait for what was asked."""
        if self.seconds is None:
            return super().wait(gen, *given, **named)
        return super().wait(self._bounded(gen, self.seconds), *given, **named)

    def _bounded(self, gen: Generator[Any, Any, _T], seconds: float) -> Generator[Any, Any, _T]:
        """Pass on what is waited for, until nothing has come for so long."""
        try:
            wanted = next(gen)
            deadline = time.monotonic() + seconds
            while True:
                ready = yield wanted
                if ready:
                    deadline = time.monotonic() + seconds
                elif time.monotonic() > deadline:
                    self.pgconn.finish()
                    message = f"the database server has said nothing for {seconds:g} s"
                    raise SilentServerError(message)
                wanted = gen.send(ready)
        except StopIteration as ended:
            found: _T = ended.value
            return found
