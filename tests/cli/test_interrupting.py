"""Ctrl-C ends a command at any moment with one line and status 130; its work is done, or the record is unchanged."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.cli.conftest import LINES, Shell
from tests.databases import open_database
from tests.importing.lines import SLUG
from tests.thorough import some_of

if TYPE_CHECKING:
    from collections.abc import Sequence

#: It prints when Parley handles Ctrl-C; before that, Python does.
PROGRAM = "from api.cli.app import main; print('begun', flush=True); main()"
SAID = "parley: interrupted\n"
WAITING = (
    "parley: the import broke off: at least 0 of 1 lines are recorded; "
    "import the same file again with the same options to complete it\n"
)
"""The message of an import that has begun to record and cannot know whether its commit succeeded."""
LOCK = text("UPDATE log_head SET position = position")
SECONDS = (0.0, 0.1, 0.3, 0.9, 2.7)
"""Seconds until Ctrl-C: two of them in each run, all in the long form."""


def begin_command(
    parley: Shell, *arguments: str, stdin: int = subprocess.DEVNULL, ignored: bool = False
) -> subprocess.Popen[str]:
    environ = {**os.environ, **parley.settings, "PARLEY_PORT": "0"}
    command = [sys.executable, "-c", PROGRAM, *arguments]
    process = subprocess.Popen(
        command,
        env=environ,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=ignore if ignored else hear,  # noqa: PLW1509 -- no thread of the test's holds a lock
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def wait_for_end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, errors = process.communicate(timeout=120)
    return process.returncode, out, errors


def interrupt_each(
    processes: Sequence[subprocess.Popen[str]], moments: Sequence[float]
) -> list[tuple[int, str, str]]:
    """Interrupt each process after so many seconds; gives how each ended."""
    start = time.monotonic()
    for process, seconds in zip(processes, moments, strict=True):
        time.sleep(max(0, start + seconds - time.monotonic()))
        process.send_signal(signal.SIGINT)
    return [wait_for_end(process) for process in processes]


@pytest.mark.either_database
def test_whenever_it_is_pressed_though_a_database_is_waited_for(parley: Shell) -> None:
    before = parley.out("export", SLUG)
    file = parley.file({**LINES[0], "external_id": "new"})
    database = open_database(parley.url)
    with database.writing() as connection:
        connection.execute(LOCK)
        moments = sorted(some_of(SECONDS, 2))
        found = interrupt_each(
            [begin_command(parley, "import", SLUG, file) for _ in moments], moments
        )
    database.close()
    for each in found:
        assert each in {(130, "", SAID), (130, "", WAITING)}
    assert parley.out("export", SLUG) == before


def test_a_question_at_a_terminal_is_interrupted_in_one_line_too(light: Shell) -> None:
    terminal, end = pty.openpty()
    process = begin_command(light, "erase", SLUG, "R", "--reason", "asked", stdin=end)
    assert process.stderr is not None
    said = ""
    while not said.endswith("[y/N]:"):
        said += process.stderr.read(1)
    process.send_signal(signal.SIGINT)
    status, _, errors = wait_for_end(process)
    for each in (terminal, end):
        os.close(each)
    assert (status, errors) == (130, f"\n{SAID}")
    light.out("show", SLUG, "--fact", "R")


def test_a_server_that_does_not_serve_yet_is_interrupted_and_one_that_does_is_stopped(
    light: Shell,
) -> None:
    early, late = (begin_command(light, "serve", "--json") for _ in range(2))
    early.send_signal(signal.SIGINT)
    assert wait_for_end(early) == (130, "", SAID)
    assert late.stdout is not None
    assert late.stdout.readline().startswith('{"listening"')
    late.send_signal(signal.SIGINT)
    assert wait_for_end(late)[0] == 0


def test_after_a_command_has_ended_it_changes_nothing(light: Shell) -> None:
    # Python collects garbage once more after it has removed the signal handlers.
    late = "gc.callbacks.append(lambda *_: sys.is_finalizing() and signal.raise_signal(2))"
    program = f"import gc, signal, sys\nfrom api.cli.app import main\n{late}\nmain()"
    command = [sys.executable, "-c", program, "show", SLUG, "--json"]
    process = subprocess.Popen(
        command,
        env={**os.environ, **light.settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear,  # noqa: PLW1509 -- no thread of the test's holds a lock
    )
    status, out, errors = wait_for_end(process)
    assert (status, errors) == (0, "")
    assert out.startswith("{")


def test_where_it_is_ignored_it_stays_so(light: Shell) -> None:
    process = begin_command(light, "show", SLUG, "--json", ignored=True)
    process.send_signal(signal.SIGINT)
    status, out, errors = wait_for_end(process)
    assert (status, errors) == (0, "")
    assert out.startswith("{")


def ignore() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def hear() -> None:
    """Handle Ctrl-C even if a shell runs the tests in the background, where it would be ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.either_database
@pytest.mark.cases(1)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_told_to_end_leaves_no_part_of_a_file(
    parley: Shell, number: signal.Signals
) -> None:
    folder = parley.folder / "written"
    folder.mkdir()
    written = (
        ("backup", str(folder / "backup")),
        ("export", SLUG, "--output", str(folder / "facts")),
    )
    for arguments in written:
        process = begin_command(parley, *arguments)
        while not list(folder.iterdir()) and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(number)
        status, out, errors = wait_for_end(process)
        whole = [each for each in folder.iterdir() if each.name in {"backup", "facts"}]
        assert [*folder.iterdir()] == whole
        assert (status, errors) == (-number, "") or (status, len(whole)) == (0, 1), out
        for each in whole:
            each.unlink()


@pytest.mark.either_database
def test_a_command_that_waits_for_the_database_is_ended(parley: Shell) -> None:
    database = open_database(parley.url)
    with database.writing() as connection:
        connection.execute(LOCK)
        process = begin_command(
            parley, "import", SLUG, parley.file({**LINES[0], "external_id": "new"})
        )
        time.sleep(3)
        process.send_signal(signal.SIGTERM)
        status, _, errors = wait_for_end(process)
    database.close()
    assert (status in {-signal.SIGTERM, 128 + signal.SIGTERM}, errors) == (True, "")
