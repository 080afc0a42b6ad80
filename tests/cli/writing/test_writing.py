"""What goes in comes out again: imports, exports, snapshots and rebuilds from the command line."""

from __future__ import annotations

import gzip
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from infrastructure.tables.record import log_head
from tests.cli.conftest import FREED, LINES, Shell
from tests.databases import open_database
from tests.forking import Forked, run
from tests.importing.lines import CITATION, REINSTATE, RETRACT, SLUG, change, custody

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from infrastructure.database.database import Database
    from tests.databases import Kind

pytestmark = pytest.mark.either_database

FIXED = ("--as-of", "2025-11-22", "--position", str(len(LINES) + 1))


def objects(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def counted(printed: str) -> dict[str, int]:
    report: dict[str, Any] = json.loads(printed)
    return {
        name: count
        for name, count in report.items()
        if isinstance(count, int) and count and not name.endswith(("position", "similar_total"))
    }


def test_an_import_is_reported_to_people_and_to_programs(parley: Shell) -> None:
    again = parley.out("import", SLUG, parley.file(*LINES))
    assert "unchanged" in again
    assert str(len(LINES)) in again
    printed = parley.out("import", SLUG, parley.file(*LINES), "--json")
    assert counted(printed) == {"unchanged": len(LINES)}
    dry = parley.out("import", SLUG, parley.file(custody("N")), "--dry-run", "--json")
    assert counted(dry) == {"recorded": 1}
    assert json.loads(dry)["first_position"] is None


TABLE = "sep=;\nExternal ID;kind;valid;summary;person;status;citation.publisher;\n"
TABLE += "T;custody;2026;Задержан и доставлен в Минск;Алесь;detained;Onliner;\n;;;;;;;\n"


def test_a_file_is_imported_as_people_have_it(light: Shell) -> None:
    for at, (name, raw) in enumerate(
        [
            ("a.csv", TABLE.encode("utf-16")),
            ("b.TSV", TABLE.replace(";", "\t").replace("=\t", "=;").encode()),
            ("c.csv", TABLE.replace("\n", "\r").encode("windows-1251")),
            ("d.csv.gz", gzip.compress(TABLE.encode("utf-8-sig"))),
            ("e.json", json.dumps([custody(None, person="E")], indent=4).encode()),
        ]
    ):
        told = counted(light.out("import", SLUG, light.file(raw, name=name), "--json"))
        told.pop("notices_total", None)
        assert told == ({"unchanged": 1} if 0 < at < 4 else {"recorded": 1}), name
    path = light.file(TABLE.replace("T;", "K;").encode("koi8-r"), name="k.csv")
    printed = light.out("import", SLUG, path, "--json", "--encoding", "KOI8-R")
    assert counted(printed)["recorded"] == 1
    printed = light.out("import", SLUG, "-", "--csv", "--json", stdin=TABLE.encode())
    assert counted(printed)["unchanged"] == 1


def test_a_batch_is_labelled_and_found(light: Shell) -> None:
    light.out("import", SLUG, light.file(custody("N", person="Eve Example")), "--batch", "list-1")
    assert len(json.loads(light.out("changes", "--batch", "list-1", "--json"))["items"]) == 1
    told = light.out("changes", "--batch", "list-1")
    assert re.search(r"fact\.recorded.*list-1.*Held in Minsk", told)
    assert "--after 2" in light.out("changes", "--limit", "2")
    (item,) = json.loads(light.out("timeline", SLUG, "--batch", "list-1", "--json"))["items"]
    assert item["fact"]["external_id"] == "N"
    wrong = light("import", SLUG, light.file(custody("O")), "--batch", "Eve Example")
    assert wrong.exit_code == 2


def test_a_file_that_is_no_text_is_refused_in_a_line(light: Shell) -> None:
    for raw in (b"PK\x03\x04 xl/workbook.xml", b"%PDF-1.4", TABLE.encode("koi8-r")):
        result = light("import", SLUG, light.file(raw, name="f.csv"), "--partial")
        assert result.exit_code == 1
        assert re.fullmatch(r"parley: \S.*CSV UTF-8.*\n", result.stderr), result.stderr
    result = light("import", SLUG, light.file(gzip.compress(b"x" * 999)[:-9], name="f.csv.gz"))
    assert (result.exit_code, "truncated" in result.stderr) == (1, True)
    result = light("import", SLUG, light.file(b"a", name="f.csv"), "--encoding", "ebcdic")
    assert (result.exit_code, "koi8-r" in result.stderr) == (2, True)


def test_notices_and_what_is_alike_are_shown_with_their_lines(light: Shell) -> None:
    noticed = custody("N", person="Ann Example | Bob Example")
    lines = [noticed, *[{**FREED, "external_id": f"F{number}"} for number in range(30)]]
    told = light.out("import", SLUG, light.file(*lines), "--dry-run")
    assert re.search(r"Notices: 1\n.*\n.*line.*where.*what", told)
    assert re.search(r"\b1\b.*/person.*one name", told)
    assert "Much like other facts, and tied to none of them: 30" in told
    assert re.search(r"\b4\b.*2; 3.*[0-9a-f]{8}-", told)
    assert "The first 20 are shown; --json lists more." in told


def test_a_refused_import_says_which_lines_and_exits_1(light: Shell) -> None:
    path = light.file(custody("N"), b"{\n", custody("O", valid="?"))
    result = light("import", SLUG, path)
    assert result.exit_code == 1
    assert "/valid" in result.stdout
    assert result.stderr.startswith("parley: nothing was imported: 2 lines rejected; line 2:")
    assert result.stderr.count("\n") == 1
    report = light("import", SLUG, path, "--json")
    assert report.exit_code == 1
    assert [each["line"] for each in json.loads(report.stdout)["rejected"]] == [2, 3]
    partial = light.out("import", SLUG, path, "--partial", "--json")
    assert counted(partial) == {"recorded": 1, "rejected_total": 2}


def test_an_import_of_a_file_without_facts_says_so(light: Shell) -> None:
    assert light.out("import", SLUG, light.file(b"\n")) == "The file has no facts.\n"


def test_a_stopped_reading_is_a_refusal_with_partial_too(light: Shell) -> None:
    path = light.file(custody("N"), *[b"{\n"] * 1_000)
    result = light("import", SLUG, path, "--partial", "--json")
    assert result.exit_code == 1
    assert counted(result.stdout) == {"recorded": 1, "rejected_total": 103}
    assert result.stderr.startswith("parley: 1 line imported, 103 lines rejected; line 103:")
    assert "the lines after this were not read" in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_import_that_is_interrupted_between_turns_says_how_far_it_came(
    parley: Shell,
) -> None:
    path = parley.file(*(custody(str(number)) for number in range(400)), name="many.ndjson")
    database = open_database(parley.url)
    program = (sys.executable, "-c", "from api.cli.app import main; main()")
    with Forked(
        [*program, "import", SLUG, path], env={**os.environ, **parley.settings},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        recorded = _interrupted_after_a_turn(database, process)
        _, errors = process.communicate(timeout=60)
    database.close()
    assert process.returncode == 130
    said = re.fullmatch(
        r"parley: the import broke off: at least (\d+) of 400 lines are recorded; "
        r"import the same file again with the same options to complete it\n",
        errors,
    )
    assert said, errors
    assert int(said[1]) <= recorded
    again = counted(parley.out("import", SLUG, path, "--json"))
    assert again == {"recorded": 400 - recorded, "unchanged": recorded}


def _interrupted_after_a_turn(database: Database, process: Forked[str]) -> int:
    """Interrupt an import while nothing can be written; how many of its lines are recorded."""
    while process.poll() is None:
        with database.writing() as connection:
            head = connection.execute(select(log_head.c.position).with_for_update()).scalar_one()
            recorded = int(head) - 1 - len(LINES)
            if recorded:
                process.send_signal(signal.SIGINT)
                time.sleep(0.2)
                return recorded
        time.sleep(0.01)
    raise AssertionError


def test_a_missing_negotiation_is_opened_under_its_title_or_its_slug(empty: Shell) -> None:
    path = empty.file(*LINES)
    broken = empty(
        "import", "untitled", empty.file({"kind": "release"}, name="broken.ndjson"), "--dry-run"
    )
    assert "Would be refused as a whole" in broken.stdout
    assert "There was no negotiation" not in broken.stdout
    assert "untitled: it would be opened" in empty.out("import", "untitled", path, "--dry-run")
    assert "untitled: it was opened" in empty.out("import", "untitled", path)
    assert "opened" not in empty.out("import", "untitled", path)
    untitled = json.loads(empty.out("show", "untitled", "--json"))["negotiation"]
    assert untitled["title"] == "untitled"
    dry = empty.out("import", SLUG, path, "--title", "Talks", "--dry-run", "--json")
    assert counted(dry)["recorded"] == 4
    assert empty("show", SLUG).exit_code == 1
    empty.out("import", SLUG, path, "--title", "Talks", "--party", "A", "--party", "B")
    shown = json.loads(empty.out("show", SLUG, "--json"))["negotiation"]
    assert (shown["title"], shown["parties"]) == ("Talks", ["A", "B"])


def test_a_first_import_need_not_publish(empty: Shell) -> None:
    arguments = ("import", "hidden", empty.file(*LINES))
    alone = empty(*arguments, "--private")
    assert alone.exit_code == 2
    assert "--title" in alone.stderr
    private = (*arguments, "--title", "Talks", "--private", "--json")
    first = json.loads(empty(*private, PARLEY_ACTOR="Ann").stdout)
    assert (first["first_position"], first["last_position"]) == (3, len(LINES) + 2)
    settings = json.loads(empty.out("settings", "hidden", "--json"))
    assert (settings["visibility"], settings["members"]) == ("private", ["Ann"])
    assert counted(empty.out(*private)) == {"unchanged": len(LINES)}
    empty.out("import", SLUG, empty.file(*LINES), "--title", "Talks")
    refused = empty("import", SLUG, empty.file(custody("N")), "--title", "Talks", "--private")
    assert refused.exit_code == 1
    assert "exists already, and is public" in refused.stderr
    assert "N" not in empty.out("timeline", SLUG, "--json").split('"')


def test_standard_input_gzip_and_tables_are_read(light: Shell) -> None:
    line = json.dumps(custody("N")).encode()
    assert counted(light.out("import", SLUG, "-", "--json", stdin=line)) == {"recorded": 1}
    packed = light.folder / "lines.ndjson.gz"
    packed.write_bytes(gzip.compress(line))
    assert counted(light.out("import", SLUG, str(packed), "--json")) == {"unchanged": 1}
    table = b"external_id,kind,valid,summary,person,status,place,citation.publisher\n"
    table += b"T,custody,2025,Held,X,missing,,Reuters\n"
    (light.folder / "t.csv").write_bytes(table)
    path = str(light.folder / "t.csv")
    assert counted(light.out("import", SLUG, path, "--json")) == {"recorded": 1}
    again = light.out("import", SLUG, "-", "--csv", "--json", stdin=table)
    assert counted(again) == {"unchanged": 1}


def test_a_history_exported_and_imported_again_gives_the_identical_state(
    parley: Shell, fresh_database: Callable[[Kind], str], tmp_path: Path
) -> None:
    lines = objects(parley.out("export", SLUG, "--history"))
    assert [line["op"] for line in lines] == [line.get("op", "record") for line in LINES]
    path = str(tmp_path / "history.ndjson")
    assert f"{len(LINES)} lines" in parley.out("export", SLUG, "--history", "--output", path)
    other = Shell(fresh_database("sqlite-file"), tmp_path)
    other.out("import", SLUG, path, "--title", "Talks", "--party", "Belarus")
    for asked in (FIXED, (*FIXED, "--as-known-at", "2025-09-11", "--clock", "published")):
        expected = parley.out("show", SLUG, "--json", *asked)
        assert other.out("show", SLUG, "--json", *asked) == expected
    assert other.out("export", SLUG, "--history") == parley.out("export", SLUG, "--history")
    assert counted(parley.out("import", SLUG, path, "--json")) == {"unchanged": len(LINES)}


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
    lines = objects(light.out("export", SLUG))
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
    assert counted(again) == {"unchanged": len(exported.splitlines())}


def test_an_export_as_of_a_day_holds_what_had_begun_by_then(light: Shell) -> None:
    assert len(objects(light.out("export", SLUG))) == 5
    assert len(objects(light.out("export", SLUG, "--as-of", "2025-10"))) == 3


def test_a_failed_export_leaves_no_file(light: Shell) -> None:
    path = light.folder / "out.ndjson"
    assert light("export", "nowhere", "--output", str(path)).exit_code == 1
    assert not list(light.folder.glob("out.ndjson*"))


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


def test_a_file_updates_what_stands_and_says_what_was_corrected_since(light: Shell) -> None:
    line = {**LINES[0], "external_id": "U", "summary": "As it was"}
    light.out("import", SLUG, light.file(line))
    edited = light.file({**line, "summary": "As it is"})
    assert light("import", SLUG, edited, "--update").exit_code == 2
    assert light("import", SLUG, edited, "--why", "so").exit_code == 2
    why = ("--reason", "coding_error", "--why", "a slip")
    assert "corrected" in light.out("import", SLUG, edited, "--update", *why)
    told = light.out("import", SLUG, light.file(line))
    assert "Superseded: 1" in told
    assert "summary" in told


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
