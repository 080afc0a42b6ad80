"""All commands of `parley`."""

from __future__ import annotations

from typing import Annotated

import typer

from api import (
    cli_backup,
    cli_changes,
    cli_check,
    cli_checkpoint,
    cli_clock,
    cli_compact,
    cli_erase,
    cli_import,
    cli_keys,
    cli_kinds,
    cli_people,
    cli_proposals,
    cli_read,
    cli_seal,
    cli_serve,
    cli_settings,
    cli_tally,
    cli_verify,
    cli_witness,
    cli_write,
)
from api.app import VERSION
from api.cli_record import RefusingGroup
from api.cli_text import echo

__all__ = ["app"]

app = typer.Typer(
    cls=RefusingGroup,
    name="parley",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(asked: bool) -> None:
    if asked:
        echo(f"parley {VERSION}")
        raise typer.Exit


@app.callback()
def parley(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say which this is."),
    ] = False,
) -> None:
    """The record of a negotiation: what was so, what did we know, and how do we know it.

    The database is PARLEY_DATABASE_URL, by default sqlite:///parley.db.
    """


for commands in (
    cli_serve,
    cli_backup,
    cli_import,
    cli_read,
    cli_people,
    cli_tally,
    cli_changes,
    cli_check,
    cli_kinds,
    cli_write,
    cli_keys,
    cli_settings,
    cli_erase,
    cli_proposals,
    cli_verify,
    cli_checkpoint,
    cli_witness,
    cli_seal,
    cli_compact,
    cli_clock,
):
    commands.register(app)
