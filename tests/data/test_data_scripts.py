"""The mapping scripts lose nothing of their sources and give the same lines every time."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]

DATA = Path(__file__).resolve().parents[2] / "data"
VISIT = {"start": "2005-05-17", "end": "2005-05-08", "visitor": "A", "country": "B",
         "country_id": "b", "description": "Working visit.", "_created": "2010-02-25"}  # fmt: skip
MENDED = VISIT | {"end": "2005-05-18"}
OTHER = {"start": "2018-02-08", "end": "2018-02-08", "visitor": "C", "country": "D"}


def visit_rows() -> list[Json]:
    at = {"id": "1", "reason": " fixed"}
    return [
        at | {"op": "assert", "record_time": "2015-10-01T14:58:32-04:00", "fact": VISIT},
        at | {"op": "correct_date", "record_time": "2016-10-01T14:58:32-04:00", "fact": MENDED},
        at | {"op": "retract", "record_time": "2017-10-01T14:58:32-04:00", "was": MENDED},
        at | {"op": "assert", "record_time": "2018-10-01T14:58:32-04:00", "fact": OTHER},
    ]


def test_a_visit_keeps_every_change_of_its_log_and_gives_the_source_back() -> None:
    script = runpy.run_path(str(DATA / "map_visits.py"))
    made = list(script["import_lines"](visit_rows()))
    assert [line["op"] for line in made] == ["record", "correct", "retract", "reinstate", "correct"]
    assert made == list(script["import_lines"](visit_rows()))
    assert made[0]["valid"] == "2005-05-17/"
    assert made[0]["citations"][0]["published"] == "2015-10-01T18:58:32Z"
    assert made[1]["changes"] == {"valid": "2005-05-17/2005-05-18",
                                  "note": "country_id=b; created=2010-02-25"}  # fmt: skip
    states = [made[0], made[0] | made[1]["changes"], made[0] | made[4]["changes"]]
    assert [script["source_fields"](state) for state in states] == [VISIT, MENDED, OTHER]


def test_a_visit_without_a_day_is_at_an_unknown_time() -> None:
    script = runpy.run_path(str(DATA / "map_visits.py"))
    undated = {"visitor": "A", "country": "B"}
    assert script["content"](undated)["valid"] == "XXXX"
    assert script["source_fields"](script["content"](undated)) == undated


def test_a_dated_event_keeps_the_words_of_its_day() -> None:
    event = {
        "n": 7,
        "date_text": "1818",
        "valid_time_edtf": "1818",
        "date_kind": "uncertain: some day in year",
        "paragraphs": ["One.", "Two."],
        "refs": ["https://example.org/a"],
    }
    made = runpy.run_path(str(DATA / "map_timeline.py"))["import_line"](event)
    assert made["external_id"] == "timeline-0007"
    assert made["summary"] == "One. Two."
    assert made["note"] == (
        'Dated "1818" (uncertain: some day in year). See also: https://example.org/a'
    )


@pytest.mark.parametrize(
    ("expression", "comparator", "words"),
    [("=10", "eq", "10"), (">80", "gt", "more than 80"), ("~40", "approx", "about 40")],
)
def test_a_count_keeps_its_comparator(expression: str, comparator: str, words: str) -> None:
    held = runpy.run_path(str(DATA / "map_counts.py"))["quantity"](expression)
    assert (held["comparator"], held["text"], held["value"]) == (
        comparator, words, int(expression[1:]),
    )  # fmt: skip
