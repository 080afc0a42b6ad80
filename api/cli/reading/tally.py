"""The command that counts over valid time; where no fact counts what is asked for, it does not answer 0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from api.cli.answer_printer import AnswerPrinter
from api.cli.ask import ask
from api.cli.completing import complete_kind, complete_what
from api.cli.options import (
    Slug,
    take_perspective,
)
from api.cli.session import open_record
from api.cli.tables import format_value, show_erased, show_heading, show_rows
from api.cli.text import consoles, print_line
from api.commands.number_words import interval_in_words
from api.composition import Parley
from domain.views.counting.points import By
from domain.views.counting.query import Per

_COLUMNS: Final = ("when", "population", "counted by", "how many", "approximate", "contested")
_PARTS: Final = ("when", "matter", "how many", "contested", "what", "others say")
_BESIDES: Final = ("when", "what is counted", "what")
_NAMED: Final = 20
"""How many of the facts that are in no point are named at most."""
_OTHERS: Final = {
    "undated": "Outside of the years 1 to 9999",
    "uncounted": "No number that can be added",
}


@take_perspective(table=True)
def tally(  # noqa: PLR0913 -- one argument an option
    slug: Slug,
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="WHAT",
            show_default=False,
            autocompletion=complete_what,
            help="What is counted, such as released.",
        ),
    ] = None,
    *,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            autocompletion=complete_kind,
            help="Count the facts of this kind, not the numbers in them.",
        ),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="DAY", help="Count only what happened on this day or later."
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="Count only what happened on this day or earlier."),
    ] = None,
    per: Annotated[
        Per | None,
        typer.Option(help="One total for each population, or each organisation that counts."),
    ] = None,
    by: Annotated[By, typer.Option(help="One total for each day, month or year.")] = "month",
    parts: Annotated[
        bool,
        typer.Option(
            "--parts",
            help="Also list the numbers that are added, their rivals, and what else is counted.",
        ),
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most points on a page.")] = 1000,
    cursor: Annotated[
        str | None,
        typer.Option(metavar="NEXT", help="The `next` of the page before, to go on after it."),
    ] = None,
    asked: dict[str, object],
    printer: AnswerPrinter,
) -> None:
    """Count how many people were released, or how many of WHAT there were, month by month."""
    if parts and printer.csv:
        raise typer.BadParameter("leave it out, or leave out --csv", param_hint="--parts")
    if (what is None) == (kind is None) and not cursor:
        raise typer.BadParameter(
            "write what to add up, such as released, or --kind KIND to count facts; not both",
            param_hint="WHAT",
        )
    path = f"/v1/negotiations/{slug}/tally"
    with open_record() as parley:
        parameters = {**({} if cursor else asked), "what": what, "by": by, "kind": kind}
        parameters |= {"count": None if kind is None else "facts", "from": from_, "to": to}
        parameters |= {"per": per, "limit": limit, "cursor": cursor}
        parameters |= {"parts": "true"} if parts else {}
        parameters |= {} if printer.json or printer.csv else {"words": "true"}
        content = printer.ask_in(parley, path, parameters)
        if content is not None:
            named = _name_facts(parley, content, str(asked["clock"]))
            _show_tally(slug, content, named)


def _name_facts(parley: Parley, content: Mapping[str, Any], clock: str) -> dict[str, list[str]]:
    """The first facts that are in no point, each as its external id, or else its id, with its summary."""
    at = content["perspective"]
    cuts = {"as_of": at["as_of"], "as_known_at": at["as_known_at"], "clock": clock}
    cuts["position"] = at["position"]
    return {
        name: [_name_fact(ask(parley, f"/v1/facts/{id_}", cuts).content) for id_ in ids[:_NAMED]]
        for name in _OTHERS
        if (ids := content.get(name))
    }


def _name_fact(record: Mapping[str, Any]) -> str:
    return f"{record['fact']['external_id'] or record['id']}: {record['fact']['summary']}"


def _show_tally(slug: str, content: Mapping[str, Any], named: Mapping[str, list[str]]) -> None:
    out, errors = consoles()
    counted = content.get("what") or f"facts of the kind {content.get('kind')}"
    show_heading(out, f"How many {counted}: {slug}", content["perspective"])
    show_erased(out, content)
    if "known" in content:
        counted = ", ".join(content["known"]) or "nothing"
        print_line(out, f"Nothing here counts {content['what']!r}; what is counted: {counted}")
        return
    rows = [_row(point) for point in content["points"]]
    show_rows(out, f"By {content['by']}", _COLUMNS, rows)
    if "parts" in content:
        show_rows(out, "What is added", _PARTS, [_part(part) for part in content["parts"]])
    if content.get("also_counted"):
        besides = [_list_cells(figure) for figure in content["also_counted"]]
        show_rows(out, "Also counted, not added", _BESIDES, besides)
    _show_others(out, content, named)
    for total in content.get("totals", ()):
        name = total.get("population") or total.get("counted_by") or "not said"
        print_line(out, f"{name}: {interval_in_words(total)} ({total['rests_on']})")
    if "totals_more" in content:
        print_line(out, f"Totals in all: {content['totals_more']['count']}")
    print_line(
        out, f"In all: {interval_in_words(content['total'])} ({content['total']['rests_on']})"
    )
    if content["next"] is not None:
        print_line(errors, f"There is more: --cursor {content['next']}")


def _show_others(out: Console, content: Mapping[str, Any], named: Mapping[str, list[str]]) -> None:
    """Print the facts and figures that are in no point, or add nothing."""
    for name, title in _OTHERS.items():
        if content[name]:
            print_line(out, f"{title}: {_count_facts(content, name)}")
            for fact in named[name]:
                print_line(out, f"  {fact}")
    for figure in content["cumulative"]:
        text = f"{format_value(figure['quantity'])} ({figure['fact']['summary']})"
        print_line(out, f"Running total, not added: {text}")
    if "cumulative_more" in content:
        print_line(out, f"Running totals in all: {content['cumulative_more']['count']}")


def _count_facts(content: Mapping[str, Any], name: str) -> str:
    total = content.get(f"{name}_more")
    number = len(content[name]) if total is None else total["count"]
    return f"{number} fact{'s' * (number != 1)}"


def _row(point: Mapping[str, Any]) -> tuple[object, ...]:
    at, until = point["at"], point["until"]
    marks = (point[name] or None for name in ("approximate", "contested"))
    when = at if at == until else f"{at} to {until}, each"
    whose = (point.get(name) for name in ("population", "counted_by"))
    return (when, *whose, interval_in_words(point), *marks)


def _part(part: Mapping[str, Any]) -> tuple[object, ...]:
    fact = part["fact"]
    others = [rival["summary"] for rival in part["rivals"]]
    contested = part["contested"] or None
    return (
        fact["valid"],
        part["matter"],
        interval_in_words(part),
        contested,
        fact["summary"],
        others,
    )


def _list_cells(figure: Mapping[str, Any]) -> tuple[object, ...]:
    fact, quantity = figure["fact"], figure["quantity"]
    return (fact["valid"], format_value(quantity), fact["summary"])
