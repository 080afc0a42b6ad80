"""The commands that list what there is: the negotiations, and the snapshots of one."""

from __future__ import annotations

import typer

from api.cli.ask import ask_whole, print_answer
from api.cli.options import AsJson, Slug, take_perspective
from api.cli.session import consoles, open_record
from api.cli.tables import show_heading, show_rows
from api.cli.text import print_line

__all__ = ["register", "show_negotiations"]


@take_perspective("as_known_at", "position", "clock")
def list_(*, asked: dict[str, object], json: AsJson = False) -> None:
    """List the negotiations, each with the fact that was recorded or changed last."""
    show_negotiations(asked, json=json)


def show_negotiations(asked: dict[str, object], *, json: bool) -> None:
    """Print all negotiations at a perspective."""
    question = {"latest": "true", "limit": 1_000, **asked}
    with open_record() as parley:
        answer = ask_whole(parley, "/v1/negotiations", question, ("items",))
    if json:
        print_answer(answer)
        return
    out, _ = consoles()
    content = answer.content
    show_heading(out, "Negotiations", content["perspective"])
    rows = [
        (
            each["slug"],
            each["title"],
            each["parties"],
            latest["recorded_at"],
            latest["fact"]["summary"],
        )
        if (latest := each["latest"])
        else (each["slug"], each["title"], each["parties"], None, None)
        for each in content["items"]
    ]
    columns = ("slug", "title", "parties", "changed last", "what")
    show_rows(out, f"Negotiations: {len(rows)}", columns, rows)
    if not rows:
        print_line(out, 'None. To begin one: parley import SLUG FACTS.csv --title "Talks on …"')


@take_perspective("position")
def snapshots(slug: Slug, *, asked: dict[str, object], json: AsJson = False) -> None:
    """List the snapshots of a negotiation, each with its perspective and its hash."""
    with open_record() as parley:
        path = f"/v1/negotiations/{slug}/snapshots"
        answer = ask_whole(parley, path, {"limit": 1_000, **asked}, ("items",))
    if json:
        print_answer(answer)
        return
    out, _ = consoles()
    content = answer.content
    show_heading(out, f"Snapshots of {slug}", content["perspective"])
    rows = [
        (each["name"], at["as_of"], at["as_known_at"], at["clock"], at["position"], each["sha256"])
        for each in content["items"]
        for at in (each["perspective"],)
    ]
    columns = ("name", "as of", "as known at", "clock", "position", "sha256")
    show_rows(out, f"Snapshots: {len(rows)}", columns, rows)
    if not rows:
        print_line(out, f"None. To take one: parley snapshot {slug} NAME")


def register(app: typer.Typer) -> None:
    """Offer the commands."""
    app.command("list")(list_)
    app.command()(snapshots)
