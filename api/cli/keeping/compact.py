"""Defines the command that removes all erased and overwritten bytes from the database's files."""

from __future__ import annotations

from typing import Final

from api.cli.options import AsJson
from api.cli.session import open_record, say
from api.cli.text import echo

PATIENCE_SECONDS: Final = 10.0


def compact(*, json: AsJson = False) -> None:
    """Remove all erased and overwritten bytes from the database's files.

    On PostgreSQL the tables are written into new files, while everybody else waits. The command then prints what a
    superuser has to run, so that the server's other files have no such bytes either.
    """
    with open_record() as parley:
        left = parley.compact(PATIENCE_SECONDS)
    if json:
        say({"left": list(left)})
    elif not left:
        echo("The database's files have no erased or overwritten bytes any more")
    else:
        echo("The files of the tables have no erased or overwritten bytes any more")
        echo("The server's other files may still have some. A superuser has to run this:")
        for statement in left:
            echo(f"  {statement}")
