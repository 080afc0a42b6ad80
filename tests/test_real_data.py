"""The shipped records are whole and well-formed, and false rows are never present knowledge."""

from __future__ import annotations

import gzip
import json
import runpy
from collections import Counter
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

import domain.facts  # noqa: F401 -- registers the kinds
from domain.event import Reason
from domain.fact import KINDS
from domain.provenance import Attribution, Relation
from domain.quantity import Basis, Comparator
from domain.valid_time import ValidTime, strict_upper

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

DATA = Path(__file__).resolve().parent.parent / "data"
BELARUS = "us-belarus.ndjson"
VISITS = "visits.ndjson.gz"
TIMELINE = "department-timeline.ndjson.gz"
COUNTS = "guantanamo-counts.ndjson"
FILES = (BELARUS, VISITS, TIMELINE, COUNTS)
#: The numbers that the collector's rows do not use.
UNUSED = {6, 36, 48, 58, 59}
ROWS = {f"BY-{number:03}" for number in range(1, 91) if number not in UNUSED}
FALSE_ROWS = {"BY-029", "BY-035", "BY-039", "BY-053"}
OPS = {
    "record": set(),
    "correct": {"reason", "why", "changes"},
    "corroborate": {"citation"},
    "end": {"ended"},
    "retract": {"reason", "why"},
    "reinstate": {"why"},
    "prefer": {"preferred", "why"},
}


@cache
def lines(name: str) -> tuple[Json, ...]:
    packed = (DATA / name).read_bytes()
    text = gzip.decompress(packed) if name.endswith(".gz") else packed
    return tuple(json.loads(line) for line in text.splitlines())


def records(name: str) -> dict[str, Json]:
    return {line["external_id"]: line for line in lines(name) if line["op"] == "record"}


def citations(line: Json) -> Iterator[Json]:
    yield from line.get("citations", ())
    yield from line.get("changes", {}).get("citations", ())
    if "citation" in line:
        yield line["citation"]


def quantities(line: Json) -> Iterator[Json]:
    yield from line.get("quantities", ())
    yield from line.get("changes", {}).get("quantities", ())


def public_at(line: Json) -> int | None:
    said = (
        [line["published"]] if line.get("published") else [c["published"] for c in citations(line)]
    )
    return min((strict_upper(each) for each in said if each), default=None)


def seen(name: str, day: str) -> dict[str, tuple[str, Json]]:
    """Per fact the last op and the record, by what was public at the end of `day`."""
    cut, first = strict_upper(day), records(name)
    found: dict[str, tuple[str, Json]] = {}
    for line in lines(name):
        at = public_at(line)
        if at is not None and at <= cut:
            found[line["external_id"]] = (line["op"], first[line["external_id"]])
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_fact_is_recorded_once_and_before_it_is_changed(name: str) -> None:
    known: set[str] = set()
    for line in lines(name):
        assert (line["external_id"] in known) == (line["op"] != "record"), line
        known.add(line["external_id"])


@pytest.mark.parametrize("name", FILES)
def test_a_change_carries_what_its_call_needs_and_no_unknown_field(name: str) -> None:
    optional = {"op", "external_id", "published", "citation", "why"}
    for line in lines(name):
        needed = OPS[line["op"]]
        assert needed <= set(line), line
        if line["op"] != "record":
            assert set(line) <= needed | optional, line
            assert line.get("reason") in {None, *get_args(Reason)}


@pytest.mark.parametrize("name", FILES)
def test_a_fact_has_the_fields_of_its_kind(name: str) -> None:
    for fact in records(name).values():
        known = {field.name for field in fields(KINDS[fact["kind"]])}
        assert set(fact) - {"op"} <= known, fact
        assert fact["summary"].strip()
        assert fact["citations"]


@pytest.mark.parametrize("name", FILES)
def test_every_valid_and_published_time_can_be_read(name: str) -> None:
    for line in lines(name):
        for valid in (line.get("valid"), line.get("changes", {}).get("valid")):
            assert valid is None or ValidTime.parse(valid).text == valid
        for published in (line.get("published"), *(c["published"] for c in citations(line))):
            assert published is None or strict_upper(published)


@pytest.mark.parametrize("name", FILES)
def test_words_from_closed_lists_are_legal(name: str) -> None:
    for line in lines(name):
        for quantity in quantities(line):
            assert quantity["comparator"] in get_args(Comparator)
            assert quantity["basis"] in {None, *get_args(Basis)}
            assert isinstance(quantity["value"], int) or quantity["text"]
        for citation in citations(line):
            assert citation.get("attribution") in {None, *get_args(Attribution)}
        for link in line.get("links", ()):
            assert link["relation"] in get_args(Relation)


