"""One fact is recorded or changed by a command that shows what it would do, and asks before it writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.writing.test_change_requests import run_at_terminal
from tests.importing.lines import SLUG

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

RELEASE = (
    *("record", SLUG, "release", "--valid", "2025-11-22", "--summary", "=Thirty-one; freed"),
    *("--quantity.what", "released", "--quantity.text", "not fewer than 31", "--external-id", "X"),
    *("--people", "Ann Example; Bo Example", "--citation.publisher=Reuters"),
)
WHY = ("--reason", "coding_error", "--why", "Misread")


def read_fact(shell: Shell, fact: str = "X") -> dict[str, object]:
    record: dict[str, object] = json.loads(shell.out("show", SLUG, "--fact", fact, "--json"))
    return record


def test_a_fact_is_recorded_field_by_field(light: Shell) -> None:
    tried = light.out(*RELEASE, "--dry-run")
    assert "released: not fewer than 31" in tried
    assert light("show", SLUG, "--fact", "X").exit_code == 1
    said = light.out(*RELEASE, "--yes")
    fact = read_fact(light)["fact"]
    assert isinstance(fact, dict)
    assert said.startswith("Recorded at position ")
    assert fact["summary"] == "=Thirty-one; freed"
    assert fact["people"] == ["Ann Example", "Bo Example"]
    assert fact["quantities"][0]["low"] == 31
    assert fact["citations"][0]["publisher"] == "Reuters"


def test_a_name_with_an_id_is_shown_as_both(light: Shell) -> None:
    held = ("record", SLUG, "custody", "--valid", "2025-11-22/..", "--status", "detained")
    who = ("--person", '{"name": "Ann Example", "id": "list:1"}', "--citation.publisher", "AP")
    told = light.out(*held, "--summary", "Ann is held", *who, "--external-id", "Y", "--yes")
    assert told.startswith("Recorded")
    assert "Ann Example (list:1)" in light.out("show", SLUG, "--fact", "Y")


def test_each_change_shows_what_is_and_what_would_be(light: Shell) -> None:
    light.out(*RELEASE, "--yes")
    correction = (
        "correct",
        SLUG,
        "X",
        *WHY,
        "--quantity.what",
        "released",
        "--quantity.text",
        "31",
    )
    tried = light.out(*correction, "--dry-run")
    assert "released: not fewer than 31" in tried
    assert read_fact(light)["version"] == 1
    light.out(*correction, "--yes")
    light.out("corroborate", SLUG, "X", "--citation.publisher", "AP", "--yes")
    light.out("prefer", SLUG, "X", "--why", "Counted", "--yes")
    assert "yes" in light.out(
        "prefer", SLUG, "X", "--why", "x", "--preferred", "false", "--dry-run"
    )
    light.out("retract", SLUG, "X", *WHY, "--yes")
    assert light("show", SLUG, "--fact", "X").exit_code == 1
    again = light.out("reinstate", SLUG, "X", "--why", "It was right", "--dry-run")
    assert "retracted" in again
    light.out("reinstate", SLUG, "X", "--why", "It was right", "--yes")
    record = read_fact(light)
    assert (record["version"], record["status"]) == (6, "corrected")
    ended = json.loads(light.out("end", SLUG, "P", "--ended", "2025-12-01", "--yes", "--json"))
    assert ended["fact"]["valid"] == "2025-11-09/2025-12-01"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (
            ("record", SLUG, "release", "--valed", "2025"),
            2,
            "--valed is not a field of release; did you mean --valid?",
        ),
        (
            ("record", SLUG, "meeting", "--date", "2025", "--xyzzy", "1", "--yes"),
            2,
            "--date is not a field of meeting; did you mean --valid?; --xyzzy is not a field of meeting; parley",
        ),
        (
            ("retract", SLUG, "P", *WHY, "--publisher", "x", "--yes"),
            2,
            "did you mean --citation.publisher?",
        ),
        (("record", SLUG, "releese", "--valid", "2025", "--yes"), 2, "release"),
        (("record", SLUG, "release", "--yes", "--valid"), 2, "write a value after it"),
        (("record", SLUG, "release", "2025", "--yes"), 2, "--FIELD VALUE"),
        (("record", SLUG, "release", "--note", "a", "--note", "b", "--yes"), 2, "twice"),
        (("record", SLUG, "release", "--yes"), 1, "--valid: this field is required"),
        (("record", SLUG, "release", "--valid", "2025"), 1, "--summary: this field is required"),
        (
            ("record", SLUG, "meeting", "--valid", "2025"),
            1,
            "--form: this field is required: write visit, talks, call or summit",
        ),
        (
            ("record", SLUG, "meeting", "--form", "chat", "--yes"),
            1,
            "--form: write visit, talks, call or summit",
        ),
        (RELEASE, 2, "add --yes to record it: there is no terminal to ask"),
        (
            ("correct", SLUG, "P", *WHY, "--post", "envoy", "--kind", "release", "--yes"),
            1,
            "--post: ",
        ),
        (("correct", SLUG, "P", *WHY, "--yes"), 2, "give a field to change"),
        (("correct", SLUG, "\udcff", *WHY, "--note", "x", "--yes"), 1, "no fact"),
        (("record", SLUG, "release", "--\x1b[31m"), 2, "\\u{1B}[31m"),
        (("correct", SLUG, "none", *WHY, "--note", "x", "--yes"), 1, "no fact none"),
        (
            ("retract", SLUG, "P", "--why", "x", "--yes"),
            1,
            "--reason: this field is required: write coding_error,",
        ),
        (("end", SLUG, "P", "--ended", "22.11.2025", "--yes"), 1, "--ended: "),
        (
            (*RELEASE, "--yes", "--citation2.publisher", "AP", "--citation2.published", "soon"),
            1,
            "--citation2.published: 'soon'",
        ),
        (
            (*RELEASE, "--yes", "--quantity2.what", "women", "--quantity2.text", "some few"),
            1,
            "--quantity2.text: ",
        ),
        (("record", SLUG, "release", "--quantities", "[", "--yes"), 1, "--quantities: "),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    light: Shell, arguments: tuple[str, ...], status: int, said: str
) -> None:
    before = json.loads(light.out("changes", "--json"))["next"]
    result = light(*arguments)
    assert (result.exit_code, said in result.stderr) == (status, True), result.stderr
    assert json.loads(light.out("changes", "--json"))["next"] == before


def test_at_a_terminal_what_is_missing_is_asked_for(light: Shell) -> None:
    given = ("record", SLUG, "release", "--valid", "2025-11-22", "--external-id", "X")
    for last, status in (("n", 1), ("y", 0)):
        code, said = run_at_terminal(light, f"Freed\nReuters\n{last}\n", *given)
        assert code == status, said
        assert "summary (what the source says, in a sentence):" in said
        assert "citation.publisher" in said
    assert read_fact(light)["version"] == 1
    code, said = run_at_terminal(light, "y\n", "correct", SLUG, "X", *WHY, "--summary", "Set free")
    assert code == 0, said
    assert read_fact(light)["version"] == 2


def test_a_change_that_takes_two_persons_is_proposed(light: Shell) -> None:
    light.out("settings", SLUG, "--review-record")
    change = ("correct", SLUG, "P", *WHY, "--post", "envoy")
    assert "another person would have to approve it" in light(*change, "--dry-run").stderr
    assert "Proposed" in light.out(*change, "--yes")
    assert read_fact(light, "P")["version"] == 1
