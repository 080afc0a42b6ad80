#!/usr/bin/env python3
"""Map the Department of State's timeline to an import: each dated event is one fact, with its EDTF as valid time.

    python data/map_timeline.py SOURCE > OUT

SOURCE is HistoryAtState/administrative-timeline as JSON Lines; OUT is Parley's import format. The
source gives no day of publication, so the facts have none.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Json = dict[str, Any]

PUBLISHER: Final = "Office of the Historian, U.S. Department of State"
TITLE: Final = "Administrative Timeline of the Department of State"
URL: Final = "https://github.com/HistoryAtState/administrative-timeline"
SPEAKER: Final = "U.S. Department of State"
TOPIC: Final = "administrative history"


def note(event: Json) -> str:
    """The source's own words for the day, how sure it is, and the pages that it refers to."""
    words = f'Dated "{event["date_text"]}"'
    sure = "" if event["date_kind"] == "exact" else f" ({event['date_kind']})"
    further = "".join(f" {url}" for url in event["refs"])
    return f"{words}{sure}." + (f" See also:{further}" if further else "")


def import_line(event: Json) -> Json:
    """One event as the record of one fact."""
    return {
        "op": "record",
        "external_id": f"timeline-{event['n']:04}",
        "kind": "statement",
        "valid": event["valid_time_edtf"],
        "summary": " ".join(event["paragraphs"]),
        "speaker": SPEAKER,
        "topic": TOPIC,
        "parties": ["United States"],
        "citations": [
            {
                "publisher": PUBLISHER,
                "title": TITLE,
                "url": URL,
                "published": None,
                "origin": None,
                "attribution": "document",
            }
        ],
        "note": note(event),
    }


def import_lines(events: Iterable[Json]) -> Iterator[Json]:
    """The lines of the import, in the order of the timeline."""
    return map(import_line, events)


def main(source: str) -> None:
    """Read SOURCE and write the import to standard output."""
    rows = Path(source).read_text(encoding="utf-8").splitlines()
    for line in import_lines(map(json.loads, rows)):
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
