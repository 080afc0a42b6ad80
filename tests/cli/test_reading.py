"""With --json a command prints what the API answers, byte for byte; without it, tables."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from infrastructure.settings import Settings
from tests.api.asking import authorize
from tests.cli.conftest import FREED, LINES, Shell, read_table
from tests.cli.test_cli import PROGRAM
from tests.cli.test_interrupting import hear
from tests.cli.test_showing import FACT, FIXED
from tests.importing.lines import SLUG, custody

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.either_database


QUERY = f"as_of=2025-11-22&position={len(LINES) + 1}"


@pytest.fixture
def http(parley: Shell) -> Iterator[TestClient]:
    record = compose(Settings.from_env(parley.settings), upgrade=False)
    with TestClient(create_app(record), headers=authorize(record)) as client:
        yield client
    record.close()


OF = f"/v1/negotiations/{SLUG}"
ANSWERS = (
    (("show", SLUG), f"{OF}?"),
    (("show", SLUG, "--match", "certain"), f"{OF}?match=certain&"),
    (("show", SLUG, "--fact", "R"), f"/v1/facts/{FACT}?"),
    (("show", SLUG, "--fact", str(FACT)), f"/v1/facts/{FACT}?"),
    (("timeline", SLUG), f"{OF}/timeline?limit=1000&"),
    (
        ("timeline", SLUG, "--q", "fifty freed", "--limit", "5"),
        f"{OF}/timeline?q=fifty+freed&limit=5&",
    ),
    (
        ("timeline", SLUG, "--person", "John Coale", "--from", "2025", "--to", "2026"),
        f"{OF}/timeline?person=John+Coale&from=2025&to=2026&limit=1000&",
    ),
    (
        ("diff", SLUG, "--from", "2024", "--clock", "published"),
        f"{OF}/diff?from=2024&clock=published&",
    ),
    (("tally", SLUG, "released", "--by", "day"), f"{OF}/tally?what=released&by=day&limit=1000&"),
    (("people", SLUG), f"{OF}/people?limit=1000&"),
    (
        ("people", SLUG, "--status", "held", "--q", "losik"),
        f"{OF}/people?status=held&q=losik&limit=1000&",
    ),
    (
        ("people", SLUG, "--person", "Ihar Losik"),
        f"{OF}/people?person=Ihar+Losik&limit=1000&",
    ),
    (("audit", SLUG), f"{OF}/audit?"),
    (("audit", SLUG, "--order", "newest"), f"{OF}/audit?order=newest&"),
    (
        ("audit", SLUG, "--as-known-at", "2025-09-12", "--clock", "published"),
        f"{OF}/audit?as_known_at=2025-09-12&clock=published&",
    ),
)


def test_json_is_what_the_api_answers(parley: Shell, http: TestClient) -> None:
    for arguments, address in ANSWERS:
        printed = parley.out(*arguments, *FIXED, "--json")
        answer = http.get(address + QUERY)
        assert answer.status_code == 200, arguments
        assert printed == answer.text + "\n", arguments


TABLES = (
    (("audit", SLUG, *FIXED), f"{OF}/audit?{QUERY}"),
    (("people", SLUG, *FIXED), f"{OF}/people?{QUERY}"),
    (("timeline", SLUG, *FIXED, "--kind", "release"), f"{OF}/timeline?kind=release&{QUERY}"),
    (("tally", SLUG, "released", *FIXED), f"{OF}/tally?what=released&{QUERY}"),
    (("diff", SLUG, "--from", "2024", *FIXED), f"{OF}/diff?from=2024&{QUERY}"),
)


def test_csv_is_what_the_api_answers(parley: Shell, http: TestClient) -> None:
    for arguments, address in TABLES:
        printed = parley.out(*arguments, "--csv")
        answer = http.get(address, headers={"accept": "text/csv"})
        assert answer.headers["content-type"].startswith("text/csv")
        assert printed.splitlines() == answer.text.splitlines()
        assert parley.out(*arguments, "--csv", "--bom") == f"\ufeff{printed}"
        assert parley(*arguments, "--csv", "--json").exit_code == 2


def test_a_table_has_the_facts_of_all_pages(light: Shell) -> None:
    whole = light.out("timeline", SLUG, "--csv")
    assert light.out("timeline", SLUG, "--csv", "--limit", "2") == whole


def test_the_negotiations_are_listed_with_what_changed_last(light: Shell) -> None:
    for arguments in (("list",), ("show",)):
        table = read_table(light, *arguments)
        assert f"{SLUG} │ Talks │ Belarus" in table
        listed = json.loads(light.out(*arguments, "--json"))["items"]
        assert [each["slug"] for each in listed] == [SLUG]
        assert listed[0]["latest"]["fact"]["summary"].split()[0] in table
    assert light("show", "--fact", "R").exit_code == 2
    assert light("show", "--section", "posts").exit_code == 2
    assert "None. To begin one" in read_table(light, "list", "--position", "0")


def test_all_negotiations_are_searched(light: Shell) -> None:
    light.out("import", "others", light.file(FREED), "--title", "Others")
    items = json.loads(light.out("search", "fifty-two freed", "--json"))["items"]
    assert [each["negotiation"] for each in items] == ["others", SLUG]
    table = read_table(light, "search", "fifty-two freed")
    assert "2 facts" in table
    assert "others │ 2025-09-11 │ Fifty-two freed │ R │" in table
    assert "No fact holds" in read_table(light, "search", "nothing")


def test_the_snapshots_of_a_negotiation_are_listed(light: Shell) -> None:
    assert "None. To take one" in read_table(light, "snapshots", SLUG)
    for name in ("second", "first"):
        light.out("snapshot", SLUG, name, "--as-of", "2025-11-22")
    listed = json.loads(light.out("snapshots", SLUG, "--json"))["items"]
    assert [each["name"] for each in listed] == ["first", "second"]
    table = read_table(light, "snapshots", SLUG)
    assert all(each["sha256"] in table for each in listed)


def test_a_shell_completes_the_slug_of_a_negotiation(light: Shell) -> None:
    for begun, found in ((SLUG[:1], [SLUG]), (f"{SLUG}x", [])):
        environ = {
            "_PARLEY_COMPLETE": "complete_bash",
            "COMP_WORDS": f"parley show {begun}",
            "COMP_CWORD": "2",
        }
        done = subprocess.run(
            PROGRAM,
            env={**os.environ, **light.settings, **environ},
            check=False,
            capture_output=True,
            text=True,
        )
        assert [line for line in done.stdout.split() if line] == found, done.stderr


def test_the_log_is_followed_from_its_beginning_to_what_is_recorded_next(light: Shell) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "changes", "--follow", "--json"],
        env={**os.environ, **light.settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear,  # noqa: PLW1509 -- no thread of the test's holds a lock
    )
    assert process.stdout is not None
    for position in range(1, len(LINES) + 2):
        assert json.loads(process.stdout.readline())["position"] == position
    light.out("import", SLUG, light.file(custody("Z", person="Zoe", summary="Zoe is held")))
    told = json.loads(process.stdout.readline())
    assert told["data"]["fact"]["summary"] == "Zoe is held"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert light("changes", "--follow", "--position", "3").exit_code == 2
    assert light.out("log", "--json") == light.out("changes", "--json")


def test_a_timeline_goes_on_at_its_cursor(light: Shell) -> None:
    items, cursor = [], None
    for _ in range(len(LINES)):
        more = () if cursor is None else ("--cursor", cursor)
        page = json.loads(light.out("timeline", SLUG, "--json", "--limit", "1", *more))
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    whole = json.loads(light.out("timeline", SLUG, "--json"))
    assert [item["id"] for item in items] == [item["id"] for item in whole["items"]]
    assert len(items) == 4
    paged = light("timeline", SLUG, "--limit", "1")
    assert "Held in Minsk" in paged.stdout
    assert "--cursor" in paged.stderr


def test_the_audit_and_the_diff_are_shown_in_tables(light: Shell) -> None:
    table = read_table(light, "audit", SLUG)
    for told in ("fact.corrected", "refinement", "the town is named", "place", "editor"):
        assert told in table
    assert " → " in table
    assert "fact.corrected" in read_table(light, "audit", SLUG, "--person", "Ales Bialiatski")
    assert "Nothing was changed." in read_table(light, "audit", SLUG, "--person", "John Coale")
    table = read_table(light, "diff", SLUG, "--from", "2025-09-10", "--clock", "published")
    assert "Added: 4" in table
    assert "John Coale becomes special envoy" in table


def test_a_diff_of_all_that_was_recorded_since_leads_to_the_other_clock(light: Shell) -> None:
    hint = "--clock published"
    assert hint in read_table(light, "diff", SLUG, "--from", "2020")
    assert hint not in read_table(light, "diff", SLUG, "--from", "2020", "--clock", "published")
    assert hint not in read_table(light, "diff", SLUG, "--from", "2100")


def test_names_that_look_like_markup_are_shown_as_they_are(light: Shell) -> None:
    light.out("import", SLUG, light.file(custody("M", summary="[bold]Held[/bold] [x]")))
    assert "[bold]Held[/bold] [x]" in light.out("timeline", SLUG)


def test_a_tally_counts_and_says_what_is_counted_where_nothing_is(light: Shell) -> None:
    read_table = light.out("tally", SLUG, "released", "--by", "year", "--as-of", "2025-11-22")
    assert "How many released: talks" in read_table
    assert re.search(r"2025 +│ 52 ", read_table)
    assert read_table.endswith("In all: 52 (1 number added)\n")
    misspelt = light.out("tally", SLUG, "relased")
    assert "Nothing here counts 'relased'; what is counted: released" in misspelt
    assert "In all" not in misspelt
    none_yet = light.out("tally", SLUG, "released", "--as-of", "2020")
    assert "Nothing here counts" not in none_yet
    assert none_yet.endswith("In all: nothing recorded (no fact)\n")
    counted = {"what": "released", "value": 3, "comparator": "ge", "basis": "increment"}
    vague = {**FREED, "external_id": "V", "valid": "../2025-09", "quantities": [counted]}
    light.out("import", SLUG, light.file(vague))
    read_table = light.out("tally", SLUG, "released")
    assert (
        "Outside of the years 1 to 9999: 1 fact\n  V: Fifty-two freed\nIn all: at least 55 (2 numbers added)\n"
        in read_table
    )
    assert light("tally", SLUG, "released", "--by", "week").exit_code == 2


def test_a_check_lists_what_should_be_looked_at(light: Shell) -> None:
    assert "nothing to look at" in light.out("check", SLUG)
    several = {**FREED, "external_id": "V", "people": ["Ann|Bob"], "matter": "several"}
    light.out("import", SLUG, light.file(several))
    assert "V" in (told := light.out("check", SLUG))
    assert "/people/0" in told
    (item,) = json.loads(light.out("check", SLUG, "--json"))["items"]
    assert (item["external_id"], item["pointer"]) == ("V", "/people/0")


def test_a_check_lists_no_number_whose_bounds_were_sent_and_would_be_taken_today(
    light: Shell,
) -> None:
    number = {"what": "released", "comparator": "approx", "low": 1400, "high": 1500}
    about = {**FREED, "quantities": [{**number, "text": "some 1,400-1,500"}]}
    light.out("import", SLUG, light.file({**about, "external_id": "R-2", "matter": "range"}))
    assert "nothing to look at" in light.out("check", SLUG)


def test_a_check_lists_aliases_that_lead_one_name_to_two(light: Shell) -> None:
    for end in ("Ann Primer", "Bea Sample"):
        alias = {**FREED, "kind": "alias", "external_id": end, "name": "A. B.", "same_as": end}
        light.out("import", SLUG, light.file({k: v for k, v in alias.items() if k != "quantities"}))
    items = json.loads(light.out("check", SLUG, "--json"))["items"]
    assert [item["pointer"] for item in items] == ["/same_as"] * 2
    assert "Ann Primer and to Bea Sample" in items[0]["detail"]
