"""Derives the columns of a table from the fields of the registered kinds; a field's type says how cells are read."""

from __future__ import annotations

import csv
import dataclasses
import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import domain.kinds  # noqa: F401 -- registers the kinds whose fields are columns
from domain.errors import Fault
from domain.fact import KINDS, Fact
from domain.named import Named
from domain.provenance import Link

MOST_COLUMNS: Final = 2_000
"""A limit above the number of all possible columns."""
CellShape = Literal["text", "name", "integer", "truth", "list", "links", "entries", "json"]

_OF_CHANGES: Final[dict[str, CellShape]] = {
    "op": "text",
    "id": "text",
    "reason": "text",
    "why": "text",
    "ended": "text",
    "published": "text",
    "preferred": "truth",
    "changes": "json",
    "citation": "json",
}
"""The columns that are no fields of a fact: the name of the operation, and the parts of a change."""

SEPARATORS: Final = (",", ";", "\t", "|")
_UNKNOWN: Final = "not known: correct the name; parley columns KIND lists the columns"
_NO_HEADER: Final = (
    "not known, and neither is any other: write the names of the columns in the first row; parley columns KIND lists"
    " them"
)
_MEANT: Final = {
    **dict.fromkeys(("when", "date", "day"), "valid"),
    **dict.fromkeys(("source", "outlet", "newspaper"), "citation.publisher"),
    **dict.fromkeys(("link", "web_address"), "citation.url"),
    **dict.fromkeys(("description", "headline"), "summary"),
}
"""Columns, by other names that people give them."""
_SHOWN: Final = 10
_LONGEST_NAME: Final = 100
_LONGEST_HEADER: Final = 100_000
_SURELY: Final = 2
_JOINTS: Final = re.compile(r"[\s_-]+")
_DOT: Final = re.compile(r"_?\._?")
_NUMBERED: Final = re.compile(r"(?P<singular>[a-z_]+)(?P<number>[1-9][0-9]?)?\.(?P<part>[a-z_]+)")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `field` of the object, or `part` of the entry at `index` (from 0) of the field's list.

    `shapes` says how a cell is read, for each kind of fact; "" is for a row that names no kind.
    """

    name: str
    field: str
    shapes: Mapping[str, CellShape]
    singular: str | None = None
    index: int = 0
    part: str | None = None

    def shape(self, kind: str) -> CellShape:
        """How a cell is read in a row of that kind."""
        return self.shapes.get(kind, self.shapes[""])


@dataclass(frozen=True, slots=True)
class _ColumnShapes:
    plain: dict[str, dict[str, CellShape]]
    entries: dict[str, tuple[str, dict[str, CellShape]]]


def columns_of(header: Sequence[str]) -> tuple[list[Column | None], list[Fault]]:
    """The column of each cell of a header (None: blank or unknown), and one fault for each kind of error."""
    if len(header) > MOST_COLUMNS:
        detail = f"write at most {MOST_COLUMNS} columns, not {len(header)}"
        return [], [Fault("", detail)]
    known = _list_columns()
    columns_by_name: dict[str, Column] = {}
    columns: list[Column | None] = []
    whole: dict[str, bool] = {}
    unknown, twice, mixed = [], [], []
    for at, cell in enumerate(header, 1):
        name = _plain(cell)
        column = _find_column(name, known)
        columns.append(column)
        shown = f"{at} {cell.strip()[:100]!r}"
        if column is None:
            unknown += [shown + _in_brackets(suggest_column(name))] if name else []
        elif column.name in columns_by_name:
            twice.append(shown)
        elif whole.setdefault(column.field, column.part is None) != (column.part is None):
            mixed.append(f"{shown} ({column.field})")
        else:
            columns_by_name[column.name] = column
    wrong = (
        (unknown, _UNKNOWN if columns_by_name else _NO_HEADER),
        (twice, "there twice: remove one of the two"),
        (mixed, "there both as a whole and in parts: remove one of the two forms"),
    )
    return columns, [Fault("", f"{_list_some(cells)} {what}") for cells, what in wrong if cells]


def column_names() -> list[str]:
    """Every column, in the order of a table; the columns of a list's entries follow the word they begin with."""
    known = _list_columns()
    first = ("op", "id", "external_id", "kind", "valid", "summary")
    quantity, citation = (
        (singular, *(f"{singular}.{part}" for part in known.entries[singular][1]))
        for singular in ("quantity", "citation")
    )
    last = ("note", "quantities", *quantity, "citations", *citation, "links")
    middle = [name for name in known.plain if name not in {*first, *last, *_OF_CHANGES}]
    changes = [name for name in _OF_CHANGES if name not in {*first, *last}]
    return [*first, *middle, *last, *changes]


def names_columns(line: bytes) -> bool:
    """Whether a line of text looks like the header of a table."""
    text = line[:_LONGEST_HEADER].decode("utf-8", "replace")
    return not text.startswith(("{", "[")) and _count_known(text, best_separator(text)) >= _SURELY


