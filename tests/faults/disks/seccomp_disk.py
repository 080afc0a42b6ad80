"""The disk that loses unsynced changes, for a machine without FUSE: it watches the calls of a program.

The program's writes go on to the real file, where the program reads them back. A second copy holds what the disk
would hold. It is one folder without subfolders; names are added and never removed, as SQLite does.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.faults.disks.power import Disk, File
from tests.faults.watched.supervision import DONE, GO_ON

if TYPE_CHECKING:
    import random

    from tests.faults.disks.system_calls import Call

HERE: Final = ""
"""The node of the one folder."""


class SeccompDisk:
    """What the disk holds of one folder; at first all files in it, synced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.disk: Disk[str] = Disk()
        for path in folder.iterdir():
            self.disk.files[path.name] = File(bytearray(path.read_bytes()))
            self.disk.names[HERE, path.name] = path.name

    def decide(self, call: Call) -> int:
        """Note a call; a sync is done here, before this returns."""
        path = Path(call.path)
        if path == self._folder:
            self.disk.sync_folder(HERE)
            return DONE
        if path.parent != self._folder or path.name.endswith("-shm"):
            return GO_ON
        if path.name not in self.disk.files:
            self.disk.files[path.name] = File()
            self.disk.name({(HERE, path.name): path.name})
        if call.name in {"fsync", "fdatasync"}:
            self.disk.sync(path.name)
            return DONE
        if call.name == "pwrite64":
            _, address, length, at = call.arguments[:4]
            self.disk.write(path.name, at, call.memory(address, length))
        else:
            self.disk.cut_off(path.name, call.arguments[1])
        return GO_ON

    def cut(self, chance: random.Random) -> None:
        """Leave in the folder what the disk holds after the power is back. The program must be dead."""
        self.disk.cut(chance)
        for path in self._folder.iterdir():
            path.unlink()
        for (_, name), node in self.disk.names.items():
            (self._folder / name).write_bytes(self.disk.files[node].durable)
