"""A table imports like the lines that it stands for, and a fault names its line and its column."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest

from api.commands.importing.csv_rows import read_csv
from domain.fact import KINDS, Fact, fact_id, kind
from domain.streams.negotiation import negotiation_id
from domain.time.holding import Holding
from tests.importing.lines import (
    EVERY_OP,
    SLUG,
    custody,
    faults,
    head,
    read_counts,
    read_state,
    run,
)
from tests.importing.tables import HEADER, ROW, import_table, table

if TYPE_CHECKING:
    from api.composition import Parley

FULL = custody(
    "B",
    people=["Ales Bialiatski", "Natallia Pinchuk"],
    places=["Minsk", "Horki"],
    quantities=[
        {"what": "held", "comparator": "ge", "value": 100, "text": "at least 100"},
        {"what": "women", "low": 3, "high": 5, "basis": "stock"},
    ],
    citations=[
        {"publisher": "Reuters", "published": "2025-09-11", "sources": 2, "grade": "B2"},
        {"publisher": "BelTA, Minsk", "title": 'He said "no"', "origin": "Reuters"},
    ],
    links=[
        {"relation": "refines", "fact": "external:A"},
        {"relation": "confirms", "fact": "external:C"},
    ],
    note="two\nlines",
)


def test_a_table_imports_as_the_lines_that_it_spells(parley: Parley) -> None:
    lines = [*EVERY_OP, FULL]
    report = import_table(parley, *table(*lines))
    assert report["rejected"] == []
    assert read_counts(run(parley, lines)) == {"unchanged": len(lines)}
    assert read_counts(import_table(parley, *table(*lines))) == {"unchanged": len(lines)}
    assert len(read_state(parley, "2025-02")["custody"]) == 1


def test_a_row_is_numbered_by_the_line_on_which_it_starts(light: Parley) -> None:
    two_lines = b'A,custody,2025,"Held\nin Minsk",Ales Bialiatski,detained,Reuters'
    rows = two_lines.splitlines(keepends=True)
    report = import_table(light, HEADER, *rows, b"\n", ROW.replace("A,", "B,").replace("2025", "x"))
    assert faults(report) == [(5, "/valid")]
    assert report["rejected"][0]["detail"].startswith("column valid: ")


def test_a_row_without_a_source_is_told_which_column_to_fill(light: Parley) -> None:
    report = import_table(light, HEADER, ROW.removesuffix("Reuters"))
    ((detail,),) = ([each["detail"] for each in report["rejected"]],)
    assert detail.startswith("column citation.publisher: ")
    assert "write at least one, with its publisher" in detail


def test_a_fault_names_its_column_in_the_table(light: Parley) -> None:
    header = HEADER + ",citation3.published,citation3.publisher,quantity.what,quantity.value"
    report = import_table(light, header, ROW + ",yesterday,TASS,held,ten")
    named = {each["pointer"]: each["detail"].partition(":")[0] for each in report["rejected"]}
    assert named == {
        "/quantities/0/value": "column quantity.value",
        "/citations/1/published": "column citation3.published",
    }
    report = import_table(light, header, ROW + ",yesterday,TASS,held,10")
    named = {each["pointer"]: each["detail"].partition(":")[0] for each in report["rejected"]}
    assert named == {"/citations/1/published": "column citation3.published"}
    header = HEADER + ",citation2.url,quantity.text"
    report = import_table(light, header, ROW + ",https://example.org/,52")
    assert {each["pointer"]: each["detail"].partition(":")[0] for each in report["rejected"]} == {
        "/citations/1/publisher": "column citation2.publisher",
        "/quantities/0/what": "column quantity.what",
    }


def test_a_quoted_cell_may_have_blanks_before_it(light: Parley) -> None:
    header = ", ".join(f'"{name}"' for name in (*HEADER.split(","), "note"))
    report = import_table(light, header, ROW.replace("Held", ' "Held, in ""Minsk""" ') + ",")
    assert faults(report) == [(2, "")]
    report = import_table(light, header, ROW.replace("Held", ' "Held, in ""Minsk"""') + ", ")
    assert report["rejected"] == []
    (entry,) = read_state(light, "2025-02")["custody"]
    assert entry["fact"]["summary"] == 'Held, in "Minsk"'


