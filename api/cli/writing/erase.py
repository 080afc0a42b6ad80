"""Defines the command that erases a fact, on the machine with the database, after it has shown the fact."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Final

import typer

from api.cli.ask import ApiResponse, print_answer, tell
from api.cli.completing import complete_fact
from api.cli.options import AsJson, Slug, resolve_fact
from api.cli.session import CommandRefusedError, open_record
from api.cli.tables import show_rows
from api.cli.text import confirm, consoles, print_line
from api.composition import Parley
from domain.errors import RecordError
from domain.streams.fact import FactRecord

_LEFT: Final = (
    "Earlier backups still have it, sealed: delete them, or change the keys (parley seal --new-key) and destroy the old"
    " key. PostgreSQL's files keep bytes of it until they are reused, or until parley compact. Copies that were"
    " published, exported or cached cannot be erased."
)


def erase(
    slug: Slug,
    fact: Annotated[
        str,
        typer.Argument(
            metavar="FACT",
            show_default=False,
            autocompletion=complete_fact,
            help="The id or the external id of the fact.",
        ),
    ],
    *,
    reason: Annotated[
        str,
        typer.Option(
            show_default=False,
            help="Why, in words that repeat nothing of the fact: they stay in the log.",
        ),
    ],
    sources: Annotated[
        bool,
        typer.Option(
            "--sources", help="Erase only its confidential sources; the fact itself stays."
        ),
    ] = False,
    approver: Annotated[
        list[str] | None,
        typer.Option(show_default=False, help="A person who agreed; may be repeated."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be erased, and write nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    json: AsJson = False,
) -> None:
    """Erase a fact for good: its content and its keys are destroyed.

    If the negotiation's settings require a second person, as they do at first, a change request is made instead.
    """
    with open_record() as parley:
        record = _record(parley, slug, fact)
        _confirm(record, sources=sources, yes=yes or dry_run)
        body: dict[str, Any] = {
            "reason": reason,
            "what": "sources" if sources else "fact",
            "approvers": approver or [],
        }
        seen = {"if-match": f'"{record.version}"'}
        answer = tell(parley, f"/v1/facts/{record.id}/erasure", body, headers=seen, dry_run=dry_run)
    if json:
        print_answer(answer)
        return
    out, _ = consoles()
    proposed = "op" in answer.content
    if dry_run:
        shown = answer.content["record"] if proposed else answer.content
        show_rows(out, "What would be erased", ("field", "value"), [*shown.items()])
    if proposed:
        print_line(out, agreement(answer))
    elif not dry_run:
        show_erasure(answer)


def agreement(proposed: ApiResponse) -> str:
    """What a second person has to do to approve a change; after a dry run, what they would have to do."""
    id_ = proposed.content["id"]
    if id_ is None:
        return "It would be proposed, and another person would have to approve it."
    return f"Proposed. Another person has to approve it: PARLEY_ACTOR=NAME parley approve {id_}"


def show_erasure(answer: ApiResponse) -> None:
    """Print what was erased, and where copies of it may be left."""
    out, errors = consoles()
    show_rows(out, "Erased", ("field", "value"), [*answer.content.items()])
    print_line(errors, _LEFT)


def _record(parley: Parley, slug: str, named: str) -> FactRecord:
    talks = parley.ledger.negotiation(slug)
    id_ = resolve_fact(slug, named)
    try:
        record = parley.ledger.fact(id_)
    except RecordError as error:
        raise CommandRefusedError(str(error).replace(str(id_), named)) from error
    if record.negotiation_id != talks.id:
        raise CommandRefusedError(f"the fact {named} does not belong to {slug}")
    return record


def _confirm(record: FactRecord, *, sources: bool, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter("needed, because there is no terminal to ask", param_hint="--yes")
    what = "the confidential sources of" if sources else "for good, in every version,"
    confirm(f"Erase {what} “{record.fact.summary}”?")
