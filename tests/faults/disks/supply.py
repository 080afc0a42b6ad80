"""The power supply of a folder: starts a server on it, and cuts the power of all its programs at once."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Literal, Protocol

from tests.faults.disks.fuse_disk import FuseDisk
from tests.faults.disks.fuse_kernel import why_not
from tests.faults.disks.seccomp_disk import SeccompDisk
from tests.faults.faults_in_turn import FaultsInTurn
from tests.faults.watched.supervision import GO_ON, Supervisor

if TYPE_CHECKING:
    import random
    from collections import Counter
    from collections.abc import Callable, Iterator

    from tests.faults.disks.fuse_disk import Moment
    from tests.faults.disks.system_calls import Call
    from tests.faults.faults_in_turn import Pace, Site, Sort
    from tests.faults.watched.serving import Server

PENDING_SECONDS: Final = 5
SORTS: Final[dict[str, Sort]] = {"fsync": "sync", "fdatasync": "sync", "rename": "rename"}
User = Literal["sqlite", "postgresql"]


@dataclass(frozen=True)
class Unsynced:
    """What a disk got between two cuts: writes that it did not hold at the second cut, and syncs."""

    writes: int
    syncs: int


class Supply(Protocol):
    """The power supply of one folder."""

    folder: Path
    keys: Path
    """The folder for the key files of a server on it."""
    disk: str
    """The name of the simulated disk, for the figures."""

    def start(self, server: Server) -> None:
        """Start a server that loses its power with this supply."""

    def cut(self, strike: Callable[[], None], moment: Moment, chance: random.Random) -> Unsynced:
        """Cut the power: `strike` kills all programs on the folder, without waiting for any of them."""

    def supervise(self) -> Supervisor | None:
        """The supervisor for a PostgreSQL that starts on the folder, or None."""

    def fail(self, seed: int, pace: Pace) -> None:
        """Fail calls on the disk from now on."""

    def count_failed(self, *, mend: bool = False) -> Counter[Site]:
        """The calls that failed so far; with `mend`, no more calls fail."""


class FuseSupply:
    """The folder is a mounted file system that loses unsynced writes of any program."""

    disk = "FUSE"

    def __init__(self, disk: FuseDisk) -> None:
        self.folder = self.keys = disk.folder
        self._disk = disk
        self._syncs = 0

    def start(self, server: Server) -> None:
        server.start()

    def cut(self, strike: Callable[[], None], moment: Moment, chance: random.Random) -> Unsynced:
        held = self._disk.hold(moment, PENDING_SECONDS)
        strike()
        self._disk.cut(chance.getrandbits(32))
        before, self._syncs = self._syncs, held["syncs"]
        return Unsynced(held["unsynced"], self._syncs - before)

    def supervise(self) -> None:
        return None

    def fail(self, seed: int, pace: Pace) -> None:
        self._disk.fail(seed, pace)

    def count_failed(self, *, mend: bool = False) -> Counter[Site]:
        return self._disk.count_failed(mend=mend)


class _Supervised:
    """The folder is a plain one; the calls of supervised programs are made to fail."""

    sorts: tuple[Sort, ...] = ("write", "sync", "rename")
    """The sorts of calls that are supervised, and so can fail."""

    def __init__(self, folder: Path, keys: Path) -> None:
        self.folder = folder
        self.keys = keys
        self._faults: FaultsInTurn | None = None

    def fail(self, seed: int, pace: Pace) -> None:
        self._faults = FaultsInTurn(seed, pace, self.sorts)

    def count_failed(self, *, mend: bool = False) -> Counter[Site]:
        faults, self._faults = self._faults, None if mend else self._faults
        assert faults is not None
        return faults.failed

    def supervise(self) -> Supervisor | None:
        return None

    def _fault(self, call: Call) -> int:
        """The error of a call on a file in the folder, or 0. All renames count as in the folder."""
        sort, path = SORTS.get(call.name, "write"), Path(call.path)
        if self._faults is None or not (sort == "rename" or path.is_relative_to(self.folder)):
            return 0
        return self._faults.error(sort, path.name)


class SeccompSupply(_Supervised):
    """Supervises one server on the folder; its calls show what the disk would hold.

    These are the calls of SQLite: the key files, which are written and renamed otherwise, lie on another disk.
    """

    disk = "seccomp"
    sorts = ("write", "sync")

    def start(self, server: Server) -> None:
        server.open_up()
        self._known = SeccompDisk(self.folder)
        self._supervisor = Supervisor(lambda call: self._fault(call) or self._known.decide(call))
        server.start(self._supervisor)

    def cut(self, strike: Callable[[], None], moment: Moment, chance: random.Random) -> Unsynced:
        deadline = time.monotonic() + PENDING_SECONDS
        disk = self._known.disk
        while True:
            with self._supervisor.lock:
                if moment == "now" or disk.pending_writes or time.monotonic() > deadline:
                    found = Unsynced(disk.pending_writes, disk.syncs)
                    strike()
                    break
            time.sleep(0)
        self._supervisor.join()
        self._known.cut(chance)
        return found


class SeccompPostgreSQLSupply(_Supervised):
    """Supervises a PostgreSQL on the folder: its calls can fail; a cut loses only what was never written.

    Its syncs are counted, since without any it would lose acknowledged changes on another disk.
    """

    disk = "seccomp, which does not forget"
    _syncs = 0

    def supervise(self) -> Supervisor | None:
        return Supervisor(self._decide)

    def start(self, server: Server) -> None:
        self._syncs = 0
        server.start()

    def cut(self, strike: Callable[[], None], _moment: Moment, _chance: random.Random) -> Unsynced:
        strike()
        return Unsynced(0, self._syncs)

    def _decide(self, call: Call) -> int:
        self._syncs += SORTS.get(call.name) == "sync"
        return self._fault(call) or GO_ON


@contextmanager
def power_supply(user: User, *, only_fuse: bool = False) -> Iterator[Supply]:
    """A folder whose power can be cut: a FUSE file system, or a supervised folder where FUSE cannot be mounted."""
    with TemporaryDirectory(prefix="parley-disk-") as name:
        folder = Path(name)
        if (lacking := why_not(folder)) is None:
            with FuseDisk(folder, ordered=user == "postgresql") as disk:
                yield FuseSupply(disk)
        elif only_fuse:
            raise RuntimeError(f"no file system can be mounted: {lacking}")
        else:
            supervised = SeccompSupply if user == "sqlite" else SeccompPostgreSQLSupply
            with TemporaryDirectory(prefix="parley-keys-") as keys:
                yield supervised(folder, Path(keys))


def why_no_fuse() -> str | None:
    """The reason why this process cannot mount a file system, or None."""
    with TemporaryDirectory(prefix="parley-disk-") as folder:
        return why_not(Path(folder))
