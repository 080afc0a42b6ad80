"""Short ways to write lines of an import in a test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from api.cli.ask import ask
from api.commands.commands import FactParser
from api.commands.importing.importer import Importer
from domain.access import owner

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.composition import Parley

Line = dict[str, Any]

SLUG = "talks"
CITATION = {"publisher": "Reuters", "published": "2025-09-11"}
OTHER_CITATION = {"publisher": "BelTA", "published": "2025-09-12"}


def custody(external_id: str | None = "A", **fields: object) -> Line:
    line: Line = {
        "kind": "custody",
        "valid": "2025-01-01",
        "summary": "Held in Minsk",
        "citations": [CITATION],
        "person": "Ales Bialiatski",
        "status": "detained",
        **fields,
    }
    return line if external_id is None else {**line, "external_id": external_id}


def change(op: str, external_id: str = "A", **body: object) -> Line:
    return {"op": op, "external_id": external_id, **body}


CORRECT = change(
    "correct", reason="refinement", why="the town is named", changes={"place": "Horki"}
)
CORROBORATE = change("corroborate", citation=OTHER_CITATION)
END = change("end", ended="2025-09-11", why="freed", published="2025-09-11")
RETRACT = change("retract", reason="source_retracted", why="the report was withdrawn")
REINSTATE = change("reinstate", why="the report stands after all")
PREFER = change("prefer", preferred=True, why="the family says so")
EVERY_OP = [custody(), CORRECT, CORROBORATE, RETRACT, REINSTATE, PREFER, END]


def encode_lines(lines: Iterable[Line | bytes]) -> list[bytes]:
    return [
        line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines
    ]


def run(parley: Parley, lines: Iterable[Line | bytes], **options: Any) -> Line:  # noqa: ANN401 -- the importer's own
    chosen = {
        "slug": SLUG,
        "media": "ndjson",
        "dry_run": False,
        "partial": False,
        "principal": owner("importer"),
        **options,
    }
    report = Importer(parley, FactParser()).run(lines=encode_lines(lines), **chosen)
    return report.as_dict()


def count_done(report: Line) -> dict[str, int]:
    """The counts of a report that are not zero."""
    return {name: count for name, count in report.items() if isinstance(count, int) and count}


def read_counts(report: Line) -> dict[str, int]:
    """The same without positions and without the number of similar lines."""
    apart = ("first_position", "last_position", "similar_total")
    return {name: count for name, count in count_done(report).items() if name not in apart}


def faults(report: Line) -> list[tuple[int, str]]:
    return [(each["line"], each["pointer"]) for each in report["rejected"]]


def head(parley: Parley) -> int:
    with parley.reading(parley.owner) as reading:
        return reading.head


def read_state(parley: Parley, as_of: str, slug: str = SLUG) -> Line:
    """The state of a negotiation without its perspective."""
    state = ask(parley, f"/v1/negotiations/{slug}", {"as_of": as_of}).content
    del state["perspective"]
    return state
