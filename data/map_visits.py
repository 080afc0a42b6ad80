#!/usr/bin/env python3
"""Map the change log of visits to an import: each line is one change of one fact, published at the time of the line.

    python data/map_visits.py SOURCE > OUT

SOURCE is the change log of HistoryAtState/visits as JSON Lines, plain or gzipped; OUT is Parley's
import format. Nothing is lost: `source_fields` restores a visit as the source has it.
"""

from __future__ import annotations

import gzip
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Json = dict[str, Any]

PUBLISHER: Final = "Office of the Historian, U.S. Department of State"
TITLE: Final = "Visits by Foreign Leaders"
URL: Final = "https://github.com/HistoryAtState/visits"
#: The source's word for a change → the change here.
REASONS: Final = {
    "learn_date": "refinement",
    "refine_date": "refinement",
    "restyle": "refinement",
    "coarsen_date": "coarsening",
    "clear_date": "coarsening",
    "correct_date": "source_corrected",
    "mixed_date": "source_corrected",
    "correct_text": "source_corrected",
}
#: Fields of the source that a fact does not have; the note keeps them, in this order.
NOTED: Final = ("start", "end", "country_id", "_created", "_modified")


def published(record_time: str) -> str:
    """The instant of a change as EDTF: UTC, to the second."""
    return datetime.fromisoformat(record_time).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def valid(visit: Json) -> tuple[str, tuple[str, ...]]:
    """EDTF of a visit, and those of its two days that EDTF cannot express and the note must keep.

    Without any day, the time of the visit is unknown. An end before the start counts as unknown.
    """
    start, end = visit.get("start") or "", visit.get("end") or ""
    if not start and not end:
        return "XXXX", ()
    if start and end and end < start:
        return f"{start}/", ("end",)
    return (start, ()) if start == end else (f"{start}/{end}", ())


def content(visit: Json) -> Json:
    """The fields of a fact that follow from the source's fields of a visit."""
    when, kept = valid(visit)
    about = f"{visit['visitor']}, {visit['country']}"
    described = visit.get("description")
    noted = [
        f"{name.strip('_')}={visit[name]}"
        for name in NOTED
        if name in visit and (name in kept or name not in {"start", "end"})
    ]
    return {
        "valid": when,
        "summary": f"{about}: {described}" if described else about,
        "participants": [visit["visitor"]],
        "people": [visit["visitor"]],
        "parties": [visit["country"]],
        "note": "; ".join(noted) or None,
    }


def source_fields(fact: Json) -> Json:
    """A visit as the source has it, restored from the fields that `content` made."""
    start, _, end = fact["valid"].partition("/")
    visit: Json = {} if start == "XXXX" else {"start": start, "end": end or start}
    visit["visitor"], visit["country"] = fact["participants"][0], fact["parties"][0]
    described = fact["summary"].removeprefix(f"{visit['visitor']}, {visit['country']}")
    if described:
        visit["description"] = described.removeprefix(": ")
    for part in (fact.get("note") or "").split("; "):
        name, _, value = part.partition("=")
        if name:
            visit[f"_{name}" if name in {"created", "modified"} else name] = value
    return visit


def record(row: Json) -> Json:
    """The first assertion of a visit."""
    made = content(row["fact"])
    citation = {
        "publisher": PUBLISHER,
        "title": TITLE,
        "url": URL,
        "published": published(row["record_time"]),
        "origin": None,
        "attribution": "document",
    }
    line = {
        "op": "record",
        "external_id": f"visit-{row['id']}",
        "kind": "meeting",
        "valid": made.pop("valid"),
        "summary": made.pop("summary"),
        "form": "visit",
        "stage": "held",
        "participants": made.pop("participants"),
        "people": made.pop("people"),
        "places": ["United States"],
        "parties": made.pop("parties"),
        "citations": [citation],
    }
    if "rekey_of" in row:
        line["links"] = [{"relation": "derived_from", "fact": f"external:visit-{row['rekey_of']}"}]
    return line | made


def correction(row: Json, before: Json) -> Json:
    """A change of a visit: the fields that differ from `before`, as a merge patch."""
    after = content(row["fact"])
    return {
        "op": "correct",
        "external_id": f"visit-{row['id']}",
        "reason": REASONS.get(row["op"], "source_corrected"),
        "why": row["reason"].strip(),
        "changes": {name: value for name, value in after.items() if value != before[name]},
        "published": published(row["record_time"]),
    }


def retraction(row: Json) -> Json:
    """The retraction of a visit that was removed; if only its number changed, the reason is a coding error."""
    rekeyed = row.get("rekeyed_to")
    return {
        "op": "retract",
        "external_id": f"visit-{row['id']}",
        "reason": "coding_error" if rekeyed else "source_retracted",
        "why": row["reason"].strip() + (f"; now visit {rekeyed}" if rekeyed else ""),
        "published": published(row["record_time"]),
    }


def reassertion(row: Json, before: Json) -> Iterator[Json]:
    """A number that was removed and is used again: the fact is reinstated, then gets its new content."""
    yield {
        "op": "reinstate",
        "external_id": f"visit-{row['id']}",
        "why": row["reason"].strip(),
        "published": published(row["record_time"]),
    }
    if content(row["fact"]) != before:
        yield correction(row, before)


def import_lines(rows: Iterable[Json]) -> Iterator[Json]:
    """The lines of the import, in the order of the change log."""
    last: dict[str, Json] = {}
    for row in rows:
        number = row["id"]
        if row["op"] == "retract":
            yield retraction(row)
            continue
        if number not in last:
            yield record(row)
        elif row["op"] == "assert":
            yield from reassertion(row, last[number])
        else:
            yield correction(row, last[number])
        last[number] = content(row["fact"])


def main(source: str) -> None:
    """Read SOURCE and write the import to standard output."""
    path = Path(source)
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for line in import_lines(json.loads(row) for row in text.splitlines()):
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
