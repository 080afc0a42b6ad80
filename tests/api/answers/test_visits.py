"""The visits' change log, replayed on the published clock, gives the source's record at every moment."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from data.map_visits import published, source_fields
from domain.fact import as_primitives
from domain.streams.negotiation import negotiation_id
from domain.time.instant import parse_cut
from domain.time.perspective import PerspectiveQuery
from tests.importing.shipped import import_whole_and_once
from tests.thorough import some_of

if TYPE_CHECKING:
    from api.composition import Parley

pytestmark = pytest.mark.either_database

DATA: Final = Path(__file__).parents[3] / "data"
Visits = dict[str, dict[str, Any]]


def moments() -> list[tuple[str, Visits]]:
    """The source's record after each moment at which it changed, computed from the source alone."""
    with gzip.open(DATA / "sources" / "visits_history.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = sorted(map(json.loads, lines), key=lambda r: (published(r["record_time"]), r["seq"]))
    found: list[tuple[str, Visits]] = []
    standing: Visits = {}
    for row in rows:
        at = published(row["record_time"])
        if not found or found[-1][0] != at:
            found.append((at, {}))
        if row["op"] == "retract":
            standing.pop(row["id"], None)
        else:
            standing[row["id"]] = {name: text for name, text in row["fact"].items() if text}
        found[-1] = (at, dict(standing))
    return found


def test_moments_of_the_change_log_are_given_back(parley: Parley) -> None:
    import_whole_and_once(parley, "visits.ndjson.gz", 3284, 3688)
    every = moments()
    assert sum(len(expected) for _, expected in every) == 97_239
    for at, expected in [*some_of(every[:-1], len(every) // 12), every[-1]]:
        given = _read_visits(parley, at)
        assert given.keys() == expected.keys(), at
        for visit, fields in expected.items():
            assert given[visit] == fields, (at, visit)


def _read_visits(parley: Parley, at: str) -> Visits:
    with parley.reading(parley.owner) as reading:
        query = PerspectiveQuery(as_known_at=parse_cut(at), clock="published")
        slice_ = reading.timeslice(negotiation_id("visits"), reading.perspective(query))
    facts = [seen.version.record.fact for seen in slice_]
    return {
        str(fact.external_id).removeprefix("visit-"): source_fields(as_primitives(fact))
        for fact in facts
    }