def best_separator(line: str, declared: str = ",") -> str:
    """The separator that gives a header the most known columns; on a tie, the `declared` one."""
    return max((declared, *SEPARATORS), key=lambda separator: _count_known(line, separator))


def _count_known(line: str, separator: str) -> int:
    """How many known columns a header has, read with a separator."""
    known = _list_columns()
    try:
        cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        return 0
    return sum(_find_column(_plain(cell), known) is not None for cell in cells[:MOST_COLUMNS])


def _plain(name: str) -> str:
    """The canonical form of a column's name: lower case, with underscores for blanks and hyphens."""
    joined = _JOINTS.sub("_", name.strip(" \t\r\n\xa0\ufeff").lower())
    return _DOT.sub(".", joined)


def suggest_column(name: str) -> str | None:
    """The column that another name may mean: by its part or its meaning, else the one with the most similar name."""
    known, plain = _list_columns(), _plain(name[:_LONGEST_NAME])
    of_list, _, part = plain.replace("_", ".", "." not in plain).partition(".")
    if part and _find_column(singular := f"{singular_of(of_list)}.{part}", known):
        return singular
    of_part = (
        f"{singular}.{plain}" for singular, (_, shapes) in known.entries.items() if plain in shapes
    )
    near = get_close_matches(plain, known.plain, n=1, cutoff=0.8)
    return next((column for column in (*of_part, _MEANT.get(plain), *near) if column), None)


def _in_brackets(suggested: str | None) -> str:
    return f" ({suggested}?)" if suggested else ""


def _list_some(shown: Sequence[str]) -> str:
    """The first of the columns, and the verb that fits them."""
    rest = len(shown) - _SHOWN
    listed = ", ".join(shown[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
    return f"columns {listed} are" if len(shown) > 1 else f"column {listed} is"


def _find_column(name: str, known: _ColumnShapes) -> Column | None:
    if name in known.plain:
        return Column(name, name, known.plain[name])
    numbered = _NUMBERED.fullmatch(name)
    if numbered is None or numbered["singular"] not in known.entries:
        return None
    field, shapes = known.entries[numbered["singular"]]
    part, number = numbered["part"], int(numbered["number"] or 1)
    if part not in shapes:
        return None
    written = f"{numbered['singular']}{'' if number == 1 else number}.{part}"
    return Column(written, field, {"": shapes[part]}, numbered["singular"], number - 1, part)


def _list_columns() -> _ColumnShapes:
    """Every field of every kind as a column; computed on each call, because kinds may be registered later."""
    return _columns_of(tuple(KINDS.items()))


@lru_cache(maxsize=2)
def _columns_of(kinds: tuple[tuple[str, type[Fact]], ...]) -> _ColumnShapes:
    plain: dict[str, dict[str, CellShape]] = {
        name: {"": shape} for name, shape in _OF_CHANGES.items()
    }
    entries: dict[str, tuple[str, dict[str, CellShape]]] = {}
    for kind, field, hint in _fields(kinds):
        entry = _entry_of(hint)
        if entry is not None and entry is not Link:
            shapes = {part: _shape(of_part) for part, of_part in get_type_hints(entry).items()}
            entries[singular_of(field)] = field, shapes
            plain.setdefault(field, {"": "entries"})
        else:
            shapes = plain.setdefault(field, {"": _shape(hint)})
            shapes[kind] = _shape(hint)
    return _ColumnShapes(plain, entries)


def _fields(kinds: Iterable[tuple[str, type[Fact]]]) -> Iterator[tuple[str, str, Any]]:
    for kind, cls in kinds:
        hints = get_type_hints(cls)
        yield from ((kind, field.name, hints[field.name]) for field in dataclasses.fields(cls))


def _shape(hint: Any) -> CellShape:  # noqa: ANN401 -- a type hint is anything
    options = [option for option in _options(hint) if option is not type(None)]
    if _entry_of(hint) is Link:
        return "links"
    if any(get_origin(option) is tuple for option in options):
        return "list"
    if Named in options:
        return "name"
    if bool in options:
        return "truth"
    return "integer" if int in options else "text"


def _options(hint: Any) -> Sequence[Any]:  # noqa: ANN401 -- a type hint is anything
    return get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)


def _entry_of(hint: Any) -> type[Any] | None:  # noqa: ANN401 -- a type hint is anything
    """The class of the entries of a list of objects."""
    arguments = get_args(hint) if get_origin(hint) is tuple else ()
    entry = arguments[0] if arguments else None
    return entry if isinstance(entry, type) and dataclasses.is_dataclass(entry) else None


def singular_of(field: str) -> str:
    """The singular of a list's name, with which the columns of its entries begin."""
    return field.removesuffix("ies") + "y" if field.endswith("ies") else field.removesuffix("s")
