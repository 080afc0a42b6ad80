"""The command line imports files of many forms, and reports the outcome of each line."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from infrastructure.tables.record import log_head
from tests.cli.conftest import FREED, LINES, Shell
from tests.cli.writing.printed import read_counts
from tests.databases import open_database
from tests.forking import Forked
from tests.importing.lines import SLUG, custody

if TYPE_CHECKING:
    from infrastructure.database.database import Database

pytestmark = pytest.mark.either_database


def test_an_import_is_reported_to_people_and_to_programs(parley: Shell) -> None:
    again = parley.out("import", SLUG, parley.file(*LINES))
    assert "unchanged" in again
    assert str(len(LINES)) in again
    printed = parley.out("import", SLUG, parley.file(*LINES), "--json")
    assert read_counts(printed) == {"unchanged": len(LINES)}
    dry = parley.out("import", SLUG, parley.file(custody("N")), "--dry-run", "--json")
    assert read_counts(dry) == {"recorded": 1}
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
        told = read_counts(light.out("import", SLUG, light.file(raw, name=name), "--json"))
        told.pop("notices_total", None)
        assert told == ({"unchanged": 1} if 0 < at < 4 else {"recorded": 1}), name
    path = light.file(TABLE.replace("T;", "K;").encode("koi8-r"), name="k.csv")
    printed = light.out("import", SLUG, path, "--json", "--encoding", "KOI8-R")
    assert read_counts(printed)["recorded"] == 1
    printed = light.out("import", SLUG, "-", "--csv", "--json", stdin=TABLE.encode())
    assert read_counts(printed)["unchanged"] == 1


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
    assert "write the same matter in both" in told
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
    assert read_counts(partial) == {"recorded": 1, "rejected_total": 2}


def test_an_import_of_a_file_without_facts_says_so(light: Shell) -> None:
    assert light.out("import", SLUG, light.file(b"\n")) == "The file has no facts.\n"


def test_a_stopped_reading_is_a_refusal_with_partial_too(light: Shell) -> None:
    path = light.file(custody("N"), *[b"{\n"] * 1_000)
    result = light("import", SLUG, path, "--partial", "--json")
    assert result.exit_code == 1
    assert read_counts(result.stdout) == {"recorded": 1, "rejected_total": 103}
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
        recorded = _interrupt_after_turn(database, process)
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
    again = read_counts(parley.out("import", SLUG, path, "--json"))
    assert again == {"recorded": 400 - recorded, "unchanged": recorded}


def _interrupt_after_turn(database: Database, process: Forked[str]) -> int:
    """Interrupt an import while nothing can be written; gives how many of its lines are recorded."""
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
    assert read_counts(dry)["recorded"] == 4
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
    assert read_counts(empty.out(*private)) == {"unchanged": len(LINES)}
    empty.out("import", SLUG, empty.file(*LINES), "--title", "Talks")
    refused = empty("import", SLUG, empty.file(custody("N")), "--title", "Talks", "--private")
    assert refused.exit_code == 1
    assert "exists already, and is public" in refused.stderr
    assert "N" not in empty.out("timeline", SLUG, "--json").split('"')


def test_standard_input_gzip_and_tables_are_read(light: Shell) -> None:
    line = json.dumps(custody("N")).encode()
    assert read_counts(light.out("import", SLUG, "-", "--json", stdin=line)) == {"recorded": 1}
    packed = light.folder / "lines.ndjson.gz"
    packed.write_bytes(gzip.compress(line))
    assert read_counts(light.out("import", SLUG, str(packed), "--json")) == {"unchanged": 1}
    table = b"external_id,kind,valid,summary,person,status,place,citation.publisher\n"
    table += b"T,custody,2025,Held,X,missing,,Reuters\n"
    (light.folder / "t.csv").write_bytes(table)
    path = str(light.folder / "t.csv")
    assert read_counts(light.out("import", SLUG, path, "--json")) == {"recorded": 1}
    again = light.out("import", SLUG, "-", "--csv", "--json", stdin=table)
    assert read_counts(again) == {"unchanged": 1}


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
