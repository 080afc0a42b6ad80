"""Both witnesses agree if a clock was wrong, was corrected, and perhaps the correction was withdrawn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.streams import clock_corrections
from domain.views.known import timeslices as history
from domain.views.moments import Axis
from infrastructure.projections.rebuild import rebuild
from tests.drawn_facts import instants
from tests.readers.comparing import (
    compare_facts,
    compare_history,
    compare_negotiation,
    compare_slices,
    list_moments,
    query_of,
)
from tests.readers.witnesses import HISTORIES, PERSPECTIVES, YEARS, Witnesses
from tests.strategies import histories, perspectives

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject

    from domain.streams.entry import Entry


@pytest.mark.either_database
@settings(
    max_examples=HISTORIES // 5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(entries=histories(), data=st.data())
def test_both_say_the_same_where_a_clock_was_wrong(
    witnesses: Witnesses, entries: list[Entry], data: DataObject
) -> None:
    assume(len(entries) > 1)
    first = data.draw(st.integers(2, len(entries)))
    last = data.draw(st.integers(first, len(entries)))
    log = witnesses.take_by_a_wrong_clock(entries, first, last)
    said = log[last].recorded_at
    known = [said - 1, said, said + YEARS]
    if data.draw(st.booleans()):
        late = max(each.recorded_at for each in log)
        log = witnesses.withdraw(late + 1)
        known += [late - 1, late, late + 1]
    versions = history.fold_versions(log)
    cuts = st.sampled_from(known) | instants()
    for _ in range(PERSPECTIVES):
        drawn = data.draw(perspectives(len(log)))
        known_at = data.draw(st.none() | cuts)
        asked = replace(
            drawn,
            as_known_at=known_at,
            corrections=clock_corrections.corrections(log, drawn.position),
        )
        for reading in witnesses.reading():
            pinned = reading.perspective(query_of(asked))
            assert pinned.position <= asked.position
            compare_slices(reading, versions, asked, pinned)
            compare_negotiation(reading, log, asked, pinned)
            compare_facts(reading, versions, asked, pinned)
            compare_history(reading, versions, asked, pinned)
            for axis in get_args(Axis):
                found, expected = list_moments(reading, versions, log, asked, axis)
                assert found >= expected
    rebuilt = rebuild(witnesses.database, witnesses.ledger.codec)
    assert rebuilt.differences == ()
