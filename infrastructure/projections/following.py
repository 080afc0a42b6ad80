"""Calls what follows the log soon after each write here, and regularly for writes of other processes."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from infrastructure.database.trouble import log_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infrastructure.log.subscription import Wakeup

PAUSE_SECONDS: Final = 0.5
"""Between two rounds, so that many writes cost their writers one round."""

POLL_SECONDS: Final = 5.0

_BEHIND: Final = "a projection could not follow the log; it will be tried again"
_logger: Final = logging.getLogger(__name__)
_ENDING: Final[ContextVar[Event | None]] = ContextVar("ending", default=None)


@contextmanager
def follow(
    wakeup: Wakeup, catch_up: Callable[[], object], poll_seconds: float = POLL_SECONDS
) -> Iterator[None]:
    """While the block runs, `catch_up` is called in a thread of its own after `wakeup` has rung."""
    stopped = Event()
    follow = partial(_follow, wakeup, catch_up, stopped, poll_seconds)
    thread = Thread(target=follow, name="follower", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        wakeup.ring()
        thread.join()


def is_ending() -> bool:
    """Whether this thread follows the log and was told to end; the rest is done after the next start."""
    ending = _ENDING.get()
    return ending is not None and ending.is_set()


def _follow(
    wakeup: Wakeup, catch_up: Callable[[], object], stopped: Event, poll_seconds: float
) -> None:
    told = None
    _ENDING.set(stopped)
    while not stopped.is_set():
        rings = wakeup.rings
        try:
            catch_up()
            told = None
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is logged, and tried again
            if told != (told := repr(error)):
                log_error(_logger, _BEHIND, error)
        wakeup.wait(rings, poll_seconds)
        stopped.wait(PAUSE_SECONDS)