@pytest.mark.parametrize(
    "header",
    [
        "external_id,colour",
        "external_id,external_id",
        "citation.colour",
        "citations,citation.publisher",
        "citation2.title,citations",
        "quantity",
    ],
)
def test_an_unknown_column_is_rejected_on_line_1_and_nothing_is_read(
    light: Parley, header: str
) -> None:
    report = import_table(light, header, "A,B", partial=True)
    assert faults(report) == [(1, "")]
    assert head(light) == 1


@pytest.mark.parametrize(
    ("row", "pointer"),
    [
        (ROW + ",more", ""),
        ("A,custody", ""),
        (ROW.replace("custody", "cuddle"), "/kind"),
        (ROW.encode().replace(b"Held", b"H\xffeld") + b"\n", "/summary"),
        ('A,custody,2025,"Held" there,x,detained,Reuters', ""),
        ('A,custody,2025,"Held', ""),
        ("A,custody,2025,Held\x00,x,detained,Reuters", "/summary"),
        ("A,custody,2025,,x,detained,Reuters", "/summary"),
        ("A,custody,2025," + "x" * 140_000 + ",x,detained,Reuters", "/summary"),
    ],
)
def test_a_row_with_a_fault_is_rejected_with_its_number(
    light: Parley, row: str | bytes, pointer: str
) -> None:
    report = import_table(light, "\ufeff" + HEADER, ROW.replace("A,", "Z,"), row)
    assert faults(report) == [(3, pointer)]
    assert head(light) == 1


def test_a_correction_takes_its_changes_from_the_fact_columns_and_from_json(light: Parley) -> None:
    import_table(light, HEADER + ",note,place", ROW + ",A note,Minsk")
    header = "op,external_id,reason,why,place,changes"
    row = 'correct,A,refinement,named,Horki,"{""note"": null}"'
    assert read_counts(import_table(light, header, row)) == {"corrected": 1}
    (entry,) = read_state(light, "2025-06")["custody"]
    assert entry["place"] == "Horki"
    now = custody(valid="2025", summary="Held", place="Horki", citations=[{"publisher": "Reuters"}])
    assert read_counts(run(light, [now])) == {"unchanged": 1}


@pytest.mark.parametrize("changes", ["{", "[]", '"x"'])
def test_changes_that_are_no_object_are_rejected(light: Parley, changes: str) -> None:
    import_table(light, HEADER, ROW)
    quoted = changes.replace('"', '""')
    row = f'correct,A,refinement,named,Horki,"{quoted}"'
    report = import_table(light, "op,external_id,reason,why,place,changes", row)
    assert faults(report) == [(2, "/changes")]


def test_citations_and_quantities_may_come_whole_as_json(light: Parley) -> None:
    header = "external_id,kind,valid,summary,person,status,citations,quantities"
    typed = [[{"publisher": "Reuters"}, {"publisher": "BelTA"}], {"what": "held", "value": 1}]
    out = io.StringIO(newline="")
    csv.writer(out).writerow([*ROW.split(",")[:6], *map(json.dumps, typed)])
    assert read_counts(import_table(light, header, out.getvalue())) == {"recorded": 1}
    recorded = light.ledger.fact(fact_id(negotiation_id(SLUG), "A")).fact
    assert [citation.publisher for citation in recorded.citations] == ["Reuters", "BelTA"]
    assert [quantity.low for quantity in recorded.quantities] == [1]
    report = import_table(light, header, ROW.replace("A,", "B,") + ",")
    assert faults(report) == [(2, "/citations")]
    assert report["rejected"][0]["detail"].startswith("column citations: ")
    report = import_table(light, header, ROW.replace("Reuters", "[7]") + ",")
    assert faults(report) == [(2, "/citations/0")]


def test_a_table_without_a_header_is_rejected(light: Parley) -> None:
    assert faults(import_table(light)) == [(1, "")]


