"""All commands of `parley`."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.keeping import backup, checkpoint, clock, compact, keys, seal, verify, witness
from api.cli.reading import check, diff_and_audit, kinds, people, show_and_timeline, tally
from api.cli.serving import serve
from api.cli.session import RefusingGroup
from api.cli.text import echo
from api.cli.writing import change_requests, erase, export_and_snapshot, import_, settings
from api.http.app import VERSION

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
    serve,
    backup,
    import_,
    show_and_timeline,
    people,
    tally,
    diff_and_audit,
    check,
    kinds,
    export_and_snapshot,
    keys,
    settings,
    erase,
    change_requests,
    verify,
    checkpoint,
    witness,
    seal,
    compact,
    clock,
):
    commands.register(app)
