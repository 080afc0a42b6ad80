"""`parley` is the record on the command line; it exits 0 done, 1 refused, 2 wrongly used, 130 interrupted.

The commands are imported after Ctrl-C is set up, because importing them takes a second.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from api.cli.garbage import keep_what_exists, look_for_cycles_seldom
from api.cli.interrupts import end_at_once, run_interruptibly


def main() -> None:
    """Run the command that the process was started with; what a terminal cannot print, it shows as `?`."""
    end_at_once()
    _open_what_is_closed()
    look_for_cycles_seldom()
    from typer.main import get_command  # noqa: PLC0415 -- as below

    from api.cli.commands import app  # noqa: PLC0415 -- what takes long comes after Ctrl-C is seen to
    from api.cli.session import refuse_in_a_line  # noqa: PLC0415 -- as above

    keep_what_exists()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    command = get_command(
        app
    )  # calling the app itself would replace sys.excepthook, which sees to a late Ctrl-C
    run_interruptibly(refuse_in_a_line(lambda: command(prog_name="parley")))


def _open_what_is_closed() -> None:
    """Open /dev/null in place of each closed standard stream, so that no file of the command gets its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))  # noqa: SIM115 -- for as long as the process lives
