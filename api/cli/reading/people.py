"""The command that lists people: everyone whom a fact names, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from api.cli.answer_printer import AnswerPrinter
from api.cli.completing import complete_status
from api.cli.options import (
    Slug,
    take_perspective,
)
from api.cli.tables import show_erased, show_heading, show_rows
from api.cli.text import consoles, print_line
from domain.views.people import list_statuses

_COLUMNS: Final = ("name", "id", "other spellings", "status", "since", "certainty", "contested")
_MORE: Final = ("last reported", "external id", "facts", "may be", "known to be")


@take_perspective(table=True)
def people(
    slug: Slug,
    *,
    status: Annotated[
        str | None,
        typer.Option(
            metavar="STATUS",
            autocompletion=complete_status,
            help=f"Only people with this status: {', '.join(list_statuses())} (held: any status in custody;"
            " whether people who are charged are held follows from other reports).",
        ),
    ] = None,
    q: Annotated[
        str | None, typer.Option("--q", help="Only people whose names contain all of these words.")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Only this person: a spelling of the name, or an id.",
        ),
    ] = None,
    asked: dict[str, object],
    printer: AnswerPrinter,
) -> None:
    """List the people whom facts name: who is held, who is free, whom a name may mean."""
    asked = {"status": status, "q": q, "person": person, "limit": 1000, **asked}
    content = printer.ask(f"/v1/negotiations/{slug}/people", asked, ("items",))
    if content is not None:
        _show_people(slug, content, status)


def _show_people(slug: str, content: Mapping[str, Any], status: str | None) -> None:
    out, _ = consoles()
    show_heading(out, f"People of {slug}", content["perspective"])
    show_erased(out, content)
    rows = [_row(person) for person in content["items"]]
    show_rows(out, f"People: {len(rows)}", (*_COLUMNS, *_MORE), rows)
    if not rows:
        print_line(out, "As of the dates asked for, the record names nobody who fits the request.")
    if status is not None:
        caveat = "There may be others: only those are listed whose custody is on record."
        print_line(out, f"{caveat} The counts are in parley show {slug} --section prisoners.")


def _row(person: Mapping[str, Any]) -> list[object]:
    others = [name for name in person["spellings"] if name != person["name"]]
    if "spellings_more" in person:
        others.append(f"… of {person['spellings_more']['count']} spellings")
    may_be = [f"{other['name']} ({other['why']})" for other in person["may_be"]]
    custody = [person[name] for name in ("status", "since", "certainty")]
    contested = person["contested"] or None
    return [
        *(person["name"], person["id"], others, *custody, contested),
        *(person["last_reported"], person["external_id"], person["facts"], may_be),
        person["known_to_be"] or "person or body",
    ]
