"""A line whose fact was corrected since its import is reported as superseded, and writes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from api.commands.importing.matching import Update
from domain.access import owner
from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from tests.importing.lines import (
    CITATION,
    CORRECT,
    CORROBORATE,
    END,
    PREFER,
    REINSTATE,
    RETRACT,
    SLUG,
    change,
    count_done,
    custody,
    read_counts,
    run,
)

if TYPE_CHECKING:
    from api.composition import Parley
    from tests.importing.lines import Line

BACK = change("correct", reason="better_evidence", why="it was Minsk", changes={"place": None})
AGAIN = change("correct", reason="coding_error", why="no, Horki", changes={"place": "Horki"})


def test_a_file_again_after_its_facts_were_corrected(parley: Parley) -> None:
    run(parley, [custody()])
    run(parley, [CORRECT])
    report = run(parley, [custody()])
    assert count_done(report) == {"superseded_total": 1}
    (told,) = report["superseded"]
    assert (told["line"], told["version"]) == (1, 2)
    assert "corrected since in place" in told["detail"]
    assert count_done(run(parley, [custody(), CORRECT])) == {"unchanged": 2}


def test_a_file_of_corrections_back_and_forth(parley: Parley) -> None:
    run(parley, [custody(), CORRECT])
    assert read_counts(run(parley, [BACK])) == {"corrected": 1}
    report = run(parley, [CORRECT])
    assert [each["version"] for each in report["superseded"]] == [3]
    assert count_done(run(parley, [CORRECT, BACK])) == {"unchanged": 2}
    assert read_counts(run(parley, [AGAIN])) == {"corrected": 1}
    assert count_done(run(parley, [CORRECT])) == {"unchanged": 1}, "it says so again"
    assert count_done(run(parley, [BACK])) == {"superseded_total": 1}


@pytest.mark.parametrize(
    "since",
    [[CORROBORATE], [END], [PREFER], [RETRACT], [RETRACT, REINSTATE]],
    ids=["corroborated", "ended", "preferred", "retracted", "reinstated"],
)
def test_no_other_change_supersedes(light: Parley, since: list[Line]) -> None:
    run(light, [custody(), *since])
    assert count_done(run(light, [custody()])) == {"unchanged": 1}


def test_a_correction_and_a_corroboration_since_name_what_was_corrected_alone(
    light: Parley,
) -> None:
    run(light, [custody(), CORROBORATE, CORRECT, END])
    (told,) = run(light, [custody()])["superseded"]
    assert "in place:" in told["detail"]
    citation: Any = {**CITATION, "publisher": "Babel"}
    corrected = change(
        "correct",
        reason="better_evidence",
        why="another paper",
        changes={"place": None},
        citation=citation,
    )
    run(light, [corrected])
    assert count_done(run(light, [custody()])) == {"unchanged": 1}, (
        "but for citations it says so again"
    )


def test_a_refused_file_and_a_dry_run_say_so_too(light: Parley) -> None:
    run(light, [custody(), CORRECT])
    wrong = custody("B", status="flying")
    report = run(light, [custody(), wrong])
    assert (report["superseded_total"], report["rejected_total"]) == (1, 1)
    assert run(light, [custody()], dry_run=True)["superseded_total"] == 1


def test_a_correction_says_nothing_of_fields_that_it_does_not_name(light: Parley) -> None:
    run(light, [custody(), CORRECT])
    other = change(
        "correct", reason="better_evidence", why="charged", changes={"status": "charged"}
    )
    run(light, [other])
    assert count_done(run(light, [CORRECT])) == {"unchanged": 1}
    assert count_done(run(light, [CORRECT], update=UPDATE)) == {"unchanged": 1}
    assert count_done(run(light, [custody()])) == {"superseded_total": 1}
    both = change(
        "correct",
        reason="coding_error",
        why="both",
        changes={"status": "charged", "place": "Minsk"},
    )
    run(light, [both])
    assert count_done(run(light, [CORRECT])) == {"superseded_total": 1}


UPDATE = Update("source_corrected", "the master file says so")


def test_with_an_update_what_stands_is_corrected_to_what_the_file_says(parley: Parley) -> None:
    run(parley, [custody(), custody("B"), CORRECT, CORROBORATE])
    lines = [
        custody(),
        custody("B", status="sentenced", citations=[{**CITATION, "publisher": "Babel"}]),
        custody("C"),
    ]
    assert read_counts(run(parley, lines, update=UPDATE, dry_run=True)) == {
        "recorded": 1,
        "corrected": 2,
    }
    assert read_counts(run(parley, lines, update=UPDATE)) == {"recorded": 1, "corrected": 2}
    place, other = (parley.ledger.fact(fact_id(negotiation_id(SLUG), each)) for each in "AB")
    assert (getattr(place.fact, "place", None), len(place.fact.citations)) == (None, 2)
    assert getattr(other.fact, "status", None) == "sentenced"
    assert [citation.publisher for citation in other.fact.citations][-1] == "Babel"
    assert len(other.fact.citations) == 2
    assert read_counts(run(parley, lines, update=UPDATE)) == {"unchanged": 3}
    assert read_counts(run(parley, lines[:1])) == {"unchanged": 1}


def test_an_update_undoes_no_end_and_no_retraction(light: Parley) -> None:
    run(
        light,
        [
            custody(valid="2025-01-01/.."),
            END,
            custody("B"),
            change("retract", "B", reason="coding_error", why="no"),
        ],
    )
    lines = [custody(valid="2025-01-01/..", place="Horki"), custody("B")]
    assert read_counts(run(light, lines, update=UPDATE)) == {"corrected": 1, "unchanged": 1}
    ended = light.ledger.fact(fact_id(negotiation_id(SLUG), "A"))
    assert (ended.fact.valid, getattr(ended.fact, "place", None)) == (
        "2025-01-01/2025-09-11",
        "Horki",
    )
    assert light.ledger.fact(fact_id(negotiation_id(SLUG), "B")).status == "retracted"
    report = run(light, [custody("B", place="Horki")], update=UPDATE)
    assert "reinstate" in report["rejected"][0]["detail"]


@pytest.mark.parametrize(
    ("valid", "kept"),
    [
        ("2025-02-01/..", "2025-02-01/2025-09-11"),
        ("2025-02-01/", "2025-02-01/2025-09-11"),
        ("2025-02-01", "2025-02-01/2025-09-11"),
        ("2025-02-01/2026-01-01", "2025-02-01/2025-09-11"),
        ("2025-02-01/2025-10", "2025-02-01/2025-10"),
    ],
)
def test_an_update_of_the_start_keeps_the_end_unless_the_file_says_another(
    light: Parley, valid: str, kept: str
) -> None:
    foreseen = custody(valid="2025-01-01/2026-01-01")
    run(light, [foreseen, END])
    assert read_counts(run(light, [custody(valid=valid)], update=UPDATE)) == {"corrected": 1}
    assert light.ledger.fact(fact_id(negotiation_id(SLUG), "A")).fact.valid == kept
    late = [custody(valid="2025-12-01/..")]
    if kept.endswith("-11"):
        (told,) = run(light, late, update=UPDATE)["rejected"]
        assert (told["pointer"], "2025-09-11, the end" in told["detail"]) == ("/valid", True)


def test_an_update_brings_a_correction_back_and_keeps_the_end(light: Parley) -> None:
    changes = {"valid": "2025-02-01/..", "place": "Horki"}
    moved = change("correct", reason="refinement", why="x", changes=changes)
    run(light, [custody(), moved, END, BACK])
    assert read_counts(run(light, [moved], update=UPDATE)) == {"corrected": 1}
    fact = light.ledger.fact(fact_id(negotiation_id(SLUG), "A")).fact
    assert (fact.valid, getattr(fact, "place", None)) == ("2025-02-01/2025-09-11", "Horki")


def test_an_update_brings_a_correction_back(light: Parley) -> None:
    run(light, [custody(), CORRECT, BACK])
    assert read_counts(run(light, [CORRECT], update=UPDATE)) == {"corrected": 1}
    fact = light.ledger.fact(fact_id(negotiation_id(SLUG), "A")).fact
    assert getattr(fact, "place", None) == "Horki"
    whole = [custody(), CORRECT, BACK]
    assert read_counts(run(light, whole, update=UPDATE)) == {"unchanged": 2, "corrected": 1}


def test_who_may_not_correct_updates_nothing(light: Parley) -> None:
    run(light, [custody()])
    recorder = replace(owner("importer"), scopes=frozenset({"fact:read", "fact:write"}))
    report = run(light, [custody(place="Horki")], update=UPDATE, principal=recorder)
    assert "fact:correct" in report["rejected"][0]["detail"]
