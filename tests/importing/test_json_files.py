"""JSON is read as a list and on several lines; errors in it are reported with their line and in plain words."""

from __future__ import annotations

import json

import pytest

from tests.importing.file_contents import CELLS, read_objects, write_table
from tests.importing.lines import custody

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
        found = read_objects(text.encode(encoding), media="ndjson")
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
    found = read_objects(text.encode(), media="ndjson")
    assert [line for line, _ in found] == [line for line, _ in told]
    for (_, content), (_, said) in zip(found, told, strict=True):
        assert isinstance(content, dict) if said is None else content.startswith(said)


def test_a_table_and_json_that_are_sent_for_one_another_are_one_fault() -> None:
    ((line, detail),) = read_objects(
        b"\n" + write_table(";", *[CELLS] * 500).encode(), media="ndjson"
    )
    assert (line, "text/csv" in detail) == (2, True)
    lines = "\n".join([json.dumps(A)] * 500).encode()
    for raw in (lines, b"\n" + lines, json.dumps([A, B], indent=2).encode()):
        ((_, detail),) = read_objects(raw)
        assert "application/x-ndjson" in detail


@pytest.mark.parametrize(
    ("raw", "media"),
    [
        (b'external_id,summary\nA,"b"c\n', "csv"),
        (b'external_id,summary\nA,"bc\n', "csv"),
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
    ((_, detail),) = read_objects(raw, media=media)
    theirs = ["Expecting", "delimiter", "property", "Invalid", "Extra data", "Unterminated"]
    theirs += ["newline=", "open the file", "unexpected end of data", "expected after", "codec"]
    assert not any(words in detail for words in theirs), detail
