"""Answers a list as CSV if the request prefers CSV to JSON (`Accept`); no other module decides this."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from api.commands.csv_cells import write_table
from api.http.exchange.accept import prefers_csv
from api.http.exchange.parameters import BOM, Parameter, truth
from api.http.exchange.perspective import Asked

MARKED: Final = Parameter(
    BOM,
    "Begin CSV with a byte order mark, so that Excel reads it as UTF-8. JSON never has one.",
    {"type": "boolean", "default": False},
)
MEDIA: Final[Mapping[str, Any]] = {"text/csv": {"schema": {"type": "string"}}}


def with_mark(asked: Asked, filters: Mapping[str, str]) -> dict[str, str]:
    """Add `bom` to the filters that a cursor continues, if the request asked for a byte order mark."""
    return {**filters, **({BOM: "true"} if truth(asked.parameters, BOM) else {})}


def table(asked: Asked, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes | None:
    """Write rows as CSV, lists of texts joined by `;` and other lists as JSON; None if the request prefers JSON."""
    bom = truth(asked.parameters, BOM)
    if not prefers_csv(asked.request.headers.get("accept")):
        return None
    cells = ([_cell(row.get(column)) for column in columns] for row in rows)
    return write_table(columns, cells, bom=bom)


def publishers(brief: Mapping[str, Any] | None) -> list[str]:
    """List the publishers of a fact's citations, each once."""
    return list(dict.fromkeys(cited["publisher"] for cited in (brief or {}).get("citations", ())))


def _cell(value: Any) -> Any:  # noqa: ANN401 -- any JSON
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "; ".join(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
