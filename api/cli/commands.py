"""All commands of `parley`."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from api.cli.keeping import backup, checkpoint, clock, compact, keys, seal, verify, witness
from api.cli.reading import (
    chart,
    check,
    diff_and_audit,
    kinds,
    listing,
    moments,
    people,
    show_and_timeline,
    tally,
)
from api.cli.serving import relay, serve
from api.cli.session import RefusingGroup
from api.cli.text import echo
from api.cli.writing import (
    change_requests,
    erase,
    export_and_snapshot,
    import_,
    one_fact,
    settings,
)
from api.http.app import VERSION

app = typer.Typer(
    cls=RefusingGroup,
    name="parley",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


_PANELS: Final = {
    "serving": "Serve",
    "reading": "Read",
    "writing": "Write, import and export",
    "keeping": "Keep safe and prove",
}
"""The groups of commands in `parley --help`, by the folder that a command is in."""


def _panel_of(callback: object) -> str:
    """The group of a command."""
    return _PANELS[callback.__module__.split(".")[2]]


def _say_version(asked: bool) -> None:
    if asked:
        echo(f"parley {VERSION}")
        raise typer.Exit


@app.callback()
def parley(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_say_version, is_eager=True, help="Show the version of Parley."
        ),
    ] = False,
) -> None:
    """Keep and read the record of a negotiation: what was so, what was known, and from which source.

    The database is PARLEY_DATABASE_URL, by default sqlite:///parley.db.
    """


for commands in (
    *(
        serve,
        relay,
        listing,
        show_and_timeline,
        people,
        tally,
        chart,
        moments,
        diff_and_audit,
        check,
        kinds,
    ),
    *(one_fact, import_, export_and_snapshot, settings, erase, change_requests),
    *(keys, backup, verify, checkpoint, witness, seal, compact, clock),
):
    commands.register(app)

for command in app.registered_commands:
    command.rich_help_panel = _panel_of(command.callback)
for group in app.registered_groups:
    if group.typer_instance is not None:
        group.rich_help_panel = _panel_of(group.typer_instance.registered_commands[0].callback)
