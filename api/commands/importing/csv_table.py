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
    (
        "new-line",
        "the row has a lone carriage return: put quotes around the cell, or remove it",
    ),
)
"""Parts of the CSV reader's messages, and the messages that replace them."""
_SEPARATED: Final = re.compile(r'"?sep=(.|\\t|)"?[,;\t|]*', re.IGNORECASE)
_AROUND: Final = "\r\n \ufeff"
_UNFILLED: Final = '\r\n \t\xa0\ufeff,;|"'
csv.field_size_limit(
    LONGEST_LINE
)  # for the whole process; the default, 131,072, is too small for a row


class Table:
    """The rows of a table; the header, or a line `sep=;` before it, shows what separates the cells."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._text = _CsvLines(without_mark(lines))
        self.header: Sequence[Column | None] | None = None
        self.separator = ","
        self.blank = 0

    def rows(self) -> Iterator[tuple[int, list[str] | str]]:
        """Each row: the number of the line on which it starts, and its cells or its fault."""
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
                cells: list[str] | str = next(rows)
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


class _CsvLines:
    """The lines as text; bytes that are not UTF-8 become lone surrogates, which the row reports with their column.

    `size` is how many bytes the present row has so far. If it is too long, only the quotation marks that close its
    quotes are passed on.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
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
        self.size += len(line) + (1 if self.size else 0)
        if self.is_too_long:
            return '"' * (line.count(b'"') % 2)
        return line.decode("utf-8", "surrogateescape") + "\n"
