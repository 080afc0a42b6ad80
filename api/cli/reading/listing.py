"""The commands over all negotiations: the list of them, and a search in them; and the list of one's snapshots."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.answer_printer import AnswerPrinter
from api.cli.options import Slug, take_perspective
from api.cli.tables import show_heading, show_rows, sources
from api.cli.text import consoles, print_line


@take_perspective("as_known_at", "position", "clock")
def list_(*, asked: dict[str, object], printer: AnswerPrinter) -> None:
    """List the negotiations, each with the fact that was recorded or changed last."""
    show_negotiations(asked, printer)


def show_negotiations(asked: dict[str, object], printer: AnswerPrinter) -> None:
    """Print all negotiations as of the dates asked for."""
    parameters = {"latest": "true", "limit": 1_000, **asked}
    content = printer.ask("/v1/negotiations", parameters, ("items",))
    if content is None:
        return
    out, _ = consoles()
    show_heading(out, "Negotiations", content["perspective"])
    rows = [
        (
            item["slug"],
            item["title"],
            item["parties"],
            latest["recorded_at"],
            latest["fact"]["summary"],
        )
        if (latest := item["latest"])
        else (item["slug"], item["title"], item["parties"], None, None)
        for item in content["items"]
    ]
    columns = ("slug", "title", "parties", "changed last", "what")
    show_rows(out, f"Negotiations: {len(rows)}", columns, rows)
    if not rows:
        print_line(out, 'None. To begin one: parley import SLUG FACTS.csv --title "Talks on …"')


@take_perspective("position")
def snapshots(slug: Slug, *, asked: dict[str, object], printer: AnswerPrinter) -> None:
    """List the snapshots of a negotiation, each with its dates and its hash."""
    path = f"/v1/negotiations/{slug}/snapshots"
    content = printer.ask(path, {"limit": 1_000, **asked}, ("items",))
    if content is None:
        return
    out, _ = consoles()
    show_heading(out, f"Snapshots of {slug}", content["perspective"])
    rows = [
        (item["name"], at["as_of"], at["as_known_at"], at["clock"], at["position"], item["sha256"])
        for item in content["items"]
        for at in (item["perspective"],)
    ]
    columns = ("name", "as of", "as known at", "clock", "position", "sha256")
    show_rows(out, f"Snapshots: {len(rows)}", columns, rows)
    if not rows:
        print_line(out, f"None. To take one: parley snapshot {slug} NAME")


@take_perspective("as_known_at", "position", "clock")
def search(
    q: Annotated[
        str,
        typer.Argument(metavar="WORDS", help="Words; a fact is found if it contains all of them."),
    ],
    *,
    asked: dict[str, object],
    printer: AnswerPrinter,
) -> None:
    """Search the facts of all negotiations."""
    content = printer.ask("/v1/search", {"q": q, "limit": 1_000, **asked}, ("items",))
    if content is None:
        return
    out, _ = consoles()
    show_heading(out, f"Facts with {q}", content["perspective"])
    rows = [
        (item["negotiation"], fact["valid"], fact["summary"], fact["external_id"], sources(fact))
        for item in content["items"]
        for fact in (item["fact"],)
    ]
    columns = ("negotiation", "when", "what", "external id", "sources")
    show_rows(out, f"{len(rows)} fact{'s' * (len(rows) != 1)}", columns, rows)
    if not rows:
        print_line(out, "No fact holds all of these words.")
