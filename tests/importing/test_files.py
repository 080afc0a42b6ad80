"""Files are read as people have them; what is no text, or not surely one, is refused in a line that says what to do."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from api.commands.importing.csv_rows import read_csv
from api.commands.importing.lines import read_bounded_lines, read_ndjson
from api.commands.importing.text_files import open_text
from domain.errors import ContentError
from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from tests.importing.lines import SLUG, custody, faults, read_counts, run

if TYPE_CHECKING:
    from api.composition import Parley

NAMES = ["external_id", "kind", "valid", "summary", "person", "status", "people", "note"]
NAMES += ["citation.publisher"]
CELLS = ["A", "custody", "2025", "Held, in Minsk;\nso far", "Ales; Bialiatski", "detained"]
CELLS += ["Ann Example; Bob Example", "a\tb", "Reuters"]
RUSSIAN = "Освобождены пятьдесят два человека, среди них Алесь Беляцкий"
UKRAINIAN = "Звільнено 52 особи у Мінську, їх передали до Литви"


def table(separator: str, *rows: list[str], names: list[str] = NAMES) -> str:
    return "".join(
        separator.join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n"
        for row in (names, *rows)
    )


def read(raw: bytes, charset: str | None = None, media: str = "csv") -> list[Any]:
    """(line, content) of each object of a file, or (line, detail) of a fault."""
    lines = read_bounded_lines(open_text(io.BytesIO(raw), charset).stream)
    found = (read_csv if media == "csv" else read_ndjson)(lines)
    return [(e.number, e.faults[0].detail if e.faults else e.content) for e in found]


@pytest.fixture(scope="module")
def expected() -> list[Any]:
    (found,) = read(table(",", CELLS).encode())
    assert found[1]["summary"] == "Held, in Minsk;\nso far"
    assert found[1]["people"] == ["Ann Example", "Bob Example"]
    return [found]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_table_is_read_by_any_separator_and_in_any_unicode(
    expected: list[Any], separator: str, encoding: str, ends: str
) -> None:
    raw = table(separator, CELLS).replace("\n", ends).encode(encoding)
    ((line, content),) = read(raw)
    content["summary"] = content["summary"].replace("\r\n", "\n")
    assert [(line, content)] == expected


@pytest.mark.parametrize("said", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;", "Sep=;\r"])
def test_a_line_that_says_what_separates_is_counted_and_not_read(
    expected: list[Any], said: str
) -> None:
    ((line, content),) = read((said + "\n" + table(";", CELLS)).encode("utf-8-sig"))
    assert (line, content) == (3, expected[0][1])
    ((line, content),) = read(("sep=\t\n" + table("\t", CELLS)).encode())
    assert (line, content) == (3, expected[0][1])
    assert read(("sep=;\n" + table(",", CELLS)).encode())[0][1] == expected[0][1]


def test_lines_that_end_in_a_carriage_return_alone_are_lines(expected: list[Any]) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        raw = table(",", CELLS, CELLS).replace("\n", "\r").encode(encoding)
        assert read(raw) == [(2, expected[0][1]), (4, expected[0][1])]
    lines = b"\r".join(json.dumps(custody(name)).encode() for name in "AB")
    assert [line for line, _ in read(lines, media="ndjson")] == [1, 2]


def test_blank_columns_and_blank_rows_are_passed_over(expected: list[Any]) -> None:
    rows = [["", *[" "] * 8, "", ""], [*CELLS, "", " "], ["\xa0"] * 20, [""] * 3]
    text = ",,,\n \n" + table(",", *rows, names=[*NAMES, "", " "])
    assert read(text.encode()) == [(5, expected[0][1])]
    told = read(table(",", [*CELLS, "", "x"], names=[*NAMES, "", ""]).encode())
    assert told == [(2, "column 11 has a text, but no name: name the column, or empty the cell")]
    told = read(table(";", [*CELLS, "x", ""]).encode())
    ((line, detail),) = told
    assert (line, detail.partition(":")[0]) == (2, "the row has 10 cells, but the header has 9")
    assert "semicolon" in detail
    assert read(table(",", [*CELLS, "", "", ""]).encode()) == expected


@pytest.mark.parametrize("name", ["External ID", "EXTERNAL_ID", " external-id ", "external  id"])
def test_a_header_may_be_written_with_blanks_and_capitals(name: str) -> None:
    raw = table(",", ["A", "Reuters"], names=[name, "Citation. Publisher"]).encode()
    assert read(raw) == [(2, {"external_id": "A", "citations": [{"publisher": "Reuters"}]})]


def test_what_is_wrong_with_a_header_is_one_fault_of_each_sort() -> None:
    names = ["external_id", *[f"colour{at}" for at in range(40)], "External ID", "Sumary"]
    lines = read_bounded_lines(io.BytesIO(table(",", names=names).encode()))
    (found,) = read_csv(lines)
    unknown, twice = (fault.detail for fault in found.faults)
    assert "2 'colour0'" in unknown
    assert "and 31 more" in unknown
    assert twice == "column 42 'External ID' is there twice: remove one of the two"
    ((_, detail),) = read(b"external_id,sumary\nA,B\n")
    assert "'sumary' (summary?)" in detail
    ((_, detail),) = read(b"kind,when,summary,publisher\nrelease,2025,B,C\n")
    assert "columns 2 'when' (valid?), 4 'publisher' (citation.publisher?) are not known" in detail
    ((_, detail),) = read(b"kind,valid,quantities.what\nrelease,2025,released\n")
    assert "column 3 'quantities.what' (quantity.what?) is not known" in detail
    ((line, detail),) = read(b"Kuupaev;Kokkuvote\nA;B\n")
    assert line == 1
    assert "write the names of the columns in the first row" in detail


@pytest.mark.parametrize("text", [RUSSIAN, UKRAINIAN, "Вызвалены Алесь Бяляцкі ў Мінску"])
def test_windows_1251_is_read_where_it_is_surely_that(text: str) -> None:
    raw = table(";", ["A", text, "«Наша ніва» – №1"], names=["external_id", "summary", "note"])
    opened = open_text(io.BytesIO(raw.encode("windows-1251")))
    assert opened.guessed == "windows-1251"
    assert opened.stream.read().decode() == raw
    for other in ("koi8-r", "koi8-u", "iso-8859-5", "cp866", "mac-cyrillic"):
        try:
            coded = table(";", ["A", text], names=["external_id", "summary"]).encode(other)
        except UnicodeEncodeError:
            continue
        with pytest.raises(ContentError, match="line 2 is not UTF-8"):
            read(coded)
        assert read(coded, other)[0][1]["summary"] == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Kovačević", "windows-1250"),
        ("İstanbul'da ağaç", "windows-1254"),
        ("Łódź", "windows-1250"),
        ("Señor Núñez", "windows-1252"),
        ("Απελευθερώθηκαν πενήντα δύο", "windows-1253"),
        ("שוחררו חמישים ושניים אסירים בתל אביב", "windows-1255"),
        ("أفرج عن اثنين وخمسين سجينا", "windows-1256"),
        ("André à Malmö", "cp850"),
        ("André Müller", "mac-roman"),
        ("東京で五十二人が釈放", "shift-jis"),
        ("释放五十二人", "gbk"),
    ],
)
def test_what_may_be_several_encodings_is_refused_with_what_to_do(text: str, encoding: str) -> None:
    raw = table(",", ["A", "x"], ["B", text], names=["external_id", "summary"]).encode(encoding)
    with pytest.raises(ContentError) as refused:
        read(raw)
    (fault,) = refused.value.faults
    assert fault.detail.startswith("line 3 is not UTF-8")
    assert "CSV UTF-8" in fault.detail
    if encoding.startswith("windows"):
        assert read(raw, encoding)[1][1]["summary"] == text


def test_windows_1252_is_read_where_no_other_code_page_reads_it_otherwise() -> None:
    raw = table(",", ["A", "“Café” – André Müller’s «Größe»"], names=["external_id", "summary"])
    opened = open_text(io.BytesIO(raw.encode("windows-1252")))
    assert (opened.guessed, opened.stream.read().decode()) == ("windows-1252", raw)


def test_of_a_damaged_text_the_line_is_told_and_the_rest_is_read() -> None:
    good, bad = json.dumps(custody(summary=RUSSIAN), ensure_ascii=False).encode(), b'{"a": "\xff"}'
    found = read(b"\n".join([good, bad, good]), media="ndjson")
    assert [line for line, content in found if isinstance(content, dict)] == [1, 3]
    cut = table(",", ["A", RUSSIAN], names=["external_id", "summary"]).encode("utf-16")[:-3]
    assert read(cut)[0][0] == 2
    halved = "external_id,summary\nA,".encode("utf-16-le") + b"\x00\xd8x\x00"
    assert read(halved) == [(2, "not UTF-8: save the file as UTF-8")]


def archive(name: str, content: bytes = b"x") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr(name, content)
    return held.getvalue()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (archive("xl/workbook.xml"), "Excel workbook (.xlsx)"),
        (archive("[Content_Types].xml"), "Excel"),
        (archive("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), "(.ods)"),
        (archive("facts.csv"), "ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "(.xls)"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\x1f\x8b\x08" + bytes(20), "gzip"),
        (b"<!DOCTYPE html><html><table>", "HTML"),
        ("\ufeff  <html>".encode("utf-16-le"), "HTML"),
        (b"<?xml version='1.0'?>\n<Workbook>", "XML"),
        (b"\x89PNG\r\n", "picture"),
        (bytes(range(64)) * 9, "not text"),
    ],
)
def test_what_is_no_text_is_told_by_what_it_is(raw: bytes, said: str) -> None:
    for media in ("csv", "ndjson"):
        with pytest.raises(ContentError) as refused:
            read(raw, media=media)
        (fault,) = refused.value.faults
        assert said in fault.detail
        assert "\n" not in fault.detail


A, B, C = (custody(name, note="{[\"']}, ") for name in "ABC")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (json.dumps([A, B, C]), [1, 1, 1]),
        (json.dumps([A, B, C], indent=2), [2, 17, 32]),
        (json.dumps([A, B, C], indent=0), [2, 17, 32]),
        ("[\n" + ",\n".join(map(json.dumps, (A, B, C))) + "\n]\n\n", [2, 3, 4]),
        ("\ufeff\n [" + "\n,".join(map(json.dumps, (A, B, C))) + "]", [2, 3, 4]),
        ("\n".join(json.dumps(each, indent=2) for each in (A, B, C)), [1, 16, 31]),
        ("\n\n".join(json.dumps(each, indent="\t") for each in (A, B, C)), [1, 17, 33]),
        (json.dumps(A) + "\n" + json.dumps(B, indent=0) + "\n" + json.dumps(C), [1, 2, 17]),
    ],
)
def test_json_is_read_as_a_list_and_on_several_lines(text: str, lines: list[int]) -> None:
    for encoding in ("utf-8", "utf-16"):
        found = read(text.encode(encoding), media="ndjson")
        assert [line for line, _ in found] == lines
        assert [content for _, content in found] == [A, B, C]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[1, 2]", [(1, "write a JSON object")]),
        (json.dumps([A]) + " x", [(1, None), (1, "a list may have only objects")]),
        (json.dumps([A, "x"]), [(1, None), (1, "a list may have only objects")]),
        (json.dumps([A]) + "\n{}", [(1, None), (2, "there is text after the list")]),
        (json.dumps([A, B])[:-9], [(1, None), (1, "the object that begins here is not closed")]),
        (json.dumps([A, B], indent=1)[:-2], [(2, None), (17, None), (1, "the list that begins")]),
        ("[" + '{"a":"' + "x" * 1_100_000 + '"}]', [(1, "this line of a list is longer")]),
        ('{"a": 1,\n' + json.dumps(B), [(1, "not JSON at character"), (2, None)]),
        (json.dumps(A, indent=1) + "\nx\n" + json.dumps(B), [(1, None), (16, "not JSON"), (17, None)]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_json_is_told_with_its_line(
    text: str, told: list[tuple[int, str | None]]
) -> None:
    found = read(text.encode(), media="ndjson")
    assert [line for line, _ in found] == [line for line, _ in told]
    for (_, content), (_, said) in zip(found, told, strict=True):
        assert isinstance(content, dict) if said is None else content.startswith(said)


def test_a_table_and_json_that_are_sent_for_one_another_are_one_fault() -> None:
    ((line, detail),) = read(b"\n" + table(";", *[CELLS] * 500).encode(), media="ndjson")
    assert (line, "text/csv" in detail) == (2, True)
    lines = "\n".join([json.dumps(A)] * 500).encode()
    for raw in (lines, b"\n" + lines, json.dumps([A, B], indent=2).encode()):
        ((_, detail),) = read(raw)
        assert "application/x-ndjson" in detail


@pytest.mark.parametrize(
    ("raw", "media"),
    [
        (b'external_id,summary\nA,"b"c\n', "csv"),
        (b'external_id,summary\nA,"bc\n', "csv"),
        (b"external_id,summary\nA,b\rc\n", "csv"),
        (b'{"a" 1}', "ndjson"),
        (b"{a: 1}", "ndjson"),
        (b"{'a': 1}", "ndjson"),
        (b'{"a": }', "ndjson"),
        (b'{"a": 1 "b": 2}', "ndjson"),
        (b'{"a": "\\x"}', "ndjson"),
        (b'{"a": "\tb"}', "ndjson"),
        (b'{"a": "b}', "ndjson"),
        (b'{"a": 1,}', "ndjson"),
        (b'{"a": 1} {"b": 2}', "ndjson"),
    ],
)
def test_no_fault_is_told_in_the_words_of_a_parser(raw: bytes, media: str) -> None:
    ((_, detail),) = read(raw, media=media)
    theirs = ["Expecting", "delimiter", "property", "Invalid", "Extra data", "Unterminated"]
    theirs += ["newline=", "open the file", "unexpected end of data", "expected after", "codec"]
    assert not any(words in detail for words in theirs), detail


def test_a_file_of_any_size_is_read_in_bounded_memory() -> None:
    row = table(";", [*CELLS[:-1], "Reuters" * 1_000])[len(table(";")) :]
    kept = []
    for rows in (200, 1_000):
        raw = (table(";") + row * rows).replace("\n", "\r").encode("utf-16")
        tracemalloc.start()
        found = sum(1 for _ in read_csv(read_bounded_lines(open_text(io.BytesIO(raw)).stream)))
        kept.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert found == rows
    assert kept[1] - kept[0] < 2**20 < len(raw) // 10


def test_what_was_guessed_is_a_notice_on_the_file(light: Parley) -> None:
    text = table(";", ["A", "release", "2025", RUSSIAN, "Onliner"], names=[*NAMES[:4], NAMES[-1]])
    opened = open_text(io.BytesIO(text.encode("windows-1251")))
    lines = read_bounded_lines(opened.stream)
    report = run(light, lines, media="csv", guessed=opened.guessed)
    assert read_counts(report) == {"recorded": 1, "notices_total": 1}
    assert "windows-1251" in report["notices"][0]["detail"]
    assert faults(report) == []
    assert light.ledger.fact(fact_id(negotiation_id(SLUG), "A")).fact.summary == RUSSIAN
