"""Write and read the content of import files in tests."""

from __future__ import annotations

import io
from typing import Any

from api.commands.importing.csv_rows import read_csv
from api.commands.importing.lines import read_bounded_lines, read_ndjson
from api.commands.importing.text_files import open_text

NAMES = ["external_id", "kind", "valid", "summary", "person", "status", "people", "note"]
NAMES += ["citation.publisher"]
CELLS = ["A", "custody", "2025", "Held, in Minsk;\nso far", "Ales; Bialiatski", "detained"]
CELLS += ["Ann Example; Bob Example", "a\tb", "Reuters"]


def write_table(separator: str, *rows: list[str], names: list[str] = NAMES) -> str:
    return "".join(
        separator.join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n"
        for row in (names, *rows)
    )


def read_objects(raw: bytes, charset: str | None = None, media: str = "csv") -> list[Any]:
    """(line, content) of each object of a file, or (line, detail) of a fault."""
    lines = read_bounded_lines(open_text(io.BytesIO(raw), charset).stream)
    found = (read_csv if media == "csv" else read_ndjson)(lines)
    return [(e.number, e.faults[0].detail if e.faults else e.content) for e in found]
