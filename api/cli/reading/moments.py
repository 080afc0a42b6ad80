"""The command that lists when answers change."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from api.cli.answer_printer import AnswerPrinter
from api.cli.options import Slug, take_perspective
from api.cli.tables import show_erased, show_heading, show_rows
from api.cli.text import consoles
from domain.views.moments import Axis, Unit

_AXES: Final = {
    "valid": "what was so",
    "recorded": "what we had recorded",
    "published": "what was published",
}


@take_perspective()
def moments(
    slug: Slug,
    *,
    axis: Annotated[
        Axis,
        typer.Option(help="The time that varies: valid (what was so), recorded, or published."),
    ] = "valid",
    by: Annotated[
        Unit | None, typer.Option(help="Group by day, month, year or a longer time (UTC).")
    ] = None,
    asked: dict[str, object],
    printer: AnswerPrinter,
) -> None:
    """List the instants at which answers change, and how many facts change there."""
    parameters = {**asked, "axis": axis, "by": by, "limit": 1000}
    content = printer.ask(f"/v1/negotiations/{slug}/moments", parameters, ("items",))
    if content is None:
        return
    out, _ = consoles()
    show_heading(out, f"When {_AXES[axis]} changes: {slug}", content["perspective"])
    show_erased(out, content)
    rows = [(moment["at"], moment["changes"]) for moment in content["items"]]
    show_rows(out, f"Moments: {len(rows)}", ("at", "facts that change"), rows)
