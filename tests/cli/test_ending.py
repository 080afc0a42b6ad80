"""A signal may end a command at any moment: no partial file is left, and the command can be run again."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Final

import pytest

from infrastructure.database.schema import downgrade
from tests.cli.conftest import Shell
from tests.databases import open_database
from tests.forking import run
from tests.importing.lines import SLUG, custody
from tests.thorough import choose_count, some_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind

SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
MOST: Final = 25
"""How many signals, at most, are sent to a command in the long form."""
OLDER: Final = "0024"
"""The revision from which a record is upgraded."""
SIGNALLED: Final = """
import os, signal, sys
import api.cli.commands
from api.cli.app import main
signal.signal(signal.SIGINT, signal.default_int_handler)
at, number, calls = int(os.environ["SENT_AT"]), int(os.environ["SIGNAL"]), 0
def step(frame, event, argument):
    global calls
    calls += event == "call"
    if event == "call" and calls == at:
        sys.setprofile(None)
        signal.raise_signal(number)
sys.setprofile(step)
main()
"""
"""Runs a command, and sends it a signal at the n-th function call of its main thread."""
SET_UP: Final = 20
"""The number of calls before Parley handles signals."""
CASES: Final[dict[str, tuple[int, tuple[str, ...]]]] = {
    "import": (185_000, ("import", SLUG, "{}/more.ndjson")),
    "restore": (88_000, ("restore", "{}/backup")),
    "upgrade": (218_000, ("db", "upgrade")),
    "compact": (62_000, ("compact",)),
    "rebuild": (105_000, ("rebuild",)),
    "verify": (254_000, ("verify",)),
    "seal": (72_000, ("seal", "--new-key")),
    "erase": (207_000, ("erase", SLUG, "R", "--reason", "asked", "--yes")),
    "export": (69_000, ("export", SLUG, "--output", "{}/facts.csv")),
    "checkpoint": (64_000, ("checkpoint",)),
    "keys": (67_000, ("keys", "create", "Ann", "--scope", "fact:read")),
}
"""(about how many calls the command makes, the command)."""
MAY_MAKE: Final = {"facts.csv", "parley.key", "parley.key.checkpoint", "parley.seal"}
"""The files that some commands make; each must be complete."""


def run_signalled(parley: Shell, at: int, number: int, *arguments: str) -> tuple[int, str]:
    """How a command ends if it gets a signal during a call, and what it prints."""
    own = {"SENT_AT": f"{at}", "SIGNAL": f"{number}"}
    ended = run(
        [sys.executable, "-c", SIGNALLED, *arguments],
        env={**os.environ, **parley.settings, **own},
        text=True,
    )
    return ended.returncode, ended.stderr


def names_in(folder: Path) -> set[str]:
    """The files of a folder, except those of the database."""
    return {each.name for each in folder.iterdir() if not each.name.startswith("parley_")}


def assert_ended(number: int, status: int, errors: str) -> None:
    """Check that the signal ended the command, or that the command was done before."""
    if status == 0:
        return
    if number != signal.SIGINT:
        assert (status, errors) in {(-number, ""), (128 + number, "")}
        return
    assert status == 128 + number, errors
    assert errors.count("\n") == 1, errors
    assert errors.startswith("parley: interrupted") or "import the same file again" in errors


@pytest.fixture
def one(request: pytest.FixtureRequest, light: Shell, name: str) -> Shell:
    """The record before a command: filled, of an older schema, or none yet; and what the command needs."""
    if name == "import":
        light.file(*(custody(f"C{n}") for n in range(30)), name="more.ndjson")
    elif name == "erase":
        light.out("settings", SLUG, "--no-review-erasure")
    elif name == "restore":
        light.out("backup", str(light.folder / "backup"))
        fresh: Callable[[Kind], str] = request.getfixturevalue("fresh_database")
        return Shell(fresh("sqlite-file"), light.folder)
    elif name == "upgrade":
        database = open_database(light.url)
        downgrade(database, OLDER)
        database.close()
    return light


@pytest.mark.cases(2)
@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("name", CASES)
def test_a_command_that_is_told_to_end_leaves_nothing_half_done(
    one: Shell, name: str, number: signal.Signals
) -> None:
    calls, words = CASES[name]
    command = [word.format(one.folder) for word in words]
    for at in sorted(some_of(range(SET_UP, calls), choose_count(1, MOST))[:MOST]):
        there = names_in(one.folder)
        status, said = run_signalled(one, at, number, *command)
        if "was erased" in said or "a record already" in said:
            break  # the signal before this one came after the commit
        assert_ended(number, status, said)
        assert names_in(one.folder) - there <= MAY_MAKE, at
        if status == 0 and name in {"upgrade", "restore", "erase"}:
            break
    again = one(*command)
    assert (
        again.exit_code == 0 or "was erased" in again.stderr or "a record already" in again.stderr
    )
    exported = one.out("export", SLUG)
    assert "as they were recorded" in one.out("verify")
    assert ("Fifty-two freed" in exported) is (name != "erase")
    assert ("C29" in exported) is (name == "import")


FAILING: Final = """
import os, signal
from api.cli.interrupts import end_at_once, run_interruptibly

def command():
    try:
        os.kill(os.getpid(), signal.SIGINT)
    finally:
        raise AssertionError

end_at_once()
run_interruptibly(command)
"""


def test_an_interruption_that_makes_a_step_fail_is_one_line() -> None:
    ended = run([sys.executable, "-c", FAILING], env=dict(os.environ), text=True)
    assert (ended.returncode, ended.stderr) == (130, "parley: interrupted\n")


@pytest.mark.cases(1)
@pytest.mark.parametrize("number", SIGNALS[:2])
def test_a_relay_that_waits_for_nats_is_ended(light: Shell, number: signal.Signals) -> None:
    for at in some_of(range(SET_UP, 12_000, 200), choose_count(1, 60)):
        status, said = run_signalled(light, at, number, "relay")
        assert status in {0, -number}, said
        assert all(line.startswith("parley: waiting for NATS") for line in said.splitlines())
