"""`parley` is the record on the command line; it exits 0 done, 1 refused, 2 wrongly used, 130 interrupted.

The commands are imported after Ctrl-C is set up, because importing them takes a second.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper

from api.cli.garbage import keep_what_exists, look_for_cycles_seldom
from api.cli.interrupts import end_at_once, run_interruptibly


def main() -> None:
    """Run the command that the process was started with; what a terminal cannot print, it shows as `?`."""
    end_at_once()
    look_for_cycles_seldom()
    from typer.main import get_command  # noqa: PLC0415 -- as below

    from api.cli.commands import app  # noqa: PLC0415 -- what takes long comes after Ctrl-C is seen to

    keep_what_exists()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    command = get_command(
        app
    )  # calling the app itself would replace sys.excepthook, which sees to a late Ctrl-C
    run_interruptibly(lambda: command(prog_name="parley"))
