"""Commands take and check snapshots, rebuild, and correct negotiations; a terminal shows their progress."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest
from sqlalchemy import text

from tests.cli.conftest import LINES, Shell
from tests.databases import open_database
from tests.forking import run
from tests.importing.lines import SLUG

pytestmark = pytest.mark.either_database


def test_a_snapshot_is_taken_once_and_checked_against_its_hash(parley: Shell) -> None:
    taken = json.loads(parley.out("snapshot", SLUG, "first", "--as-of", "2025-11-22", "--json"))
    assert taken["perspective"]["as_of"] == "2025-11-22T23:59:59.999999Z"
    assert "taken" in parley("snapshot", SLUG, "first").stderr
    checked = json.loads(parley.out("snapshot", SLUG, "first", "--check", "--json"))
    assert checked["sha256"] == taken["sha256"]
    assert checked["content"]["posts"][0]["holder"] == "John Coale"
    assert taken["sha256"] in parley.out("snapshot", SLUG, "first", "--check")


def test_a_snapshot_that_was_tampered_with_is_refused(parley: Shell) -> None:
    parley.out("snapshot", SLUG, "first")
    database = open_database(parley.url)
    with database.writing() as connection:
        connection.execute(text("UPDATE snapshot SET sha256 = 'f00d'"))
    database.close()
    result = parley("snapshot", SLUG, "first", "--check")
    assert result.exit_code == 1
    assert "f00d" in result.stderr


def test_a_rebuild_that_finds_a_difference_says_which_and_exits_1(parley: Shell) -> None:
    assert json.loads(parley.out("rebuild", "--json"))["differences"] == []
    database = open_database(parley.url)
    with database.writing() as connection:
        for table in ("fact_version", "fact_version_spare"):
            connection.execute(text(f"UPDATE {table} SET why = 'tampered' WHERE version = 2"))  # noqa: S608
    database.close()
    result = parley("rebuild")
    assert result.exit_code == 1
    assert "tampered" in result.stdout
    assert "the town is named" in result.stdout
    assert result.stderr.startswith("parley: 1 row")
    assert "versions rebuilt" in parley.out("rebuild")


def on_a_terminal(light: Shell, *arguments: str) -> bytes:
    """What a command writes to a terminal that is its standard error."""
    keeper, terminal = pty.openpty()
    program = (sys.executable, "-c", "from api.cli.app import main; main()")
    env = {**os.environ, **light.settings, "TERM": "xterm", "NO_COLOR": ""}
    done = run([*program, *arguments], env=env, stdout=subprocess.DEVNULL, stderr=terminal)
    assert done.returncode == 0
    os.close(terminal)
    written = b""
    while chunk := _read(keeper):
        written += chunk
    os.close(keeper)
    return written


def _read(keeper: int) -> bytes:
    try:
        return os.read(keeper, 65_536)
    except OSError:
        return b""


def test_a_terminal_shows_progress_and_a_pipe_does_not(light: Shell) -> None:
    path = light.file(*LINES)
    assert f"{len(LINES)}/{len(LINES)}".encode() in on_a_terminal(light, "import", SLUG, path)
    many = [{**LINES[0], "external_id": f"bar {number}"} for number in range(1_100)]
    imported = on_a_terminal(light, "import", SLUG, light.file(*many))
    assert b"indexing" in imported
    assert b"100%" in imported
    assert b"/s" in imported
    assert b"exporting" in on_a_terminal(light, "export", SLUG, "--output", f"{path}.out")
    assert b"rebuilding" in on_a_terminal(light, "rebuild")
    piped = light("import", SLUG, path)
    assert piped.stderr == ""
    assert "\x1b" not in piped.stdout


def test_a_negotiation_is_corrected_and_shown_as_it_was_said_then(light: Shell) -> None:
    because = ("--reason", "coding_error", "--why", "A slip of the pen")
    refused = light("correct-negotiation", SLUG, *because)
    assert refused.exit_code == 1
    changes = ("--title", "Other talks", "--party", "Minsk", "--party", "Vilnius")
    tried = light.out("correct-negotiation", SLUG, *because, *changes, "--dry-run")
    assert not light.out("show", SLUG).startswith("Other talks")
    shown = light.out("correct-negotiation", SLUG, *because, *changes)
    assert tried.replace(", as it would be", "") == shown != tried
    assert "Minsk, Vilnius" in shown
    assert light.out("show", SLUG).startswith("Other talks")
    assert not light.out("show", SLUG, "--position", "1").startswith("Other talks")
    assert "negotiation.corrected" in light.out("audit", SLUG)
    assert "Other talks" in light.out("audit", SLUG, "--csv")
    assert "Negotiation" in light.out("diff", SLUG, "--from", "2020")
    said = json.loads(light.out("correct-negotiation", SLUG, *because, "--summary", "S", "--json"))
    assert (said["title"], said["summary"]) == ("Other talks", "S")
