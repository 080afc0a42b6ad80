"""Facts that are over, fulfilled, cancelled, withdrawn or followed by a later report leave the state."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.provenance import Link
from domain.quantity import Quantity
from tests.examples import count, fact
from tests.written_log import Log, write_log


def test_a_count_stands_until_the_same_counters_next() -> None:
    def counts(value: int, valid: str, by: str = "Viasna") -> Any:  # noqa: ANN401 -- a fact
        held = (Quantity(what="held", value=value, basis="stock"),)
        return fact("prisoner_count", counted_by=by, valid=valid, quantities=held)

    log = write_log(
        counts(1150, "2025-07-01"), counts(1164, "2025-09-01"), counts(1300, "2025-08-01", "UN")
    )
    held = log.state(as_of="2025-08-31")["prisoners"]["held"]
    assert [(e["counted_by"], e["quantity"]["value"]) for e in held] == [
        ("UN", 1300),
        ("Viasna", 1150),
    ]
    held = log.state(as_of="2025-09-01")["prisoners"]["held"]
    assert [(e["quantity"]["value"], e["contested"]) for e in held] == [
        (1300, False),
        (1164, False),
    ]


def test_the_next_meeting_is_the_earliest_still_ahead_and_not_one_that_took_place() -> None:
    log = Log()
    log.record(fact("meeting", summary="held", valid="2025-10-01"))
    planned = fact("meeting", stage="planned", valid="2025-12-15", external_id="M-1")
    log.record(planned)
    log.record(fact("meeting", stage="planned", valid="2026-01-15", summary="January"))
    meetings = log.state()["meetings"]
    assert meetings["last"]["fact"]["summary"] == "held"
    assert meetings["next"]["since"] == "2025-12-15"
    done = (Link(relation="executes", fact="external:M-1"),)
    log.record(fact("meeting", valid="2025-11-20", links=done, summary="brought forward"))
    meetings = log.state()["meetings"]
    assert meetings["last"]["fact"]["summary"] == "brought forward"
    assert meetings["next"]["fact"]["summary"] == "January"
    assert log.state(as_of="2026-01-15")["meetings"]["next"] is None


def test_a_link_to_a_strange_id_fulfils_no_meeting() -> None:
    strange = (Link(relation="executes", fact="external:None"),)
    log = write_log(
        fact("meeting", stage="planned", valid="2025-12-15"),
        fact("statement", valid="2025-11-01", links=strange),
    )
    assert log.state()["meetings"]["next"] is not None


def test_statements_are_the_latest_by_speaker() -> None:
    log = write_log(
        fact("statement", quote="first", valid="2025-09-01"),
        fact("statement", quote="second", valid="2025-10-01"),
        fact("statement", speaker="Donald Trump", quote="third", valid="2025-08-15"),
    )
    quotes = [(statement["speaker"], statement["quote"]) for statement in log.state()["statements"]]
    assert quotes == [("Alexander Lukashenko", "second"), ("Donald Trump", "third")]


def test_a_retracted_fact_leaves_no_trace_but_its_number() -> None:
    log = Log()
    id_ = log.record(fact("release", quantities=count(52), people=("Ihar Losik",), summary="Losik"))
    log.retract(id_, at="2025-12-05")
    answer = log.state()
    assert answer["facts"] == {"recorded": 1, "corrected": 0, "retracted": 1}
    assert "Losik" not in json.dumps(answer)
    assert "Losik" in json.dumps(log.state(as_known_at="2025-12-04"))


@pytest.mark.parametrize(
    ("as_of", "held"), [("2025-08", [1150]), ("2025-09-15", [1160]), ("2025-11", [])]
)
def test_a_count_that_ended_does_not_give_its_place_back(as_of: str, held: list[int]) -> None:
    log = Log()
    for valid, number in (("2025-07-01", 1150), ("2025-09-01", 1160)):
        stock = (Quantity(what="held", value=number, basis="stock"),)
        later = log.record(fact("prisoner_count", valid=valid, quantities=stock))
    log.end(later, "2025-10-01")
    found = log.state(as_of=as_of)["prisoners"]["held"]
    assert [entry["quantity"]["value"] for entry in found] == held


@pytest.mark.parametrize("valid", ["2026-02-01", "2026-03-01"])
def test_a_cancelled_meeting_calls_off_what_was_planned_in_its_matter(valid: str) -> None:
    log = write_log(
        fact("meeting", stage="planned", valid="2026-03-01", matter="talks"),
        fact("meeting", stage="planned", valid="2026-04-01", matter="summit", summary="the summit"),
    )
    assert log.state(as_of="2026-02-02")["meetings"]["next"]["since"] == "2026-03-01"
    log.record(fact("meeting", stage="cancelled", valid=valid, matter="talks"))
    after = log.state(as_of="2026-02-02")["meetings"]["next"]
    assert after["fact"]["summary"] == "the summit"


def test_what_may_have_ended_is_not_shown_as_certain() -> None:
    log = write_log(fact("measure", valid="2023-08-01/2025-11", stage="in_force"))
    measures = [
        log.state(as_of="2025-11-15", match=match)["measures"] for match in ("certain", "possible")
    ]
    assert [[entry["certainty"] for entry in found] for found in measures] == [[], ["possible"]]
