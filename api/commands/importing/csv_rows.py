"""Turns a row into the object that the header describes: each column is a field, and an empty cell an absent field.

Lists are split at `;` and line breaks, unless a cell has a list as JSON. A name with an id is JSON, too.
`citation.publisher` is a field of the first citation, `citation2.publisher` of the second; or `citations` has all as
JSON. Quantities are written in the same way. `links` has "relation external:ID; …". In a row that corrects, the fact's
own columns are the changes; `changes` may have them as JSON, which can also remove a field (null). Parley's own tables
put an apostrophe before a text that a spreadsheet would take for a formula; it is not part of the cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, TypeVar, get_args

from api.commands.changes import OPS
from api.commands.csv_cells import read_cell
from api.commands.importing.csv_columns import CellShape, Column, columns_of
from api.commands.importing.csv_table import IN_A_CELL, TOO_LONG, Table
from api.commands.importing.lines import SourceLine, make_faulty_line, refuse_blanks
from api.commands.json_text import MOST_ENTRIES, read_json
from domain.errors import ContentError, Fault
from domain.provenance import Relation

_OF_CORRECTION: Final = frozenset(
    {"op", "id", "external_id", "reason", "why", "published", "changes", "citation"}
)
_CITED: Final = "citation"
_NOT_UTF8: Final = re.compile("[\udc80-\udcff]")
_INTEGER: Final = re.compile(r"(-?[0-9]{1,18})(?:\.0+)?")
_SPREADSHEET_ERROR: Final = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|##+)|Err:[0-9]{3}"
)
_CORRECT_CELL: Final = (
    "the spreadsheet shows an error here and no value: correct the cell, or empty it"
)
_NO_JSON: Final = (
    "this begins like JSON, but is not JSON: write names with ; between, or "
    '[{"name": "Ann", "id": "17"}, "Bo"]'
)
_LIKE_JSON: Final = re.compile(r"\[\s*[{\"\]]|\{")
_RELATIONS: Final = "|".join(get_args(Relation))
_BETWEEN: Final[Mapping[str, re.Pattern[str]]] = {
    "list": re.compile(r"[;\n]"),
    "links": re.compile(rf"[;\n]|,\s*(?=(?:{_RELATIONS})\s)"),
}
Parsed = TypeVar("Parsed", list[Any], dict[str, Any])
_TRUTH: Final = {"true": True, "false": False}
_SEPARATES: Final = {
    name: f": put quotes around a cell in which {mark} stands"
    for name, mark in ((",", "a comma"), (";", "a semicolon"), ("\t", "a tab"), ("|", "a bar"))
}

_TOO_FEW: Final = (
    ": write the separator for each empty cell too, and quotes around a cell of several lines"
)


def read_csv(lines: Iterable[bytes]) -> Iterator[SourceLine]:
    """One object for each row, numbered by the line on which it starts; reading ends at a row that is not CSV."""
    table = Table(lines)
    for number, cells in table.rows():
        line: SourceLine | None = None
        if isinstance(cells, str):
            last = table.header is None or cells not in {TOO_LONG, IN_A_CELL}
            line = make_faulty_line(number, cells, last=last)
        elif not any(cell and not cell.isspace() for cell in cells):
            table.blank += 1
            line = refuse_blanks(number, table.blank)
        elif table.header is None:
            table.header, faults = columns_of(cells)
            if faults:
                yield SourceLine(number, None, tuple(faults))
                return
        else:
            line = _row(number, table, cells)
        if line is not None:
            yield line
            if line.last:
                return
    if table.header is None:
        yield make_faulty_line(1, "there is no header row: write one that names the columns")


def _row(number: int, table: Table, cells: Sequence[str]) -> SourceLine:
    header = table.header or ()
    filled = [read_cell(cell.strip()) for cell in cells]
    while len(filled) > len(header) and not filled[-1]:
        filled.pop()
    if len(filled) != len(header):
        many = _SEPARATES[table.separator] if len(filled) > len(header) else _TOO_FEW
        has = "1 cell" if len(filled) == 1 else f"{len(filled)} cells"
        return make_faulty_line(
            number, f"the row has {has}, but the header has {len(header)}{many}"
        )
    unnamed = [at for at, cell in enumerate(filled) if cell and header[at] is None]
    if unnamed:
        return make_faulty_line(
            number,
            f"column {unnamed[0] + 1} has a text, but no name: name the column, or empty the cell",
        )
    named = zip(header, filled, strict=True)
    row = Row([(column, cell) for column, cell in named if cell and column is not None])
    content, faults = row.content()
    return SourceLine(number, content, tuple(faults), row.places)


class Row:
    """The filled cells of one row; `places` maps each pointer into the row's object to a column.

    `ranks` has the places in a field's list of the entries that columns number.
    """

    def __init__(self, filled: Sequence[tuple[Column, str]]) -> None:
        self._filled = filled
        self.ranks = ranks_of(column for column, _ in filled)
        op = self._cell("op")
        self._op = op if op in OPS else "record"
        self._kind = self._cell("kind") or ""
        self.places = {"/citations": "citation.publisher"}

    def content(self) -> tuple[dict[str, Any], list[Fault]]:
        """The row's object, without the cells that cannot be read, and their faults."""
        content: dict[str, Any] = {}
        faults: list[Fault] = []
        for column, cell in self._filled:
            place = self._place(column)
            self.places["".join(f"/{step}" for step in place)] = column.name
            if _NOT_UTF8.search(cell):
                faults.append(
                    Fault("/" + "/".join(map(str, place)), "not UTF-8: save the file as UTF-8")
                )
            elif _SPREADSHEET_ERROR.fullmatch(cell):
                faults.append(Fault("/" + "/".join(map(str, place)), _CORRECT_CELL))
            else:
                _put(content, place, self._value(column, cell, faults))
        return content, faults

    def _place(self, column: Column) -> list[str | int]:
        """The place of a column's value in the object."""
        inside: list[str | int] = []
        if self._op != "record" and column.singular == _CITED and column.index == 0:
            return [_CITED, str(column.part)]
        if self._op == "correct" and column.field not in _OF_CORRECTION:
            inside = ["changes"]
        if column.part is None:
            return [*inside, column.field]
        return [*inside, column.field, self.ranks[column.field][column.index], column.part]

    def _value(self, column: Column, cell: str, faults: list[Fault]) -> Any:  # noqa: ANN401 -- a cell is whatever its field holds
        match column.shape(self._kind):
            case "list" | "links" as shape:
                parts = self._list(column, cell, _BETWEEN[shape], faults)
                return [_link(part) if shape == "links" else part for part in parts]
            case "entries":
                return _entries(cell, column, faults)
            case "json":
                return _object(cell, column, faults)
            case "name" if cell.startswith("{"):
                named = _parse_json(cell, dict)
                if named is None:
                    faults.append(self._make_json_fault(column))
                return named
            case shape:
                return _scalar(cell, shape)

    def _list(
        self, column: Column, cell: str, between: re.Pattern[str], faults: list[Fault]
    ) -> list[Any]:
        if not _LIKE_JSON.match(cell):
            return _parts(cell, between)
        parts, part = _parse_json(cell, list), _parse_json(cell, dict)
        if parts is None and part is None:
            faults.append(self._make_json_fault(column))
        return parts or ([part] if part else [])

    def _make_json_fault(self, column: Column) -> Fault:
        return Fault("/" + "/".join(map(str, self._place(column))), _NO_JSON)

    def _cell(self, field: str) -> str | None:
        return next((cell for column, cell in self._filled if column.name == field), None)


