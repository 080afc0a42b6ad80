"""With --json a command prints what the API answers, byte for byte; without it, tables."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from infrastructure.settings import Settings
from tests.api.asking import authorize
from tests.cli.conftest import FREED, LINES, Shell
from tests.cli.test_cli import PROGRAM
from tests.importing.lines import SLUG, custody

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.either_database

FACT = fact_id(negotiation_id(SLUG), "R")
FIXED = ("--as-of", "2025-11-22", "--position", str(len(LINES) + 1))
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
        table = shown(light, *arguments)
        assert f"{SLUG} │ Talks │ Belarus" in table
        listed = json.loads(light.out(*arguments, "--json"))["items"]
        assert [each["slug"] for each in listed] == [SLUG]
        assert listed[0]["latest"]["fact"]["summary"].split()[0] in table
    assert light("show", "--fact", "R").exit_code == 2
    assert light("show", "--section", "posts").exit_code == 2
    assert "None. To begin one" in shown(light, "list", "--position", "0")


def test_all_negotiations_are_searched(light: Shell) -> None:
    light.out("import", "others", light.file(FREED), "--title", "Others")
    items = json.loads(light.out("search", "fifty-two freed", "--json"))["items"]
    assert [each["negotiation"] for each in items] == ["others", SLUG]
    table = shown(light, "search", "fifty-two freed")
    assert "2 facts" in table
    assert "others │ 2025-09-11 │ Fifty-two freed │ R │" in table
    assert "No fact holds" in shown(light, "search", "nothing")


def test_the_snapshots_of_a_negotiation_are_listed(light: Shell) -> None:
    assert "None. To take one" in shown(light, "snapshots", SLUG)
    for name in ("second", "first"):
        light.out("snapshot", SLUG, name, "--as-of", "2025-11-22")
    listed = json.loads(light.out("snapshots", SLUG, "--json"))["items"]
    assert [each["name"] for each in listed] == ["first", "second"]
    table = shown(light, "snapshots", SLUG)
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


def shown(light: Shell, *arguments: str) -> str:
    return " ".join(light.out(*arguments).split())


def test_show_gives_every_section_in_a_table(light: Shell) -> None:
    table = shown(light, "show", SLUG, "--as-of", "2025-11-22")
    for told in ("Talks", "as of 2025-11-22T23:59:59", "Posts", "John Coale", "special envoy"):
        assert told in table
    assert "52" in table
    assert "Reuters" in table
    posts = shown(light, "show", SLUG, "--as-of", "2025-11-22", "--section", "posts")
    assert "John Coale" in posts
    assert "Fifty-two" not in posts


def test_what_was_still_so_on_a_day_is_shown_as_since_then_at_the_latest(light: Shell) -> None:
    still = custody("S", person="Ann Example", valid="2025-06-25", summary="Ann is still held")
    light.out("import", SLUG, light.file(still))
    for asked in (("show", SLUG, "--section", "custody"), ("people", SLUG, "--q", "ann example")):
        assert "2025-06-25 at the latest" in shown(light, *asked)
    assert "[..2025-06-25]" in light.out("people", SLUG, "--csv")


def test_a_section_in_json_is_that_of_the_state(light: Shell) -> None:
    whole: dict[str, Any] = json.loads(light.out("show", SLUG, "--json", *FIXED))
    part = json.loads(light.out("show", SLUG, "--json", *FIXED, "--section", "posts"))
    assert part == {name: whole[name] for name in ("negotiation", "perspective", "posts")}


def test_what_a_state_leaves_out_is_said_and_all_of_a_section_is_shown(light: Shell) -> None:
    crowd = [custody(None, person=f"Prisoner {number:03}") for number in range(120)]
    light.out("import", SLUG, light.file(*crowd))
    table = shown(light, "show", SLUG)
    assert "These are the first 100 of 122; all: --section custody" in table
    assert "Prisoner 097" in table
    assert "Prisoner 098" not in table
    table = shown(light, "show", SLUG, "--section", "custody")
    assert all(each["person"] in table for each in crowd)
    assert "These are the first" not in table
    part = json.loads(light.out("show", SLUG, "--json", "--section", "custody"))
    assert len(part["custody"]) == 122
    assert set(part) == {"negotiation", "perspective", "custody"}
    assert json.loads(light.out("show", SLUG, "--json"))["custody_more"]["count"] == 122


def test_show_answers_an_earlier_knowledge_with_what_was_known_then(light: Shell) -> None:
    then = ("--as-of", "2025-11-22", "--as-known-at", "2025-09-10", "--clock", "published")
    assert "John Coale" not in light.out("show", SLUG, *then)


def test_a_fact_of_another_negotiation_is_refused(light: Shell) -> None:
    light.out("import", "other", light.file(), "--title", "Other")
    result = light("show", "other", "--fact", str(FACT))
    assert result.exit_code == 1
    assert f"belongs to {SLUG}" in result.stderr
    missing = light("show", SLUG, "--fact", "NOPE").stderr
    assert "NOPE" in missing


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
    table = shown(light, "audit", SLUG)
    for told in ("fact.corrected", "refinement", "the town is named", "place", "editor"):
        assert told in table
    assert " → " in table
    assert "fact.corrected" in shown(light, "audit", SLUG, "--person", "Ales Bialiatski")
    assert "Nothing was changed." in shown(light, "audit", SLUG, "--person", "John Coale")
    table = shown(light, "diff", SLUG, "--from", "2025-09-10", "--clock", "published")
    assert "Added: 4" in table
    assert "John Coale becomes special envoy" in table


def test_a_diff_of_all_that_was_recorded_since_leads_to_the_other_clock(light: Shell) -> None:
    hint = "--clock published"
    assert hint in shown(light, "diff", SLUG, "--from", "2020")
    assert hint not in shown(light, "diff", SLUG, "--from", "2020", "--clock", "published")
    assert hint not in shown(light, "diff", SLUG, "--from", "2100")


def test_names_that_look_like_markup_are_shown_as_they_are(light: Shell) -> None:
    light.out("import", SLUG, light.file(custody("M", summary="[bold]Held[/bold] [x]")))
    assert "[bold]Held[/bold] [x]" in light.out("timeline", SLUG)


def test_a_tally_counts_and_says_what_is_counted_where_nothing_is(light: Shell) -> None:
    shown = light.out("tally", SLUG, "released", "--by", "year", "--as-of", "2025-11-22")
    assert "How many released: talks" in shown
    assert re.search(r"2025 +│ 52 ", shown)
    assert shown.endswith("In all: 52 (1 number added)\n")
    misspelt = light.out("tally", SLUG, "relased")
    assert "Nothing here counts 'relased'; what is counted: released" in misspelt
    assert "In all" not in misspelt
    none_yet = light.out("tally", SLUG, "released", "--as-of", "2020")
    assert "Nothing here counts" not in none_yet
    assert none_yet.endswith("In all: nothing recorded (no fact)\n")
    counted = {"what": "released", "value": 3, "comparator": "ge", "basis": "increment"}
    vague = {**FREED, "external_id": "V", "valid": "../2025-09", "quantities": [counted]}
    light.out("import", SLUG, light.file(vague))
    shown = light.out("tally", SLUG, "released")
    assert (
        "Outside of the years 1 to 9999: 1 fact\n  V: Fifty-two freed\nIn all: at least 55 (2 numbers added)\n"
        in shown
    )
    assert light("tally", SLUG, "released", "--by", "week").exit_code == 2


def test_a_state_names_what_stands_beside_an_entry_and_what_contests_it(light: Shell) -> None:
    def planned(valid: str, matter: str) -> dict[str, Any]:
        meeting = {"form": "talks", "stage": "planned", "participants": ["A", "B"]}
        said = {"valid": valid, "summary": f"Talks of {valid}", "matter": matter}
        return {
            "kind": "meeting",
            "citations": FREED["citations"],
            **meeting,
            **said,
            "external_id": valid,
        }

    plans = [planned("2026-12", "a"), planned("2026-12-10", "b")]
    light.out("import", "plans", light.file(*plans), "--title", "Plans")
    shown = light.out("show", "plans", "--as-of", "2026-11", "--section", "meetings")
    assert "contested by" not in shown
    assert "beside it" in shown
    assert "2026-12-10" in shown
    light.out("import", "plans", light.file(planned("2027-01-20", "a")))
    shown = light.out("show", "plans", "--as-of", "2026-11", "--section", "meetings")
    assert "contested by" in shown
    assert "beside it" not in shown


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
