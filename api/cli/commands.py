"""All commands of `parley`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


_PANELS: Final[Mapping[str, Iterable[Callable[..., None] | typer.Typer]]] = {
    "Serve": (serve.serve, serve.rebuild, serve.database, relay.relay),
    "Read": (
        listing.list_,
        listing.search,
        listing.snapshots,
        show_and_timeline.show,
        show_and_timeline.timeline,
        people.people,
        tally.tally,
        chart.chart,
        moments.moments,
        diff_and_audit.diff,
        diff_and_audit.audit,
        diff_and_audit.changes,
        check.check,
        kinds.kinds,
        kinds.columns,
    ),
    "Write, import and export": (
        *one_fact.COMMANDS,
        import_.import_,
        export_and_snapshot.export,
        export_and_snapshot.snapshot,
        settings.settings,
        settings.correct_negotiation,
        erase.erase,
        change_requests.change_requests,
        change_requests.approve,
        change_requests.refuse,
        change_requests.withdraw,
    ),
    "Keep safe and prove": (
        keys.keys,
        backup.backup,
        backup.restore,
        verify.verify,
        checkpoint.checkpoint,
        witness.witness,
        seal.seal,
        compact.compact,
        clock.correct_clock,
    ),
}
"""All commands and groups of commands, as `parley --help` shows them."""

for panel, commands in _PANELS.items():
    for command in commands:
        if isinstance(command, typer.Typer):
            app.add_typer(command, rich_help_panel=panel)
        else:
            name = command.__name__.removesuffix("_").replace("_", "-")
            takes = one_fact.TAKES_FIELDS if command in one_fact.COMMANDS else {}
            app.command(name, rich_help_panel=panel, **takes)(command)
app.command("proposals", hidden=True, deprecated=True)(change_requests.change_requests)
app.command("log", hidden=True)(diff_and_audit.changes)
