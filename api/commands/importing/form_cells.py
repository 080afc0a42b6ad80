"""A form, or a command for one fact, has a field for each column of a table: its cells are read as a row's are.

So a fault of the fact that they make leads back to the field in which it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.commands.export_table import cells_of
from api.commands.importing.csv_columns import columns_of, singular_of
from api.commands.importing.csv_rows import Row
from domain.errors import ContentError, Fault
from domain.quantity import Quantity, fill_bounds

_POINTER: Final = re.compile(
    r"(?:/changes)?/(?P<field>[a-z_]+)(?:/(?P<index>[0-9]{1,4}))?(?:/(?P<part>[a-z_]+))?.*"
)
ENTRIES: Final = ("quantities", "citations")
"""The lists whose entries have fields of their own."""
MOST_ENTRIES: Final = 20
"""How many entries of a list have fields of their own in a form."""
_READ: Final = ("comparator", "value", "low", "high")
"""The parts of a quantity that follow from its text, where that can be read."""


@dataclass(frozen=True)
class FormCells:
    """The object that cells make, without those that cannot be read, and their faults.

    `whole` are the lists that one cell has as JSON.
    """

    content: dict[str, Any]
    faults: tuple[Fault, ...]
    ranks: Mapping[str, Mapping[int, int]]
    whole: frozenset[str] = frozenset()

    def column_of(self, pointer: str) -> str | None:
        """The column that a pointer into the object leads to; None where it leads to none."""
        match = _POINTER.fullmatch(pointer)
        if match is None:
            return None
        field, singular = match["field"], singular_of(match["field"])
        if field == "citation":
            return f"citation.{match['part'] or 'publisher'}"
        if field not in ENTRIES or field in self.whole:
            return field
        at, part = int(match["index"] or 0), match["part"]
        number = {rank: index for index, rank in self.ranks.get(field, {}).items()}.get(at, at) + 1
        first = "what" if singular == "quantity" else "publisher"
        return f"{singular}{'' if number == 1 else number}.{part or first}"


def read_form_cells(cells: Mapping[str, str]) -> FormCells:
    """Read the cells that are filled in."""
    return read_cells({name: text.strip() for name, text in cells.items() if text.strip()})


def read_cells(cells: Mapping[str, str]) -> FormCells:
    """Read cells, by column; those of unknown columns are left out."""
    columns, _ = columns_of([*cells])
    filled = zip(columns, cells.values(), strict=True)
    row = Row([(column, cell) for column, cell in filled if column is not None])
    content, faults = row.content()
    whole = frozenset(name for name in ENTRIES if name in cells)
    return FormCells(content, tuple(faults), row.ranks, whole)


def cells_of_fact(fact: Mapping[str, Any]) -> dict[str, str]:
    """The cells that make a fact as it is answered; of a quantity only what does not follow from the rest.

    A list of more than MOST_ENTRIES objects is one cell, as JSON. Texts are as a form sends them.
    """
    values = {**fact, "quantities": [_leave_out_read(quantity) for quantity in fact["quantities"]]}
    line = {
        name: [_drop_empty(entry) for entry in value] if isinstance(value, list) else value
        for name, value in values.items()
        if value not in (None, [])
    }
    whole = {name for name in ENTRIES if len(line.get(name, ())) > MOST_ENTRIES}
    cells = cells_of(line, whole).items()
    return {name: text.replace("\r\n", "\n").replace("\r", "\n").strip() for name, text in cells}


def _drop_empty(entry: Any) -> Any:  # noqa: ANN401 -- a text, or an object without its nulls
    if not isinstance(entry, dict):
        return entry
    return {name: value for name, value in entry.items() if value is not None}


def _leave_out_read(quantity: Mapping[str, Any]) -> dict[str, Any]:
    """A quantity without the parts that are read from the others."""
    whole = Quantity(**quantity)
    for left in (_READ, ("comparator", "low", "high"), ("low", "high")):
        bare = {name: value for name, value in quantity.items() if name not in left}
        try:
            if fill_bounds(Quantity(**bare)) == whole:
                return bare
        except ContentError:
            continue
    return dict(quantity)
