"""Passes a program's calls on the disk to its test, which lets each go on, fails it, or answers it.

This is Linux's seccomp user notification (seccomp_unotify(2)): the program installs a filter on
itself and hands the listener over; from then on each filtered call waits for the test's answer. No
privilege and no tracer is needed, and the program runs on the real kernel.
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
from pathlib import Path
from typing import Final, NamedTuple

NEW_LISTENER: Final = 8
WAIT_KILLABLE: Final = 32
"""Lets only SIGKILL interrupt a waiting call, as with a call on a disk (Linux 5.19)."""
SET_MODE_FILTER: Final = 1
NO_NEW_PRIVILEGES: Final = 38
LOAD_NUMBER: Final = (0x20, 0, 0, 0)
ALLOW: Final = (0x06, 0, 0, 0x7FFF0000)
NOTIFY: Final = (0x06, 0, 0, 0x7FC00000)
JUMP_IF_EQUAL: Final = 0x15

NUMBERS: Final = {
    "x86_64": {
        "seccomp": 317, "write": 1, "pwrite64": 18, "fsync": 74, "fdatasync": 75,
        "ftruncate": 77, "rename": 82, "link": 86, "fallocate": 285, "pwritev": 296,
    },
    "aarch64": {
        "seccomp": 277, "write": 64, "pwrite64": 68, "fsync": 82, "fdatasync": 83,
        "ftruncate": 46, "rename": 38, "link": 37, "fallocate": 47, "pwritev": 70,
    },
}  # fmt: skip
"""By machine; on the second, `rename` and `link` are renameat and linkat."""


class Call(NamedTuple):
    """A call that waits for an answer: its thread, its name and its arguments."""

    id: int
    thread: int
    name: str
    arguments: tuple[int, ...]

    @property
    def path(self) -> str:
        """The file of the first argument, a descriptor; empty if it is none."""
        try:
            return str(Path(f"/proc/{self.thread}/fd/{self.arguments[0]}").readlink())
        except OSError:
            return ""

    def memory(self, address: int, length: int) -> bytes:
        """Bytes of the program's memory at an address."""
        handle = os.open(f"/proc/{self.thread}/mem", os.O_RDONLY)
        try:
            return os.pread(handle, length, address)
        finally:
            os.close(handle)


def numbers() -> dict[str, int]:
    """This machine's numbers of the calls, by name."""
    return NUMBERS[platform.machine()]


def install(names: list[str], handover: socket.socket, *, killable: bool = False) -> None:
    """Let this program's calls of these names wait for the process at the other end of `handover`.

    If `killable`, only SIGKILL interrupts a waiting call.
    """
    flags = NEW_LISTENER | (WAIT_KILLABLE if killable else 0)
    filtered = [numbers()[name] for name in names]
    program = [LOAD_NUMBER]
    program += [(JUMP_IF_EQUAL, len(filtered) - at, 0, nr) for at, nr in enumerate(filtered)]
    program += [ALLOW, NOTIFY]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    argument = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    listener = libc.syscall(
        numbers()["seccomp"], SET_MODE_FILTER, flags, ctypes.create_string_buffer(argument)
    )
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    socket.send_fds(handover, [b"listener"], [listener])
    os.close(listener)
