"""The commands that say what can be recorded: the kinds of fact, and the columns of a table of one."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.answer_printer import check_table_options
from api.cli.completing import complete_kind
from api.cli.options import AsJson, WithBom
from api.cli.session import CommandRefusedError, say
from api.cli.tables import show_rows
from api.cli.text import consoles, print_line, print_table
from api.commands.csv_cells import write_table
from api.commands.importing.described import describe_columns, describe_kinds
from domain.fact import KINDS


def kinds(*, json: AsJson = False) -> None:
    """List the kinds of fact: what each says, how long it holds, and its own fields."""
    described = describe_kinds()
    if json:
        say({"kinds": described})
        return
    out, _ = consoles()
    rows = [
        (kind["kind"], kind["says"].replace("`", ""), kind["holds"],
         [field["name"] + ("" if field["needed"] else "?") for field in kind["fields"]])
        for kind in described
    ]  # fmt: skip
    show_rows(
        out, f"Kinds: {len(described)}", ("kind", "says", "holds", "fields, ? optional"), rows
    )
    print_line(out, "What to write in a table of one: parley columns KIND")


def columns(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            show_default=False,
            autocompletion=complete_kind,
            help="The kind; `parley kinds` lists all kinds.",
        ),
    ],
    *,
    csv: Annotated[
        bool, typer.Option("--csv", help="Print only the header, as a table to fill in.")
    ] = False,
    bom: WithBom = False,
    json: AsJson = False,
) -> None:
    """List the columns of a table of one kind of fact, with what to write in each."""
    check_table_options(csv=csv, bom=bom, json=json)
    if kind not in KINDS:
        raise CommandRefusedError(f"no kind {kind!r}; there are {', '.join(sorted(KINDS))}")
    described = describe_columns(kind)
    if csv:
        print_table(write_table([column["column"] for column in described], [], bom=bom))
    elif json:
        say({"kind": kind, "columns": described})
    else:
        out, _ = consoles()
        rows = [
            (row["column"], "needed" if row["needed"] else "", row["write"], row["example"])
            for row in described
        ]
        show_rows(out, f"Columns of {kind}", ("column", "needed", "what to write", "example"), rows)
        print_line(out, f"To fill in: parley columns {kind} --csv > {kind}.csv")
