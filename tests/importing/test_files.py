"""Files are read in many forms; a file that is no text, or not surely one, is refused in a line with advice."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from itertools import cycle, permutations
from typing import TYPE_CHECKING, Any

import pytest

from api.commands.importing.csv_rows import read_csv
from api.commands.importing.lines import read_bounded_lines
from api.commands.importing.text_files import open_text
from domain.errors import ContentError
from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from tests.importing.file_contents import CELLS, NAMES, read_objects, write_table
from tests.importing.lines import SLUG, custody, faults, read_counts, run

if TYPE_CHECKING:
    from api.composition import Parley

RUSSIAN = "Освобождены пятьдесят два человека, среди них Алесь Беляцкий"
UKRAINIAN = "Звільнено 52 особи у Мінську, їх передали до Литви"


@pytest.fixture(scope="module")
def expected_lines() -> list[Any]:
    (line,) = read_objects(write_table(",", CELLS).encode())
    assert line[1]["summary"] == "Held, in Minsk;\nso far"
    assert line[1]["people"] == ["Ann Example", "Bob Example"]
    return [line]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_table_is_read_by_any_separator_and_in_any_unicode(
    expected_lines: list[Any], separator: str, encoding: str, ends: str
) -> None:
    raw = write_table(separator, CELLS).replace("\n", ends).encode(encoding)
    ((line, content),) = read_objects(raw)
    content["summary"] = content["summary"].replace("\r\n", "\n")
    assert [(line, content)] == expected_lines


@pytest.mark.parametrize("said", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;", "Sep=;\r"])
def test_a_line_that_says_what_separates_is_counted_and_not_read(
    expected_lines: list[Any], said: str
) -> None:
    ((line, content),) = read_objects((said + "\n" + write_table(";", CELLS)).encode("utf-8-sig"))
    assert (line, content) == (3, expected_lines[0][1])
    ((line, content),) = read_objects(("sep=\t\n" + write_table("\t", CELLS)).encode())
    assert (line, content) == (3, expected_lines[0][1])
    assert (
        read_objects(("sep=;\n" + write_table(",", CELLS)).encode())[0][1] == expected_lines[0][1]
    )


def test_lines_that_end_in_a_carriage_return_alone_are_lines(expected_lines: list[Any]) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        raw = write_table(",", CELLS, CELLS).replace("\n", "\r").encode(encoding)
        assert read_objects(raw) == [(2, expected_lines[0][1]), (4, expected_lines[0][1])]
    lines = b"\r".join(json.dumps(custody(name)).encode() for name in "AB")
    assert [line for line, _ in read_objects(lines, media="ndjson")] == [1, 2]


def test_lines_may_end_in_several_ways_in_one_file(expected_lines: list[Any]) -> None:
    """A table of an old Mac, continued on Windows and on Linux."""
    content = expected_lines[0][1]
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        for ends in permutations(("\r", "\r\n", "\n", "\r")):
            lines = write_table(",", *[CELLS] * 4).split("\n")
            text = "".join(f"{line}{end}" for line, end in zip(lines, cycle(ends), strict=False))
            assert read_objects(text.encode(encoding)) == [(at, content) for at in (2, 4, 6, 8)]
    first, second, third = (json.dumps(custody(name)) for name in "ABC")
    mixed = f"{first}\r{second}\r\n{third}\n".encode()
    assert [line for line, _ in read_objects(mixed, media="ndjson")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("rows", "read"),
    [
        (b"A,B,one\rtwo\r\nC,D,E\n", [2, 3, (4, "E")]),
        (b"one\rA,B,C\r\nC,D,E\n", [2, 3, (4, "E")]),
        (b"A,B,C\rA,on\re,C\r\nC,D,E\n", [2, 3, 4, (5, "E")]),
        (b"A,B,one\r\rtwo\r\nC,D,E\n", [2, 4, (5, "E")]),
        (b'A,B,"one\rtwo"\r\nC,D,E\n', [(2, "one\ntwo"), (4, "E")]),
        (b'A,B,"C"\rC,"D\r",E\r\nC,D,E\r', [(2, "C"), (3, "E"), (5, "E")]),
        (b"A,B\r\r\nC,D,E\r\r\n", [2, (3, "E")]),
        (b"A,B,C\rD\n", [2, 3]),
        (b"A,B,C\r", [(2, "C")]),
    ],
)
def test_a_carriage_return_that_may_stand_in_a_cell_is_refused(
    rows: bytes, read: list[int | tuple[int, str]]
) -> None:
    found = read_objects(b"kind,note,summary\n" + rows)
    told = [(at, each["summary"]) if isinstance(each, dict) else at for at, each in found]
    assert told == read
    refused = [detail for _, detail in found if isinstance(detail, str)]
    assert all("carriage return" in each or "cell" in each for each in refused)


def test_blank_columns_and_blank_rows_are_passed_over(expected_lines: list[Any]) -> None:
    rows = [["", *[" "] * 8, "", ""], [*CELLS, "", " "], ["\xa0"] * 20, [""] * 3]
    text = ",,,\n \n" + write_table(",", *rows, names=[*NAMES, "", " "])
    assert read_objects(text.encode()) == [(5, expected_lines[0][1])]
    told = read_objects(write_table(",", [*CELLS, "", "x"], names=[*NAMES, "", ""]).encode())
    assert told == [(2, "column 11 has a text, but no name: name the column, or empty the cell")]
    told = read_objects(write_table(";", [*CELLS, "x", ""]).encode())
    ((line, detail),) = told
    assert (line, detail.partition(":")[0]) == (2, "the row has 10 cells, but the header has 9")
    assert "semicolon" in detail
    assert read_objects(write_table(",", [*CELLS, "", "", ""]).encode()) == expected_lines


@pytest.mark.parametrize("name", ["External ID", "EXTERNAL_ID", " external-id ", "external  id"])
def test_a_header_may_be_written_with_blanks_and_capitals(name: str) -> None:
    raw = write_table(",", ["A", "Reuters"], names=[name, "Citation. Publisher"]).encode()
    assert read_objects(raw) == [(2, {"external_id": "A", "citations": [{"publisher": "Reuters"}]})]


def test_what_is_wrong_with_a_header_is_one_fault_of_each_sort() -> None:
    names = ["external_id", *[f"colour{at}" for at in range(40)], "External ID", "Sumary"]
    lines = read_bounded_lines(io.BytesIO(write_table(",", names=names).encode()))
    (found,) = read_csv(lines)
    unknown, twice = (fault.detail for fault in found.faults)
    assert "2 'colour0'" in unknown
    assert "and 31 more" in unknown
    assert twice == "column 42 'External ID' is there twice: remove one of the two"
    ((_, detail),) = read_objects(b"external_id,sumary\nA,B\n")
    assert "'sumary' (summary?)" in detail
    ((_, detail),) = read_objects(b"kind,when,summary,publisher\nrelease,2025,B,C\n")
    assert "columns 2 'when' (valid?), 4 'publisher' (citation.publisher?) are not known" in detail
    ((_, detail),) = read_objects(b"kind,valid,quantities.what\nrelease,2025,released\n")
    assert "column 3 'quantities.what' (quantity.what?) is not known" in detail
    ((line, detail),) = read_objects(b"Kuupaev;Kokkuvote\nA;B\n")
    assert line == 1
    assert "write the names of the columns in the first row" in detail


@pytest.mark.parametrize("text", [RUSSIAN, UKRAINIAN, "Вызвалены Алесь Бяляцкі ў Мінску"])
def test_windows_1251_is_read_where_it_is_surely_that(text: str) -> None:
    raw = write_table(
        ";", ["A", text, "«Наша ніва» – №1"], names=["external_id", "summary", "note"]
    )
    opened = open_text(io.BytesIO(raw.encode("windows-1251")))
    assert opened.guessed == "windows-1251"
    assert opened.stream.read().decode() == raw
    for other in ("koi8-r", "koi8-u", "iso-8859-5", "cp866", "mac-cyrillic"):
        try:
            coded = write_table(";", ["A", text], names=["external_id", "summary"]).encode(other)
        except UnicodeEncodeError:
            continue
        with pytest.raises(ContentError, match="line 2 is not UTF-8"):
            read_objects(coded)
        assert read_objects(coded, other)[0][1]["summary"] == text


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
    raw = write_table(",", ["A", "x"], ["B", text], names=["external_id", "summary"]).encode(
        encoding
    )
    with pytest.raises(ContentError) as refused:
        read_objects(raw)
    (fault,) = refused.value.faults
    assert fault.detail.startswith("line 3 is not UTF-8")
    assert "CSV UTF-8" in fault.detail
    if encoding.startswith("windows"):
        assert read_objects(raw, encoding)[1][1]["summary"] == text


def test_windows_1252_is_read_where_no_other_code_page_reads_it_otherwise() -> None:
    raw = write_table(
        ",", ["A", "“Café” – André Müller’s «Größe»"], names=["external_id", "summary"]
    )
    opened = open_text(io.BytesIO(raw.encode("windows-1252")))
    assert (opened.guessed, opened.stream.read().decode()) == ("windows-1252", raw)


def test_utf_8_under_the_name_of_a_code_page_is_refused() -> None:
    text = "external_id,summary\nA,Вызвалены"
    for charset in ("windows-1251", "cp866", "iso-8859-1"):
        with pytest.raises(ContentError) as refused:
            open_text(io.BytesIO(text.encode()), charset)
        assert refused.value.faults[0].detail.startswith(f"this is UTF-8, and not {charset}")
    told = open_text(io.BytesIO(text.encode("cp866")), "cp866")
    assert told.stream.read().decode() == text
    assert open_text(io.BytesIO(b"external_id\nA\n"), "cp866").stream.read() == b"external_id\nA\n"


def test_of_a_damaged_text_the_line_is_told_and_the_rest_is_read() -> None:
    good, bad = json.dumps(custody(summary=RUSSIAN), ensure_ascii=False).encode(), b'{"a": "\xff"}'
    found = read_objects(b"\n".join([good, bad, good]), media="ndjson")
    assert [line for line, content in found if isinstance(content, dict)] == [1, 3]
    cut = write_table(",", ["A", RUSSIAN], names=["external_id", "summary"]).encode("utf-16")[:-3]
    assert read_objects(cut)[0][0] == 2
    halved = "external_id,summary\nA,".encode("utf-16-le") + b"\x00\xd8x\x00"
    assert read_objects(halved) == [(2, "not UTF-8: save the file as UTF-8")]


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
            read_objects(raw, media=media)
        (fault,) = refused.value.faults
        assert said in fault.detail
        assert "\n" not in fault.detail


def test_a_file_of_any_size_is_read_in_bounded_memory() -> None:
    row = write_table(";", [*CELLS[:-1], "Reuters" * 1_000])[len(write_table(";")) :]
    kept = []
    for rows in (200, 1_000):
        raw = (write_table(";") + row * rows).replace("\n", "\r").encode("utf-16")
        tracemalloc.start()
        found = sum(1 for _ in read_csv(read_bounded_lines(open_text(io.BytesIO(raw)).stream)))
        kept.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert found == rows
    assert kept[1] - kept[0] < 2**20 < len(raw) // 10


def test_what_was_guessed_is_a_notice_on_the_file(light: Parley) -> None:
    text = write_table(
        ";", ["A", "release", "2025", RUSSIAN, "Onliner"], names=[*NAMES[:4], NAMES[-1]]
    )
    opened = open_text(io.BytesIO(text.encode("windows-1251")))
    lines = read_bounded_lines(opened.stream)
    report = run(light, lines, media="csv", guessed=opened.guessed)
    assert read_counts(report) == {"recorded": 1, "notices_total": 1}
    assert "windows-1251" in report["notices"][0]["detail"]
    assert faults(report) == []
    assert light.ledger.fact(fact_id(negotiation_id(SLUG), "A")).fact.summary == RUSSIAN
