"""An import is recorded in turns: others can write in between, and each turn builds on what they wrote."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from api.commands.importing.turns import (
    FEWEST_EVENTS,
    FIRST_TURN,
    MOST_BYTES,
    MOST_EVENTS,
    TURN_SECONDS,
    size_next_turn,
)
from domain.access import owner
from domain.errors import UnknownError
from domain.fact import fact_id
from domain.streams.negotiation import NegotiationSettings, decide_open, negotiation_id
from tests.importing.lines import (
    END,
    OTHER_CITATION,
    SLUG,
    change,
    custody,
    faults,
    head,
    read_counts,
    run,
)
from tests.importing.turns import LINES, MANY, act_after_turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.composition import Parley

pytestmark = pytest.mark.either_database


LAST = f"{MANY - 1}"
EDITOR = owner("editor")


def record(parley: Parley, external_id: str) -> Any:  # noqa: ANN401 -- a fact record
    return parley.ledger.fact(fact_id(negotiation_id(SLUG), external_id))


def as_editor(parley: Parley, *lines: dict[str, Any]) -> Callable[[], object]:
    return lambda: run(parley, lines, principal=EDITOR)


def test_each_turn_is_one_transaction_and_others_write_between_them(parley: Parley) -> None:
    told: list[tuple[int, int]] = []
    between: list[int] = []

    def run_others(recorded: int, of: int) -> None:
        if not recorded:
            return
        told.append((recorded, of))
        run(parley, [custody(f"other {recorded}")], principal=EDITOR)
        between.append(head(parley))

    report = run(parley, LINES, on_recorded=run_others)
    turns = [recorded for recorded, _ in told]
    assert report["recorded"] == MANY
    assert {of for _, of in told} == {MANY}
    assert turns[0] == FIRST_TURN
    assert turns[-1] == MANY
    assert len(turns) > 1
    sizes = [after - before for before, after in pairwise(turns)]
    assert all(0 < size <= MOST_EVENTS for size in sizes)
    assert (report["first_position"], report["last_position"]) == (2, MANY + len(turns))
    assert between[0] == FIRST_TURN + 2
    assert between[-1] == head(parley) == MANY + len(turns) + 1


def test_a_turn_is_as_large_as_can_be_recorded_in_its_time() -> None:
    assert size_next_turn(100, TURN_SECONDS) == 100
    assert size_next_turn(100, TURN_SECONDS / 2) == 200
    assert size_next_turn(100, 0.0) == 200
    assert size_next_turn(100, 2 * TURN_SECONDS) == 50
    assert size_next_turn(100, 30.0) == FEWEST_EVENTS
    assert size_next_turn(MOST_EVENTS, 0.001) == MOST_EVENTS


def test_a_turn_has_no_more_bytes_than_are_soon_written(light: Parley) -> None:
    note = "x" * 90_000
    fit = MOST_BYTES // (len(note) + 1_000)
    told: list[int] = []
    lines = [custody(str(number), note=note) for number in range(fit + 5)]
    run(light, lines, on_recorded=lambda recorded, _: told.append(recorded))
    assert told[0] == 0
    assert fit <= told[1] < fit + 5
    assert told[-1] == fit + 5


def test_what_can_be_refused_is_refused_before_the_first_turn(parley: Parley) -> None:
    report = run(parley, [*LINES, change("end", "none", ended="2025")])
    assert read_counts(report) == {"rejected_total": 1}
    assert head(parley) == 1


def test_the_negotiation_is_opened_in_the_first_turn(light: Parley) -> None:
    opening = decide_open(slug="new", title="New", parties=(), summary=None, actor="t")
    heads: list[int] = []
    lines = LINES
    report = run(
        light,
        lines,
        slug="new",
        opening=[opening],
        on_recorded=lambda *_: heads.append(head(light)),
    )
    assert heads[:2] == [1, 1 + 1 + FIRST_TURN]
    assert (report["first_position"], report["last_position"]) == (3, MANY + 2)


def test_what_another_writer_recorded_alike_between_turns_is_unchanged(parley: Parley) -> None:
    report = run(parley, LINES, on_recorded=act_after_turn(as_editor(parley, custody(LAST))))
    assert read_counts(report) == {"recorded": MANY - 1, "unchanged": 1}
    assert head(parley) == MANY + 1


def test_a_change_goes_on_from_what_another_writer_said_of_its_fact_between_turns(
    parley: Parley,
) -> None:
    lines = [custody("A"), *LINES, END]
    said = as_editor(parley, change("corroborate", "A", citation=OTHER_CITATION))
    report = run(parley, lines, on_recorded=act_after_turn(said))
    assert read_counts(report) == {"recorded": MANY + 1, "ended": 1}
    found = record(parley, "A")
    assert (found.version, found.status, len(found.fact.citations)) == (3, "ended", 2)
    assert read_counts(run(parley, lines)) == {"unchanged": MANY + 2}


def test_what_the_record_does_not_admit_any_more_is_rejected_and_the_rest_recorded(
    parley: Parley,
) -> None:
    lines = [*LINES, change("end", "0", ended="2025-09-11"), change("end", "1", ended="2025-09-11")]
    retract = change("retract", "0", reason="coding_error", why="Misread")
    other = custody(LAST, summary="Somebody else's")
    report = run(parley, lines, on_recorded=act_after_turn(as_editor(parley, retract, other)))
    assert read_counts(report) == {"recorded": MANY - 1, "ended": 1, "rejected_total": 2}
    assert faults(report) == [(MANY, "/external_id"), (MANY + 1, "")]
    assert record(parley, "0").status == "retracted"
    assert record(parley, LAST).fact.summary == "Somebody else's"
    assert record(parley, "1").status == "ended"


def test_a_faulty_correction_is_checked_on_what_another_writer_recorded_between_turns(
    parley: Parley,
) -> None:
    changes = {"status": "open", "stage": "mooted"}
    faulty = change("correct", LAST, reason="no", why="x", changes=changes)
    other = custody(LAST, summary="Somebody else's")
    report = run(
        parley, [*LINES, faulty], partial=True, on_recorded=act_after_turn(as_editor(parley, other))
    )
    assert read_counts(report) == {"recorded": MANY - 1, "rejected_total": 4}
    told = [(MANY, "/external_id")]
    told += [(MANY + 1, f"/{where}") for where in ("reason", "changes/status", "changes/stage")]
    assert sorted(faults(report)) == sorted(told)


def test_an_import_goes_on_where_another_writer_is_there_before_each_of_its_turns(
    parley: Parley,
) -> None:
    def run_ahead(recorded: int, _of: int) -> None:
        run(parley, [custody(str(min(recorded + 5, MANY - 1)))], principal=EDITOR)

    report = run(parley, LINES, on_recorded=run_ahead)
    assert report["recorded"] + report["unchanged"] == MANY
    assert report["unchanged"] > 1
    assert report["rejected"] == []
    assert head(parley) == MANY + 1


def test_where_corrections_take_two_persons_from_now_on_no_later_turn_makes_any(
    parley: Parley,
) -> None:
    corrects = [
        change("correct", str(number), reason="refinement", why="named", changes={"place": "Horki"})
        for number in range(MANY)
    ]
    run(parley, LINES)
    negotiation = parley.ledger.negotiation(SLUG)
    reviewed = negotiation.decide_settings(NegotiationSettings(review_record=True), "admin")
    report = run(
        parley, corrects, on_recorded=act_after_turn(lambda: parley.ledger.append([reviewed]))
    )
    assert report["corrected"] == FIRST_TURN
    assert report["rejected_total"] == MANY - FIRST_TURN
    assert "a second person must approve it" in report["rejected"][0]["detail"]
    assert record(parley, LAST).version == 1


def test_who_is_no_member_any_more_imports_no_further(parley: Parley) -> None:
    ann = owner("Ann")
    member = type(ann)(**{**vars(ann), "sees_all": False})
    negotiation = parley.ledger.negotiation(SLUG)
    hidden = negotiation.decide_settings(NegotiationSettings(visibility="private"), "admin")
    with pytest.raises(UnknownError):
        run(
            parley,
            LINES,
            principal=member,
            on_recorded=act_after_turn(lambda: parley.ledger.append([hidden])),
        )
    assert head(parley) == FIRST_TURN + 2
