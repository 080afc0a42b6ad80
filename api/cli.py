"""`parley` is the record on the command line; it exits 0 done, 1 refused, 2 wrongly used, 130 interrupted.

The commands are imported once Ctrl-C is seen to: that takes a second.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper

from api.interrupts import end_at_once, run_interruptibly

__all__ = ["main"]


def main() -> None:
    """Run the command that the process was started with; what a terminal cannot print, it shows as `?`."""
    end_at_once()
    from api.cli_commands import app  # noqa: PLC0415 -- what takes long comes after Ctrl-C is seen to

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    run_interruptibly(lambda: app(prog_name="parley"))
