"""The refusal of a line, or of a single change, lists all of its faults, from whichever check."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.importing.lines import change, custody, faults, run
from tests.importing.tables import table

if TYPE_CHECKING:
    from api.composition import Parley

TWO_IN_ONE = {
    "publisher": "Reuters",
    "published": "yesterday",
    "grade": "Z9",
    "url": "javascript:1",
}
FAULTY: list[tuple[dict[str, Any], set[str]]] = [
    (custody(valid="x", colour="red"), {"/valid", "/colour"}),
    (custody(status="free", valid="x", summary=" "), {"/status", "/valid", "/summary"}),
    (custody(citations=[TWO_IN_ONE]),
     {"/citations/0/published", "/citations/0/grade", "/citations/0/url"}),
    (custody(citations=[{"publisher": 7}, {"publisher": "x", "sources": -1}], matter=""),
     {"/citations/0/publisher", "/citations/1/sources", "/matter"}),
    (custody(quantities=[{"what": "held", "value": "ten"}, {"what": "x", "text": "lots of them"}]),
     {"/quantities/0/value", "/quantities/1/text"}),
    (custody(kind="cuddle", valid="x", links=[{"relation": "refines", "fact": "A"}]),
     {"/kind", "/valid", "/links/0/fact"}),
    ({"kind": "custody", "valid": "x", "external_id": "A"},
     {"/valid", "/summary", "/citations", "/person", "/status"}),
    (custody(person={"name": 1}, sentence_ends="x"), {"/person/name", "/person/id", "/sentence_ends"}),
    (custody(people=["A", 7], places=[""], external_id="A" * 300),
     {"/people/1", "/places/0", "/external_id"}),
    (custody(op="recrod", valid="x"), {"/op", "/valid"}),
    (custody(id="7", valid="x"), {"/id", "/valid"}),
    (custody(citations=[{"publisher": "R", "confidential": 7}], valid="x"),
     {"/citations/0/confidential", "/valid"}),
    (change("correct", reason="no", why=" ", changes={}, published="x"),
     {"/reason", "/why", "/published"}),
    (change("correct", reason="refinement", why=" ", changes={"valid": "x", "place": 7}),
     {"/why", "/changes/valid", "/changes/place"}),
    (change("correct", reason="no", why="x", changes={"status": "open", "person": None, "stage": "mooted"}),
     {"/reason", "/changes/status", "/changes/person", "/changes/stage"}),
    (change("correct", reason="no", why="x", changes={"valid": "x", "sentence_ends": "x", "population": "all"}),
     {"/reason", "/changes/valid", "/changes/sentence_ends", "/changes/population"}),
    (change("correct", reason="no", why="x", external_id="B", changes={"status": "open"}), {"/reason"}),
    (change("correct", reason="no", why="x", changes={"kind": "cuddle"}), {"/reason", "/changes/kind"}),
    (change("correct", reason="refinement", why="x", changes={"kind": "cuddle"}), {"/changes/kind"}),
    (change("corroborate", citation=TWO_IN_ONE, why=7),
     {"/citation/published", "/citation/grade", "/citation/url", "/why"}),
    (change("end", ended="never", why=" ", published="x"), {"/ended", "/why", "/published"}),
    (change("retract", reason="no", why=" ", id="7"), {"/reason", "/why", "/id"}),
    (change("reinstate", colour=1, why=" "), {"/colour", "/why"}),
    (change("prefer", preferred="yes", why=" "), {"/preferred", "/why"}),
    ({"op": "prefer", "preferred": 1}, {"/external_id", "/preferred", "/why"}),
    ({"op": "retract", "reason": "no", "why": "x", "id": "7"}, {"/reason", "/id"}),
    (change("retract", reason="no", why="x", external_id=""), {"/reason", "/external_id"}),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), FAULTY)
def test_a_line_lists_all_of_its_faults(
    light: Parley, line: dict[str, Any], expected: set[str]
) -> None:
    run(light, [custody("A", valid="2025-01-01/..")])
    report = run(light, [custody("Z"), line])
    assert set(faults(report)) == {(2, pointer) for pointer in expected}
    assert len(report["rejected"]) == report["rejected_total"] == len(expected)


def test_a_faulty_correction_of_a_fact_of_the_same_file_is_checked_by_its_kind(
    light: Parley,
) -> None:
    faulty = change("correct", reason="no", why="x", changes={"status": "open", "stage": "mooted"})
    report = run(light, [custody("A"), faulty])
    told = {(2, "/reason"), (2, "/changes/status"), (2, "/changes/stage")}
    assert set(faults(report)) == told
    assert report["rejected_total"] == len(told)
    report = run(light, [custody("A"), faulty], partial=True)
    assert (report["recorded"], set(faults(report))) == (1, told)


def test_a_row_lists_all_of_its_faults(light: Parley) -> None:
    line = custody("A", valid="x", status="free", citations=[TWO_IN_ONE])
    report = run(light, table(custody("Z"), line), media="csv")
    told = {each["pointer"]: each["detail"].partition(":")[0] for each in report["rejected"]}
    assert told == {
        "/valid": "column valid",
        "/status": "column status",
        "/citations/0/published": "column citation.published",
        "/citations/0/grade": "column citation.grade",
        "/citations/0/url": "column citation.url",
    }
    rows = ["external_id,kind,valid,summary,person,status,citations", "A,custody,x,S\xff,x,y,oops"]
    report = run(light, [row.encode("latin-1") + b"\n" for row in rows], media="csv")
    pointers = {"/citations", "/valid", "/status", "/summary"}
    assert set(faults(report)) == {(2, pointer) for pointer in pointers}
    assert len(report["rejected"]) == len(pointers)


def test_a_row_is_told_by_name_which_columns_its_table_lacks(light: Parley) -> None:
    rows = [b"op,external_id,kind,why\n", b"record,A,custody,\n", b"correct,A,,x\n", b"end,A,,\n"]
    report = run(light, rows, media="csv")
    told = {(each["line"], each["detail"].partition(":")[0]) for each in report["rejected"]}
    assert told == {
        *((2, f"column {name}") for name in ("valid", "summary", "person", "status")),
        (2, "column citation.publisher"),
        (3, "column reason"),
        (3, "this field is required"),
        (4, "column ended"),
    }


def test_however_many_faults_a_line_has_a_hundred_are_listed(light: Parley) -> None:
    names = {f"colour{number}": 1 for number in range(80)}
    cited = [{"publisher": "x", "published": "x"} for _ in range(80)]
    report = run(light, [custody("A", citations=cited, **names)])
    assert report["rejected_total"] == 160
    assert len(report["rejected"]) == 101
    assert report["rejected"][-1]["detail"] == "… and 60 more"
    assert json.dumps(report).count("published") <= 20 + 1


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("Release", "write release"),
        ("open question", "write open_question"),
        ("Prisoner-Count", "write prisoner_count"),
        ("relase", "write release"),
        ("cuddle", "write one of agreement, alias, "),
        (["release"], "write one of agreement, alias, "),
    ],
)
def test_a_kind_that_is_nearly_one_is_told(light: Parley, kind: object, told: str) -> None:
    rejected = run(light, [custody(kind=kind)])["rejected"]
    (detail,) = (each["detail"] for each in rejected if each["pointer"] == "/kind")
    assert f"there is no such kind: {told}" in detail
