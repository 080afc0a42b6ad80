"""All commands take the same options for the perspective; for an option left out, the API's default applies."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from api.cli.session import CommandRefusedError
from domain.streams.negotiation import SLUG
from domain.time.instant import InstantError, parse_cut
from domain.time.perspective import Clock, Match

__all__ = [
    "AsJson",
    "AsKnownAt",
    "AsOf",
    "AtPosition",
    "ByClock",
    "ByMatch",
    "Slug",
    "parse_cut_option",
    "perspective",
    "slug",
]

_PANEL: Final = "Perspective"


def parse_cut_option(text: str) -> str:
    """A year, month, day or instant as it was written; BadParameter where it is none."""
    try:
        parse_cut(text)
    except InstantError as error:
        raise typer.BadParameter(str(error)) from error
    return text


def slug(text: str) -> str:
    """A slug as it was written; RefusedError where no negotiation can have it."""
    if not SLUG.fullmatch(text):
        raise CommandRefusedError(f"no negotiation {text!r}")
    return text


Slug = Annotated[
    str,
    typer.Argument(
        parser=slug, metavar="SLUG", show_default=False, help="The negotiation, by its slug."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, as the API answers it.")]
AsOf = Annotated[
    str | None,
    typer.Option(
        parser=parse_cut_option,
        metavar="WHEN",
        show_default=False,
        rich_help_panel=_PANEL,
        help="What was so then: a year, month or day, which cuts at its end (UTC), or an RFC 3339"
        " instant. Left out: --as-known-at, else now.",
    ),
]
AsKnownAt = Annotated[
    str | None,
    typer.Option(
        parser=parse_cut_option,
        metavar="WHEN",
        show_default=False,
        rich_help_panel=_PANEL,
        help="What was known then. Left out: everything known.",
    ),
]
AtPosition = Annotated[
    int | None,
    typer.Option(
        min=0,
        show_default=False,
        rich_help_panel=_PANEL,
        help="The log as it stood at this position. Left out: the latest.",
    ),
]
ByClock = Annotated[
    Clock,
    typer.Option(
        rich_help_panel=_PANEL,
        help="Whether known means recorded here, or made public by a source.",
    ),
]
ByMatch = Annotated[
    Match,
    typer.Option(
        rich_help_panel=_PANEL,
        help="With possible, also show facts with vague dates that may not hold then.",
    ),
]


def perspective(
    as_of: str | None, as_known_at: str | None, position: int | None, clock: Clock, match: Match
) -> dict[str, object]:
    """The perspective as the API's parameters."""
    return {
        "as_of": as_of,
        "as_known_at": as_known_at,
        "position": position,
        "clock": clock,
        "match": match,
    }
