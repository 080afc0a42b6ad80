"""The command that removes all erased and overwritten bytes from the files of the database."""

from __future__ import annotations

from typing import Final

import typer

from api.cli.options import AsJson
from api.cli.session import open_record, say
from api.cli.text import echo

__all__ = ["register"]

PATIENCE_SECONDS: Final = 10.0


def compact(*, json: AsJson = False) -> None:
    """Remove all bytes that were erased or overwritten from the files of the database.

    On PostgreSQL the tables are written anew, for which everybody else waits, and it is said what a superuser has to
    run before the server's own files hold nothing of it either.
    """
    with open_record() as parley:
        left = parley.compact(PATIENCE_SECONDS)
    if json:
        say({"left": list(left)})
    elif not left:
        echo("Nothing that was erased or overwritten is left in the files of the database")
    else:
        echo("Nothing that was erased or overwritten is left in the files of the tables")
        echo("The server's own files may hold some of it. A superuser has to run this:")
        for each in left:
            echo(f"  {each}")


def register(app: typer.Typer) -> None:
    """Offer the command."""
    app.command()(compact)
