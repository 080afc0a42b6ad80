"""The rivals of each fact, and the facts that deny it, are those of the fold on random histories."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.views.known import timeslices as history
from domain.views.naming import Names
from domain.views.rivalry.contesting import find_rivals, when_it_holds
from tests.readers.comparing import query_of
from tests.readers.witnesses import HISTORIES, Witnesses
from tests.strategies import NEGOTIATION, histories, perspectives

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject

    from domain.streams.entry import Entry


@pytest.mark.either_database
@settings(
    max_examples=HISTORIES * 5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(entries=histories(), data=st.data())
def test_both_witnesses_name_the_same_rivals(
    witnesses: Witnesses, entries: list[Entry], data: DataObject
) -> None:
    versions = witnesses.take(entries, [])
    asked = data.draw(perspectives(len(entries)))
    slice_ = history.timeslice(versions, asked)
    names = Names.of(slice_)
    for reading in witnesses.reading():
        pinned = reading.perspective(query_of(asked))
        for seen in slice_:
            at = replace(pinned, as_of=when_it_holds(seen.version, pinned.as_of))
            found = reading.sections(NEGOTIATION, at).rivals(seen.version)
            expected = find_rivals(seen.version, history.timeslice(versions, at), at, names)
            assert found == expected
