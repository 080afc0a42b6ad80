"""Defines the commands that record or change one fact; they show the result, and ask before they write."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final, get_args

import typer

from api.cli.ask import ApiResponse, ask, ask_whole, describe_place, print_answer, tell
from api.cli.completing import CompletingFields, complete_fact, complete_kind
from api.cli.options import AsJson, Slug, resolve_fact
from api.cli.session import CommandRefusedError, open_record
from api.cli.tables import format_value, show_fact, show_rows
from api.cli.text import ask_for, confirm, consoles, print_line, visible_line
from api.cli.writing.erase import agreement
from api.commands.importing.csv_columns import columns_of, suggest_column
from api.commands.importing.described import describe_columns
from api.commands.importing.form_cells import FormCells, read_cells
from api.composition import Parley
from domain.fact import KINDS
from domain.streams.event import Reason

TAKES_FIELDS: Final[Mapping[str, Any]] = {
    "cls": CompletingFields,
    "context_settings": {"allow_extra_args": True, "ignore_unknown_options": True},
}
"""How `parley` offers these commands, whose options are the fields of a fact."""
Fact = Annotated[
    str,
    typer.Argument(
        metavar="FACT",
        show_default=False,
        autocompletion=complete_fact,
        help="The id or the external id of the fact.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be recorded, and write nothing.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask again.")]
_CHANGES: Final[Mapping[str, tuple[str, tuple[str, ...], str]]] = {
    "correct": (
        "corrections",
        ("reason", "why"),
        "Correct fields of a fact: --reason, --why, and the fields, such as --summary TEXT.",
    ),
    "corroborate": (
        "corroborations",
        ("citation.publisher",),
        "Add a source to a fact: --citation.publisher NAME, and other fields, such as --citation.url URL.",
    ),
    "end": ("end", ("ended",), "Say when a fact ceased to be true: --ended 2025-09-11."),
    "retract": ("retraction", ("reason", "why"), "Retract a fact: --reason and --why."),
    "reinstate": ("reinstatement", ("why",), "Undo the retraction of a fact: --why."),
    "prefer": (
        "preference",
        ("why",),
        "Show a fact before its rivals: --why. --preferred false undoes this.",
    ),
}
"""The commands that change a fact: the end of each one's address, the fields that it needs, and its help."""
_REASONS: Final = f"one of {', '.join(get_args(Reason))}"


def record(
    context: typer.Context,
    slug: Slug,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            show_default=False,
            autocompletion=complete_kind,
            help="A kind that parley kinds lists.",
        ),
    ],
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Record one fact. Each field is an option: --valid 2025-09-11 --summary TEXT --citation.publisher NAME.

    parley columns KIND lists the fields. At a terminal, the command asks for missing fields.
    """
    if kind not in KINDS:
        raise typer.BadParameter(f"write one of {', '.join(sorted(KINDS))}", param_hint="KIND")
    cells = _fields(context.args)
    _refuse_unknown(cells, kind, f"; parley columns {kind} lists the fields")
    needed = [
        (column["column"], column["write"]) for column in describe_columns(kind) if column["needed"]
    ]
    sent = _read({"kind": kind, **cells, **_ask_missing(needed, {"kind": kind, **cells})})
    with open_record() as parley:
        path = f"/v1/negotiations/{slug}/facts"
        _write(parley, path, sent, {}, None, dry_run=dry_run, yes=yes, json=json)


def _change(op: str) -> Callable[..., None]:
    path, needed, text = _CHANGES[op]

    def change(
        context: typer.Context,
        slug: Slug,
        fact: Fact,
        *,
        dry_run: DryRun = False,
        yes: Yes = False,
        json: AsJson = False,
    ) -> None:
        cells = _fields(context.args)
        _refuse_unknown(cells, "a fact or of its change", "")
        if op == "prefer":
            cells.setdefault("preferred", "true")
        prompts = [(name, _REASONS if name == "reason" else "text") for name in needed]
        sent = _read({"op": op, **cells, **_ask_missing(prompts, cells)})
        del sent.content["op"]
        with open_record() as parley:
            if op == "correct" and "changes" not in sent.content:
                raise typer.BadParameter("give a field to change, such as --summary TEXT")
            before = _read_fact(parley, slug, fact)
            seen = {"if-match": f'"{before["version"]}"'}
            address = f"/v1/facts/{before['id']}/{path}"
            _write(parley, address, sent, seen, before, dry_run=dry_run, yes=yes, json=json)

    change.__name__, change.__doc__ = op, text
    return change


COMMANDS: Final[tuple[Callable[..., None], ...]] = (record, *map(_change, _CHANGES))


def _fields(arguments: Sequence[str]) -> dict[str, str]:
    """The fields that options give, by column: `--summary TEXT`, or `--summary=TEXT`."""
    cells: dict[str, str] = {}
    left = [*arguments]
    while left:
        option = left.pop(0)
        name, equals, text = option.removeprefix("--").partition("=")
        if not option.startswith("--") or not name:
            raise typer.BadParameter(f"{option!r} is not an option: write --FIELD VALUE")
        if not equals and not left:
            raise typer.BadParameter("write a value after it", param_hint=visible_line(option))
        if name in cells:
            raise typer.BadParameter(
                "given twice: separate several values with ;", param_hint=visible_line(option)
            )
        cells[name] = text if equals else left.pop(0)
    return cells


def _read(cells: Mapping[str, str]) -> FormCells:
    """Read the options' values; CommandRefusedError with those that cannot be read."""
    sent = read_cells(cells)
    if sent.faults:
        raise CommandRefusedError(
            "; ".join(
                describe_place(fault.pointer, fault.detail, _option(sent, fault.pointer))
                for fault in sent.faults
            )
        )
    return sent


