"""A disk that forgets what was not synced: what is on it after a power cut, and nothing more.

The program's writes go on to the real file, where the program reads them back. Beside it stands what
the disk would hold: a write is pending until a sync of its file returns, and a new file until a sync of its
folder. A cut drops the program, and of the pending writes any number, by sectors, in whatever order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.faults.supervision import DONE, GO_ON

if TYPE_CHECKING:
    import random

    from tests.faults.system_calls import Call

__all__ = ["ForgetfulDisk"]

SECTOR: Final = 512


@dataclass
class _File:
    """What is on the disk of one file, whether its name is, and what may be after a cut."""

    durable: bytearray
    named: bool
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        for at, content in self.pending:
            _apply(self.durable, at, content)
        self.pending.clear()

    def after_a_cut(self, chance: random.Random, kept: float) -> bytes:
        content = bytearray(self.durable)
        for at, written in self.pending:
            if written is None:
                if chance.random() < kept:
                    _apply(content, at, None)
                continue
            for start in range(0, len(written), SECTOR):
                if chance.random() < kept:
                    _apply(content, at + start, written[start : start + SECTOR])
        return bytes(content)


@dataclass
class ForgetfulDisk:
    """The disk under one folder, which begins with the files that are there, all durable."""

    folder: Path
    files: dict[str, _File] = field(default_factory=dict)
    syncs: int = 0
    calls: int = 0

    def __post_init__(self) -> None:
        for path in self.folder.iterdir():
            self.files[path.name] = _File(bytearray(path.read_bytes()), named=True)

    def decide(self, call: Call) -> int:
        """Take note of a call; a sync is done here, and is over when this returns."""
        path = Path(call.path)
        if path == self.folder:
            for file in self.files.values():
                file.named = True
            return DONE
        if path.parent != self.folder or path.name.endswith("-shm"):
            return GO_ON
        self.calls += 1
        file = self.files.setdefault(path.name, _File(bytearray(), named=False))
        if call.name in {"fsync", "fdatasync"}:
            self.syncs += 1
            file.sync()
            return DONE
        if call.name == "pwrite64":
            _, address, length, at = call.arguments[:4]
            file.pending.append((at, call.memory(address, length)))
        else:
            file.pending.append((call.arguments[1], None))
        return GO_ON

    def cut(self, chance: random.Random) -> None:
        """Leave in the folder what the disk holds once the power is back. The program must be dead."""
        kept = chance.choice((0.0, 0.5, 0.95))
        for path in self.folder.iterdir():
            path.unlink()
        for name, file in self.files.items():
            if file.named or chance.random() < kept:
                (self.folder / name).write_bytes(file.after_a_cut(chance, kept))


def _apply(content: bytearray, at: int, written: bytes | None) -> None:
    """Write at an offset, or cut the content off there."""
    if written is None:
        del content[at:]
        content.extend(bytes(at - len(content)))
        return
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(written)] = written
