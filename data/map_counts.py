#!/usr/bin/env python3
"""Map the change log of the Guantánamo head counts to an import: each count is a stock with the reporter's comparator.

    python data/map_counts.py SOURCE > OUT

SOURCE is the change log in harrisj/trump_data as JSON Lines; OUT is Parley's import format. Each change was published
at the time of its log entry.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Json = dict[str, Any]

POPULATION: Final = "migrants held at Guantánamo Bay"
PUBLISHERS: Final = {
    "www.cbsnews.com": "CBS News",
    "www.cnn.com": "CNN",
    "www.defense.gov": "U.S. Department of Defense",
    "www.nbcnews.com": "NBC News",
    "www.nytimes.com": "The New York Times",
    "www.theguardian.com": "The Guardian",
    "www.voanews.com": "Voice of America",
    "www.washingtonpost.com": "The Washington Post",
    "www.yahoo.com": "Yahoo News",
    "storage.courtlistener.com": "U.S. District Court for the District of Columbia",
}
COMPARATORS: Final = {"=": "eq", ">": "gt", "<": "lt", "~": "approx"}
WORDS: Final = {"=": "", ">": "more than ", "<": "fewer than ", "~": "about "}
#: Words of the source for a change → the reason here; any other change is a correction by the source.
REASONS: Final = {
    "Correcting the CSV and removing source2 column": "coding_error",
    "Removing unicode from the gitmo_camp.csv": "coding_error",
    "Replaced NYT reporting with VOA with exact number": "better_evidence",
    "Trump admin emptied the Gitmo camp": "better_evidence",
}


def published(record_time: str) -> str:
    """The instant of a change as EDTF: UTC, to the second."""
    return datetime.fromisoformat(record_time).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def publisher(url: str) -> str:
    """The publisher at an address; the host name if the publisher is not known here."""
    host = urlsplit(url).netloc
    return PUBLISHERS.get(host, host)


def quantity(expression: str) -> Json:
    """A head count from an expression such as ">80"."""
    sign, value = expression[0], int(expression[1:])
    return {
        "what": "held",
        "comparator": COMPARATORS[sign],
        "value": value,
        "text": f"{WORDS[sign]}{value}",
        "basis": "stock",
    }


def citations(count: Json, at: str) -> list[Json]:
    """The reports that a count rests on, published at `at`."""
    addresses = [count[name] for name in ("source", "source2") if name in count]
    return [
        {"publisher": publisher(url), "title": None, "url": url, "published": at, "origin": None}
        for url in addresses
    ]


def content(count: Json, at: str) -> Json:
    """The fields of a fact that follow from the source's fields of a count."""
    held = quantity(count["expression"])
    reporter = publisher(count["source"])
    return {
        "valid": count["date"],
        "summary": f"{reporter}: {held['text']} migrants held at Guantánamo Bay",
        "quantities": [held],
        "citations": citations(count, at),
        "note": f"Quoted: {count['quote']}",
    }


def record(row: Json) -> Json:
    """The first assertion of a count."""
    made = content(row["fact"], published(row["record_time"]))
    return {
        "op": "record",
        "external_id": f"count-{row['id']}",
        "kind": "prisoner_count",
        "valid": made["valid"],
        "summary": made["summary"],
        "population": POPULATION,
        "counted_by": publisher(row["fact"]["source"]),
        "quantities": made["quantities"],
        "places": ["Guantánamo Bay"],
        "parties": ["United States"],
        "matter": f"guantanamo-{made['valid']}",
        "citations": made["citations"],
        "note": made["note"],
    }


def change(row: Json, before: Json, first: str) -> Json:
    """A correction or a retraction; the citations stay as first published."""
    line = {
        "op": row["op"],
        "external_id": f"count-{row['id']}",
        "reason": REASONS.get(row["reason"], "source_corrected"),
        "why": row["reason"],
    }
    if row["op"] == "correct":
        old, new = content(before, first), content(row["fact"], first)
        line["changes"] = {name: value for name, value in new.items() if value != old[name]}
    return line | {"published": published(row["record_time"])}


def import_lines(rows: Iterable[Json]) -> Iterator[Json]:
    """The lines of the import, in the order of the change log."""
    last: dict[str, Json] = {}
    first: dict[str, str] = {}
    for row in rows:
        number = row["id"]
        if row["op"] == "assert":
            first[number] = published(row["record_time"])
            yield record(row)
        else:
            yield change(row, last[number], first[number])
        last[number] = row["fact"]


def main(source: str) -> None:
    """Read SOURCE and write the import to standard output."""
    rows = Path(source).read_text(encoding="utf-8").splitlines()
    for line in import_lines(map(json.loads, rows)):
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
