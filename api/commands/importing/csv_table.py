"""Splits a file into rows of cells, with any usual separator, and reports faults of rows in Parley's own words."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from api.commands.importing.csv_columns import Column, best_separator
from api.commands.importing.lines import BLANK_LINES, LONGEST_LINE, without_mark

TOO_LONG: Final = (
    f"the row is longer than {LONGEST_LINE} bytes: shorten it, or close a quote in it that is open"
)
LONE_RETURN: Final = b"\r\r\n"
"""Stands for a carriage return alone in a file where other lines end in line feeds."""
IN_A_CELL: Final = (
    "a carriage return alone stands here, and perhaps in a cell: put quotes around the cell, or end every line in the"
    " same way"
)

_JSON: Final = (
    "this is JSON, not a table: send it as application/x-ndjson, or import it without --csv and under a name that does"
    " not end in .csv"
)
_NO_ROW: Final = "the row cannot be read as cells: look for a quote in it that is not closed"
_WORDS: Final = (
    (
        "expected after",
        'a quoted cell continues after its quotes: write a quote in the cell twice, as "", and no blank after the last',
    ),
    ("unexpected end", "a quote is opened here and not closed"),
)
"""Parts of the CSV reader's messages, and the messages that replace them."""
_SEPARATED: Final = re.compile(r'"?sep=(.|\\t|)"?[,;\t|]*', re.IGNORECASE)
_AROUND: Final = "\r\n \ufeff"
_UNFILLED: Final = '\r\n \t\xa0\ufeff,;|"'
csv.field_size_limit(
    LONGEST_LINE
)  # for the whole process; the default, 131,072, is too small for a row


Cells = list[str] | str
"""The cells of a row, or its fault."""
NumberedRow = tuple[int, Cells]


class Table:
    """The rows of a table; the header, or a line `sep=;` before it, shows what separates the cells."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._text = _CsvLines(without_mark(lines))
        self.header: Sequence[Column | None] | None = None
        self.separator = ","
        self.blank = 0
        self._width = 0

    def rows(self) -> Iterator[NumberedRow]:
        """Each row: the number of the line on which it starts, and its cells or its fault.

        A carriage return alone ends a row if the rows before and after it have as many cells as the header. Otherwise
        it may stand in a cell, and both are refused. Blank rows between do not count.
        """
        held, refused = list[NumberedRow](), False
        for number, cells in self._rows():
            ends_alone, blank = (
                self._text.ends_alone,
                not isinstance(cells, str) and _is_blank(cells),
            )
            if held and blank and len(held) <= BLANK_LINES:
                held.append((number, cells))
                continue
            unsure = bool(held) and not (self._is_whole(held[0][1]) and self._is_whole(cells))
            yield from _settle(held, refused=refused or unsure)
            held, refused = [(number, cells)], unsure
            if blank or not ends_alone:
                yield from _settle(held, refused=refused)
                held = []
        yield from _settle(held, refused=refused)

    def _is_whole(self, cells: Cells) -> bool:
        """Whether a row has as many cells as the first one that is not blank, the header."""
        if isinstance(cells, str) or _is_blank(cells):
            return False
        self._width = self._width or len(cells)
        return len(cells) == self._width

    def _rows(self) -> Iterator[NumberedRow]:
        passed, header = self._header()
        yield from ((number, []) for number in range(1, passed))
        if header.startswith(("{", "[")):
            yield passed, _JSON
            return
        rows = csv.reader(
            chain([header], self._text),
            delimiter=self.separator,
            skipinitialspace=True,
            strict=True,
        )
        while True:
            number, self._text.size = passed + rows.line_num, 0
            try:
                cells: Cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                cells = next((own for theirs, own in _WORDS if theirs in str(error)), _NO_ROW)
            yield number, TOO_LONG if self._text.is_too_long else cells

    def _header(self) -> tuple[int, str]:
        """The number and text of the first line that is neither blank nor a `sep=;`."""
        number, line, declared = 1, "", ","
        for number, line in enumerate(self._text, 1):
            declaration = _SEPARATED.fullmatch(line.strip(_AROUND))
            if declaration is not None:
                declared = "\t" if declaration[1] in ("\\t", "") else declaration[1]
            elif line.strip(_UNFILLED) or number > BLANK_LINES:
                break
        self.separator = best_separator(line, declared)
        return number, line


def _is_blank(cells: Sequence[str]) -> bool:
    return not any(cell and not cell.isspace() for cell in cells)


def _settle(held: Sequence[NumberedRow], *, refused: bool) -> Iterable[NumberedRow]:
    """A row and the blank ones after it; if it is `refused`, with the fault that it may be a part of a cell."""
    for at, (number, cells) in enumerate(held):
        yield number, IN_A_CELL if refused and not at and not isinstance(cells, str) else cells


class _CsvLines:
    """The lines as text; bytes that are not UTF-8 become lone surrogates, which the row reports with their column.

    `ends_alone`: whether a carriage return alone ends the line that was read last. `size` is how many bytes the present
    row has so far. If it is too long, only the quotation marks that close its
    quotes are passed on.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self.ends_alone = False
        self.size = 0

    @property
    def is_too_long(self) -> bool:
        """Whether the present row has more bytes than a row may."""
        return self.size > LONGEST_LINE

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = next(self._lines)
        line = raw.rstrip(b"\r\n")
        self.ends_alone = raw.endswith(LONE_RETURN)
        self.size += len(line) + (1 if self.size else 0)
        if self.is_too_long:
            return '"' * (line.count(b'"') % 2)
        return line.decode("utf-8", "surrogateescape") + "\n"
