"""A row may be as long as a line; if one is longer, or a quote is never closed, no other row is lost."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from api.commands.importing.csv_rows import read_csv
from api.commands.importing.lines import LONGEST_LINE, read_bounded_lines
from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from tests.importing.lines import SLUG, read_counts
from tests.importing.tables import HEADER, ROW, import_table

if TYPE_CHECKING:
    from api.composition import Parley


def wide_row(external_id: str, titles: int) -> bytes:
    """A row with 150 citations in one cell, each with a title of that many characters."""
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
