"""Linux's protocol for file systems outside of the kernel: requests are read from /dev/fuse, answers written to it.

See fuse(4) and the kernel's include/uapi/linux/fuse.h, whose structures are named in the comments. No library
or package is needed, only the right to mount.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final, NamedTuple

DEVICE: Final = "/dev/fuse"
LARGEST_WRITE: Final = 1 << 17
BUFFER: Final = LARGEST_WRITE + (1 << 12)
NO_SUID_NO_DEVICES: Final = 0x2 | 0x4
DETACH: Final = 2
VERSION: Final = (7, 31)
BIG_WRITES: Final = 1 << 5

IN_HEADER: Final = struct.Struct("<IIQQIIIHH")  # fuse_in_header
OUT_HEADER: Final = struct.Struct("<IiQ")  # fuse_out_header
INIT_OUT: Final = struct.Struct("<IIIIHHII36x")  # fuse_init_out


class Operation(IntEnum):
    """The requests of the kernel that are answered here (fuse_opcode)."""

    LOOKUP = 1
    FORGET = 2
    GETATTR = 3
    SETATTR = 4
    MKNOD = 8
    MKDIR = 9
    UNLINK = 10
    RMDIR = 11
    RENAME = 12
    LINK = 13
    OPEN = 14
    READ = 15
    WRITE = 16
    STATFS = 17
    RELEASE = 18
    FSYNC = 20
    INIT = 26
    OPENDIR = 27
    READDIR = 28
    RELEASEDIR = 29
    FSYNCDIR = 30
    CREATE = 35
    INTERRUPT = 36
    DESTROY = 38
    BATCH_FORGET = 42
    FALLOCATE = 43
    RENAME2 = 45


SILENT: Final = {Operation.FORGET, Operation.BATCH_FORGET, Operation.INTERRUPT, Operation.DESTROY}
"""Notifications, which get no answer."""


class Request(NamedTuple):
    """A request of the kernel, its node and its user; `operation` may be a number that `Operation` lacks."""

    operation: int
    unique: int
    node: int
    uid: int
    gid: int
    body: bytes


@dataclass
class Device:
    """One mount; `handle` is readable when there is a request."""

    folder: Path
    handle: int

    @classmethod
    def mount(cls, folder: Path) -> Device:
        """Mount on a folder, for all users; OSError if that fails."""
        handle = os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC)
        root = f"rootmode={stat.S_IFDIR:o},user_id={os.getuid()},group_id={os.getgid()}"
        options = f"fd={handle},{root},allow_other,default_permissions"
        libc = ctypes.CDLL(None, use_errno=True)
        kind = b"fuse.forgetful"
        flags = ctypes.c_ulong(NO_SUID_NO_DEVICES)
        if libc.mount(b"forgetful", os.fsencode(folder), kind, flags, options.encode()):
            os.close(handle)
            raise OSError(ctypes.get_errno(), f"mount {folder}")
        return cls(folder, handle)

    def unmount(self) -> None:
        """End the mount: waiting calls fail, as the connection is gone."""
        os.close(self.handle)
        unmount(self.folder)

    def read(self) -> Request | None:
        """The next request; None if it was withdrawn. OSError ENODEV after the unmount."""
        try:
            found = os.read(self.handle, BUFFER)
        except OSError as error:
            if error.errno in {errno.ENOENT, errno.EINTR, errno.EAGAIN}:
                return None
            raise
        _, operation, unique, node, uid, gid, _, _, _ = IN_HEADER.unpack_from(found)
        return Request(operation, unique, node, uid, gid, found[IN_HEADER.size :])

    def answer(self, request: Request, content: bytes = b"", error: int = 0) -> None:
        """Answer a request, with content or with the number of an error."""
        header = OUT_HEADER.pack(OUT_HEADER.size + len(content), -error, request.unique)
        with suppress(FileNotFoundError):  # the caller no longer waits for it
            os.writev(self.handle, [header, content])

    def agree(self, request: Request) -> None:
        """Answer INIT: without a cache of writes, so that each write is seen when it is made."""
        _, _, read_ahead, _ = struct.unpack_from("<IIII", request.body)
        agreed = INIT_OUT.pack(*VERSION, read_ahead, BIG_WRITES, 16, 12, LARGEST_WRITE, 1)
        self.answer(request, agreed)


def unmount(folder: Path) -> None:
    """Unmount the folder; does nothing if it is not mounted."""
    ctypes.CDLL(None).umount2(os.fsencode(folder), DETACH)


def why_not(folder: Path) -> str | None:
    """The reason why this process cannot mount on an empty folder, or None; it tries."""
    try:
        Device.mount(folder).unmount()
    except OSError as error:
        return f"{error.filename or DEVICE}: {error.strerror}"
    return None
