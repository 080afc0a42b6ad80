"""The command that counts: how many over valid time, and never a confident none of what nothing counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from api.cli_options import (
    AsJson,
    AsKnownAt,
    AsOf,
    AtPosition,
    ByClock,
    ByMatch,
    Slug,
    perspective,
)
from api.cli_question import ask, print_answer
from api.cli_record import consoles, opened
from api.cli_tables import show_erased, show_heading, show_rows
from api.cli_text import print_line
from domain.views.points import By

__all__ = ["register"]

_COLUMNS: Final = ("when", "how many", "approximate", "contested")
_OTHERS: Final = {
    "undated": "Outside of the years 1 to 9999",
    "cumulative": "Running totals, not added",
    "uncounted": "Not said to be a further number, so not added",
}


def tally(  # noqa: PLR0913 -- one argument an option
    slug: Slug,
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT", show_default=False, help="What is counted, such as released."
        ),
    ],
    *,
    by: Annotated[By, typer.Option(help="What is told apart in valid time.")] = "month",
    limit: Annotated[
        int, typer.Option(min=1, max=1000, help="How many points a page has at most.")
    ] = 1000,
    cursor: Annotated[
        str | None, typer.Option(metavar="NEXT", help="`next` of the page before.")
    ] = None,
    as_of: AsOf = None,
    as_known_at: AsKnownAt = None,
    position: AtPosition = None,
    clock: ByClock = "recorded",
    match: ByMatch = "possible",
    json: AsJson = False,
) -> None:
    """How many: the increments of what is counted, each matter once, point by point."""
    asked = perspective(as_of, as_known_at, position, clock, match)
    with opened() as parley:
        question = {**({} if cursor else asked), "what": what, "by": by}
        question |= {"limit": limit, "cursor": cursor}
        answer = ask(parley, f"/v1/negotiations/{slug}/tally", question)
    if json:
        print_answer(answer)
        return
    _show_tally(slug, answer.content)


def _show_tally(slug: str, content: Mapping[str, Any]) -> None:
    out, errors = consoles()
    show_heading(out, f"How many {content['what']}: {slug}", content["perspective"])
    show_erased(out, content)
    if "known" in content:
        counted = ", ".join(content["known"]) or "nothing"
        told = f"Nothing here counts {content['what']!r}; what is counted: {counted}"
        print_line(out, told)
        return
    rows = [_row(each) for each in content["points"]]
    show_rows(out, f"By {content['by']}", _COLUMNS, rows)
    _show_others(out, content)
    print_line(out, f"In all: {_amount(content['total'])}, from {_counted(content, 'facts')}")
    if content["next"] is not None:
        print_line(errors, f"There is more: --cursor {content['next']}")


def _show_others(out: Console, content: Mapping[str, Any]) -> None:
    """Say what stands in no point, or adds nothing."""
    for name, told in _OTHERS.items():
        if content[name]:
            print_line(out, f"{told}: {_counted(content, name)}")


def _counted(content: Mapping[str, Any], name: str) -> str:
    more = content.get(f"{name}_more")
    number = len(content[name]) if more is None else more["count"]
    return f"{number} fact{'s' * (number != 1)}"


def _row(point: Mapping[str, Any]) -> tuple[object, ...]:
    at, until = point["at"], point["until"]
    marks = (point[name] or None for name in ("approximate", "contested"))
    return (at if at == until else f"{at} to {until}, each", _amount(point), *marks)


def _amount(interval: Mapping[str, Any]) -> str:
    low, high = interval["low"], interval["high"]
    if low == high:
        return str(low)
    return f"{low} or more" if high is None else f"{low}–{high}"


def register(app: typer.Typer) -> None:
    """Offer the command."""
    app.command()(tally)
