"""A file system in memory, as programs see it, above a disk that loses what was not synced.

`Disk` decides which contents and names are lost; owner and mode stay with a file. A folder or a file without a name
on the disk is lost, with all that is below it.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
import time
from typing import TYPE_CHECKING, Final

from tests.faults.disks.fuse_kernel import Operation, Request
from tests.faults.disks.fuse_node import Node
from tests.faults.disks.power import Disk, File, apply

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

ROOT: Final = 1
KEEP_CACHE: Final = 2
CHANGES: Final = {"mode": 1 << 0, "uid": 1 << 1, "gid": 1 << 2, "size": 1 << 3, "mtime": 1 << 5}
KEEP_SIZE: Final = 1
NO_REPLACE: Final = 1
GIB_IN_BLOCKS: Final = 1 << 18

FOLDER_ENTRY: Final = struct.Struct("<QQII")  # fuse_dirent
SETATTR_IN: Final = struct.Struct("<IIQQQQQQIIIIIIII")
SPACE: Final = struct.Struct("<QQQQQIII28x")  # fuse_kstatfs
OPENED: Final = struct.pack("<QII", 0, KEEP_CACHE, 0)  # fuse_open_out


class Files:
    """Answers requests; after `cut` it holds what the disk has kept."""

    def __init__(self, *, ordered: bool) -> None:
        self.disk: Disk[int] = Disk(ordered=ordered)
        folder = stat.S_IFDIR | 0o755
        self.nodes = {ROOT: Node(ROOT, folder, os.getuid(), os.getgid(), (ROOT, ""))}
        self._last = ROOT
        self._listings: dict[int, list[tuple[str, Node]]] = {}
        own = {operation: getattr(self, operation.name.lower(), None) for operation in Operation}
        self._answers: dict[int, Callable[[Request], bytes]] = {n: a for n, a in own.items() if a}

    def answer(self, request: Request) -> bytes:
        """Carry out a request; OSError with the error's number if that fails."""
        return self._answers.get(request.operation, _refuse_operation)(request)

    def path(self, number: int) -> str:
        """The last path of a node from the root."""
        names = []
        while number != ROOT:
            number, name = self.nodes[number].place
            names.append(name)
        return "/".join(reversed(names))

    def cut(self, chance: random.Random) -> None:
        """Lose unsynced changes, and read what is left."""
        self.disk.cut(chance)
        known, self._listings = self.nodes, {}
        below: dict[int, dict[str, int]] = {}
        for (folder, name), number in self.disk.names.items():
            below.setdefault(folder, {})[name] = number
        self.nodes, waiting = {}, [ROOT]
        while waiting:
            node = known[waiting.pop()]
            if node.number not in self.nodes:
                node.names = below.get(node.number, {})
                node.links = 0
                self.nodes[node.number] = node
                waiting.extend(node.names.values())
            node.links += 1
        files, kept = self.disk.files, self.nodes.keys()
        self.disk.files = {number: file for number, file in files.items() if number in kept}
        self.disk.names = {
            (folder, name): number
            for folder in kept
            for name, number in known[folder].names.items()
        }
        for number, file in self.disk.files.items():
            self.nodes[number].content = bytearray(file.durable)

    # Names

    def lookup(self, asked: Request) -> bytes:
        return self._find_node(asked.node, _text(asked.body)).entry

    def mknod(self, asked: Request) -> bytes:
        (mode,) = struct.unpack_from("<I", asked.body)
        return self._make_node(asked, _text(asked.body[16:]), mode).entry

    def mkdir(self, asked: Request) -> bytes:
        (mode,) = struct.unpack_from("<I", asked.body)
        return self._make_node(asked, _text(asked.body[8:]), stat.S_IFDIR | mode).entry

    def create(self, asked: Request) -> bytes:
        _, mode = struct.unpack_from("<II", asked.body)
        return self._make_node(asked, _text(asked.body[16:]), mode).entry + OPENED

    def link(self, asked: Request) -> bytes:
        (number,) = struct.unpack_from("<Q", asked.body)
        name = _text(asked.body[8:])
        if name in self.nodes[asked.node].names:
            raise OSError(errno.EEXIST, name)
        self._name({(asked.node, name): self.nodes[number]})
        return self.nodes[number].entry

    def unlink(self, asked: Request) -> bytes:
        name = _text(asked.body)
        self._find_node(asked.node, name)
        self._name({(asked.node, name): None})
        return b""

    def rmdir(self, asked: Request) -> bytes:
        self._must_be_empty(self._find_node(asked.node, _text(asked.body)))
        return self.unlink(asked)

    def rename(self, asked: Request) -> bytes:
        (folder,) = struct.unpack_from("<Q", asked.body)
        return self._move(asked, folder, asked.body[8:], 0)

    def rename2(self, asked: Request) -> bytes:
        folder, flags = struct.unpack_from("<QI", asked.body)
        return self._move(asked, folder, asked.body[16:], flags)

    def _move(self, asked: Request, folder: int, names: bytes, flags: int) -> bytes:
        old, new, _ = (os.fsdecode(name) for name in names.split(b"\0"))
        moved, there = self._find_node(asked.node, old), self.nodes[folder].names.get(new)
        if flags & ~NO_REPLACE:
            raise OSError(errno.EINVAL, new)
        if there is not None and flags:
            raise OSError(errno.EEXIST, new)
        if there != moved.number:
            if there is not None:
                self._must_be_empty(self.nodes[there])
            self._name({(asked.node, old): None, (folder, new): moved})
        return b""

    # Contents

    def getattr(self, asked: Request) -> bytes:
        return self.nodes[asked.node].lasting_attributes

    def setattr(self, asked: Request) -> bytes:
        node = self.nodes[asked.node]
        valid, _, _, size, _, _, mtime, _, _, rest, _, mode, _, uid, gid, _ = SETATTR_IN.unpack(
            asked.body
        )
        if valid & CHANGES["size"]:
            self._cut_off(node, size)
        if valid & CHANGES["mode"]:
            node.mode = stat.S_IFMT(node.mode) | stat.S_IMODE(mode)
        node.uid = uid if valid & CHANGES["uid"] else node.uid
        node.gid = gid if valid & CHANGES["gid"] else node.gid
        node.changed = mtime * 10**9 + rest if valid & CHANGES["mtime"] else time.time_ns()
        return self.getattr(asked)

    def open(self, asked: Request) -> bytes:  # noqa: ARG002 -- the kernel has looked who may
        return OPENED

    def read(self, asked: Request) -> bytes:
        _, at, length = struct.unpack_from("<QQI", asked.body)
        return bytes(self.nodes[asked.node].content[at : at + length])

    def write(self, asked: Request) -> bytes:
        _, at, length = struct.unpack_from("<QQI", asked.body)
        self._write(self.nodes[asked.node], at, asked.body[40 : 40 + length])
        return struct.pack("<II", length, 0)

    def fallocate(self, asked: Request) -> bytes:
        _, at, length, mode, _ = struct.unpack("<QQQII", asked.body)
        node = self.nodes[asked.node]
        if mode & ~KEEP_SIZE:
            raise OSError(errno.EOPNOTSUPP, "no holes")
        if not mode & KEEP_SIZE and at + length > len(node.content):
            self._cut_off(node, at + length)
        return b""

    def release(self, asked: Request) -> bytes:  # noqa: ARG002 -- nothing is held for who has it open
        return b""

    def fsync(self, asked: Request) -> bytes:
        self.disk.sync(asked.node)
        return b""

    def statfs(self, asked: Request) -> bytes:  # noqa: ARG002 -- it is all one disk
        return SPACE.pack(*[GIB_IN_BLOCKS] * 5, 4096, 255, 4096)

    # Folders, each listed as it was when it was opened.

    def opendir(self, asked: Request) -> bytes:
        self._last += 1
        names = self.nodes[asked.node].names.items()
        self._listings[self._last] = [(name, self.nodes[number]) for name, number in names]
        return struct.pack("<QII", self._last, 0, 0)

    def readdir(self, asked: Request) -> bytes:
        listing, at, room = struct.unpack_from("<QQI", asked.body)
        found = b""
        for number, (name, node) in enumerate(self._listings[listing][at:], at + 1):
            text = os.fsencode(name)
            entry = FOLDER_ENTRY.pack(node.number, number, len(text), node.mode >> 12) + text
            entry += bytes(-len(entry) % 8)
            if len(found) + len(entry) > room:
                break
            found += entry
        return found

    def releasedir(self, asked: Request) -> bytes:
        del self._listings[struct.unpack_from("<Q", asked.body)[0]]
        return b""

    def fsyncdir(self, asked: Request) -> bytes:
        self.disk.sync_folder(asked.node)
        return b""

    # Shared helpers

    def _find_node(self, folder: int, name: str) -> Node:
        try:
            return self.nodes[self.nodes[folder].names[name]]
        except KeyError:
            raise OSError(errno.ENOENT, name) from None

    def _make_node(self, request: Request, name: str, mode: int) -> Node:
        if name in self.nodes[request.node].names:
            raise OSError(errno.EEXIST, name)
        self._last += 1
        node = Node(self._last, mode, request.uid, request.gid, (request.node, name))
        self.nodes[node.number] = node
        if not stat.S_ISDIR(mode):
            self.disk.files[node.number] = File()
        self._name({(request.node, name): node})
        return node

    def _name(self, changed: dict[tuple[int, str], Node | None]) -> None:
        for (folder, name), node in changed.items():
            names = self.nodes[folder].names
            if (before := names.pop(name, None)) is not None:
                self.nodes[before].links -= 1
            if node is not None:
                names[name] = node.number
                node.links += 1
                node.place = (folder, name)
            self.nodes[folder].changed = time.time_ns()
        numbers = {place: None if node is None else node.number for place, node in changed.items()}
        self.disk.name(numbers)

    def _write(self, node: Node, at: int, written: bytes) -> None:
        apply(node.content, at, written)
        node.changed = time.time_ns()
        self.disk.write(node.number, at, written)

    def _cut_off(self, node: Node, size: int) -> None:
        apply(node.content, size, None)
        self.disk.cut_off(node.number, size)

    @staticmethod
    def _must_be_empty(node: Node) -> None:
        if node.names:
            raise OSError(errno.ENOTEMPTY, str(node.number))


def _text(name: bytes) -> str:
    return os.fsdecode(name.partition(b"\0")[0])


def _refuse_operation(request: Request) -> bytes:
    raise OSError(errno.ENOSYS, str(request.operation))
