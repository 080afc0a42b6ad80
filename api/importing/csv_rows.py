"""A row is the object that the header spells: a column a field, an empty cell an absent one.

Lists are split at `;`. `citation.publisher` is a field of the first citation, `citation2.publisher`
of the second, or `citations` holds them all as JSON, and quantities likewise; `links` holds
"relation external:ID; …". In a row that corrects, the fact's own columns are the changes;
`changes` may hold them as JSON, which also can take a field away (null). The apostrophe that our own
tables have before what a spreadsheet would take for a formula is no part of a cell.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from api.csv_cells import plain
from api.importing.csv_columns import Column, columns_of
from api.importing.lines import LONGEST_LINE, SourceLine, faulty, refused_blanks
from api.json_text import MOST_ENTRIES, read_json
from domain.errors import ContentError, Fault

__all__ = ["read_csv"]

_OF_CORRECTION: Final = frozenset(
    {"op", "id", "external_id", "reason", "why", "published", "changes"}
)
_CITED: Final = "citation"
_NOT_UTF8: Final = re.compile("[\udc80-\udcff]")
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_TRUTH: Final = {"true": True, "false": False}
_TOO_LONG: Final = f"the row is longer than {LONGEST_LINE} bytes: give it less, or close a quote in it that is open"

csv.field_size_limit(LONGEST_LINE)  # of the whole process; 131,072 is less than one row may have


def read_csv(lines: Iterable[bytes]) -> Iterator[SourceLine]:
    """One object a row, numbered by the line on which it starts; a row that is no CSV ends the reading."""
    header: Sequence[Column] | None = None
    blank = 0
    for number, cells in _rows(lines):
        found: SourceLine | None = None
        if isinstance(cells, str):
            found = faulty(number, cells, last=header is None or cells != _TOO_LONG)
        elif header is None:
            header, faults = columns_of(cells)
            if faults:
                yield SourceLine(number, None, tuple(faults))
                return
        elif any(cells):
            found = _row(number, header, cells)
        else:
            blank += 1
            found = refused_blanks(number, blank)
        if found is not None:
            yield found
            if found.last:
                return
    if header is None:
        yield faulty(1, "a header row is expected")


def _rows(lines: Iterable[bytes]) -> Iterator[tuple[int, list[str] | str]]:
    """The line on which each row starts, and its cells or what is wrong with it."""
    text = _Text(lines)
    rows = csv.reader(text, strict=True)
    while True:
        number, text.size = rows.line_num + 1, 0
        try:
            cells: list[str] | str = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            cells = f"not CSV: {error}"
        yield number, _TOO_LONG if text.is_too_long else cells


class _Text:
    """The lines as text; bytes that are no UTF-8 pass as lone surrogates, which the row reports with their column.

    `size` is how many bytes the present row has so far; of a row that is too long no more passes than ends its quotes.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._begun = False
        self.size = 0

    @property
    def is_too_long(self) -> bool:
        """Whether the present row has more bytes than a row may."""
        return self.size > LONGEST_LINE

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = next(self._lines)
        line = (raw if self._begun else raw.removeprefix(codecs.BOM_UTF8)).rstrip(b"\r\n")
        self._begun = True
        self.size += len(line) + (1 if self.size else 0)
        if self.is_too_long:
            return '"' * (line.count(b'"') % 2)
        return line.decode("utf-8", "surrogateescape") + "\n"


def _row(number: int, header: Sequence[Column], cells: Sequence[str]) -> SourceLine:
    if len(cells) != len(header):
        return faulty(number, f"the row has {len(cells)} cells, and the header {len(header)}")
    stripped = (plain(cell.strip()) for cell in cells)
    row = _Row([(column, cell) for column, cell in zip(header, stripped, strict=True) if cell])
    try:
        content = row.content()
    except ContentError as error:
        return SourceLine(number, None, error.faults, row.places, error.more)
    return SourceLine(number, content, (), row.places)


