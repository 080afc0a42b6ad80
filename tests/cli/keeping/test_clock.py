"""`parley correct-clock` shows record times in the future, asks, and records that they are wrong."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.composition import compose
from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from domain.time.instant import format_instant
from infrastructure.clock import system_clock
from infrastructure.settings import Settings
from tests.cli.conftest import LINES, Shell
from tests.importing.lines import SLUG, custody

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.databases import Kind

pytestmark = pytest.mark.either_database

HOUR = 3_600_000_000
DAY = 24 * HOUR
YEARS = 3_650 * DAY
AHEAD = len(LINES) + 2


@pytest.fixture
def ahead(parley: Shell) -> Shell:
    """A record whose last two events were recorded by a clock that was ten years ahead."""
    record_ahead(parley)
    return parley


def record_ahead(parley: Shell) -> None:
    record = compose(
        Settings.from_env(parley.settings), clock=lambda: system_clock() + YEARS, upgrade=False
    )
    fact = record.ledger.fact(fact_id(negotiation_id(SLUG), "R"))
    for preferred in (True, False):
        record.ledger.change(fact.decide_prefer(preferred=preferred, why="so", actor="desk"))
        fact = record.ledger.fact(fact.id)
    record.close()


def test_what_a_wrong_clock_did_is_found_refused_said_and_corrected(ahead: Shell) -> None:
    span = f"the record time of position {AHEAD} to {AHEAD + 1} is 203"
    for command in (("verify",), ("verify", "--log-only")):
        found = ahead(*command)
        assert (found.exit_code, found.stderr.count("\n")) == (1, 1)
        assert span in found.stderr
        assert "parley correct-clock" in found.stderr
    assert span in json.loads(ahead("verify", "--json").stdout)["future"]
    refused = ahead("import", SLUG, ahead.file(custody("later")))
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "the log has record times up to 203" in refused.stderr
    today = ("--now", day_of())
    assert ahead("correct-clock", "--why", "So", *today).exit_code == 2, "nobody can be asked"
    assert ahead("correct-clock", "--why", " ", *today, "--yes").exit_code == 1
    done = ahead("correct-clock", "--why", "The battery was changed", *today, "--yes", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["first"], said["last"], said["position"]) == (AHEAD, AHEAD + 1, AHEAD + 2)
    assert span in done.stderr
    assert ahead("verify").exit_code == 0
    again = ahead("correct-clock", "--why", "So it was", *today, "--yes")
    assert (again.exit_code, "nothing to correct" in again.stderr) == (1, True)
    assert ahead("import", SLUG, ahead.file(custody("later"))).exit_code == 0
    assert ahead("verify").exit_code == 0


def test_a_correction_that_should_not_have_been_made_is_withdrawn(ahead: Shell) -> None:
    """The withdrawal waits until the years have passed by which the clock was ahead."""
    today = ("--now", day_of(), "--yes")
    said = json.loads(ahead.out("correct-clock", "--why", "So", *today, "--json"))
    withdraw = ("correct-clock", "--why", "It was right", "--withdraw", str(said["position"]))
    assert ahead(*withdraw).exit_code == 2
    assert ahead(*withdraw, "--now", day_of(YEARS), "--yes").exit_code == 1
    refused = ahead(*withdraw, *today)
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 2)
    assert "set this machine's clock right first" in refused.stderr
    later = Settings.from_env(ahead.settings)
    record = compose(later, clock=lambda: system_clock() + 2 * YEARS, upgrade=False)
    record.withdraw_correction(said["position"], "It was right")
    record.close()
    found = ahead("verify")
    assert "the record time of position" in found.stderr, "they lie in the future again"
    assert said["first"] == AHEAD


def day_of(ahead: int = 0) -> str:
    return format_instant(system_clock() + ahead)[:10]


def test_by_a_clock_that_is_behind_no_right_time_is_called_wrong(ahead: Shell) -> None:
    """Only another clock can tell whether the log is ahead or this machine's clock is behind."""
    correct = ("correct-clock", "--why", "x", "--yes")
    refused = ahead("import", SLUG, ahead.file(custody("later")))
    assert "Look at another clock first" in refused.stderr
    assert "If this machine's is wrong, set it right" in refused.stderr
    unread = ahead(*correct)
    assert (unread.exit_code, "--now" in unread.stderr) == (2, True)
    for read in (
        day_of(YEARS),
        day_of(2 * DAY),
        f"{day_of(YEARS)}T12:00Z",
        f"{day_of(-3 * DAY)}T12:00+01:00",
    ):
        found = ahead(*correct, "--now", read)
        assert (found.exit_code, "set this machine's clock right first" in found.stderr) == (
            1,
            True,
        ), read
    for read in ("yes", "", "28.11.2026", f"{day_of()}T12:00", "2026-13-01"):
        assert ahead(*correct, "--now", read).exit_code == 2, read
    assert ahead("verify").exit_code == 1, "nothing was recorded"
    assert ahead(*correct, "--now", format_instant(system_clock() + 60_000_000)).exit_code == 0
    assert ahead("verify").exit_code == 0


@pytest.mark.parametrize("hours", [2, 12])
def test_a_date_does_not_do_where_it_fits_both_clocks(parley: Shell, hours: int) -> None:
    record = compose(
        Settings.from_env(parley.settings),
        clock=lambda: system_clock() + hours * HOUR,
        upgrade=False,
    )
    fact = record.ledger.fact(fact_id(negotiation_id(SLUG), "R"))
    record.ledger.change(fact.decide_prefer(preferred=True, why="so", actor="desk"))
    record.close()
    correct = ("correct-clock", "--why", "x", "--yes", "--now")
    found = parley(*correct, day_of())
    assert (found.exit_code, "the time with its offset" in found.stderr) == (1, True)
    late = format_instant(system_clock() + hours * HOUR)
    assert parley(*correct, late).exit_code == 1
    assert parley("verify").exit_code == 1, "nothing was recorded"
    assert parley(*correct, format_instant(system_clock())).exit_code == 0


def test_at_a_terminal_the_date_is_asked_for_before_a_clock_is_shown(
    fresh_database: Callable[[Kind], str], tmp_path: Path
) -> None:
    shell = Shell(fresh_database("sqlite-file"), tmp_path).fill()
    record_ahead(shell)
    command = [
        str(Path(sys.executable).with_name("parley")),
        "correct-clock",
        "--why",
        "x",
        "--yes",
    ]
    ours, theirs = pty.openpty()
    started = subprocess.Popen(
        command, stdin=theirs, stderr=subprocess.PIPE, env={**os.environ, **shell.settings}
    )
    os.write(ours, f"{day_of(YEARS)}\n".encode())
    _, said = started.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert started.returncode == 1
    question, _, answer = said.decode().partition("?")
    assert question == "What is today's date, by another clock than this machine's (YYYY-MM-DD)"
    assert "this machine's clock says" in answer
    assert "set this machine's clock right first" in answer
