"""`parley erase` shows what it will erase and asks first, and afterwards says what is left."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.forking import Forked
from tests.importing.lines import SLUG

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

pytestmark = pytest.mark.either_database

REASON = "The family asked for it"


@pytest.fixture
def alone(parley: Shell) -> Shell:
    """A record in which one person may erase."""
    parley.out("settings", SLUG, "--no-review-erasure")
    return parley


def test_a_fact_is_erased_and_what_is_left_is_said(alone: Shell) -> None:
    arguments = ("erase", SLUG, "R", "--reason", REASON, "--approver", "Bo", "--yes")
    result = alone(*arguments, PARLEY_ACTOR="Ann")
    assert result.exit_code == 0, result.output
    assert REASON in result.stdout
    assert "Earlier backups" in result.stderr
    refused = alone("show", SLUG, "--fact", "R")
    assert refused.exit_code == 1
    assert f"was erased: {REASON}" in refused.stderr
    told = json.loads(alone.out("audit", SLUG, "--json"))["items"][-1]
    assert (told["event"], told["actor"], told["why"]) == ("fact.erased", "Ann", REASON)
    assert "Fifty-two freed" not in alone.out("export", SLUG)
    assert "Fifty-two freed" not in alone.out("export", SLUG, "--history")
    assert "as they were recorded" in alone.out("verify")
    again = alone(*arguments)
    assert again.exit_code == 1
    assert "was erased" in again.stderr


def test_each_view_from_before_says_what_it_has_lost(alone: Shell) -> None:
    head = json.loads(alone.out("show", SLUG, "--json"))["perspective"]["position"]
    before = ("--position", str(head))
    printed = alone.out("erase", SLUG, "R", "--reason", REASON, "--yes", "--json")
    id_ = json.loads(printed)["fact"]
    told = f"the fact {id_}, which was erased at position {head + 1}"
    for view in (("show",), ("timeline",), ("audit",), ("diff", "--from", "2020")):
        assert told in alone.out(view[0], SLUG, *view[1:], *before), view
        assert told not in alone.out(view[0], SLUG, *view[1:]), view
    section = ("show", SLUG, *before, "--section", "posts", "--json")
    assert [each["fact"] for each in json.loads(alone.out(*section))["erased"]] == [id_]
    refused = alone("show", SLUG, *before, "--section", "erased")
    assert refused.exit_code == 2
    assert id_ in alone.out("audit", SLUG)


def test_a_snapshot_of_what_was_erased_is_not_said_to_be_what_its_hash_says(alone: Shell) -> None:
    taken = json.loads(alone.out("snapshot", SLUG, "with", "--as-of", "2025-11-22", "--json"))
    alone.out("snapshot", SLUG, "before", "--position", "1")
    printed = alone.out("erase", SLUG, "R", "--reason", REASON, "--yes", "--json")
    erasure = json.loads(printed)
    checked = alone.out("snapshot", SLUG, "with", "--check")
    assert "Snapshot with of talks can no longer be checked against its hash" in checked
    told = f"the fact {erasure['fact']}, which was erased at position {erasure['position']}"
    assert told in checked
    assert taken["sha256"] in checked
    unharmed = alone.out("snapshot", SLUG, "before", "--check")
    assert "Snapshot before of talks matches its hash" in unharmed
    assert "erased" not in unharmed


def test_a_retracted_fact_can_be_erased_by_its_id(alone: Shell) -> None:
    record = json.loads(alone.out("show", SLUG, "--fact", "P", "--json"))
    printed = alone.out("erase", SLUG, record["id"], "--reason", REASON, "--yes", "--json")
    assert json.loads(printed)["fact"] == record["id"]


def test_the_sources_alone_are_erased(alone: Shell) -> None:
    arguments = ("erase", SLUG, "R", "--sources", "--reason", REASON, "--yes", "--json")
    erasure = json.loads(alone.out(*arguments))
    assert erasure["what"] == "sources"
    assert json.loads(alone.out("show", SLUG, "--fact", "R", "--json"))["version"] == 2
    told = f"The identities of its sources were erased at position {erasure['position']}: {REASON}"
    assert told in alone.out("show", SLUG, "--fact", "R", "--confidential")
    assert told not in alone.out("show", SLUG, "--fact", "R")
    assert "erased" not in alone.out("show", SLUG, "--fact", "A", "--confidential")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("erase", SLUG, "R", "--reason", REASON), 2, "--yes"),
        (("erase", SLUG, "R", "--yes"), 2, "--reason"),
        (("erase", SLUG, "nothing", "--reason", REASON, "--yes"), 1, "no fact nothing"),
        (("erase", "nowhere", "R", "--reason", REASON, "--yes"), 1, "no negotiation"),
        (("erase", SLUG, "R", "--reason", " ", "--yes"), 1, "--reason"),
    ],
)
def test_what_cannot_be_erased_is_said(
    light: Shell, arguments: tuple[str, ...], status: int, said: str
) -> None:
    light.out("settings", SLUG, "--no-review-erasure")
    result = light(*arguments)
    assert result.exit_code == status, result.output
    assert said in result.stderr
    assert json.loads(light.out("show", SLUG, "--fact", "R", "--json"))["version"] == 1


def test_who_sits_at_a_terminal_is_asked_first(light: Shell) -> None:
    light.out("settings", SLUG, "--no-review-erasure")
    program = (sys.executable, "-c", "from api.cli.app import main; main()")
    for answer, status in (("n\n", 1), ("y\n", 0)):
        terminal, end = pty.openpty()
        process = Forked(
            [*program, "erase", SLUG, "R", "--reason", REASON],
            stdin=end,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **light.settings},
            text=True,
        )
        os.write(terminal, answer.encode())
        _, said = process.communicate(timeout=60)
        assert "Fifty-two freed" in said
        assert process.returncode == status, said
        os.close(terminal)
        os.close(end)


def test_what_would_be_erased_is_said_and_nothing_is_changed(light: Shell) -> None:
    arguments = ("erase", SLUG, "R", "--reason", REASON, "--dry-run")
    before = light.out("export", SLUG, "--history")
    told = light.out(*arguments)
    assert REASON in told
    assert "another person would have to approve it" in told
    light.out("settings", SLUG, "--no-review-erasure")
    result = light(*arguments)
    assert "What would be erased" in result.stdout
    assert "Backups of before" not in result.stderr
    dry = json.loads(light.out(*arguments, "--json"))
    assert (dry["what"], dry["versions"], dry["position"]) == ("fact", 1, None)
    assert light.out("export", SLUG, "--history") == before
