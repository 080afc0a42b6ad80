"""Marks record times from a wrong clock as wrong; what was signed stays unchanged.

If the log has record times later than the machine's clock, one of the two is wrong, and neither shows which. So a
person has to say what another clock shows, and `--yes` is not enough: with a clock that is behind, right times would
be marked as wrong.
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

_NOTHING: Final = "no record time is in the future: there is nothing to correct"
_HOUR: Final = 3_600_000_000
_EAST, _WEST = 14 * _HOUR, 12 * _HOUR
"""How much earlier, and how much later, than in UTC a day begins somewhere."""
_NEAR: Final = _HOUR // 12
"""The error of a time that a person reads off a clock and types."""
_FORM: Final = "write a date (YYYY-MM-DD), or a time with its offset (2026-11-28T08:25+01:00)"


def correct_clock(
    *,
    why: Annotated[
        str,
        typer.Option(
            show_default=False, help="Why the times are wrong, in words; they stay in the log."
        ),
    ],
    now: Annotated[
        str | None,
        typer.Option(
            show_default=False,
            help="Today's date (YYYY-MM-DD), or the time with its offset, by a clock other than this machine's.",
        ),
    ] = None,
    withdraw: Annotated[
        int | None,
        typer.Option(
            show_default=False,
            metavar="POSITION",
            help="Instead, withdraw the last correction of the clock, at this position, because it was wrong.",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask again; --now is still needed.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Record that a wrong clock gave record times in the future.

    Look at another clock first. If this machine's is behind, set it right: then nothing is wrong. The record times stay
    as they were signed; their events count as recorded at the time of this correction. Until it is made, nothing else
    can be recorded.
    """
    with open_record() as parley:
        if withdraw is None:
            wrong = parley.wrong_times()
            if wrong is None:
                raise CommandRefusedError(_NOTHING)
            _confirm(wrong, now, yes=yes)
            shown, entry = _as_json(wrong), parley.correct_clock(wrong, why)
        else:
            _confirm_withdrawal(parley, now, yes=yes)
            shown, entry = {"withdrawn": withdraw}, parley.withdraw_correction(withdraw, why)
    if json:
        say(shown | {"position": entry.id, "recorded_at": format_instant(entry.recorded_at)})
        return
    echo(f"Recorded at position {entry.id}, at {format_instant(entry.recorded_at)}")


def describe_wrong_times(wrong: WrongTimes) -> str:
    """Describe the record times in the future in one line."""
    now = f"this machine's clock says {format_instant(wrong.now)}"
    if wrong.first_at is None:
        return f"the log's clock (log_head) is at {format_instant(wrong.head_at)}, and {now}"
    span = f"{wrong.first} to {wrong.last}" if wrong.last > wrong.first else str(wrong.first)
    return f"the record time of position {span} is {format_instant(wrong.first_at)} or later, and {now}"


def _confirm(wrong: WrongTimes, read: str | None, *, yes: bool) -> None:
    """Ask what another clock shows before showing this machine's time, so that nobody copies that."""
    span = _read(read)
    echo(describe_wrong_times(wrong), err=True)
    _compare(wrong.now, *span)
    if span[0] <= wrong.head_at <= span[1]:
        raise CommandRefusedError(
            f"the log's clock is at {format_instant(wrong.head_at)}, which also fits the date that you gave: give the"
            " time with its offset (--now 2026-11-28T08:25+01:00), or wait until then; nothing was recorded"
        )
    _agree("Is this machine's clock right, and are those record times wrong?", yes=yes)


def _confirm_withdrawal(parley: Parley, read: str | None, *, yes: bool) -> None:
    """Ask what another clock shows, because with a clock that is ahead, wrong times would count as right again."""
    span = _read(read)
    now = parley.clock()
    echo(f"this machine's clock says {format_instant(now)}", err=True)
    _compare(now, *span)
    _agree("Is this clock right now, and was it wrong when the correction was made?", yes=yes)


def _read(read: str | None) -> tuple[int, int]:
    """The first and last instant that the other clock may mean; asks for its time if none was given."""
    if read is None and not sys.stdin.isatty():
        raise typer.BadParameter(f"needed, with or without --yes: {_FORM}", param_hint="--now")
    if read is None:
        read = ask_for("What is today's date, by another clock than this machine's (YYYY-MM-DD)?")
    return _span(read)


def _agree(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter("needed, because there is no terminal to ask", param_hint="--yes")
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
    """Raise CommandRefusedError if the other clock contradicts this machine's clock."""
    if not first <= now <= last:
        raise CommandRefusedError(
            f"this machine's clock says {format_instant(now)}, but the clock that you read differs: set this"
            " machine's clock right first; only record times that are in the future then are wrong. Nothing was"
            " recorded"
        )


def _as_json(wrong: WrongTimes) -> dict[str, Any]:
    instants = {"first_at", "head_at", "now"}
    return {
        name: format_instant(value) if name in instants and value is not None else value
        for name, value in asdict(wrong).items()
    }