def _option(sent: FormCells, pointer: str) -> str | None:
    """The option that gives a field of a fact."""
    column = sent.column_of(pointer)
    return column and f"--{column}"


def _refuse_unknown(cells: Iterable[str], of: str, otherwise: str) -> None:
    """BadParameter with the options that name no field, and the fields that they may mean."""
    told = []
    for name in cells:
        if columns_of([name])[0] == [None]:
            near = suggest_column(name)
            meant = f"; did you mean --{near}?" if near else otherwise
            told.append(f"{visible_line(f'--{name}')} is not a field of {of}{meant}")
    if told:
        raise typer.BadParameter("; ".join(told))


def _ask_missing(needed: Iterable[tuple[str, str]], cells: Mapping[str, str]) -> dict[str, str]:
    """Ask for needed fields that were not given; without a terminal, the API reports them."""
    if not sys.stdin.isatty():
        return {}
    return {name: ask_for(f"{name} ({write}):") for name, write in needed if name not in cells}


def _read_fact(parley: Parley, slug: str, named: str) -> dict[str, Any]:
    """The present record of a fact, even if it is retracted."""
    id_ = resolve_fact(slug, named)
    try:
        history = ask_whole(parley, f"/v1/facts/{id_}/history", {"limit": 1_000}, ("items",))
        versions = history.content["items"]
        last = versions[-1]["position"] - (versions[-1]["event"] == "fact.retracted")
        present = ask(parley, f"/v1/facts/{id_}", {"position": last}).content
    except CommandRefusedError as error:
        raise CommandRefusedError(str(error).replace(str(id_), named)) from error
    if present["negotiation"] != slug:
        other = present["negotiation"]
        raise CommandRefusedError(f"the fact {named} belongs to {other}: write that slug")
    status = "retracted" if last < versions[-1]["position"] else present["status"]
    return {**present, "version": versions[-1]["version"], "status": status}


def _write(
    parley: Parley,
    path: str,
    sent: FormCells,
    headers: Mapping[str, str],
    before: Mapping[str, Any] | None,
    *,
    dry_run: bool,
    yes: bool,
    json: bool,
) -> None:
    """Show the result of a change, ask, and make it."""
    if dry_run or not yes:
        would_be = _send(parley, path, sent, headers, dry_run=True)
        _show(would_be, before, sent, json=json and dry_run)
    if dry_run:
        return
    if not yes:
        if not sys.stdin.isatty():
            raise typer.BadParameter("add --yes to record it: there is no terminal to ask")
        confirm("Record it?")
    answer = _send(parley, path, sent, headers)
    if json:
        print_answer(answer)
        return
    out, _ = consoles()
    if "op" in answer.content:
        print_line(out, agreement(answer))
        return
    done = answer.content
    print_line(
        out, f"Recorded at position {done['position']}: {done['id']}, version {done['version']}"
    )


def _send(
    parley: Parley,
    path: str,
    sent: FormCells,
    headers: Mapping[str, str],
    *,
    dry_run: bool = False,
) -> ApiResponse:
    """Send what the options give; a fault names the option that it leads to."""
    return tell(
        parley,
        path,
        sent.content,
        headers=headers,
        dry_run=dry_run,
        option_of=partial(_option, sent),
    )


def _show(
    would_be: ApiResponse, before: Mapping[str, Any] | None, sent: FormCells, *, json: bool
) -> None:
    if json:
        print_answer(would_be)
        return
    out, errors = consoles()
    content = would_be.content
    record_ = content.get("record", content) if "op" in content else content
    if before is None:
        show_fact(out, record_)
    else:
        old, new = (
            {**fact["fact"], "status": fact["status"], "preferred": fact["preferred"]}
            for fact in (before, record_)
        )
        rows = [
            (name, format_value(old.get(name)) or "nothing", format_value(value) or "nothing")
            for name, value in new.items()
            if value != old.get(name)
        ]
        title = f"{old['summary']} (version {before['version']})"
        show_rows(out, title, ("field", "is", "would be"), rows)
    if "op" in content:
        print_line(errors, agreement(would_be))
    for notice in content.get("notices", ()):
        option = _option(sent, notice["pointer"])
        place = describe_place(notice["pointer"], notice["detail"], option)
        print_line(errors, f"Look at {place}")
    for other in content.get("similar", ()):
        print_line(errors, f"Much like the fact {other}, to which it has no link")
    for rival in content.get("rivals", ()):
        print_line(errors, f"A rival: {rival['summary']} ({rival['id']})")
