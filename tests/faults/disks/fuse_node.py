"""A file, a folder or a socket, as the kernel gets it."""

from __future__ import annotations

import stat
import struct
import time
from dataclasses import dataclass, field
from typing import Final

FOR_EVER: Final = 1 << 30
"""Seconds for which the kernel may cache; only the kernel changes anything."""
ATTRIBUTES: Final = struct.Struct("<QQQQQQIIIIIIIIII")  # fuse_attr
ENTRY: Final = struct.Struct("<QQQQII")  # fuse_entry_out, without its attributes


@dataclass
class Node:
    """A file or folder by its number; `place` is its last folder and name."""

    number: int
    mode: int
    uid: int
    gid: int
    place: tuple[int, str]
    links: int = 0
    content: bytearray = field(default_factory=bytearray)
    names: dict[str, int] = field(default_factory=dict)
    changed: int = field(default_factory=time.time_ns)

    @property
    def attributes(self) -> bytes:
        size, (seconds, rest) = len(self.content), divmod(self.changed, 10**9)
        times = (seconds, seconds, seconds, rest, rest, rest)
        links = 2 if stat.S_ISDIR(self.mode) else self.links
        owner = (self.mode, links, self.uid, self.gid)
        return ATTRIBUTES.pack(self.number, size, -(-size // 512), *times, *owner, 0, 4096, 0)

    @property
    def lasting_attributes(self) -> bytes:
        """fuse_attr_out."""
        return struct.pack("<QII", FOR_EVER, 0, 0) + self.attributes

    @property
    def entry(self) -> bytes:
        """fuse_entry_out."""
        return ENTRY.pack(self.number, 0, FOR_EVER, FOR_EVER, 0, 0) + self.attributes
