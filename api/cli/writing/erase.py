"""A fact is erased on the machine that has the database, after the person who asks for it has seen the fact."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from api.cli.ask import ApiResponse, print_answer, tell
from api.cli.options import AsJson, Slug
from api.cli.session import CommandRefusedError, consoles, open_record
from api.cli.tables import show_rows
from api.cli.text import confirm, print_line
from api.composition import Parley
from domain.errors import RecordError
from domain.fact import fact_id
from domain.streams.fact import FactRecord
from domain.streams.negotiation import negotiation_id

__all__ = ["register", "show_erasure"]

_LEFT: Final = (
    "Backups of before hold it still, sealed: delete them, or change the keys (parley seal --new-key) and destroy the"
    " old one. The files of a PostgreSQL hold bytes of it until they are used again, or until parley compact. What was"
    " published, exported or cached is out of reach."
)


def erase(
    slug: Slug,
    fact: Annotated[
        str,
        typer.Argument(
            metavar="FACT", show_default=False, help="The fact, by its id or its external id."
        ),
    ],
    *,
    reason: Annotated[
        str,
        typer.Option(
            show_default=False,
            help="Why, in words that name nothing of it: they stay in the log.",
        ),
    ],
    sources: Annotated[
        bool,
        typer.Option("--sources", help="Erase only who its sources are; the fact stands."),
    ] = False,
    approver: Annotated[
        list[str] | None,
        typer.Option(show_default=False, help="Who agreed to it, as often as needed."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    json: AsJson = False,
) -> None:
    """Erase a fact for good: its content and its keys are destroyed.

    Where the negotiation's settings ask for two persons, as they do at first, it is proposed.
    """
    with open_record() as parley:
        record = _record(parley, slug, fact)
        _confirm(record, sources=sources, yes=yes)
        body: dict[str, Any] = {
            "reason": reason,
            "what": "sources" if sources else "fact",
            "approvers": approver or [],
        }
        seen = {"if-match": f'"{record.version}"'}
        answer = tell(parley, f"/v1/facts/{record.id}/erasure", body, headers=seen)
    if json:
        print_answer(answer)
        return
    if "op" in answer.content:
        out, _ = consoles()
        print_line(out, agreement(answer))
        return
    show_erasure(answer)


def agreement(proposed: ApiResponse) -> str:
    """What a second person has to do where a change takes two; after a dry run, what they would have to do."""
    id_ = proposed.content["id"]
    if id_ is None:
        return "It would be proposed, and another person would have to agree."
    return f"Proposed. Another person has to agree: PARLEY_ACTOR=NAME parley approve {id_}"


def show_erasure(answer: ApiResponse) -> None:
    """Print what was erased, and where copies of it may be left."""
    out, errors = consoles()
    show_rows(out, "Erased", ("field", "value"), [*answer.content.items()])
    print_line(errors, _LEFT)


def _record(parley: Parley, slug: str, named: str) -> FactRecord:
    talks = parley.ledger.negotiation(slug)
    try:
        id_ = UUID(named)
    except ValueError:
        id_ = fact_id(negotiation_id(slug), named)
    try:
        record = parley.ledger.fact(id_)
    except RecordError as error:
        raise CommandRefusedError(str(error).replace(str(id_), named)) from error
    if record.negotiation_id != talks.id:
        raise CommandRefusedError(f"the fact {named} is not one of {slug}")
    return record


def _confirm(record: FactRecord, *, sources: bool, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter("needed where nobody can be asked", param_hint="--yes")
    what = "who the sources are of" if sources else "for good, in every version,"
    confirm(f"Erase {what} “{record.fact.summary}”?")


def register(app: typer.Typer) -> None:
    """Offer the command."""
    app.command()(erase)
