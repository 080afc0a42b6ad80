"""Writes an export as CSV, one row for each line of the export; an import reads the table back to the same lines.

Which columns there are depends on all lines, so the lines are read twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any, Final

from api.commands.csv_cells import write_table
from api.commands.export import Line
from api.commands.importing.csv_columns import column_names, singular_of

MOST_NUMBERED: Final = 9
"""How many entries of a list have columns of their own. Where a fact has more, one column holds the list as JSON."""
_LISTS: Final = ("quantities", "citations")
_CITED: Final = "citation"


def write_pages(pages: Callable[[], Iterable[list[Line]]], *, bom: bool) -> Iterator[bytes]:
    """Yield the table in UTF-8: heads, then the rows of each page. The first reading yields empty pieces."""
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
        piece = write_table(
            (), ([row.get(column) for column in columns] for row in cells), bom=False
        )
        page.clear()
        yield piece


def _stays_in(whole: set[str]) -> Callable[[str], bool]:
    """Make a test of a column's name: false for columns of single entries of a list that is written `whole`."""
    gone = {singular_of(name) for name in whole}
    return lambda column: "." not in column or _entry(column)[0] not in gone


def _order() -> Callable[[str], tuple[int, int, int]]:
    """Make a sort key of column names: the order of an empty table, with the columns of one entry side by side."""
    places = {name: at for at, name in enumerate(column_names())}

    def place(column: str) -> tuple[int, int, int]:
        if "." not in column:
            return places[column], 0, 0
        singular, number = _entry(column)
        return places[singular], number, places[f"{singular}.{column.partition('.')[2]}"]

    return place


def _entry(column: str) -> tuple[str, int]:
    """Split a column of an entry: `citation2.url` gives ("citation", 2), and `citation.url` the number 1."""
    entry = column.partition(".")[0]
    singular = entry.rstrip("0123456789")
    return singular, int(entry.removeprefix(singular) or 1)


def cells_of(line: Line, whole: Container[str] = ()) -> dict[str, str]:
    """Give {column: text} of a line; the lists named in `whole` are in one cell each, as JSON."""
    cells: dict[str, str] = {}
    for name, value in line.items():
        if name in _LISTS and name not in whole:
            for number, entry in enumerate(value, 1):
                prefix = f"{singular_of(name)}{'' if number == 1 else number}"
                cells |= {f"{prefix}.{part}": _cell(item) for part, item in entry.items()}
        elif name == _CITED and "citations" not in whole:
            cells |= {f"{_CITED}.{part}": _cell(item) for part, item in value.items()}
        elif name == "links":
            cells[name] = _join([f"{link['relation']} {link['fact']}" for link in value], value)
        elif isinstance(value, list) and name not in _LISTS:
            cells[name] = _join(value, value)
        else:
            cells[name] = _cell(value)
    return cells


def _join(texts: list[Any], whole: list[Any]) -> str:
    """Join texts by semicolons; give the `whole` list as JSON if an import would not read the joined text back."""
    is_plain = all(isinstance(text, str) and ";" not in text for text in texts)
    joined = "; ".join(texts) if is_plain else "["
    return _json(whole) if joined.startswith("[") else joined


def _cell(value: Any) -> str:  # noqa: ANN401 -- any JSON
    return _json(value) if isinstance(value, dict | list | bool) else str(value)


def _json(value: Any) -> str:  # noqa: ANN401 -- any JSON
    return json.dumps(value, ensure_ascii=False)
