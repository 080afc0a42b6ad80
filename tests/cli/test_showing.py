"""`parley show` prints the state, a section of it or a fact in tables, at any perspective."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from tests.cli.conftest import FREED, LINES, Shell, read_table
from tests.importing.lines import SLUG, custody

pytestmark = pytest.mark.either_database

FACT = fact_id(negotiation_id(SLUG), "R")
FIXED = ("--as-of", "2025-11-22", "--position", str(len(LINES) + 1))


def test_show_gives_every_section_in_a_table(light: Shell) -> None:
    table = read_table(light, "show", SLUG, "--as-of", "2025-11-22")
    for told in ("Talks", "as of 2025-11-22T23:59:59", "Posts", "John Coale", "special envoy"):
        assert told in table
    assert "52" in table
    assert "Reuters" in table
    posts = read_table(light, "show", SLUG, "--as-of", "2025-11-22", "--section", "posts")
    assert "John Coale" in posts
    assert "Fifty-two" not in posts


def test_what_was_still_so_on_a_day_is_shown_as_since_then_at_the_latest(light: Shell) -> None:
    still = custody("S", person="Ann Example", valid="2025-06-25", summary="Ann is still held")
    light.out("import", SLUG, light.file(still))
    for asked in (("show", SLUG, "--section", "custody"), ("people", SLUG, "--q", "ann example")):
        assert "2025-06-25 at the latest" in read_table(light, *asked)
    assert "[..2025-06-25]" in light.out("people", SLUG, "--csv")


def test_who_held_a_post_before_is_told_in_words(light: Shell) -> None:
    about = {"kind": "appointment", "post": "envoy to the talks", "appointed_by": "The president"}
    for name, day in (("Ann Example", "2025-01-05"), ("Bob Example", "2025-01-07")):
        fact = {**custody(None, valid=day, summary=f"{name} is named"), **about, "person": name}
        del fact["status"]
        light.out("import", SLUG, light.file(fact))
    told = read_table(light, "show", SLUG, "--section", "posts", "--as-of", "2025-01-20")
    assert "Ann Example, appointed by The president, since 2025-01-05" in " ".join(told.split())


def test_a_section_in_json_is_that_of_the_state(light: Shell) -> None:
    whole: dict[str, Any] = json.loads(light.out("show", SLUG, "--json", *FIXED))
    part = json.loads(light.out("show", SLUG, "--json", *FIXED, "--section", "posts"))
    assert part == {name: whole[name] for name in ("negotiation", "perspective", "posts")}


def test_what_a_state_leaves_out_is_said_and_all_of_a_section_is_shown(light: Shell) -> None:
    crowd = [custody(None, person=f"Prisoner {number:03}") for number in range(120)]
    light.out("import", SLUG, light.file(*crowd))
    table = read_table(light, "show", SLUG)
    assert "These are the first 100 of 122; all: --section custody" in table
    assert "Prisoner 097" in table
    assert "Prisoner 098" not in table
    table = read_table(light, "show", SLUG, "--section", "custody")
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


def test_a_state_names_what_stands_beside_an_entry_and_says_if_it_is_contested(
    light: Shell,
) -> None:
    def plan_talks(valid: str, matter: str) -> dict[str, Any]:
        meeting = {"form": "talks", "stage": "planned", "participants": ["A", "B"]}
        content = {"valid": valid, "summary": f"Talks of {valid}", "matter": matter}
        return {
            "kind": "meeting",
            "citations": FREED["citations"],
            **meeting,
            **content,
            "external_id": valid,
        }

    plans = [plan_talks("2026-12", "a"), plan_talks("2026-12-10", "b")]
    light.out("import", "plans", light.file(*plans), "--title", "Plans")
    read_table = light.out("show", "plans", "--as-of", "2026-11", "--section", "meetings")
    assert "contested" not in read_table
    assert "beside it" in read_table
    assert "2026-12-10" in read_table
    light.out("import", "plans", light.file(plan_talks("2027-01-20", "a")))
    read_table = light.out("show", "plans", "--as-of", "2026-11", "--section", "meetings")
    assert "beside it" in read_table
    assert re.search(r"contested.*│ yes ", read_table, re.DOTALL)


def test_a_command_that_opens_the_record_itself_says_where_the_negotiations_are(
    light: Shell,
) -> None:
    for command in ("show", "export"):
        refused = light(command, "nowhere")
        assert "no negotiation nowhere; parley list shows the negotiations" in refused.stderr


def test_a_day_as_people_write_it_is_told_as_the_command_takes_it(light: Shell) -> None:
    refused = light("show", SLUG, "--as-of", "20.03.2026")
    assert refused.exit_code == 2
    assert "write 2026-03-20" in " ".join(refused.stderr.replace("│", " ").split())
