"""The commands that say what can be recorded: the kinds of fact, and the columns of a table of one."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.options import AsJson
from api.cli.session import CommandRefusedError, consoles, say
from api.cli.tables import show_rows
from api.cli.text import print_line, print_table
from api.commands.csv_cells import write_table
from api.commands.importing.described import describe_columns, describe_kinds
from domain.fact import KINDS

__all__ = ["register"]


def kinds(*, json: AsJson = False) -> None:
    """List the kinds of fact: what each says, how long it holds, and its own fields."""
    found = describe_kinds()
    if json:
        say({"kinds": found})
        return
    out, _ = consoles()
    rows = [
        (each["kind"], each["says"].replace("`", ""), each["holds"],
         [field["name"] + ("" if field["needed"] else "?") for field in each["fields"]])
        for each in found
    ]  # fmt: skip
    show_rows(out, f"Kinds: {len(found)}", ("kind", "says", "holds", "fields, ? optional"), rows)
    print_line(out, "What to write in a table of one: parley columns KIND")


def columns(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", show_default=False, help="As parley kinds names it.")
    ],
    *,
    csv: Annotated[
        bool, typer.Option("--csv", help="Print the header alone, to fill rows in below.")
    ] = False,
    bom: Annotated[
        bool, typer.Option("--bom", help="With --csv: begin with a byte order mark, for Excel.")
    ] = False,
    json: AsJson = False,
) -> None:
    """List the columns of a table of one kind of fact, with what to write in each."""
    if csv and json:
        raise typer.BadParameter("--json and --csv exclude each other", param_hint="--csv")
    if bom and not csv:
        raise typer.BadParameter("it goes with --csv", param_hint="--bom")
    if kind not in KINDS:
        raise CommandRefusedError(f"no kind {kind!r}; there are {', '.join(sorted(KINDS))}")
    found = describe_columns(kind)
    if csv:
        print_table(write_table([each["column"] for each in found], [], bom=bom))
    elif json:
        say({"kind": kind, "columns": found})
    else:
        out, _ = consoles()
        rows = [
            (each["column"], "needed" if each["needed"] else "", each["write"], each["example"])
            for each in found
        ]
        show_rows(out, f"Columns of {kind}", ("column", "needed", "what to write", "example"), rows)
        print_line(out, f"To fill in: parley columns {kind} --csv > {kind}.csv")


def register(app: typer.Typer) -> None:
    """Offer the commands."""
    app.command()(kinds)
    app.command()(columns)
