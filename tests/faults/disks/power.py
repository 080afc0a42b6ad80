"""A disk that forgets what was not synced: what is on it, what is not yet, and what is left after a power cut.

A write is pending until a sync of its file returns, and a name that was made, moved or taken away until a
sync of its folder. Of what is pending, a cut keeps anything: writes by sectors, and names each by itself.
That is all that POSIX promises, and what SQLite asks for. PostgreSQL asks for more, and so its disk is `ordered`,
as ext4 is: of the names it keeps the first so many, and a sync of a file keeps its own and all before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    import random

SECTOR: Final = 512
KEPT: Final = (0.0, 0.5, 0.95)
"""How much of what is pending one cut keeps, or another."""

Node = TypeVar("Node")


@dataclass
class File:
    """The content of one file that is on the disk, and the writes that are not: None cuts it off."""

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
    """The files and names on a disk: a name is a folder's node and a text, and is of one node."""

    files: dict[Node, File] = field(default_factory=dict)
    names: dict[tuple[Node, str], Node] = field(default_factory=dict)
    unsynced_names: list[Mapping[tuple[Node, str], Node | None]] = field(default_factory=list)
    ordered: bool = False
    syncs: int = 0

    @property
    def unsynced(self) -> int:
        """How many writes are pending."""
        return sum(len(file.pending) for file in self.files.values())

    def write(self, node: Node, at: int, written: bytes) -> None:
        """Take in a write."""
        self.files[node].pending.append((at, written))

    def cut_off(self, node: Node, size: int) -> None:
        """Take in that a file ends at `size`, be it shorter or longer by then."""
        self.files[node].pending.append((size, None))

    def name(self, changed: Mapping[tuple[Node, str], Node | None]) -> None:
        """Take in a change of names that is done whole or not at all; None takes a name away."""
        self.unsynced_names.append(changed)

    def sync(self, node: Node) -> None:
        """Keep all that was written to a file; its name only where names are ordered."""
        self.syncs += 1
        self.files[node].sync()
        if self.ordered:
            self._keep_up_to([node in changed.values() for changed in self.unsynced_names])

    def sync_folder(self, folder: Node) -> None:
        """Keep all the names in a folder; a move from or to another folder is kept on both sides."""
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
        """Leave what is there once the power is back."""
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
        """Keep the changes of names up to the last that is true here."""
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
    """Write at an offset, or let the content end there."""
    if written is None:
        del content[at:]
        content.extend(bytes(at - len(content)))
        return
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(written)] = written
