"""A file is imported in a form, which first shows the fate of each line and lets rejected lines be corrected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from api.web.forms.lines import correct_lines, lines_of, media_of
from api.web.forms.sent import parts_of
from tests.api.asking import fact
from tests.web.hostile import HOSTILE_TEXTS

if TYPE_CHECKING:
    from tests.web.browsing import Reader, Seen
    from tests.web.desk import Desk

IMPORT: Final = "/n/talks/import"
TABLE: Final = (
    "kind,external_id,valid,summary,citation.publisher\n"
    "release,A,2025-01-01,First freed,Reuters\n"
    'release,B,2025-01-02,"Second\nfreed",Reuters\n'
    "release,C,someday,Third freed,Reuters\n"
    "release,D,2025-01-04,Fourth freed,Reuters\n"
)


def _lines(*numbers: int, **more: Any) -> str:  # noqa: ANN401 -- fields of a fact
    facts = (fact(external_id=f"E-{n}", summary=f"No {n} freed", **more) for n in numbers)
    return "\n".join(json.dumps(each) for each in facts)


def _check_lines(desk: Desk, text: str | bytes, **options: str) -> Seen:
    form = desk.see(IMPORT)
    assert form.status == 200, form.words
    if isinstance(text, bytes):
        return desk.upload(form, IMPORT, text, do="check", **options)
    return desk.upload(form, IMPORT, content=text, do="check", **options)


def _post_file(desk: Desk, fields: dict[str, str], **headers: str) -> int:
    """Send a file with these fields; gives the status of the response."""
    texts = {name: (None, text) for name, text in fields.items() if name != "file"}
    file = {"file": ("f", _lines(1).encode())}
    from_here = {"origin": desk.base, "accept": "text/html", **headers}
    return desk.http.post(IMPORT, files={**texts, **file}, headers=from_here).status_code


def _items(reader: Reader) -> list[Any]:
    items: list[Any] = reader.editor.get("/v1/negotiations/talks/timeline").json["items"]
    return items


@pytest.mark.parametrize("how", ["file", "text"])
def test_a_rejected_row_is_corrected_and_all_of_the_table_is_imported(
    reader: Reader, desk: Desk, how: str
) -> None:
    reader.editor.open()
    desk.enter()
    checked = _check_lines(desk, TABLE.encode() if how == "file" else TABLE)
    assert checked.status == 200
    assert "3 to be recorded, 1 rejected." in checked.words
    assert "save" not in checked.all("button", "value")
    assert _items(reader) == []
    held = checked.form(IMPORT)[1]
    assert held["corrected-5"] == "release,C,someday,Third freed,Reuters"
    corrected = desk.upload(
        checked,
        IMPORT,
        do="check",
        corrected_5=held["corrected-5"].replace("someday", "2025-01-03"),
    )
    assert "4 to be recorded." in corrected.words
    done = desk.upload(corrected, IMPORT, do="save")
    assert "It is recorded" in done.words
    items = _items(reader)
    assert [item["fact"]["external_id"] for item in items] == ["A", "B", "C", "D"]
    assert items[1]["fact"]["summary"] == "Second\nfreed"
    again = desk.upload(corrected, IMPORT, do="save")
    assert again.status == 200
    assert len(_items(reader)) == 4


def test_each_line_has_its_fate(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    desk.enter()
    assert (
        "It is recorded" in desk.upload(_check_lines(desk, _lines(1, 2)), IMPORT, do="save").words
    )
    id_ = _items(reader)[0]["id"]
    body = {"reason": "refinement", "why": "Known", "changes": {"summary": "One was freed"}}
    assert reader.editor.post(f"/v1/facts/{id_}/corrections", body, if_match="*").status == 200
    end = json.dumps({"op": "corroborate", "external_id": "E-2", "citation": {"publisher": "AP"}})
    text = "\n".join([_lines(1, 2, 3), end, '{"kind": "release"}', "not JSON", ""])
    checked = _check_lines(desk, text)
    told = [row.partition("</tr>")[0] for row in checked.html.split('<tr class="')[1:]]
    assert [row.partition('"')[0] for row in told] == [
        "superseded",
        "unchanged",
        "recorded",
        "corroborated",
        "rejected",
        "rejected",
    ]
    assert " valid: this field is required" in checked.words
    assert "has been corrected since in summary" in checked.words
    left = desk.upload(checked, IMPORT, do="save", partial="true")
    assert left.status == 200
    assert [item["fact"]["summary"] for item in _items(reader)].count("No 3 freed") == 1


def test_a_refused_import_records_nothing_and_says_why(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    desk.enter()
    checked = _check_lines(desk, _lines(1))
    text = f"{_lines(1)}\n{_lines(2, valid='never')}"
    refused = desk.upload(checked, IMPORT, do="save", content=text)
    assert refused.status == 422
    assert "corrected-2" in refused.form(IMPORT)[1]
    assert _items(reader) == []


@pytest.mark.either_database
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "choose a file, or paste its text"),
        (b"PK\x03\x04 a spreadsheet", "CSV"),
        ("kind,summary\nrelease,жж".encode("koi8-r") + b"\xff\xfe\x00", "UTF-8"),
        (b"kind,summary\nrelease,one\rtwo\n", "line 2: a carriage return alone"),
        (b"hello there\n1,2", "write the names of the columns in the first row"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(
    reader: Reader, desk: Desk, text: bytes, words: str
) -> None:
    reader.editor.open()
    desk.enter()
    refused = _check_lines(desk, text)
    assert refused.status in {200, 422}
    assert words in refused.words
    assert "save" not in refused.all("button", "value")
    assert _items(reader) == []


@pytest.mark.either_database
def test_a_file_in_another_encoding_is_read(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    desk.enter()
    table = TABLE.replace("someday", "2025-01-03").replace("First", "Первый").encode("utf-16")
    done = desk.upload(_check_lines(desk, table), IMPORT, do="save")
    assert "It is recorded" in done.words
    assert _items(reader)[0]["fact"]["summary"] == "Первый freed"


@pytest.mark.either_database
def test_options_are_kept_and_their_faults_stand_beside_them(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    desk.enter()
    for options, wrong in (
        ({"batch": "two words and more"}, "batch"),
        ({"update": "true"}, "reason"),
    ):
        refused = _check_lines(desk, _lines(1), **options)
        assert refused.status == 422
        marked = [given["name"] for _, given in refused.elements if "aria-invalid" in given]
        assert wrong in marked
        assert refused.form(IMPORT)[1]["content"] == _lines(1)
    labelled = _check_lines(desk, _lines(1), batch="first")
    done = desk.upload(labelled, IMPORT, do="save")
    [brought] = [href for href in done.all("a", "href") if "batch=first" in href]
    assert "No 1 freed" in desk.see(brought).words


@pytest.mark.either_database
def test_a_file_that_is_too_large_is_refused_with_what_to_do(reader: Reader, desk: Desk) -> None:
    reader.editor.open()
    desk.enter()
    refused = _check_lines(desk, b"x" * 1_048_577)
    assert refused.status == 413
    assert "parley import" in refused.words


@pytest.mark.either_database
@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_line_is_text(reader: Reader, desk: Desk, text: str) -> None:
    reader.editor.open()
    desk.enter()
    lines = "\n".join([_lines(1, note=text), json.dumps({"kind": text, "summary": text}), text])
    page = _check_lines(desk, lines, batch="b")
    assert text in page.words
    assert text in page.form(IMPORT)[1]["corrected-3"]
    assert not [given for tag, given in page.elements if tag == "script" and "src" not in given]
    assert not [name for _, given in page.elements for name in given if name.startswith("on")]


@pytest.mark.either_database
def test_only_a_key_that_may_record_imports_and_only_from_a_page_of_this_server(
    reader: Reader, desk: Desk
) -> None:
    reader.editor.open()
    assert desk.see(IMPORT).headers["location"].startswith("/sign-in?to=")
    desk.enter()
    form = desk.see(IMPORT)
    held = form.form(IMPORT)[1]
    for headers in ({"origin": "https://evil.example"}, {}):
        fields = held if headers else {"do": "save"}
        assert _post_file(desk, fields, **headers) == 403
    assert _items(reader) == []
    desk.enter("Reader", "fact:read")
    assert "Import a table" not in desk.see("/n/talks").words
    refused = desk.see(IMPORT)
    assert refused.status == 403
    assert _post_file(desk, {**held, **refused.form("/sign-out")[1], "do": "save"}) == 403
    assert _items(reader) == []


def test_fates_are_told_where_they_are_asked_for(reader: Reader) -> None:
    reader.editor.open()
    address = "/v1/negotiations/talks/import"
    body = f"{_lines(1)}\nnonsense\n\n{_lines(2)}".encode()
    told = reader.editor.post(f"{address}?fates=true", body, content_type="application/x-ndjson")
    assert told.json["fates"] == [
        {"line": 1, "fate": "recorded"},
        {"line": 2, "fate": "rejected"},
        {"line": 4, "fate": "recorded"},
    ]
    assert told.json["recorded"] == 0
    plain = reader.editor.post(address, body, content_type="application/x-ndjson")
    assert "fates" not in plain.json
    many = "\n".join(_lines(n) for n in range(1_001)).encode()
    told = reader.editor.post(
        f"{address}?fates=true&dry_run=true", many, content_type="application/x-ndjson"
    )
    assert len(told.json["fates"]) == 1_000


def test_lines_are_corrected_where_they_stand() -> None:
    text = "a\nb\nc\nd"
    assert correct_lines(text, {}) == text
    assert correct_lines(text, {"corrected-2": "B", "span-2": "1"}) == "a\nB\nc\nd"
    assert correct_lines(
        text, {"corrected-2": "B\nB", "span-2": "1", "corrected-4": "D\n", "span-4": "1"}
    ) == ("a\nB\nB\nc\nD")
    assert correct_lines(text, {"corrected-2": "", "span-2": "2"}) == "a\n\nd"
    for odd in (
        {"corrected-9": "x", "span-9": "1"},
        {"corrected-2": "x", "span-2": "-1"},
        {"corrected-0": "x"},
    ):
        assert correct_lines(text, odd) == text


def test_a_line_reaches_to_the_next_one() -> None:
    fates = [{"line": n, "fate": "recorded"} for n in (2, 4)]
    report = {"rejected": [], "superseded": [], "fates": fates}
    lines = lines_of("head\nb\nc\nd\ne", report)
    assert [(line.number, line.span, line.text) for line in lines] == [
        (2, 2, "b\nc"),
        (4, 2, "d\ne"),
    ]
    assert (media_of('\n {"a": 1}'), media_of("kind,valid")) == (
        "application/x-ndjson",
        "text/csv",
    )


def test_a_form_with_a_file_is_read_byte_by_byte() -> None:
    file = bytes(range(256)) * 4 + b"\r\n--x\n"
    body = (
        b'--x9\r\nContent-Disposition: form-data; name="t"\r\n\r\na\r\nb\r\n'
        b'--x9\r\nContent-Disposition: form-data; name="f"; filename="n"\r\nContent-Type: a/b\r\n\r\n'
        + file
        + b"\r\n--x9--\r\n"
    )
    assert parts_of("multipart/form-data; boundary=x9", body) == {"t": b"a\r\nb", "f": file}
    for media in ("multipart/form-data", "multipart/form-data; boundary=other"):
        assert parts_of(media, body) == {}


def test_a_negotiation_is_begun_in_a_form(reader: Reader, desk: Desk) -> None:
    assert desk.see("/begin").headers["location"] == "/sign-in?to=%2Fbegin"
    desk.enter()
    assert "/begin" in desk.see("/").all("a", "href")
    form = desk.see("/begin")
    refused = desk.fill(form, "/begin", title="Talks", slug="No Good", parties="Syldavia, Borduria")
    assert refused.status == 422
    assert [given["name"] for _, given in refused.elements if "aria-invalid" in given] == ["slug"]
    assert "“Syldavia, Borduria” is one party of that name" in refused.words
    begun = desk.fill(refused, "/begin", slug="talks", visibility="private", parties="A; of B\nB")
    assert (begun.status, begun.headers["location"]) == (303, "/n/talks")
    assert desk.see("/n/talks").status == 200
    assert "A; of B, B" in desk.see("/").words
    assert reader.see("/n/talks").status == 404
    taken = desk.fill(desk.see("/begin"), "/begin", title="Talks", slug="talks")
    assert taken.status == 409
    desk.enter("Reader", "fact:read")
    assert "/begin" not in desk.see("/").all("a", "href")
