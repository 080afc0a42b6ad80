"""The command that counts: how many over valid time, and never a confident none of what nothing counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

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
from domain.views.tally import By

__all__ = ["register"]

_COLUMNS: Final = ("when", "how many", "approximate", "contested", "facts")


def tally(  # noqa: PLR0913 -- one argument an option
    slug: Slug,
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT", show_default=False, help="What is counted, such as released."
        ),
    ],
    *,
    by: Annotated[By, typer.Option(help="How wide a point is.")] = "month",
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
        question = {**asked, "what": what, "by": by}
        answer = ask(parley, f"/v1/negotiations/{slug}/tally", question)
    if json:
        print_answer(answer)
        return
    out, _ = consoles()
    content = answer.content
    show_heading(out, f"How many {what}: {slug}", content["perspective"])
    show_erased(out, content)
    if "known" in content:
        counted = ", ".join(content["known"]) or "nothing"
        told = f"Nothing here counts {what!r}; what is counted: {counted}"
        out.print(told, markup=False, soft_wrap=True)
        return
    show_rows(out, f"By {by}", _COLUMNS, [_row(each) for each in content["points"]])
    undated = len(content["undated"])
    if undated:
        out.print(f"Too vaguely dated for any point: {undated} fact{'s' * (undated != 1)}")
    out.print(f"In all: {_amount(content['total'])}")


def _row(point: Mapping[str, Any]) -> tuple[object, ...]:
    marks = (point[name] or None for name in ("approximate", "contested"))
    return (point["at"], _amount(point), *marks, len(point["facts"]))


def _amount(interval: Mapping[str, Any]) -> str:
    low, high = interval["low"], interval["high"]
    if low == high:
        return str(low)
    return f"{low} or more" if high is None else f"{low}–{high}"


def register(app: typer.Typer) -> None:
    """Offer the command."""
    app.command()(tally)
