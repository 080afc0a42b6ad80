"""The events of a fact follow one another without gaps, and fold to the record that they left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from domain.errors import StateError
from domain.streams.event import FactEvent, FactRecorded
from domain.streams.fact import evolve, project
from tests.domain.streams.decisions import correct, make_record
from tests.examples import example_events
from tests.strategies import SOME, histories

if TYPE_CHECKING:
    from domain.streams.entry import Entry


def test_an_event_that_does_not_follow_is_refused() -> None:
    record = make_record()
    corrected = correct(person="X")(record)
    for before, event in (
        (None, corrected),
        (record, replace(corrected, originator_version=3)),
        (record, replace(corrected, originator_version=1)),
        (evolve(record, corrected), corrected),
    ):
        with pytest.raises(StateError):
            evolve(before, event)


def test_a_fact_is_recorded_once_and_first() -> None:
    event = example_events()["fact.recorded"]
    assert isinstance(event, FactRecorded)
    for before, version in ((make_record(), 1), (make_record(), 2), (None, 2)):
        with pytest.raises(StateError):
            evolve(before, replace(event, originator_version=version))


@SOME
@given(histories())
def test_a_stream_folds_to_the_record_that_it_left_however_it_is_cut(entries: list[Entry]) -> None:
    streams: dict[object, list[FactEvent]] = {}
    for entry in entries:
        if isinstance(entry.event, FactEvent):
            streams.setdefault(entry.event.originator_id, []).append(entry.event)
    for events in streams.values():
        whole = project(None, events)
        assert whole is not None
        assert whole.version == len(events)
        half = len(events) // 2
        assert project(project(None, events[:half]), events[half:]) == whole
