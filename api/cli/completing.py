"""Completes kinds, fields, facts and pictures in a shell; offers nothing if the record cannot be read."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, get_args

import typer
from typer.core import CompletionItem, TyperCommand  # type: ignore[attr-defined]  # a command has to offer this

from api.cli.ask import ask
from api.cli.session import open_record
from api.cli.text import visible_line
from api.commands.charts.subjects import SUBJECTS
from api.commands.importing.described import describe_columns
from domain.fact import KINDS
from domain.streams.event import Reason
from domain.views.people import list_statuses

MOST_PAGES: Final = 5
_PAGE: Final = 1_000
_NOTHING: Final = "?"
"""What no fact counts: a tally of it says what is counted."""


def complete_kind(incomplete: str) -> list[str]:
    """The kinds of fact that begin so."""
    return _begin(sorted(KINDS), incomplete)


def complete_status(incomplete: str) -> list[str]:
    """The statuses of people that begin so."""
    return _begin(list_statuses(), incomplete)


def complete_chart(incomplete: str) -> list[str]:
    """The pictures whose names begin so."""
    return _begin(SUBJECTS, incomplete)


def complete_fact(ctx: typer.Context, incomplete: str) -> list[str]:
    """The first 5,000 facts of the negotiation: those whose external id, or id where there is none, begins so."""
    names: list[str] = []
    with suppress(Exception), open_record() as parley:
        path = f"/v1/negotiations/{_slug(ctx)}/timeline"
        parameters: dict[str, object] = {"limit": _PAGE, "include": "retracted"}
        for _ in range(MOST_PAGES):
            page = ask(parley, path, parameters).content
            named = (item["fact"]["external_id"] or item["id"] for item in page["items"])
            names += _begin(named, incomplete)
            if page["next"] is None:
                break
            parameters = {"cursor": page["next"]}
    return names


def complete_what(ctx: typer.Context, incomplete: str) -> list[str]:
    """What the facts of the negotiation count, where it begins so."""
    with suppress(Exception), open_record() as parley:
        path = f"/v1/negotiations/{_slug(ctx)}/tally"
        counted = ask(parley, path, {"what": _NOTHING}).content.get("known", ())
        return _begin(counted, incomplete)
    return []


class CompletingFields(TyperCommand):
    """A command that takes fields as options: it offers their names, and the values of those that have few."""

    def shell_complete(self, ctx: Any, incomplete: str) -> list[CompletionItem]:  # noqa: ANN401 -- typer keeps its context's class to itself
        """Offer options and fields after a hyphen, and values after a field."""
        offered = super().shell_complete(ctx, incomplete)
        columns = _columns(ctx.info_name, ctx.params.get("kind"))
        typed = [arg.partition("=")[0].replace("_", "-") for arg in ctx.args]
        last = typed[-1].removeprefix("--") if typed and "=" not in ctx.args[-1] else None
        if incomplete.startswith("-"):
            names = (f"--{name}" for name in columns if f"--{name}" not in typed)
            return offered + [CompletionItem(name) for name in _begin(names, incomplete)]
        return [CompletionItem(value) for value in _begin(columns.get(last or "", ()), incomplete)]


def _columns(command: str | None, kind: str | None) -> dict[str, tuple[str, ...]]:
    """The fields that a command takes, each with its few values; of any kind where it does not say of which."""
    kinds = [kind] if kind in KINDS else sorted(KINDS)
    fields = {
        column["column"].replace("_", "-"): tuple(column["choices"])
        for kind in kinds
        for column in describe_columns(kind)
        if column["column"] != "kind"
    }
    about = {"why": (), "reason": get_args(Reason)}
    citation = {name: few for name, few in fields.items() if name.startswith("citation.")}
    return {
        "record": fields,
        "correct": {**fields, **about},
        "corroborate": citation,
        "end": {"ended": ()},
        "retract": about,
        "reinstate": {"why": ()},
        "prefer": {"why": (), "preferred": ("true", "false")},
    }.get(command or "", {})


def _slug(ctx: typer.Context) -> str | None:
    """The negotiation that was named; where an option is to be completed, typer has not read the arguments yet."""
    return ctx.params.get("slug") or next(iter(ctx.args), None)


def _begin(names: Iterable[str], incomplete: str) -> list[str]:
    """The names that begin with `incomplete`, without those with characters that act on the terminal."""
    return [name for name in names if name.startswith(incomplete) and visible_line(name) == name]
