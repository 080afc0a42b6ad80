"""Change requests are listed and decided on the machine of the database, by the person in its settings."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from domain.access import owner
from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from infrastructure.settings import Settings
from tests.forking import Forked
from tests.importing.lines import SLUG

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

pytestmark = pytest.mark.either_database

BODY = {"reason": "refinement", "why": "recounted", "changes": {"summary": "Fifty-one freed"}}


def propose_correction(shell: Shell, person: str = "Ann", **more: object) -> dict[str, Any]:
    """Propose a correction of the fact R as somebody; gives the change request as JSON."""
    shell.out("settings", SLUG, "--review-record")
    parley = compose(Settings.from_env(shell.settings))
    with TestClient(create_app(parley, identify=lambda *_: owner(person))) as http:
        headers = {"if-match": "*", "authorization": "Bearer owner"}
        address = f"/v1/facts/{fact_id(negotiation_id(SLUG), 'R')}/corrections"
        answer = http.post(address, json={**BODY, **more}, headers=headers)
    parley.close()
    assert answer.status_code == 202, answer.json()
    change_request: dict[str, Any] = answer.json()
    return change_request


def test_what_waits_is_listed_for_people_and_for_programs(parley: Shell) -> None:
    assert "There are no change requests." in parley.out("change-requests", SLUG)
    made = propose_correction(parley)
    listed = json.loads(parley.out("change-requests", SLUG, "--json"))
    assert [item["id"] for item in listed["items"]] == [made["id"]]
    shown = parley("change-requests", SLUG, "--status", "open", COLUMNS="100").stdout
    for word in (made["id"], "recounted", "Ann", "correct", "Fifty-two freed"):
        assert word in shown
    assert "summary: Fifty-two freed → Fifty-one freed" in shown
    assert "There are no change requests." in parley.out(
        "change-requests", SLUG, "--status", "void"
    )
    assert "Change requests: 1" in parley.out("change-requests", SLUG, "--fact", made["fact"])


def test_the_former_name_of_the_command_lists_them_and_is_called_deprecated(light: Shell) -> None:
    made = propose_correction(light)
    before = light("proposals", SLUG, "--json")
    assert [item["id"] for item in json.loads(before.stdout)["items"]] == [made["id"]]
    assert "deprecated" in before.stderr
    assert "proposals" not in light.out("--help")


def test_pages_of_them_are_pointed_to(light: Shell) -> None:
    first, second = propose_correction(light), propose_correction(light)
    page = light.out("change-requests", SLUG, "--limit", "1")
    assert first["id"] in page
    assert f"More: --cursor {first['position']}" in page
    rest = light.out("change-requests", SLUG, "--cursor", str(first["position"]))
    assert second["id"] in rest
    assert "More" not in rest


def test_another_person_approves(parley: Shell) -> None:
    made = propose_correction(parley)
    shown = parley.out("approve", made["id"], "--yes", "--why", "as the list says")
    assert f"Change request {made['id']}: approved" in shown
    assert "Fifty-one freed" in shown
    assert "editor" in shown
    assert "Fifty-one freed" in parley.out("show", SLUG, "--fact", "R")
    audit = parley("audit", SLUG, PARLEY_ACTOR="somebody else", COLUMNS="100").stdout.splitlines()
    assert ["approved", "by", "editor"] in [line.split() for line in audit]
    assert parley("verify").exit_code == 0


def test_what_was_seen_may_be_named(light: Shell) -> None:
    made = propose_correction(light)
    refused = light("approve", made["id"], "--digest", "0" * 64)
    assert refused.exit_code == 1
    assert "was revised since" in refused.stderr
    answer = json.loads(light.out("approve", made["id"], "--digest", made["digest"], "--json"))
    assert answer["decided"] == {**answer["decided"], "by": "editor", "why": None}


def test_nobody_approves_unseen_where_nobody_can_be_asked(light: Shell) -> None:
    made = propose_correction(light)
    refused = light("approve", made["id"])
    assert refused.exit_code == 2
    assert "--digest or --yes" in refused.stderr
    assert json.loads(light.out("change-requests", SLUG, "--json"))["items"][0]["status"] == "open"


def run_at_terminal(shell: Shell, answer: str, *arguments: str) -> tuple[int, str]:
    """Run a command whose questions somebody answers; gives its exit status and its output."""
    terminal, end = pty.openpty()
    process = Forked(
        [sys.executable, "-c", "from api.cli.app import main; main()", *arguments],
        stdin=end,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **shell.settings},
        text=True,
    )
    os.write(terminal, answer.encode())
    _, output = process.communicate(timeout=120)
    os.close(terminal)
    os.close(end)
    return process.returncode, output


def test_who_sits_at_a_terminal_sees_what_they_approve_in_full(light: Shell) -> None:
    long = "Fifty-one freed, " + "and more of it " * 40
    made = propose_correction(
        light, changes={"summary": long, "note": "counted\n  anew: so\u00adme"}
    )
    for answer, status in (("n\n", 1), ("y\n", 0)):
        code, said = run_at_terminal(light, answer, "approve", made["id"])
        assert code == status, said
        assert "Ann proposes to correct the fact" in said
        assert f"summary: Fifty-two freed → {long}\n" in said
        assert r'note: nothing → "counted\n  anew: so\u00adme"' in said
        assert "why: recounted" in said
    assert light("approve", made["id"], "--yes").exit_code == 1


def test_what_an_approved_erasure_would_erase_is_shown_before(light: Shell) -> None:
    arguments = ("erase", SLUG, "R", "--reason", "Asked for", "--yes")
    told = light(*arguments, PARLEY_ACTOR="Ann").stdout
    id_ = json.loads(light.out("change-requests", SLUG, "--json"))["items"][0]["id"]
    assert f"PARLEY_ACTOR=NAME parley approve {id_}" in told
    code, said = run_at_terminal(light, "y\n", "approve", id_)
    assert code == 0, said
    assert "Fifty-two freed (2025-09-11)\n  would erase: all of it, for good" in said
    assert light("show", SLUG, "--fact", "R").exit_code == 1


def test_another_person_refuses_and_says_why(light: Shell) -> None:
    made = propose_correction(light)
    assert light("refuse", made["id"]).exit_code == 2
    assert "refused" in light.out("refuse", made["id"], "--why", "no source")
    again = light("refuse", made["id"], "--why", "no source")
    assert again.exit_code == 1
    assert "it was refused" in again.stderr


def test_ones_own_is_withdrawn_and_not_approved(light: Shell) -> None:
    made = propose_correction(light, "Editor")
    refused = light("approve", made["id"], "--yes")
    assert refused.exit_code == 1
    assert "another person approves or refuses it" in refused.stderr
    answer = json.loads(light.out("withdraw", made["id"], "--why", "an older list", "--json"))
    assert (answer["status"], answer["decided"]["why"]) == ("withdrawn", "an older list")


@pytest.mark.parametrize("command", [("approve", "--yes"), ("refuse", "--why", "x"), ("withdraw",)])
def test_what_was_not_proposed_is_refused(light: Shell, command: tuple[str, ...]) -> None:
    id_ = str(uuid4())
    refused = light(command[0], id_, *command[1:])
    assert refused.exit_code == 1
    assert f"no change request {id_}" in refused.stderr


def test_an_import_says_that_it_takes_two(light: Shell) -> None:
    light.out("settings", SLUG, "--review-record")
    line = {"op": "retract", "external_id": "R", "reason": "coding_error", "why": "x"}
    refused = light("import", SLUG, light.file(line))
    assert refused.exit_code == 1
    assert "a second person must approve it" in refused.output


def test_a_correction_of_the_negotiation_waits_for_a_second_person_too(light: Shell) -> None:
    light.out("settings", SLUG, "--review-record")
    because = ("--reason", "refinement", "--why", "It is more", "--title", "Talks and more")
    arguments = ("correct-negotiation", SLUG, *because)
    assert "It would be proposed" in light.out(*arguments, "--dry-run")
    assert "Proposed." in light(*arguments, PARLEY_ACTOR="Ann").stdout
    [waiting] = json.loads(light.out("change-requests", SLUG, "--json"))["items"]
    assert "Talks and more" in light.out("change-requests", SLUG)
    approved = light("approve", waiting["id"], "--yes", PARLEY_ACTOR="Bo")
    assert (approved.exit_code, "approved" in approved.stdout) == (0, True)
    assert light.out("show", SLUG).startswith("Talks and more")