def test_a_kind_registered_since_brings_its_own_columns(light: Parley) -> None:
    @kind(holds=Holding.ONWARD)
    @dataclass(frozen=True, kw_only=True)
    class Vote(Fact):
        """A kind for these tests: a vote."""

        kind: Literal["vote"] = "vote"
        body: str
        ayes: int | None = None
        unanimous: bool | None = None
        absent: tuple[str, ...] = ()

    header = "external_id,kind,valid,summary,citation.publisher,body,ayes,unanimous,absent"
    rows = ["V,vote,2025,Passed,AP,Seimas,82,TRUE,A;B", "W,vote,2025,Passed,AP,Seimas,many,no,"]
    try:
        report = import_table(light, header, *rows, partial=True)
        assert read_counts(report) == {"recorded": 1, "rejected_total": 2}
        assert faults(report) == [(3, "/ayes"), (3, "/unanimous")]
        recorded = light.ledger.fact(fact_id(negotiation_id(SLUG), "V")).fact
        assert isinstance(recorded, Vote)
        assert (recorded.ayes, recorded.unanimous, recorded.absent) == (82, True, ("A", "B"))
    finally:
        del KINDS["vote"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("45983", "2025-11-22"),
        ("22.11.2025", "2025-11-22"),
        ("11/22/2025", "2025-11-22"),
        ("05/06/2025", "2025-05-06 or 2025-06-05"),
    ],
)
def test_a_date_as_a_spreadsheet_writes_it_is_refused_with_what_it_may_mean(
    light: Parley, written: str, meant: str
) -> None:
    columns = "kind,person,status,summary,valid,sentence_ends,citation.publisher,citation.published,citation.accessed"
    row = f"custody,Ann,sentenced,Held,{written},{written},Reuters,{written},{written}"
    report = import_table(light, columns, row)
    told = {each["pointer"]: each["detail"] for each in report["rejected"]}
    dates = ("/valid", "/sentence_ends", "/citations/0/published", "/citations/0/accessed")
    assert sorted(told) == sorted(dates)
    assert all(detail.endswith(f"; write {meant}") for detail in told.values()), told


@pytest.mark.parametrize(
    ("cell", "people"),
    [
        ('"Ann\nBo ;Cy"', ["Ann", "Bo", "Cy"]),
        ('"{""name"": ""Ann"", ""id"": ""17""}"', [{"name": "Ann", "id": "17"}]),
        ('"[""Ann"", {""name"": ""Bo"", ""id"": ""1""}]"', ["Ann", {"name": "Bo", "id": "1"}]),
        ("[Ann]", ["[Ann]"]),
        ("[{name: Ann}]", None),
        ('"{""name"": ""Ann""}; Bo"', None),
    ],
)
def test_a_list_of_names_is_split_and_what_only_begins_as_json_is_no_name(
    cell: str, people: list[object] | None
) -> None:
    (line,) = read_csv(f"{HEADER},people\n{ROW},{cell}\n".encode().splitlines(keepends=True))
    assert [fault.pointer for fault in line.faults] == ([] if people else ["/people"])
    assert (line.content or {})["people"] == (people or [])


def test_links_are_split_at_a_comma_before_a_relation_too() -> None:
    cell = '"confirms external:B, refines external:C, D\nanswers external:E"'
    (line,) = read_csv(f"{HEADER},links\n{ROW},{cell}\n".encode().splitlines(keepends=True))
    assert (line.content or {})["links"] == [
        {"relation": "confirms", "fact": "external:B"},
        {"relation": "refines", "fact": "external:C, D"},
        {"relation": "answers", "fact": "external:E"},
    ]


def test_a_row_with_an_unknown_op_has_no_other_fault(light: Parley) -> None:
    report = import_table(light, "op," + HEADER, f"RECORD,{ROW}")
    assert faults(report) == [(2, "/op")]


@pytest.mark.parametrize("name", ["citation_publisher", "Citation Publisher", "publisher"])
def test_a_column_under_a_name_without_its_dot_is_suggested(light: Parley, name: str) -> None:
    report = import_table(light, HEADER.replace("citation.publisher", name), ROW)
    assert "(citation.publisher?)" in report["rejected"][0]["detail"]
