"""A table's columns are the fields of the registered kinds; a field's type says how to read it."""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import domain.facts  # noqa: F401 -- registers the kinds whose fields are columns
from domain.errors import Fault
from domain.fact import KINDS
from domain.provenance import Link

__all__ = ["Column", "Shape", "columns_of"]

MOST_COLUMNS: Final = 2_000
"""More than all that a table can have, each once."""
Shape = Literal["text", "integer", "truth", "list", "links", "entries", "json"]

_OF_CHANGES: Final[dict[str, Shape]] = {
    "op": "text",
    "id": "text",
    "reason": "text",
    "why": "text",
    "ended": "text",
    "published": "text",
    "preferred": "truth",
    "changes": "json",
}
"""The columns that no fact has: the name of the operation, and the parts of a change."""

_NUMBERED: Final = re.compile(r"(?P<singular>[a-z_]+)(?P<number>[1-9][0-9]?)?\.(?P<part>[a-z_]+)")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `field` of the object, or `part` of the entry at `index` (from 0) of its list.

    `shapes` is how a cell is read, by kind of fact; "" is for a row that names no kind.
    """

    name: str
    field: str
    shapes: Mapping[str, Shape]
    singular: str | None = None
    index: int = 0
    part: str | None = None

    def shape(self, kind: str) -> Shape:
        """How a cell is read in a row of that kind."""
        return self.shapes.get(kind, self.shapes[""])


@dataclass(frozen=True, slots=True)
class _Known:
    plain: dict[str, dict[str, Shape]]
    entries: dict[str, tuple[str, type[Any]]]


def columns_of(header: Sequence[str]) -> tuple[list[Column], list[Fault]]:
    """The columns that a header names, and a fault for each name that is unknown or comes twice."""
    if len(header) > MOST_COLUMNS:
        detail = f"a table has at most {MOST_COLUMNS} columns, and this header {len(header)}"
        return [], [Fault("", detail)]
    known = _known()
    columns: dict[str, Column] = {}
    whole: dict[str, bool] = {}
    faults: list[Fault] = []
    for at, cell in enumerate(header, 1):
        name = cell.strip()
        column = _column(name, known)
        if column is None:
            faults.append(
                Fault("", f"column {at}, {name[:100]!r}, is no field of a fact or a change")
            )
        elif column.name in columns:
            faults.append(Fault("", f"column {at}, {name!r}, comes twice"))
        elif whole.setdefault(column.field, column.part is None) != (column.part is None):
            detail = f"column {at}, {name!r}: {column.field} come whole or in parts, not both"
            faults.append(Fault("", detail))
        else:
            columns[column.name] = column
    return list(columns.values()), faults


def _column(name: str, known: _Known) -> Column | None:
    if name in known.plain:
        return Column(name, name, known.plain[name])
    numbered = _NUMBERED.fullmatch(name)
    if numbered is None or numbered["singular"] not in known.entries:
        return None
    field, entry = known.entries[numbered["singular"]]
    part, number = numbered["part"], int(numbered["number"] or 1)
    hints = get_type_hints(entry)
    if part not in hints:
        return None
    written = f"{numbered['singular']}{'' if number == 1 else number}.{part}"
    shapes = {"": _shape(hints[part])}
    return Column(written, field, shapes, numbered["singular"], number - 1, part)


def _known() -> _Known:
    """Every field of every kind as a column, when asked: a kind may have been registered since."""
    plain: dict[str, dict[str, Shape]] = {name: {"": shape} for name, shape in _OF_CHANGES.items()}
    entries: dict[str, tuple[str, type[Any]]] = {}
    for kind, field, hint in _fields():
        entry = _entry_of(hint)
        if entry is not None and entry is not Link:
            entries[_singular(field)] = (field, entry)
            plain.setdefault(field, {"": "entries"})
        else:
            shapes = plain.setdefault(field, {"": _shape(hint)})
            shapes[kind] = _shape(hint)
    return _Known(plain, entries)


def _fields() -> Iterator[tuple[str, str, Any]]:
    for kind, cls in KINDS.items():
        hints = get_type_hints(cls)
        yield from ((kind, field.name, hints[field.name]) for field in dataclasses.fields(cls))


def _shape(hint: Any) -> Shape:  # noqa: ANN401 -- a type hint is anything
    options = [each for each in _options(hint) if each is not type(None)]
    if _entry_of(hint) is Link:
        return "links"
    if any(get_origin(each) is tuple for each in options):
        return "list"
    if bool in options:
        return "truth"
    return "integer" if int in options else "text"


def _options(hint: Any) -> Sequence[Any]:  # noqa: ANN401 -- a type hint is anything
    return get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)


def _entry_of(hint: Any) -> type[Any] | None:  # noqa: ANN401 -- a type hint is anything
    """The class of the entries of a list of objects."""
    arguments = get_args(hint) if get_origin(hint) is tuple else ()
    found = arguments[0] if arguments else None
    return found if isinstance(found, type) and dataclasses.is_dataclass(found) else None


def _singular(field: str) -> str:
    return field.removesuffix("ies") + "y" if field.endswith("ies") else field.removesuffix("s")
