"""An export as a table: a row a line, in columns that an import reads back to the same lines.

All lines decide together which columns there are, so the lines are read twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any, Final

from api.commands.csv_cells import write_table
from api.commands.export import Line
from api.commands.importing.csv_columns import column_names, singular_of

__all__ = ["cells_of", "write_pages"]

MOST_NUMBERED: Final = 9
"""How many entries of a list have columns of their own; where a fact has more, one column holds the list as JSON."""
_LISTS: Final = ("quantities", "citations")
_CITED: Final = "citation"


def write_pages(pages: Callable[[], Iterable[list[Line]]], *, bom: bool) -> Iterator[bytes]:
    """Write pages of lines as CSV, page by page; while the columns are looked for, pieces are empty."""
    used: dict[str, None] = {}
    whole: set[str] = set()
    for page in pages():
        whole |= {
            name for name in _LISTS for line in page if len(line.get(name, ())) > MOST_NUMBERED
        }
        used.update(dict.fromkeys(column for line in page for column in cells_of(line, whole)))
        yield b""
    columns = sorted(filter(_stays_in(whole), used), key=_order())
    yield write_table(columns, (), bom=bom)
    for page in pages():
        cells = (cells_of(line, whole) for line in page)
        yield write_table((), ([row.get(column) for column in columns] for row in cells), bom=False)


def _stays_in(whole: set[str]) -> Callable[[str], bool]:
    """Whether a column is written where these lists are whole in theirs."""
    gone = {singular_of(name) for name in whole}
    return lambda column: "." not in column or _entry(column)[0] not in gone


def _order() -> Callable[[str], tuple[int, int, int]]:
    """Sorts columns as a table to be filled in has them; the numbered ones of one entry stand together."""
    places = {name: at for at, name in enumerate(column_names())}

    def place(column: str) -> tuple[int, int, int]:
        if "." not in column:
            return places[column], 0, 0
        singular, number = _entry(column)
        return places[singular], number, places[f"{singular}.{column.partition('.')[2]}"]

    return place


def _entry(column: str) -> tuple[str, int]:
    """What a column of one entry begins with, and the number of the entry."""
    entry = column.partition(".")[0]
    singular = entry.rstrip("0123456789")
    return singular, int(entry.removeprefix(singular) or 1)


def cells_of(line: Line, whole: Container[str] = ()) -> dict[str, str]:
    """The cells of a line, by column."""
    cells: dict[str, str] = {}
    for name, value in line.items():
        if name in _LISTS and name not in whole:
            for number, entry in enumerate(value, 1):
                prefix = f"{singular_of(name)}{'' if number == 1 else number}"
                cells |= {f"{prefix}.{part}": _cell(held) for part, held in entry.items()}
        elif name == _CITED and "citations" not in whole:
            cells |= {f"{_CITED}.{part}": _cell(held) for part, held in value.items()}
        elif name == "links":
            cells[name] = _join([f"{link['relation']} {link['fact']}" for link in value], value)
        elif isinstance(value, list) and name not in _LISTS:
            cells[name] = _join(value, value)
        else:
            cells[name] = _cell(value)
    return cells


def _join(texts: list[Any], whole: list[Any]) -> str:
    """Texts between semicolons; the whole list as JSON where they would not be read back."""
    is_plain = all(isinstance(text, str) and ";" not in text for text in texts)
    joined = "; ".join(texts) if is_plain else "["
    return _json(whole) if joined.startswith("[") else joined


def _cell(value: Any) -> str:  # noqa: ANN401 -- any JSON
    return _json(value) if isinstance(value, dict | list | bool) else str(value)


def _json(value: Any) -> str:  # noqa: ANN401 -- any JSON
    return json.dumps(value, ensure_ascii=False)
