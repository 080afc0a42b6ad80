"""Reads the lines of an import; each is one JSON object, or has faults, and has its exact number, from 1."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from api.commands.importing.csv_columns import names_columns
from api.commands.importing.json_objects import objects
from api.commands.json_text import read_repeating
from domain.errors import ContentError, Fault

LONGEST_LINE: Final = 1_048_576
"""The most bytes of one line, or of one row of a table, without its line break."""
BLANK_LINES: Final = 10_000
"""How many more blank lines than other lines a file may have."""

_TABLE: Final = "this is a table, not JSON: send it as text/csv, or import it with --csv or from a file named .csv"
_ENOUGH: Final = LONGEST_LINE + 3
"""The longest line, two bytes for a line break, and one that shows that a line is too long."""


_NO_COLUMNS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line as read: its object and its faults; `columns` maps pointers to the columns of a table.

    `more` counts the faults that are not listed. Reading ends after a line that is `last`.
    """

    number: int
    content: dict[str, Any] | None
    faults: tuple[Fault, ...] = ()
    columns: Mapping[str, str] = field(default_factory=lambda: _NO_COLUMNS)
    more: int = 0
    last: bool = False

    def column(self, pointer: str) -> str | None:
        """The column that has the value at a pointer, or would have it; None if there is no table.

        If no such column is known, the first part of its name.
        """
        field = pointer.removeprefix("/changes")[1:].partition("/")[0]
        entry, _, part = pointer.rpartition("/")
        beside = (name for place, name in self.columns.items() if place.rpartition("/")[0] == entry)
        singular = next((name.partition(".")[0] for name in beside if "." in name), None)
        if entry and singular is not None and pointer not in self.columns:
            return f"{singular}.{part}"
        while pointer and pointer not in self.columns:
            pointer = pointer.rpartition("/")[0]
        return self.columns.get(pointer) or (field or None if self.columns else None)


def read_bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; a line that is too long is cut just above the limit, so that it is refused.

    If the omitted part has an odd number of quotation marks, one is added, so that the reader of a table finds the end
    of the row.
    """
    while line := stream.readline(_ENOUGH):
        rest, marks = line, 0
        while len(rest) == _ENOUGH and not rest.endswith(b"\n"):
            rest = stream.readline(_ENOUGH)
            marks += rest.count(b'"')
        yield line + b'"' * (marks % 2)


def read_ndjson(lines: Iterable[bytes]) -> Iterator[SourceLine]:
    """The objects of a text, as `objects` reads them. Blank lines are skipped, until there are too many."""
    blank, any_read = 0, False
    for piece in objects(without_mark(lines)):
        refusal: SourceLine | None = None
        if piece.refusal is not None:
            refusal = make_faulty_line(piece.line, piece.refusal, last=True)
        elif not piece.json:
            blank += 1
            refusal = refuse_blanks(piece.line, blank)
        elif not any_read and names_columns(piece.json):
            refusal = make_faulty_line(piece.line, _TABLE, last=True)
        else:
            any_read = True
            yield _read(piece.line, piece.json)
        if refusal is not None:
            yield refusal
            return


def without_mark(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines, without a byte order mark before the first one."""
    rest = iter(lines)
    for line in rest:
        yield line.removeprefix(codecs.BOM_UTF8)
        break
    yield from rest


def refuse_blanks(number: int, blank: int) -> SourceLine | None:
    """A line that ends reading if too many of the first `number` lines are blank; else None."""
    if 2 * blank - number <= BLANK_LINES:
        return None
    return make_faulty_line(number, f"{blank} lines are blank until here: remove them", last=True)


def _read(number: int, line: bytes) -> SourceLine:
    if len(line) > LONGEST_LINE:
        return make_faulty_line(number, f"the line is longer than {LONGEST_LINE} bytes")
    try:
        content, repeated = read_repeating(line)
    except ContentError as error:
        return SourceLine(number, None, error.faults, more=error.more)
    if not isinstance(content, dict):
        return make_faulty_line(number, "write a JSON object")
    return SourceLine(number, content, repeated.faults)


def make_faulty_line(number: int, detail: str, *, last: bool = False) -> SourceLine:
    """A line without an object, with one fault."""
    detail = f"{detail}; the lines after this were not read" if last else detail
    return SourceLine(number, None, (Fault("", detail),), last=last)
