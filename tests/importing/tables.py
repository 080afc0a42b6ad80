"""Write lines of an import as tables, as a person would type them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from tests.importing.lines import run

if TYPE_CHECKING:
    from api.composition import Parley

HEADER = "external_id,kind,valid,summary,person,status,citation.publisher"
ROW = "A,custody,2025,Held,Ales Bialiatski,detained,Reuters"


def cells(line: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """A line as the cells of one row, as a person would type it."""
    found: dict[str, str] = {}
    for name, value in line.items():
        if name in {"citations", "quantities"}:
            singular = {"citations": "citation", "quantities": "quantity"}[name]
            for number, entry in enumerate(value, 1):
                found |= cells(entry, f"{singular}{'' if number == 1 else number}.")
        elif name == "links":
            found[name] = "; ".join(f"{each['relation']} {each['fact']}" for each in value)
        elif name == "citation":
            found |= cells(value, "citation.")
        elif name == "changes":
            found |= cells(value)
        elif isinstance(value, list):
            found[name] = "; ".join(value)
        else:
            found[prefix + name] = str(value)
    return found


def table(*lines: dict[str, Any]) -> list[bytes]:
    rows = [cells(line) for line in lines]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode().splitlines(keepends=True)


def import_table(parley: Parley, *rows: str | bytes, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    lines = [row if isinstance(row, bytes) else row.encode() + b"\n" for row in rows]
    return run(parley, lines, media="csv", **options)
