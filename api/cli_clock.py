"""Record times that a wrong clock gave are found, shown, and said to be wrong; nothing that was signed is changed."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from api.cli_options import AsJson
from api.cli_record import RefusedError, opened, say
from api.cli_text import confirm, echo
from domain.instant import format_instant
from infrastructure.clock_corrections import WrongTimes

__all__ = ["register", "said"]

_NOTHING = "no record time lies beyond the present: there is nothing to correct"


def correct_clock(
    *,
    why: Annotated[
        str,
        typer.Option(
            show_default=False, help="Why they are wrong, in words: they stay in the log."
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    json: AsJson = False,
) -> None:
    """Say in the log that its record times which lie in the future are wrong, and go on by the clock.

    They stay as they were signed, and count as recorded when this is. Until then nothing else is recorded.
    """
    with opened() as parley:
        found = parley.wrong_times()
        if found is None:
            raise RefusedError(_NOTHING)
        _confirm(found, yes=yes)
        entry = parley.correct_clock(found, why)
    if json:
        say(
            _shown(found) | {"position": entry.id, "recorded_at": format_instant(entry.recorded_at)}
        )
        return
    echo(f"Position {entry.id} says so, recorded at {format_instant(entry.recorded_at)}")


def said(found: WrongTimes) -> str:
    """Which record times lie in the future, in one line."""
    now = f"by the clock it is {format_instant(found.now)}"
    if found.first_at is None:
        return f"the log's clock (log_head) stands at {format_instant(found.head_at)}, and {now}"
    span = f"{found.first} to {found.last}" if found.last > found.first else str(found.first)
    return f"the record time of position {span} is {format_instant(found.first_at)} or later, and {now}"


def _confirm(found: WrongTimes, *, yes: bool) -> None:
    echo(said(found), err=True)
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter("needed where nobody can be asked", param_hint="--yes")
    confirm("Is the clock right, and are they wrong?")


def _shown(found: WrongTimes) -> dict[str, Any]:
    instants = {"first_at", "head_at", "now"}
    return {
        name: format_instant(value) if name in instants and value is not None else value
        for name, value in asdict(found).items()
    }


def register(app: typer.Typer) -> None:
    """Offer the command."""
    app.command("correct-clock")(correct_clock)
