"""Every fault of a line is reported with the line's number, whatever is in it."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from api.commands.importing.lines import LONGEST_LINE, read_bounded_lines, read_ndjson
from api.commands.importing.report import LISTED_REJECTIONS
from tests.importing.lines import change, custody, faults, head, read_counts, run

if TYPE_CHECKING:
    from api.composition import Parley

GOOD = json.dumps(custody()).encode()


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xff{}",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\ud800"}',
        b'{"a": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"a": "' + b"x" * LONGEST_LINE + b'"}',
    ],
    ids=lambda line: line[:16].decode(errors="replace"),
)
def test_a_line_that_is_no_object_is_rejected_with_its_number(light: Parley, line: bytes) -> None:
    report = run(light, [GOOD, b"\n", line, b"  \r\n"])
    assert {number for number, _ in faults(report)} == {3}
    assert all(each["detail"] for each in report["rejected"])
    assert head(light) == 1


def test_blank_lines_and_a_byte_order_mark_are_passed_over(light: Parley) -> None:
    report = run(light, [b"\xef\xbb\xbf" + GOOD + b"\r\n", b"\n", b" \t\n"])
    assert read_counts(report) == {"recorded": 1}


def test_an_empty_import_does_nothing(light: Parley) -> None:
    assert read_counts(run(light, [])) == {}


def test_more_faults_than_are_listed_are_still_counted(light: Parley) -> None:
    ends = [change("end", str(number), ended="2025") for number in range(LISTED_REJECTIONS + 5)]
    report = run(light, [*ends, custody()])
    assert [number for number, _ in faults(report)] == list(range(1, LISTED_REJECTIONS + 2))
    assert report["rejected"][-1]["detail"] == "… and 5 more"
    assert report["rejected_total"] == LISTED_REJECTIONS + 5


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_a_line_may_be_as_long_as_is_said_and_no_longer(ending: bytes) -> None:
    fits = b'{"a":"' + b"x" * (LONGEST_LINE - 8) + b'"}'
    assert len(fits) == LONGEST_LINE
    file = io.BytesIO(fits + b"\n" + b"y" * (3 * LONGEST_LINE) + b"\n" + GOOD + ending)
    lines = list(read_ndjson(read_bounded_lines(file)))
    assert [line.number for line in lines] == [1, 2, 3]
    assert lines[0].content is not None
    assert "longer" in lines[1].faults[0].detail
    assert lines[2].content == custody()
