"""The shipped records are whole and well-formed, and false rows are never present knowledge."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

import domain.kinds  # noqa: F401 -- registers the kinds
from domain.fact import KINDS
from domain.number.language import Comparator
from domain.provenance import Attribution, Relation
from domain.quantity import Basis
from domain.streams.event import Reason
from domain.time.valid_time import ValidTime, strict_upper

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

DATA = Path(__file__).resolve().parents[2] / "data"
BELARUS = "us-belarus.ndjson"
VISITS = "visits.ndjson.gz"
TIMELINE = "department-timeline.ndjson.gz"
COUNTS = "guantanamo-counts.ndjson"
FILES = (BELARUS, VISITS, TIMELINE, COUNTS)
#: The numbers that the collector's rows skip.
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


def read_public(name: str, day: str) -> dict[str, tuple[str, Json]]:
    """{fact: (its last op, the record)} by what was public at the end of `day`."""
    cut, first = strict_upper(day), records(name)
    facts: dict[str, tuple[str, Json]] = {}
    for line in lines(name):
        at = public_at(line)
        if at is not None and at <= cut:
            facts[line["external_id"]] = (line["op"], first[line["external_id"]])
    return facts


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
    def list_freed(day: str) -> set[str]:
        return {
            f["external_id"]
            for op, f in read_public(BELARUS, day).values()
            if op not in {"retract", "end"} and "Ihar Losik" in f.get("people", ())
        }

    assert list_freed("2025-06-20") == set()
    assert list_freed("2025-06-22") == {"BY-029"}
    assert list_freed("2025-06-26") == {"BY-030"}
    assert list_freed("2025-09-12") == {"BY-052"}


def test_no_envoy_is_known_before_9_november_2025() -> None:
    def list_appointed(day: str) -> set[str]:
        facts = (fact for _, fact in read_public(BELARUS, day).values())
        return {str(fact["person"]) for fact in facts if fact["kind"] == "appointment"}

    assert list_appointed("2025-11-08") == set()
    assert list_appointed("2025-11-09") == {"John Coale"}


def test_claims_that_were_never_what_was_known_are_seen_on_no_day() -> None:
    for day in ("2025-08-15", "2025-09-11", "2025-11-26"):
        found = read_public(BELARUS, day)
        assert {found.get(row, ("retract",))[0] for row in ("BY-039", "BY-053")} == {"retract"}


def count_increments(what: str) -> Counter[str]:
    return Counter(
        str(fact.get("matter", fact["external_id"]))
        for fact in records(BELARUS).values()
        for quantity in fact.get("quantities", ())
        if quantity["what"] == what and quantity["basis"] == "increment"
    )


@pytest.mark.parametrize("name", FILES)
def test_no_version_rests_on_a_page_of_a_later_day(name: str) -> None:
    for line in lines(name):
        pages = [strict_upper(c["published"]) for c in citations(line) if c["published"]]
        at = public_at(line)
        assert at is None or max(pages, default=at) <= at, line


def test_the_versions_of_a_fact_follow_each_other_on_the_published_clock() -> None:
    last: dict[str, int] = {}
    for line in lines(BELARUS):
        at = public_at(line)
        if at is not None:
            assert last.get(line["external_id"], at) <= at, line
            last[line["external_id"]] = at


def test_each_release_and_each_pardon_is_counted_in_one_matter() -> None:
    assert count_increments("released") == {
        "nuhfer": 1, "feb12": 1, "ziankovich": 1, "jun21": 1, "sep11-count": 3,
    }  # fmt: skip
    assert count_increments("pardoned") == {
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
