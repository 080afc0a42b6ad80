"""Writes a cell that a spreadsheet would take for a formula with an apostrophe before it, and reads it without.

So a spreadsheet that opens the table computes nothing from a text of the record, and sends nothing (CWE-1236).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

_BOM: Final = "\ufeff"
_FORMULA: Final = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""Full-width signs too, which some spreadsheets read as the others."""
_MARKED: Final = re.compile(f"'{_FORMULA.pattern}")

_FORCED: Final = re.compile(r'="((?:[^"]|"")*)"')
"""A formula that gives a text; people write it to keep a spreadsheet from changing the text."""


def write_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, bom: bool) -> bytes:
    """Write CSV in UTF-8 (RFC 4180); with a byte order mark Excel reads it as that.

    If no columns are given, no header is written.
    """
    out = io.StringIO(_BOM if bom else "")
    out.seek(0, io.SEEK_END)
    written = csv.writer(out)
    if columns:
        written.writerow(columns)
    written.writerows([[_neutral(cell) for cell in row] for row in rows])
    return out.getvalue().encode()


def _neutral(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def read_cell(cell: str) -> str:
    """The text of a cell: without the apostrophe that `write_table` puts before a formula, or `="…"` around it."""
    forced = _FORCED.fullmatch(cell)
    if forced:
        return forced[1].replace('""', '"').strip()
    return cell[1:] if _MARKED.match(cell) else cell
