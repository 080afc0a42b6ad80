"""A round of a witness as a program of its own, with its calls on the disk supervised.

python -m tests.faults.watched.watching LISTENER CALLS URL FOLDER OUT
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from infrastructure.clock import system_clock
from infrastructure.witness.memory import Memory
from infrastructure.witness.tiled_log import TiledLog
from infrastructure.witness.witness import Witness
from tests.faults.disks.system_calls import install
from tests.infrastructure.witness.keys import LOG, NAME


def run(listener: int, calls: str, url: str, folder: Path, out: Path) -> None:
    """Watch the log once."""
    with socket.socket(fileno=listener) as handover:
        install(calls.split(","), handover)
    with Memory.lock(folder) as memory:
        Witness(memory, memory.signer(NAME), LOG.key, system_clock).watch(TiledLog(url), out)


if __name__ == "__main__":
    run(int(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]), Path(sys.argv[5]))
