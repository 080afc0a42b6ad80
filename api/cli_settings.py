"""Who sees a negotiation, and what takes two persons, is shown and set where the database is."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.cli_options import AsJson, Slug
from api.cli_question import ask, print_answer, tell
from api.cli_record import consoles, opened
from api.cli_tables import show_rows
from domain.access import Visibility

__all__ = ["register"]


def settings(
    slug: Slug,
    *,
    visibility: Annotated[
        Visibility | None,
        typer.Option(show_default=False, help="For everybody to see, or for its members alone."),
    ] = None,
    member: Annotated[
        list[str] | None,
        typer.Option(
            show_default=False,
            help="Who the members are from now on, by the names on their keys; as often as needed.",
        ),
    ] = None,
    review_record: Annotated[
        bool | None,
        typer.Option(
            "--review-record/--no-review-record",
            show_default=False,
            help="Whether corrections and retractions take two persons.",
        ),
    ] = None,
    review_erasure: Annotated[
        bool | None,
        typer.Option(
            "--review-erasure/--no-review-erasure",
            show_default=False,
            help="Whether erasures take two persons.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the settings of a negotiation, or change those that are named."""
    changes: dict[str, Any] = {
        "visibility": visibility,
        "members": member or None,
        "review_record": review_record,
        "review_erasure": review_erasure,
    }
    path = f"/v1/negotiations/{slug}/settings"
    named = any(value is not None for value in changes.values())
    with opened() as parley:
        answer = tell(parley, path, changes) if named else ask(parley, path, {})
    if json:
        print_answer(answer)
        return
    out, _ = consoles()
    shown = {**answer.content, "members": ", ".join(answer.content["members"]) or "nobody"}
    show_rows(
        out, f"Settings of {shown.pop('negotiation')}", ("setting", "value"), [*shown.items()]
    )


def register(app: typer.Typer) -> None:
    """Offer the command."""
    app.command()(settings)
