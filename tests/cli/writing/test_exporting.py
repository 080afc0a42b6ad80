"""An export can be imported again: a history gives the identical state, and present knowledge is unchanged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import LINES, Shell
from tests.cli.writing.printed import read_counts, read_lines
from tests.importing.lines import CITATION, REINSTATE, RETRACT, SLUG, change, custody

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind

pytestmark = pytest.mark.either_database

FIXED = ("--as-of", "2025-11-22", "--position", str(len(LINES) + 1))


def test_a_history_exported_and_imported_again_gives_the_identical_state(
    parley: Shell, fresh_database: Callable[[Kind], str], tmp_path: Path
) -> None:
    lines = read_lines(parley.out("export", SLUG, "--history"))
    assert [line["op"] for line in lines] == [line.get("op", "record") for line in LINES]
    path = str(tmp_path / "history.ndjson")
    assert f"{len(LINES)} lines" in parley.out("export", SLUG, "--history", "--output", path)
    other = Shell(fresh_database("sqlite-file"), tmp_path)
    other.out("import", SLUG, path, "--title", "Talks", "--party", "Belarus")
    for asked in (FIXED, (*FIXED, "--as-known-at", "2025-09-11", "--clock", "published")):
        expected = parley.out("show", SLUG, "--json", *asked)
        assert other.out("show", SLUG, "--json", *asked) == expected
    assert other.out("export", SLUG, "--history") == parley.out("export", SLUG, "--history")
    assert read_counts(parley.out("import", SLUG, path, "--json")) == {"unchanged": len(LINES)}


def test_corrections_of_every_shape_come_back_from_a_history(
    light: Shell, fresh_database: Callable[[Kind], str]
) -> None:
    why = {"reason": "refinement", "why": "said later", "published": "2025-10"}
    lines = [
        custody("C", note="a note", people=["X"], quantities=[{"what": "held", "text": "dozens"}]),
        change("correct", "C", changes={"note": None, "people": []}, **why),
        change("correct", "C", changes={"place": "Horki"}, citation={"publisher": "AP"}, **why),
        change("correct", "C", changes={"place": "Brest"}, citation=CITATION, **why),
        change(
            "correct",
            "C",
            changes={"citations": [CITATION, {"publisher": "TVP"}, {"publisher": "AP"}]},
            citation={"publisher": "TVP"},
            **why,
        ),
        change(
            "correct",
            "C",
            changes={"kind": "release", "destination": "Lithuania", "person": None, "status": None},
            **why,
        ),
        change("corroborate", "C", citation={"publisher": "TASS", "published": "2025-10"}),
    ]
    light.out("import", SLUG, light.file(*lines))
    history = light.out("export", SLUG, "--history")
    other = Shell(fresh_database("sqlite-file"), light.folder)
    other.out("import", SLUG, "-", "--title", "Talks", "--party", "Belarus", stdin=history.encode())
    for version in range(len(LINES) + 2, len(LINES) + len(lines) + 2):
        asked = ("--fact", "C", "--as-of", "2025-12", "--position", str(version), "--json")
        here, there = (json.loads(shell.out("show", SLUG, *asked)) for shell in (light, other))
        assert here["fact"] == there["fact"]
        assert here["version"] == there["version"]


def test_an_export_of_present_knowledge_leaves_out_what_was_withdrawn_or_corrected(
    light: Shell,
) -> None:
    false_claim = custody("F", summary="A false claim about a living person")
    light.out("import", SLUG, light.file(false_claim, {**RETRACT, "external_id": "F"}))
    lines = read_lines(light.out("export", SLUG))
    assert {line["op"] for line in lines} == {"record", "prefer"}
    assert not [line for line in lines if "false claim" in str(line)]
    assert [
        line["place"] for line in lines if line.get("external_id") == "A" and "place" in line
    ] == ["Horki"]
    assert "false claim" in light.out("export", SLUG, "--history")
    assert "A false claim" in light.out("export", SLUG, "--position", str(len(LINES) + 2))
    light.out("import", SLUG, light.file({**REINSTATE, "external_id": "F"}))
    assert "A false claim" in light.out("export", SLUG)


def test_an_export_of_present_knowledge_imports_as_unchanged(parley: Shell) -> None:
    exported = parley.out("export", SLUG)
    again = parley.out("import", SLUG, "-", "--json", stdin=exported.encode())
    assert read_counts(again) == {"unchanged": len(exported.splitlines())}


def test_an_export_as_of_a_day_holds_what_had_begun_by_then(light: Shell) -> None:
    assert len(read_lines(light.out("export", SLUG))) == 5
    assert len(read_lines(light.out("export", SLUG, "--as-of", "2025-10"))) == 3


def test_a_failed_export_leaves_no_file(light: Shell) -> None:
    path = light.folder / "out.ndjson"
    assert light("export", "nowhere", "--output", str(path)).exit_code == 1
    assert not list(light.folder.glob("out.ndjson*"))