def ranks_of(columns: Iterable[Column]) -> dict[str, dict[int, int]]:
    """The column numbers of each field, and their places in the field's list, numbered without gaps."""
    numbers: dict[str, set[int]] = {}
    for column in columns:
        numbers.setdefault(column.field, set()).add(column.index)
    return {
        field: {number: at for at, number in enumerate(sorted(indexes))}
        for field, indexes in numbers.items()
    }


def _put(target: Any, place: Sequence[str | int], value: Any) -> None:  # noqa: ANN401 -- an object or a list in it
    """Set a value in nested objects, and create the objects and lists that are missing on the way."""
    for step, following in pairwise(place):
        if isinstance(step, int):
            target.extend({} for _ in range(step + 1 - len(target)))
            target = target[step]
        else:
            target = target.setdefault(step, [] if isinstance(following, int) else {})
    known = target.get(place[-1])
    if isinstance(known, dict) and isinstance(value, dict):
        value = {**value, **known}
    target[place[-1]] = value


def _object(cell: str, column: Column, faults: list[Fault]) -> dict[str, Any]:
    """The changes that a cell has as JSON; the row's other columns take precedence."""
    try:
        value = read_json(cell.encode())
    except ContentError as error:
        faults += [Fault(f"/{column.field}", fault.detail) for fault in error.faults]
        return {}
    if not isinstance(value, dict):
        faults.append(
            Fault(f"/{column.field}", 'write a JSON object, such as {"valid": "2025-09-11"}')
        )
        return {}
    return value


def _entries(cell: str, column: Column, faults: list[Fault]) -> list[Any]:
    """The list of objects that a cell has as JSON, or a single object."""
    try:
        value = read_json(cell.encode())
    except ContentError:
        value = None
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list):
        return value
    detail = "write a JSON list; or leave this column out, and use a column for each part"
    faults.append(Fault(f"/{column.field}", detail))
    return []


def _parts(cell: str, between: re.Pattern[str]) -> list[str]:
    """The parts of a cell; a list that is too long is cut at one entry more than allowed, so that it is refused."""
    parts = between.split(cell, MOST_ENTRIES + 1)
    return [part.strip() for part in parts if part.strip()]


def _scalar(cell: str, shape: CellShape) -> Any:  # noqa: ANN401 -- as the shape has it
    if shape == "integer" and (number := _INTEGER.fullmatch(cell)):
        return int(number[1])
    return _TRUTH.get(cell.casefold(), cell) if shape == "truth" else cell


def _parse_json(cell: str, kind: type[Parsed]) -> Parsed | None:
    """The JSON list or object in a cell; None if there is none."""
    if cell[:1] not in {"[", "{"}:
        return None
    try:
        value = read_json(cell.encode())
    except ContentError:
        return None
    return value if isinstance(value, kind) else None


def _link(part: Any) -> Any:  # noqa: ANN401 -- a text, or any JSON
    if not isinstance(part, str):
        return part
    relation, _, fact = part.partition(" ")
    return {"relation": relation, "fact": fact.strip()}
