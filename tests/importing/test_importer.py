"""An import is written as a whole or not at all, and a repeated one writes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid5

import pytest

from api.commands.changes import decide_change
from api.commands.importing import matching
from domain.access import owner
from domain.errors import UnknownError
from domain.fact import fact_id
from domain.streams.negotiation import decide_open, negotiation_id
from domain.time.perspective import PerspectiveQuery
from tests.importing.lines import (
    CITATION,
    CORRECT,
    CORROBORATE,
    END,
    EVERY_OP,
    PREFER,
    REINSTATE,
    RETRACT,
    SLUG,
    change,
    count_done,
    custody,
    faults,
    head,
    read_counts,
    read_state,
    run,
)

if TYPE_CHECKING:
    from api.composition import Parley
    from domain.streams.event import FactEvent

pytestmark = pytest.mark.either_database

RECORD = Path(__file__).resolve().parents[2] / "data" / "us-belarus.ndjson"


def test_every_operation_does_what_it_says(parley: Parley) -> None:
    report = run(parley, EVERY_OP)
    operations = (
        "recorded", "corrected", "corroborated", "retracted", "reinstated", "preferred", "ended",
    )  # fmt: skip
    assert read_counts(report) == dict.fromkeys(operations, 1)
    assert (report["first_position"], report["last_position"]) == (2, 8)
    record = parley.ledger.fact(fact_id(negotiation_id(SLUG), "A"))
    assert record.version == 7
    assert record.status == "ended"
    assert record.preferred
    assert record.fact.valid == "2025-01-01/2025-09-11"
    assert len(record.fact.citations) == 2
    assert getattr(record.fact, "place", None) == "Horki"


def test_an_import_repeated_leaves_all_unchanged(parley: Parley) -> None:
    run(parley, EVERY_OP)
    before = head(parley)
    again = run(parley, EVERY_OP, principal=owner("someone else"))
    assert read_counts(again) == {"unchanged": len(EVERY_OP)}
    assert again["first_position"] is None
    assert head(parley) == before


def test_a_fact_retracted_twice_is_retracted_twice_however_often_that_is_imported(
    light: Parley,
) -> None:
    lines = [custody(), RETRACT, REINSTATE, RETRACT]
    assert read_counts(run(light, lines)) == {"recorded": 1, "retracted": 2, "reinstated": 1}
    assert read_counts(run(light, lines)) == {"unchanged": 4}
    assert light.ledger.fact(fact_id(negotiation_id(SLUG), "A")).status == "retracted"


def test_changes_in_another_order_are_still_known(light: Parley) -> None:
    run(light, [custody(), CORROBORATE, PREFER])
    assert read_counts(run(light, [PREFER, CORROBORATE, custody()])) == {"unchanged": 3}


@pytest.mark.parametrize("line", [CORRECT, CORROBORATE, END, PREFER, RETRACT])
def test_a_line_twice_in_one_file_counts_once(light: Parley, line: dict[str, Any]) -> None:
    report = run(light, [custody(), line, line])
    assert report["unchanged"] == 1
    assert head(light) == 3


def test_recording_what_now_stands_is_unchanged_too(light: Parley) -> None:
    run(light, [custody(), CORRECT])
    assert read_counts(run(light, [custody(place="Horki")])) == {"unchanged": 1}


def test_an_external_id_with_other_content_is_rejected_and_says_what_differs(
    light: Parley,
) -> None:
    run(light, [custody()])
    report = run(light, [custody(summary="Held in Brest")])
    assert faults(report) == [(1, "/external_id")]
    detail = report["rejected"][0]["detail"]
    assert "summary" in detail
    assert "op correct" in detail


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_name_that_a_line_before_took_is_told_by_that_line(light: Parley, dry_run: bool) -> None:
    lines: list[dict[str, Any] | bytes] = [custody(f"O{number}") for number in range(440)]
    lines += [b"\n", custody("A"), custody("A", place="Horki"), custody("A"), RETRACT]
    lines += [custody("A", valid="2024")]
    report = run(light, lines, dry_run=dry_run)
    told = {each["line"]: each["detail"] for each in report["rejected"]}
    assert list(told) == [443, 446]
    assert told[443].startswith("taken on line 442, which differs in place")
    assert told[446].startswith("taken on line 442, which differs in valid")
    assert "op correct" in told[443]
    run(light, [custody("A")])
    told = {each["line"]: each["detail"] for each in run(light, lines, partial=True)["rejected"]}
    assert told[443].startswith("taken by fact ")
    done = [
        custody("B"),
        change("correct", "B", reason="refinement", why="x", changes={"place": "Horki"}),
    ]
    assert read_counts(run(light, [*done, custody("B")])) == {
        "recorded": 1,
        "corrected": 1,
        "unchanged": 1,
    }


def test_one_rejected_line_keeps_all_out(parley: Parley) -> None:
    report = run(parley, [custody(), custody("B", valid="nonsense"), custody("C")])
    assert read_counts(report) == {"rejected_total": 1}
    assert faults(report) == [(2, "/valid")]
    assert head(parley) == 1


def test_a_partial_import_leaves_out_the_rejected_lines_alone(parley: Parley) -> None:
    lines = [custody(), custody("B", valid="nonsense"), change("end", "B", ended="2025"), END]
    report = run(parley, lines, partial=True)
    assert read_counts(report) == {"recorded": 1, "ended": 1, "rejected_total": 2}
    assert faults(report) == [(2, "/valid"), (3, "/external_id")]
    assert report["rejected"][1]["detail"] == "its fact was rejected on line 2"
    assert head(parley) == 3
    id_ = "0f8fad5b-d9cb-469f-a165-70867728950e"
    unread = [
        {**custody(None, valid="nonsense"), "id": id_},
        {**END, "external_id": None, "id": id_},
    ]
    report = run(parley, unread, partial=True)
    assert faults(report) == [(1, "/valid"), (2, "/id")]
    assert report["rejected"][1]["detail"] == "its fact was rejected on line 1"


def test_a_dry_run_reports_the_same_and_writes_nothing(parley: Parley) -> None:
    dry = run(parley, EVERY_OP, dry_run=True)
    assert head(parley) == 1
    assert (dry["first_position"], dry["last_position"]) == (None, None)
    assert read_counts(dry) == read_counts(run(parley, EVERY_OP))


def test_a_link_may_point_forward(light: Parley) -> None:
    links = [{"relation": "refines", "fact": "external:LATER"}]
    assert read_counts(run(light, [custody(links=links)])) == {"recorded": 1}


def test_a_fact_without_an_external_id_is_known_by_its_content(parley: Parley) -> None:
    lines = [custody(None), custody(None, summary="Another"), custody(None)]
    assert read_counts(run(parley, lines)) == {"recorded": 2, "unchanged": 1}
    assert read_counts(run(parley, lines)) == {"unchanged": 3}


def test_a_fact_recorded_elsewhere_without_an_external_id_is_not_recorded_again(
    light: Parley,
) -> None:
    run(light, [custody()])
    record = light.ledger.fact(fact_id(negotiation_id(SLUG), "A"))
    fields = {**vars(record.fact), "external_id": None}
    light.ledger.record(
        negotiation_id=record.negotiation_id, fact=type(record.fact)(**fields), actor="t"
    )
    assert read_counts(run(light, [custody(None)])) == {"unchanged": 1}


def test_a_change_of_no_fact_is_rejected(light: Parley) -> None:
    assert faults(run(light, [END])) == [(1, "/external_id")]
    unnamed = {name: value for name, value in END.items() if name != "external_id"}
    assert faults(run(light, [unnamed])) == [(1, "/external_id")]


def test_a_fact_of_another_negotiation_is_copied_and_not_changed_by_its_id(light: Parley) -> None:
    run(light, [custody()])
    light.ledger.open_negotiation(slug="other", title="Other", parties=(), summary=None, actor="t")
    id_ = fact_id(negotiation_id(SLUG), "A")
    end = {"op": "end", "id": str(id_), "ended": "2025"}
    assert faults(run(light, [end], slug="other")) == [(1, "/id")]
    by_name = {**end, "id": None, "external_id": str(id_)}
    assert faults(run(light, [by_name], slug="other")) == [(1, "/external_id")]
    lines = [{**custody(None), "id": str(id_)}, end]
    assert read_counts(run(light, lines, slug="other")) == {"recorded": 1, "ended": 1}
    assert read_counts(run(light, lines, slug="other")) == {"unchanged": 2}
    assert light.ledger.fact(id_).status == "recorded"
    copy = light.ledger.fact(uuid5(negotiation_id("other"), str(id_)))
    assert (copy.status, copy.negotiation_id) == ("ended", negotiation_id("other"))
    assert read_counts(run(light, [end])) == {"ended": 1}


def test_a_change_that_does_not_fit_is_rejected_with_its_line(light: Parley) -> None:
    lines = [
        custody(),
        change("correct", reason="refinement", why="x", changes={"status": "flown"}),
        change("retract", reason="mood", why="x"),
        change("reinstate", why="x"),
        change("prefer", preferred="yes", why="x"),
        change("corroborate", citation=CITATION, why="x"),
        change("vanish", why="x"),
    ]
    expected = [
        (2, "/changes/status"), (3, "/reason"), (4, ""), (5, "/preferred"), (6, "/citation"),
        (7, "/op"),
    ]  # fmt: skip
    assert faults(run(light, lines)) == expected


def test_the_negotiation_has_to_be_there_or_to_be_opened(parley: Parley) -> None:
    with pytest.raises(UnknownError):
        run(parley, [custody()], slug="new")
    opening = decide_open(slug="new", title="New", parties=(), summary=None, actor="t")
    refused = run(parley, [custody(valid="?")], slug="new", opening=[opening])
    assert refused["rejected"]
    assert head(parley) == 1
    report = run(parley, [custody()], slug="new", opening=[opening])
    assert (report["first_position"], report["last_position"]) == (3, 3)
    assert read_counts(run(parley, [custody()], slug="new", opening=[opening])) == {"unchanged": 1}
    assert head(parley) == 3


def test_lines_on_one_fact_are_compared_with_its_changes_no_more_than_some_times_each(
    light: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[object] = []

    def count_decision(*given: Any) -> FactEvent:  # noqa: ANN401 -- as it is given
        compared.append(given)
        return decide_change(*given)

    monkeypatch.setattr(matching, "decide_change", count_decision)

    def corrections(word: str, why: str) -> list[dict[str, Any]]:
        changes = [{"note": f"{word} {number}"} for number in range(100)]
        return [change("correct", reason="refinement", why=why, changes=each) for each in changes]

    lines = [custody(), *corrections("First", "Alike"), RETRACT]
    assert read_counts(run(light, lines)) == {"recorded": 1, "corrected": 100, "retracted": 1}
    assert read_counts(run(light, lines)) == {"unchanged": 102}
    compared.clear()
    alike = [*lines, *corrections("Other", "Alike")]
    details = [each["detail"] for each in run(light, alike)["rejected"]]
    assert len(compared) < 1_000 + 7 * len(alike)
    assert "give each a different why" in details[-2]
    other = [*lines, REINSTATE, *corrections("Other", "Not alike")]
    assert read_counts(run(light, other)) == {"unchanged": 102, "reinstated": 1, "corrected": 100}


def test_progress_is_told_how_many_lines_were_read(light: Parley) -> None:
    told: list[int] = []
    run(light, [custody(str(n)) for n in range(1_001)], dry_run=True, progress=told.append)
    assert told == [500, 1_000, 1_001]


def test_progress_is_told_how_many_lines_were_decided_and_compared(light: Parley) -> None:
    told: list[tuple[str, int, int]] = []
    lines = [custody(str(n)) for n in range(1_001)]
    run(light, lines, dry_run=True, on_decided=lambda *done: told.append(done))
    every = [(done, 1_001) for done in (0, 500, 1_000)]
    assert told == [(what, *each) for what in ("deciding", "comparing") for each in every]


def test_the_real_record_imports_whole_and_once(parley: Parley) -> None:
    lines = RECORD.read_bytes().splitlines(keepends=True)
    first = run(parley, lines)
    assert first["rejected"] == []
    assert sum(read_counts(first).values()) == len(lines) + 1
    before = read_state(parley, "2025-11-22")
    assert count_done(run(parley, lines)) == {"unchanged": len(lines)}
    assert read_state(parley, "2025-11-22") == before
    with parley.reading(parley.owner) as reading:
        seen = reading.perspective(PerspectiveQuery())
        known = reading.list_known(negotiation_id(SLUG), seen)
    assert len(known) == first["recorded"]
