"""Ctrl-C ends copying, restoring, drawing and relaying with one line at any step, and leaves nothing half done."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import count
from typing import TYPE_CHECKING, Final

import pytest

from tests.cli.conftest import LINES, Shell
from tests.databases import sqlite_file_url
from tests.forking import Forked
from tests.importing.lines import SLUG
from tests.thorough import choose_count, some_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind

SAID: Final = "parley: interrupted\n"
RESTORED: Final = (
    "parley: interrupted: the whole record is restored or nothing of it; parley list shows which\n"
)
UNSURE: Final = (
    "parley: the import broke off: at least 0 of 1 lines are recorded; "
    "import the same file again with the same options to complete it\n"
)
PRESSED: Final = """
import atexit, os, pathlib, signal, sys
import api.cli.commands
from api.cli.app import main
signal.signal(signal.SIGINT, signal.default_int_handler)
at, calls = int(os.environ["PRESSED_AT"]), 0
def step(frame, event, argument):
    global calls
    calls += event == "call"
    if event == "call" and calls == at:
        sys.setprofile(None)
        signal.raise_signal(signal.SIGINT)
def tell():
    sys.setprofile(None)
    pathlib.Path(os.environ["CALLS"]).write_text(f"{calls}")
atexit.register(tell)
sys.setprofile(step)
main()
"""
"""Runs a command, and sends Ctrl-C at the n-th function call of its main thread."""
SET_UP: Final = 20
"""The number of calls before Parley handles Ctrl-C."""


def run_interrupted(parley: Shell, at: int, *arguments: str) -> tuple[int, str, str]:
    """How a command ends that is interrupted at a call, or at none."""
    own = {"PRESSED_AT": f"{at}", "CALLS": f"{parley.folder}/calls"}
    process = Forked(
        [sys.executable, "-c", PRESSED, *arguments],
        env={**os.environ, **parley.settings, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    out, errors = process.communicate(timeout=120)
    return process.returncode, out, errors


def moments(parley: Shell, *arguments: str) -> list[int]:
    """Some calls of a command, drawn from all of it and from its end; the command is run once to count its calls."""
    status, _, errors = run_interrupted(parley, 0, *arguments)
    assert (status, errors) == (0, "")
    calls = int((parley.folder / "calls").read_text())
    late = range(calls - 60, calls, 3)
    early = range(SET_UP, calls, max(1, calls // 60))
    return sorted([*some_of(early, choose_count(1, 60)), *some_of(late, choose_count(2, 20))])


def export_lines(parley: Shell) -> list[str]:
    return parley.out("export", SLUG).splitlines()


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


@pytest.mark.parametrize("command", [("backup",), ("chart", SLUG, "known", "--output")])
def test_a_file_is_there_whole_or_not_at_all(
    light: Shell, tmp_path: Path, command: tuple[str, ...]
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    whole = folder / "whole.svg"
    steps = moments(light, *command, str(whole))
    for at in steps:
        status, out, errors = run_interrupted(light, at, *command, str(folder / "cut.svg"))
        left = names_in(folder) - {"whole.svg"}
        assert (status, errors) in {(130, SAID), (0, "")}, (at, errors)
        assert left <= {"cut.svg"}, (at, left)
        assert "cut.svg" in left or (status, out) == (130, ""), at
        for each in left:
            if command == ("backup",):
                into = tmp_path / f"{at}.db"
                restored = light(
                    "restore", str(folder / each), PARLEY_DATABASE_URL=sqlite_file_url(into)
                )
                assert restored.exit_code == 0
            (folder / each).unlink()


def test_a_record_is_restored_whole_or_not_at_all(light: Shell, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    light.out("backup", file)
    numbers = count()

    def make_empty() -> Shell:
        return type(light)(sqlite_file_url(tmp_path / f"restored_{next(numbers)}.db"), light.folder)

    for at in moments(make_empty(), "restore", file):
        into = make_empty()
        status, _, errors = run_interrupted(into, at, "restore", file)
        assert (status, errors) in {(130, SAID), (130, RESTORED), (0, "")}, (at, errors)
        listed = into("list").stdout
        again = into("restore", file)
        assert (again.exit_code != 0) == (SLUG in listed), (at, errors)
        assert again.exit_code == 0 or "already" in again.stderr or "empty" in again.stderr, (
            again.stderr
        )
        assert into.out("export", SLUG) == light.out("export", SLUG)


def test_an_import_into_postgresql_is_recorded_whole_or_not_at_all(
    fresh_database: Callable[[Kind], str], tmp_path: Path
) -> None:
    parley = Shell(fresh_database("postgresql"), tmp_path)
    parley.out("import", SLUG, parley.file(LINES[0]), "--title", "Talks")
    numbers, (line, *_) = count(), LINES

    def new() -> tuple[str, ...]:
        named = {**line, "external_id": f"new {next(numbers)}"}
        return "import", SLUG, parley.file(named)

    for at in moments(parley, *new()):
        before = len(export_lines(parley))
        status, _, errors = run_interrupted(parley, at, *new())
        assert (status, errors) in {(130, SAID), (130, UNSURE), (0, "")}, (at, errors)
        added = len(export_lines(parley)) - before
        assert added == 1 or (status, added) == (130, 0), at
        parley.out(*new())  # checks that no lock is held any more


def test_a_relay_that_waits_for_nats_is_ended_in_a_line(light: Shell) -> None:
    for at in some_of(range(SET_UP, 12_000, 200), choose_count(2, 60)):
        status, out, errors = run_interrupted(light, at, "relay")
        told = errors.splitlines(keepends=True)
        assert (status, out, told[-1:]) == (130, "", [SAID]), at
        assert all(line.startswith("parley: waiting for NATS") for line in told[:-1])
