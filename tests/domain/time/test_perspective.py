"""Which perspective an answer rests on, and which one was asked for."""

from __future__ import annotations

from dataclasses import fields

from domain.time.perspective import Perspective, PerspectiveQuery


def test_a_question_is_fixed_by_naming_a_position_and_by_nothing_else() -> None:
    assert PerspectiveQuery(position=0).fixed
    assert PerspectiveQuery(position=7, clock="published").fixed
    assert not PerspectiveQuery(as_known_at=1, as_of=1).fixed


def test_left_out_means_the_recorded_clock_and_all_that_is_possible() -> None:
    asked = PerspectiveQuery()
    assert (asked.clock, asked.match) == ("recorded", "possible")
    assert (asked.as_of, asked.as_known_at, asked.position) == (None, None, None)


def test_a_question_names_the_same_cuts_as_the_answer() -> None:
    asked = {f.name for f in fields(PerspectiveQuery)}
    assert asked | {"corrections", "reading"} == {f.name for f in fields(Perspective)}
