"""A table imports as the lines that it spells, and a fault names its line and its column."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pytest

from api.commands.importing.csv_rows import read_csv
from api.commands.importing.lines import LONGEST_LINE, read_bounded_lines
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

if TYPE_CHECKING:
    from api.composition import Parley

HEADER = "external_id,kind,valid,summary,person,status,citation.publisher"
ROW = "A,custody,2025,Held,Ales Bialiatski,detained,Reuters"


def cells(line: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """A line as the cells of one row: what a person would have typed."""
    found: dict[str, str] = {}
    for name, value in line.items():
        if name in {"citations", "quantities"}:
            singular = {"citations": "citation", "quantities": "quantity"}[name]
            for number, entry in enumerate(value, 1):
                found |= cells(entry, f"{singular}{'' if number == 1 else number}.")
        elif name == "links":
            found[name] = "; ".join(f"{each['relation']} {each['fact']}" for each in value)
        elif name == "citation":
            found |= cells(value, "citation.")
        elif name == "changes":
            found |= cells(value)
        elif isinstance(value, list):
            found[name] = "; ".join(value)
        else:
            found[prefix + name] = str(value)
    return found


def table(*lines: dict[str, Any]) -> list[bytes]:
    rows = [cells(line) for line in lines]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode().splitlines(keepends=True)


def import_table(parley: Parley, *rows: str | bytes, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    lines = [row if isinstance(row, bytes) else row.encode() + b"\n" for row in rows]
    return run(parley, lines, media="csv", **options)


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
        """A vote that was taken."""

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


def wide_row(external_id: str, titles: int) -> bytes:
    """A row whose citations are 150, in one cell, with titles of so many characters each."""
    cited = [{"publisher": f"P{number}", "title": "t" * titles} for number in range(150)]
    out = io.StringIO(newline="")
    csv.writer(out).writerow([external_id, *ROW.split(",")[1:6], json.dumps(cited)])
    return out.getvalue().encode()


WIDE = HEADER.replace("citation.publisher", "citations")


def test_a_cell_may_have_what_its_line_may(light: Parley) -> None:
    row = wide_row("A", 900)
    assert 131_072 < len(row) < LONGEST_LINE
    assert read_counts(import_table(light, WIDE, row)) == {"recorded": 1}
    assert len(light.ledger.fact(fact_id(negotiation_id(SLUG), "A")).fact.citations) == 150


FITS = b'"' + b"x" * (LONGEST_LINE - 2) + b'"'


@pytest.mark.parametrize(
    ("long", "lines"),
    [
        (wide_row("A", 7_000), 1),
        (b"A," + b"x" * LONGEST_LINE + b"\n", 1),
        (b'A,"' + b"x" * LONGEST_LINE + b'"\n', 1),
        (b'A,"' + b"x" * LONGEST_LINE + b'""\n,x"",\n",detained\n', 3),
        (b'A,"' + b"x" * (LONGEST_LINE // 2) + b"\n" + b"y" * LONGEST_LINE + b'""z\n"\n', 3),
        (b'A,"' + 3 * (b"x" * (LONGEST_LINE // 2) + b'\n","') + b'"\n', 4),
        (FITS[:-2] + b'yy"\n', 1),
    ],
    ids=["json", "plain", "quoted", "on", "broken", "cells", "by one"],
)
def test_of_a_row_that_is_too_long_no_more_is_lost(long: bytes, lines: int) -> None:
    file = io.BytesIO(b"external_id\nB\n" + long + b"C\n" + FITS + b"\nD")
    for found in (read_bounded_lines(file), (line for line in file.getvalue().splitlines())):
        rows = list(read_csv(found))
        assert [row.number for row in rows] == [2, 3, *range(3 + lines, 6 + lines)]
        assert [row.content for row in rows if row.number != 4 + lines and row.content] == [
            {"external_id": name} for name in "BCD"
        ]
        assert "longer than 1048576 bytes" in rows[1].faults[0].detail
        assert rows[3].content == {"external_id": "x" * (LONGEST_LINE - 2)}


def test_a_quote_that_is_never_closed_takes_the_rest_and_no_memory() -> None:
    rows = [b"external_id\n", b'"A\n', *[b"x" * 1_000 + b"\n"] * 20_000]
    tracemalloc.start()
    (found,) = read_csv(rows)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.number, most < 16 * LONGEST_LINE) == (2, True)
    assert "a quote in it that is open" in found.faults[0].detail


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
