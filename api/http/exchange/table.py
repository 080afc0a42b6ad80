"""Where a request prefers CSV to JSON (`Accept`), a list is answered as a table; no other module decides this."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from api.commands.csv_cells import write_table
from api.http.exchange.accept import prefers_csv
from api.http.exchange.parameters import BOM, Parameter, truth
from api.http.exchange.perspective import Asked

__all__ = ["MARKED", "MEDIA", "publishers", "table", "with_mark"]

MARKED: Final = Parameter(
    BOM,
    "Begin CSV with a byte order mark, by which Excel sees that it is UTF-8. JSON has none.",
    {"type": "boolean", "default": False},
)
MEDIA: Final[Mapping[str, Any]] = {"text/csv": {"schema": {"type": "string"}}}


def with_mark(asked: Asked, question: Mapping[str, str]) -> dict[str, str]:
    """Give a question as a cursor goes on with it, with the byte order mark that was asked for."""
    return {**question, **({BOM: "true"} if truth(asked.parameters, BOM) else {})}


def table(asked: Asked, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes | None:
    """Write rows as CSV, lists of texts split at `;` and other lists as JSON; None where JSON is asked for."""
    if not prefers_csv(asked.request.headers.get("accept")):
        return None
    cells = ([_cell(row.get(column)) for column in columns] for row in rows)
    return write_table(columns, cells, bom=truth(asked.parameters, BOM))


def publishers(brief: Mapping[str, Any] | None) -> list[str]:
    """Give who published the citations of a fact, each once."""
    return list(dict.fromkeys(each["publisher"] for each in (brief or {}).get("citations", ())))


def _cell(value: Any) -> Any:  # noqa: ANN401 -- any JSON
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "; ".join(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
