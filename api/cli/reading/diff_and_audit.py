"""The commands that show changes: between two states of knowledge, by whom and why, and in the log."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Annotated, Any, Final, NoReturn

import typer

from api.cli.answer_printer import AnswerPrinter
from api.cli.ask import ask
from api.cli.options import (
    Slug,
    parse_cut_option,
    take_perspective,
)
from api.cli.session import open_record
from api.cli.tables import format_value, show_erased, show_heading, show_rows, sources
from api.cli.text import consoles, echo, print_json, print_line
from api.commands.json_text import write_json
from api.composition import Parley
from domain.views.audit import Order
from domain.views.diff import SECTIONS

WAIT_SECONDS: Final = 1.0
"""How long a log that is followed is left alone after its end."""
_DIFFERENCES: Final = ("when", "what", "reason", "why", "changes", "sources")
_EVENTS: Final = (
    *("position", "recorded at", "event", "reason", "why", "fact", "changes"),
    *("actor", "approved by", "batch"),
)


@take_perspective("as_of", "position", "clock", "match", table=True)
def diff(
    slug: Slug,
    *,
    from_: Annotated[
        str,
        typer.Option(
            "--from", parser=parse_cut_option, metavar="WHEN", help="The earlier knowledge cut."
        ),
    ],
    to: Annotated[
        str | None,
        typer.Option(
            parser=parse_cut_option,
            metavar="WHEN",
            help="The later knowledge cut. Default: everything that is known.",
        ),
    ] = None,
    kinds: Annotated[
        bool, typer.Option("--kinds", help="Show the kind of each fact, and sort by kind.")
    ] = False,
    asked: dict[str, object],
    printer: AnswerPrinter,
) -> None:
    """Compare what was known at two times: facts added, corrected, ended, retracted."""
    parameters = {**asked, "from": from_, "to": to, **({"kinds": "true"} if kinds else {})}
    content = printer.ask(f"/v1/negotiations/{slug}/diff", parameters, SECTIONS)
    if content is None:
        return
    out, _ = consoles()
    known = (content[end]["as_known_at"] or "now" for end in ("from", "to"))
    show_heading(
        out, f"{slug}: from what was known at {' to '.join(known)}", content["perspective"]
    )
    show_erased(out, content)
    for section in SECTIONS:
        items = sorted(content[section], key=lambda item: str(item.get("kind", "")))
        rows = [
            (*((item["kind"],) if kinds else ()), item["fact"]["valid"], item["fact"]["summary"],
             item.get("reason"), item.get("why"), _describe_changes(item.get("changes", ())), sources(item["fact"]))
            for item in items
        ]  # fmt: skip
        columns = (*(("kind",) if kinds else ()), *_DIFFERENCES)
        show_rows(out, f"{section.capitalize()}: {len(rows)}", columns, rows)
    change = content.get("negotiation")
    if change is not None:
        row = (change["reason"], change["why"], _describe_changes(change["changes"]))
        show_rows(out, "Negotiation", ("reason", "why", "changes"), [row])
    elif not any(content[section] for section in SECTIONS):
        print_line(out, "Nothing changed.")
    facts = {name: {item["fact"]["id"] for item in content[name]} for name in SECTIONS}
    if (
        asked["clock"] == "recorded"
        and facts["added"]
        and set().union(*facts.values()) <= facts["added"]
    ):
        told = "All of this was recorded later, whenever it was published."
        print_line(out, f"{told} By the time of publication: --clock published")


@take_perspective(table=True)
def audit(
    slug: Slug,
    *,
    person: Annotated[
        str | None,
        typer.Option(
            help="Only changes of facts that name this person before or after: a spelling of the name, or an id."
        ),
    ] = None,
    order: Annotated[
        Order, typer.Option(help="Whether the list begins with the oldest or with the newest.")
    ] = "oldest",
    asked: dict[str, object],
    printer: AnswerPrinter,
) -> None:
    """List every correction and other change: who changed what, when, and why."""
    path = f"/v1/negotiations/{slug}/audit"
    content = printer.ask(path, {**asked, "person": person, "order": order}, ("items",))
    if content is None:
        return
    out, _ = consoles()
    show_heading(out, f"Corrections and other changes of {slug}", content["perspective"])
    show_erased(out, content)
    rows = [
        (entry["position"], entry["recorded_at"], entry["event"], entry["reason"], entry["why"],
         _subject(entry), _describe_changes(entry["changes"]), entry["actor"], entry["approvers"],
         entry.get("batch"))
        for entry in content["items"]
    ]  # fmt: skip
    show_rows(out, f"Changes: {len(rows)}", _EVENTS, rows)
    if not rows:
        print_line(out, "Nothing was changed.")


def _subject(entry: Mapping[str, Any]) -> str:
    fact = entry["fact"]
    if fact is None:
        return str(entry["negotiation"]["title"])
    return str(fact["summary"] or fact["id"])


@take_perspective("position")
def changes(
    *,
    after: Annotated[
        int, typer.Option(min=0, metavar="POSITION", help="Show only events after this position.")
    ] = 0,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most events to show.")] = 100,
    batch: Annotated[
        str | None, typer.Option(help="Only events of imports with this label.")
    ] = None,
    follow: Annotated[
        bool,
        typer.Option(
            "--follow",
            help="Print a line for each event, and for each new event until you press Ctrl-C.",
        ),
    ] = False,
    asked: dict[str, object],
    printer: AnswerPrinter,
) -> None:
    """List the log of all negotiations in order: what was recorded, when and by whom."""
    if follow and asked["position"] is not None:
        raise typer.BadParameter("leave it out, or leave out --position", param_hint="--follow")
    asked |= {"after": after, "limit": limit, "batch": batch}
    with open_record() as parley:
        if follow:
            _follow(parley, asked, json=printer.json)
        content = printer.ask_in(parley, "/v1/changes", asked)
    if content is None:
        return
    out, _ = consoles()
    show_heading(out, "The log", content["perspective"])
    columns = ("position", "recorded at", "event", "batch", "what", "actor")
    rows = [_cells(event) for event in content["items"]]
    show_rows(out, f"Events: {len(rows)}", columns, rows)
    if content["next"] is not None:
        print_line(out, f"There may be more: --after {content['next']}")


def _cells(event: Mapping[str, Any]) -> tuple[Any, ...]:
    told = (event["position"], event["recorded_at"], event["event"], event.get("batch"))
    return (*told, _subject_of(event), event["actor"])


def _follow(parley: Parley, asked: Mapping[str, object], *, json: bool) -> NoReturn:
    """Print each event as it is recorded: as a line of words, or of JSON."""
    after = asked["after"]
    while True:
        content = ask(parley, "/v1/changes", {**asked, "after": after}).content
        for event in content["items"]:
            if json:
                print_json(write_json(event))
            else:
                echo("  ".join(text for cell in _cells(event) if (text := format_value(cell))))
            after = event["position"]
        sys.stdout.flush()
        if content["next"] is None:
            time.sleep(WAIT_SECONDS)


def _subject_of(change: Mapping[str, Any]) -> str:
    """What an event is about, in the event's own words where it has any."""
    data = change["data"]
    fact = data.get("fact")
    summary = fact["summary"] if isinstance(fact, dict) else None
    return str(summary or data.get("title") or data.get("why") or change["fact"] or "")


def _describe_changes(changes: Any) -> list[str]:  # noqa: ANN401 -- a list of the API's
    return [
        f"{part['field']}: {_text(part['before'])} → {_text(part['after'])}" for part in changes
    ]


def _text(value: object) -> str:
    return format_value(value) or "nothing"
