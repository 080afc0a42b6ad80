"""A disk that loses unsynced changes: what is on it, what is pending, and what is left after a power cut.

A write is pending until a sync of its file returns; a new, moved or removed name until a sync of its folder.
A cut may keep any part of what is pending: writes by sectors, and names each by itself.
That is all that POSIX promises, and SQLite needs no more. PostgreSQL does, so its disk is `ordered` as ext4 is:
a cut keeps the first so many names, and a sync of a file keeps its own name and all before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    import random

SECTOR: Final = 512
KEPT: Final = (0.0, 0.5, 0.95)
"""The shares of pending changes that cuts keep."""

Node = TypeVar("Node")


@dataclass
class File:
    """The content of a file on the disk, and its pending writes: (offset, bytes), or (size, None) for a truncation."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        for at, written in self.pending:
            apply(self.durable, at, written)
        self.pending.clear()

    def cut(self, chance: random.Random, kept: float) -> None:
        for at, written in self.pending:
            if written is None:
                if chance.random() < kept:
                    apply(self.durable, at, None)
                continue
            for start in range(0, len(written), SECTOR):
                if chance.random() < kept:
                    apply(self.durable, at + start, written[start : start + SECTOR])
        self.pending.clear()


@dataclass
class Disk(Generic[Node]):
    """The files and names on a disk; a name, (node of a folder, text), leads to one node."""

    files: dict[Node, File] = field(default_factory=dict)
    names: dict[tuple[Node, str], Node] = field(default_factory=dict)
    unsynced_names: list[Mapping[tuple[Node, str], Node | None]] = field(default_factory=list)
    ordered: bool = False
    syncs: int = 0

    @property
    def pending_writes(self) -> int:
        """The number of pending writes."""
        return sum(len(file.pending) for file in self.files.values())

    def write(self, node: Node, at: int, written: bytes) -> None:
        """Note a write."""
        self.files[node].pending.append((at, written))

    def cut_off(self, node: Node, size: int) -> None:
        """Note that a file is truncated or extended to `size`."""
        self.files[node].pending.append((size, None))

    def name(self, changed: Mapping[tuple[Node, str], Node | None]) -> None:
        """Note changes of names that happen together or not at all; None removes a name."""
        self.unsynced_names.append(changed)

    def sync(self, node: Node) -> None:
        """Keep all writes to a file; its name only if names are ordered."""
        self.syncs += 1
        self.files[node].sync()
        if self.ordered:
            self._keep_up_to([node in changed.values() for changed in self.unsynced_names])

    def sync_folder(self, folder: Node) -> None:
        """Keep all names in a folder; a move from or to another folder is kept on both sides."""
        self.syncs += 1
        touched = [any(where == folder for where, _ in names) for names in self.unsynced_names]
        if self.ordered:
            self._keep_up_to(touched)
            return
        changes, self.unsynced_names = self.unsynced_names, []
        for changed, touches in zip(changes, touched, strict=True):
            if touches:
                self._keep(changed)
            else:
                self.unsynced_names.append(changed)

    def cut(self, chance: random.Random) -> None:
        """Leave what is there after the power is back."""
        kept = chance.choice(KEPT)
        changes, self.unsynced_names = self.unsynced_names, []
        for changed in changes:
            if chance.random() < kept:
                self._keep(changed)
            elif self.ordered:
                break
        for file in self.files.values():
            file.cut(chance, kept)

    def _keep_up_to(self, reached: list[bool]) -> None:
        """Keep the changes of names up to the last one that is True here."""
        count = max((number for number, true in enumerate(reached, 1) if true), default=0)
        for changed in self.unsynced_names[:count]:
            self._keep(changed)
        del self.unsynced_names[:count]

    def _keep(self, changed: Mapping[tuple[Node, str], Node | None]) -> None:
        for place, node in changed.items():
            if node is None:
                self.names.pop(place, None)
            else:
                self.names[place] = node


def apply(content: bytearray, at: int, written: bytes | None) -> None:
    """Write at an offset; with None, set the size to it."""
    if written is None:
        del content[at:]
        content.extend(bytes(at - len(content)))
        return
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(written)] = written
