"""The command finds record times that a wrong clock gave, and marks them as wrong; it changes nothing that was signed.

Where the log's times lie after the machine's clock, one of the two is wrong, and neither shows which. So a person has
to say what another clock shows, and `--yes` is not enough: a clock that is behind would make all right times wrong.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

import typer

from api.cli.options import AsJson
from api.cli.session import CommandRefusedError, open_record, say
from api.cli.text import ask_for, confirm, echo
from api.composition import Parley
from domain.time.instant import format_instant
from infrastructure.log.clock_corrections import WrongTimes

__all__ = ["describe_wrong_times", "register"]

_NOTHING: Final = "no record time lies beyond the present: there is nothing to correct"
_HOUR: Final = 3_600_000_000
_EAST, _WEST = 14 * _HOUR, 12 * _HOUR
"""How much sooner, and how much later, than by UTC a day begins somewhere."""
_NEAR: Final = _HOUR // 12
"""How exactly a person reads the time off a clock and types it."""
_FORM: Final = (
    "a date (YYYY-MM-DD), or a time with its offset (2026-11-28T08:25+01:00), is expected"
)


def correct_clock(
    *,
    why: Annotated[
        str,
        typer.Option(
            show_default=False, help="Why they are wrong, in words: they stay in the log."
        ),
    ],
    now: Annotated[
        str | None,
        typer.Option(
            show_default=False,
            help="Today's date (YYYY-MM-DD), or the time with its offset, read off another clock than this machine's.",
        ),
    ] = None,
    withdraw: Annotated[
        int | None,
        typer.Option(
            show_default=False,
            metavar="POSITION",
            help="Say instead that the last correction of the clock, at this position, should not have been made.",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask again; --now is needed all the same.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Record that record times in the future were given by a wrong clock.

    Look at another clock first. If this machine's is behind, set it right: then nothing is wrong. The record times stay
    as they were signed, and count as recorded when this is. Until then nothing else is recorded.
    """
    with open_record() as parley:
        if withdraw is None:
            found = parley.wrong_times()
            if found is None:
                raise CommandRefusedError(_NOTHING)
            _confirm(found, now, yes=yes)
            shown, entry = _shown(found), parley.correct_clock(found, why)
        else:
            _confirm_withdrawal(parley, now, yes=yes)
            shown, entry = {"withdrawn": withdraw}, parley.withdraw_correction(withdraw, why)
    if json:
        say(shown | {"position": entry.id, "recorded_at": format_instant(entry.recorded_at)})
        return
    echo(f"Position {entry.id} says so, recorded at {format_instant(entry.recorded_at)}")


def describe_wrong_times(found: WrongTimes) -> str:
    """Which record times lie in the future, in one line."""
    now = f"by the clock it is {format_instant(found.now)}"
    if found.first_at is None:
        return f"the log's clock (log_head) stands at {format_instant(found.head_at)}, and {now}"
    span = f"{found.first} to {found.last}" if found.last > found.first else str(found.first)
    return f"the record time of position {span} is {format_instant(found.first_at)} or later, and {now}"


def _confirm(found: WrongTimes, read: str | None, *, yes: bool) -> None:
    """Ask what another clock shows before showing this machine's time, so that nobody copies that."""
    span = _read(read)
    echo(describe_wrong_times(found), err=True)
    _compare(found.now, *span)
    if span[0] <= found.head_at <= span[1]:
        raise CommandRefusedError(
            f"the log's clock stands at {format_instant(found.head_at)}, and what you read fits it as well: give the"
            " time with its offset (--now 2026-11-28T08:25+01:00), or wait until then; nothing was recorded"
        )
    _agree("Is the clock right, and are they wrong?", yes=yes)


def _confirm_withdrawal(parley: Parley, read: str | None, *, yes: bool) -> None:
    """Ask what another clock shows, because with a clock that is ahead, wrong times would count as right again."""
    span = _read(read)
    now = parley.clock()
    echo(f"by the clock it is {format_instant(now)}", err=True)
    _compare(now, *span)
    _agree("Is the clock right, and was it wrong when the correction was made?", yes=yes)


def _read(read: str | None) -> tuple[int, int]:
    """The first and last instant that the other clock may mean; it is asked for where it was not given."""
    if read is None and not sys.stdin.isatty():
        raise typer.BadParameter(f"needed, with or without --yes: {_FORM}", param_hint="--now")
    if read is None:
        read = ask_for("What is today's date, by another clock than this machine's (YYYY-MM-DD)?")
    return _span(read)


def _agree(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter("needed where nobody can be asked", param_hint="--yes")
    confirm(question)


def _span(read: str) -> tuple[int, int]:
    """The first and last instant that a date or time may mean, in any time zone."""
    try:
        day = date.fromisoformat(read)
    except ValueError:
        return _moment(read)
    began = _instant(datetime(day.year, day.month, day.day, tzinfo=UTC))
    return began - _EAST, began + 24 * _HOUR + _WEST


def _moment(read: str) -> tuple[int, int]:
    try:
        at = datetime.fromisoformat(read)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise typer.BadParameter(_FORM, param_hint="--now")
    return _instant(at) - _NEAR, _instant(at) + _NEAR


def _instant(at: datetime) -> int:
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000


def _compare(now: int, first: int, last: int) -> None:
    """RefusedError where the other clock contradicts this machine's clock."""
    if not first <= now <= last:
        raise CommandRefusedError(
            f"this machine's clock says {format_instant(now)}, and the one that you read does not: set this"
            " machine's right first, and only what lies in the future then is wrong; nothing was recorded"
        )


def _shown(found: WrongTimes) -> dict[str, Any]:
    instants = {"first_at", "head_at", "now"}
    return {
        name: format_instant(value) if name in instants and value is not None else value
        for name, value in asdict(found).items()
    }


def register(app: typer.Typer) -> None:
    """Offer the command."""
    app.command("correct-clock")(correct_clock)
