"""`parley` is the record on the command line; it exits 0 done, 1 refused, 2 wrongly used, 130 interrupted.

The commands are imported after Ctrl-C is set up, because importing them takes a second.
"""

from __future__ import annotations

import gc
import sys
from io import TextIOWrapper
from typing import Final

from api.cli.interrupts import end_at_once, run_interruptibly

__all__ = ["main"]

ALLOCATIONS: Final = 50_000
"""After how many new objects Python looks for cycles. A state makes many objects and no cycle: looking for them was a
quarter of its time."""


def main() -> None:
    """Run the command that the process was started with; what a terminal cannot print, it shows as `?`."""
    end_at_once()
    from api.cli.commands import app  # noqa: PLC0415 -- what takes long comes after Ctrl-C is seen to

    gc.freeze()
    gc.set_threshold(ALLOCATIONS)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    run_interruptibly(lambda: app(prog_name="parley"))