@pytest.mark.parametrize("name", FILES)
def test_every_link_leads_to_a_fact_of_the_record(name: str) -> None:
    known = {f"external:{external_id}" for external_id in records(name)}
    for fact in records(name).values():
        assert {link["fact"] for link in fact.get("links", ())} <= known, fact["external_id"]


def test_every_row_of_the_belarus_record_is_a_fact_and_further_facts_name_their_row() -> None:
    recorded = set(records(BELARUS))
    assert recorded >= ROWS
    assert {name[:6] for name in recorded} == ROWS


def test_rows_that_are_false_end_retracted() -> None:
    last = {line["external_id"]: line["op"] for line in lines(BELARUS)}
    assert {name for name, op in last.items() if op == "retract"} == FALSE_ROWS


def test_losik_was_reported_free_then_in_custody_then_free() -> None:
    def known(day: str) -> set[str]:
        return {
            f["external_id"]
            for op, f in seen(BELARUS, day).values()
            if op not in {"retract", "end"} and "Ihar Losik" in f.get("people", ())
        }

    assert known("2025-06-20") == set()
    assert known("2025-06-22") == {"BY-029"}
    assert known("2025-06-26") == {"BY-030"}
    assert known("2025-09-12") == {"BY-052"}


def test_no_envoy_is_known_before_9_november_2025() -> None:
    def known(day: str) -> set[str]:
        facts = (fact for _, fact in seen(BELARUS, day).values())
        return {str(fact["person"]) for fact in facts if fact["kind"] == "appointment"}

    assert known("2025-11-08") == set()
    assert known("2025-11-09") == {"John Coale"}


def test_claims_that_were_never_what_was_known_are_seen_on_no_day() -> None:
    for day in ("2025-08-15", "2025-09-11", "2025-11-26"):
        found = seen(BELARUS, day)
        assert {found.get(row, ("retract",))[0] for row in ("BY-039", "BY-053")} == {"retract"}


def counted(what: str) -> Counter[str]:
    return Counter(
        str(fact.get("matter", fact["external_id"]))
        for fact in records(BELARUS).values()
        for quantity in fact.get("quantities", ())
        if quantity["what"] == what and quantity["basis"] == "increment"
    )


def test_each_release_and_each_pardon_is_counted_in_one_matter() -> None:
    assert counted("released") == {
        "nuhfer": 1, "feb12": 1, "ziankovich": 1, "jun21": 1, "sep11-count": 3,
    }  # fmt: skip
    assert counted("pardoned") == {
        "BY-008": 1,
        "sixteen": 1,
        "unity25": 1,
        "priests": 1,
        "ukr31": 1,
    }


def test_52_rests_on_more_distinct_reports_than_its_rivals() -> None:
    reports: dict[str, set[str]] = {"BY-047": set(), "BY-049": set(), "BY-054-crossed": set()}
    for line in lines(BELARUS):
        if line["external_id"] in reports:
            reports[line["external_id"]] |= {c["origin"] or c["publisher"] for c in citations(line)}
    assert reports["BY-047"] == {"Kyiv Independent", "Reuters", "AP", "Newser", "PAP"}
    assert len(reports["BY-049"]) == len(reports["BY-054-crossed"]) == 1


def test_at_least_100_is_a_proposal() -> None:
    for row in ("BY-082", "BY-083", "BY-084"):
        fact = records(BELARUS)[row]
        assert (fact["kind"], fact["stage"]) == ("proposal", "discussed")
        asked = [q for q in fact["quantities"] if q["what"] == "to be released"]
        assert (asked[-1]["comparator"], asked[-1]["value"]) == ("ge", 100)


def test_the_mapped_records_have_as_many_changes_as_their_sources() -> None:
    ops = Counter(line["op"] for line in lines(VISITS))
    assert ops == {"record": 3284, "correct": 382, "retract": 21, "reinstate": 1}
    assert Counter(line["op"] for line in lines(TIMELINE)) == {"record": 1488}
    counts = Counter(line["op"] for line in lines(COUNTS))
    assert counts == {"record": 19, "correct": 3, "retract": 1}


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
    assert [script["source_fields"](each) for each in states] == [VISIT, MENDED, OTHER]


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
