"""All commands take the same options for the dates asked for (the perspective); the API's defaults apply."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, Final, get_type_hints
from uuid import UUID

import typer

from api.cli.answer_printer import AnswerPrinter
from api.cli.session import CommandRefusedError, open_record
from api.cli.text import visible_line
from domain.fact import fact_id
from domain.streams.negotiation import SLUG, negotiation_id
from domain.time.edtf_meant import explain_cut
from domain.time.instant import InstantError, parse_cut
from domain.time.perspective import Clock, Match, PerspectiveQuery

MOST_COMPLETED: Final = 1_000
_PANEL: Final = "Dates asked for (the perspective)"


def parse_cut_option(text: str) -> str:
    """A year, month, day or instant as it was written; BadParameter where it is none."""
    try:
        parse_cut(text)
    except InstantError as error:
        raise typer.BadParameter(explain_cut(error)) from error
    return text


def slug(text: str) -> str:
    """A slug as it was written; RefusedError where no negotiation can have it."""
    if not SLUG.fullmatch(text):
        raise CommandRefusedError(f"no negotiation {text!r}")
    return text


def complete_slug(incomplete: str) -> list[str]:
    """The slugs that begin so, for a shell that completes; none where the record cannot be read."""
    with suppress(Exception), open_record() as parley, parley.reading(parley.owner) as reading:
        perspective = reading.perspective(PerspectiveQuery())
        listed, _ = reading.negotiations(perspective=perspective, after=None, limit=MOST_COMPLETED)
        return [
            negotiation.slug for negotiation in listed if negotiation.slug.startswith(incomplete)
        ]
    return []


def resolve_fact(slug: str, named: str) -> UUID:
    """The id of a fact, which is named by its id or its external id; CommandRefusedError if no fact can be named so."""
    try:
        return UUID(named)
    except ValueError:
        pass
    try:
        return fact_id(negotiation_id(slug), named)
    except UnicodeEncodeError as error:
        raise CommandRefusedError(f"no fact {visible_line(named)}") from error


Slug = Annotated[
    str,
    typer.Argument(
        parser=slug,
        metavar="SLUG",
        show_default=False,
        autocompletion=complete_slug,
        help="The slug of the negotiation.",
    ),
]
SlugOrNone = Annotated[
    str | None,
    typer.Argument(
        parser=slug,
        metavar="[SLUG]",
        show_default=False,
        autocompletion=complete_slug,
        help="The slug of the negotiation. Default: list all negotiations.",
    ),
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table.")]
WithBom = Annotated[
    bool, typer.Option("--bom", help="With --csv: begin with a byte order mark, for Excel.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
_AS_OF = Annotated[
    str | None,
    typer.Option(
        parser=parse_cut_option,
        metavar="WHEN",
        show_default=False,
        rich_help_panel=_PANEL,
        help="Show what was so then: a year, a month or a day (its end, UTC), or an RFC 3339"
        " instant. Default: --as-known-at, else now.",
    ),
]
_AS_KNOWN_AT = Annotated[
    str | None,
    typer.Option(
        parser=parse_cut_option,
        metavar="WHEN",
        show_default=False,
        rich_help_panel=_PANEL,
        help="Use only what was known then. Default: everything that is known.",
    ),
]
_POSITION = Annotated[
    int | None,
    typer.Option(
        min=0,
        show_default=False,
        rich_help_panel=_PANEL,
        help="Use the log up to this position. Default: the whole log.",
    ),
]
_CLOCK = Annotated[
    Clock,
    typer.Option(
        rich_help_panel=_PANEL,
        help="For --as-known-at: whether known means recorded here, or published by a source.",
    ),
]
_MATCH = Annotated[
    Match,
    typer.Option(
        rich_help_panel=_PANEL,
        help="possible: also facts with vague dates that may hold then; certain: only facts that surely hold then.",
    ),
]
_PERSPECTIVE: Final[dict[str, tuple[Any, object]]] = {
    "as_of": (_AS_OF, None),
    "as_known_at": (_AS_KNOWN_AT, None),
    "position": (_POSITION, None),
    "clock": (_CLOCK, "recorded"),
    "match": (_MATCH, "possible"),
}
"""The options of every perspective, each with its default."""


def take_perspective(
    *names: str, table: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of the perspective, or those of some `names` alone.

    It is called with them as `asked`, which holds the API's parameters. A command with the parameter `printer` has the
    option --json, and with `table` --csv and --bom too.
    """
    options = {name: _PERSPECTIVE[name] for name in names or _PERSPECTIVE}
    taken = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=option)
        for name, (option, default) in options.items()
    ]

    forms = {"csv": AsCsv, "bom": WithBom, "json": AsJson} if table else {"json": AsJson}
    printed = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=False, annotation=option)
        for name, option in forms.items()
    ]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(command, include_extras=True)
        own = [
            option.replace(annotation=hints[option.name])
            for option in signature(command).parameters.values()
            if option.name not in {"asked", "printer"}
        ]
        has_printer = "printer" in hints
        last = printed if has_printer else [option for option in own if option.name == "json"]

        @wraps(command)
        def run(**arguments: Any) -> None:  # noqa: ANN401 -- as typer reads them
            asked = {name: arguments.pop(name) for name in options}
            if has_printer:
                arguments["printer"] = AnswerPrinter(
                    **{name: arguments.pop(name) for name in forms}
                )
            command(**arguments, asked=asked)

        ordered = [*(option for option in own if option not in last), *taken, *last]
        run.__signature__ = Signature(ordered)  # type: ignore[attr-defined]
        run.__annotations__ = {option.name: option.annotation for option in ordered}
        return run

    return decorate
