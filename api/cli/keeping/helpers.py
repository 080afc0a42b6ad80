"""Lets other processes compare shares of the facts with the log, so that `parley verify` uses several cores."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from api.cli.session import open_record
from infrastructure.projections.checking.shares import Share, ShareFound, compare_share, shares_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection as Pipe

    from api.composition import Parley

MOST: Final = 7
"""How many processes help at most; each takes about 130 MB."""
_CONTEXT: Final = multiprocessing.get_context("spawn")


class Helpers:
    """Processes that each compare one share after another until all are compared; `find` compares shares, too.

    A process ends when its pipe is closed, so it also ends if this process is killed. If a process fails, its share is
    compared here instead.
    """

    def __init__(self, shares: Sequence[Share], count: int) -> None:
        self._shares = len(shares)
        self._left = deque(shares)
        self._found: SimpleQueue[tuple[Share, ShareFound | None]] = SimpleQueue()
        self._processes = []
        for _ in range(count):
            mine, theirs = _CONTEXT.Pipe()
            process = _CONTEXT.Process(target=help_compare, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            Thread(target=self._hand_out, args=(mine,), daemon=True).start()

    def _hand_out(self, pipe: Pipe) -> None:
        """Give a process one share after another."""
        with pipe:
            while (share := self._take()) is not None:
                found = None
                with suppress(EOFError, OSError):
                    pipe.send(share)
                    found = pipe.recv()
                self._found.put((share, found))
                if found is None:
                    return

    def _take(self) -> Share | None:
        with suppress(IndexError):
            return self._left.popleft()
        return None

    def find(
        self,
        parley: Parley,
        connection: Any,  # noqa: ANN401 -- sqlalchemy is not the API's
        progress: Callable[[int], None],
    ) -> Iterator[ShareFound]:
        """What is found in each share, in any order; `progress` is told how many events more were read."""
        for _ in range(self._shares):
            found, share = None, self._take()
            if share is None:
                share, found = self._found.get()
            if found is None:
                found = compare_share(connection, parley.ledger.codec, share, progress)
            else:
                progress(len(found.counted))
            yield found

    def end(self) -> None:
        """End the processes, whatever they do."""
        self._left.clear()
        for process in self._processes:
            process.kill()
            process.join()


@contextmanager
def helping(parley: Parley, events: int) -> Iterator[Helpers]:
    """While the block runs, other processes compare the facts of a log with so many events, at most one a core.

    There is none if the facts are few, or if no other process can open the database.
    """
    shares = shares_of(events)
    cores = len(os.sched_getaffinity(0))
    count = 0 if parley.database.is_memory else min(MOST, cores - 1, (len(shares) - 1) // 2)
    helpers = Helpers(shares, count)
    try:
        yield helpers
    finally:
        helpers.end()


def help_compare(pipe: Pipe) -> None:
    """Compare the shares that a pipe brings, until it is closed; an error ends the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that is helped hears Ctrl-C, too
    with (
        suppress(EOFError, OSError),
        open_record(read_only=True, indexes=False, lane="unhurried") as parley,
        parley.database.reading() as connection,
    ):
        while True:
            pipe.send(compare_share(connection, parley.ledger.codec, pipe.recv()))
