"""Answers a supervised program's calls on the disk, one after another, in a thread."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
import struct
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final

from tests.faults.disks.system_calls import Call, numbers

if TYPE_CHECKING:
    from collections.abc import Callable

RECEIVE: Final = 0xC0502100
SEND: Final = 0xC0182101
GO_ON: Final = -1
"""Let the kernel make the call."""
DONE: Final = 0
"""The call is reported to the program as successful."""

POLL_MILLISECONDS: Final = 200


class Supervisor:
    """Asks `decide` about every call: GO_ON, DONE, or the number of the error with which it fails.

    While another thread holds `lock`, nothing is decided: if the program is killed meanwhile, it got no answer that
    `decide` does not know of.
    """

    def __init__(self, decide: Callable[[Call], int]) -> None:
        self.lock = Lock()
        self._decide = decide
        self._names = {number: name for name, number in numbers().items()}
        self._ours, self.theirs = socket.socketpair()
        self._thread = Thread(target=self._answer, daemon=True)
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Take the listener over from the program, which was started with `theirs`."""
        self.theirs.close()
        self._ours.settimeout(30)
        _, (self._listener,), _, _ = socket.recv_fds(self._ours, 16, 1)
        self._ours.close()
        self._thread.start()

    def join(self) -> None:
        """Wait for the end of the program, and raise errors that occurred while answering."""
        self._thread.join(30)
        os.close(self._listener)
        if self.failure is not None:
            raise self.failure

    def _answer(self) -> None:
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        while True:
            ready = poll.poll(POLL_MILLISECONDS)
            if ready and ready[0][1] & select.POLLHUP:
                return
            if ready:
                try:
                    self._one()
                except OSError as error:
                    if error.errno not in {errno.ENOENT, errno.ESRCH, errno.EINTR}:
                        self.failure = error
                        return

    def _one(self) -> None:
        asked = bytearray(80)
        fcntl.ioctl(self._listener, RECEIVE, asked, True)
        id_, thread, _, number, _, _, *arguments = struct.unpack("QIIiIQ6Q", asked)
        with self.lock:
            call = Call(id_, thread, self._names[number], tuple(arguments))
            decided = self._decide(call)
            error, goes_on = (0, 1) if decided == GO_ON else (-decided, 0)
            value = arguments[2] if error == 0 and call.name in {"write", "pwrite64"} else 0
            answer = struct.pack("QqiI", id_, 0 if goes_on or error else value, error, goes_on)
            fcntl.ioctl(self._listener, SEND, answer)