class _Row:
    """The filled cells of one row; `places` says which column a pointer into its object means."""

    def __init__(self, filled: Sequence[tuple[Column, str]]) -> None:
        self._filled = filled
        self._ranks = _ranks(column for column, _ in filled)
        self._op = self._cell("op") or "record"
        self._kind = self._cell("kind") or ""
        self.places: dict[str, str] = {}

    def content(self) -> dict[str, Any]:
        """The row's object; ContentError with the faults of single cells."""
        found: dict[str, Any] = {}
        faults: list[Fault] = []
        for column, cell in self._filled:
            place = self._place(column)
            self.places["".join(f"/{step}" for step in place)] = column.name
            if _NOT_UTF8.search(cell):
                faults.append(Fault("/" + "/".join(map(str, place)), "not UTF-8"))
            else:
                _put(found, place, self._value(column, cell, faults))
        if faults:
            raise ContentError(*faults)
        return found

    def _place(self, column: Column) -> list[str | int]:
        """Where in the object the column's value stands."""
        inside: list[str | int] = []
        if self._op != "record" and column.singular == _CITED and column.index == 0:
            return [_CITED, str(column.part)]
        if self._op == "correct" and column.field not in _OF_CORRECTION:
            inside = ["changes"]
        if column.part is None:
            return [*inside, column.field]
        return [*inside, column.field, self._ranks[column.field][column.index], column.part]

    def _value(self, column: Column, cell: str, faults: list[Fault]) -> Any:  # noqa: ANN401 -- a cell is whatever its field holds
        match column.shape(self._kind):
            case "list" | "links" as shape:
                return [_link(part) if shape == "links" else part for part in _parts(cell)]
            case "integer" if _INTEGER.fullmatch(cell):
                return int(cell)
            case "truth":
                return _TRUTH.get(cell.casefold(), cell)
            case "entries":
                return _entries(cell, column, faults)
            case "json":
                return _object(cell, column, faults)
            case _:
                return cell

    def _cell(self, field: str) -> str | None:
        return next((cell for column, cell in self._filled if column.name == field), None)


def _ranks(columns: Iterable[Column]) -> dict[str, dict[int, int]]:
    """The column numbers of each field, and the place of each in the field's list; no place is left out."""
    numbers: dict[str, set[int]] = {}
    for column in columns:
        numbers.setdefault(column.field, set()).add(column.index)
    return {
        field: {number: at for at, number in enumerate(sorted(found))}
        for field, found in numbers.items()
    }


def _put(found: Any, place: Sequence[str | int], value: Any) -> None:  # noqa: ANN401 -- an object or a list in it
    """Set a value in nested objects, making what is missing on the way, in any order."""
    for step, following in pairwise(place):
        if isinstance(step, int):
            found.extend({} for _ in range(step + 1 - len(found)))
            found = found[step]
        else:
            found = found.setdefault(step, [] if isinstance(following, int) else {})
    known = found.get(place[-1])
    if isinstance(known, dict) and isinstance(value, dict):
        value = {**value, **known}
    found[place[-1]] = value


def _object(cell: str, column: Column, faults: list[Fault]) -> dict[str, Any]:
    """The changes that a cell holds as JSON; columns beside it go before it."""
    try:
        found = read_json(cell.encode())
    except ContentError as error:
        faults += [Fault(f"/{column.field}", fault.detail) for fault in error.faults]
        return {}
    if not isinstance(found, dict):
        faults.append(Fault(f"/{column.field}", "a JSON object is expected"))
        return {}
    return found


def _entries(cell: str, column: Column, faults: list[Fault]) -> list[Any]:
    """The list of objects that a cell holds as JSON; a single one may stand alone."""
    try:
        found = read_json(cell.encode())
    except ContentError:
        found = None
    if isinstance(found, dict):
        return [found]
    if isinstance(found, list):
        return found
    detail = "a JSON list is expected; or leave the column out and give each part one of its own"
    faults.append(Fault(f"/{column.field}", detail))
    return []


def _parts(cell: str) -> list[str]:
    """The parts of a cell; of a list that is too long only as many as show that it is."""
    return [part.strip() for part in cell.split(";", MOST_ENTRIES + 1) if part.strip()]


def _link(part: str) -> dict[str, str]:
    relation, _, fact = part.partition(" ")
    return {"relation": relation, "fact": fact.strip()}
