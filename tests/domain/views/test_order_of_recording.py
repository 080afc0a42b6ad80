"""The order in which facts were recorded changes neither which fact is shown nor which facts are contested."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from hypothesis import assume, given, note, settings
from hypothesis import strategies as st

from domain.errors import ContentError
from domain.fact import KINDS
from domain.time.instant import format_instant
from domain.views.counting.query import TallyQuery
from domain.views.counting.tally import tally
from domain.views.naming import Names
from domain.views.people import PeopleFilter, list_people
from tests.drawn_facts import facts_of, instants
from tests.strategies import SOME
from tests.thorough import choose_count
from tests.written_log import Log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.fact import Fact

TALLIES: Final = (TallyQuery(what="released"), TallyQuery(what="held"), TallyQuery(kind="release"))


def read_answers(recorded: Sequence[Fact], as_of: str) -> Any:  # noqa: ANN401 -- JSON
    """The state of the record, with its lists in alphabetical order."""
    log = Log()
    for day, each in enumerate(recorded, start=1):
        log.record(each, at=f"2025-12-{day:02}")
    at = log.perspective(as_of=as_of)
    slice_ = log.slice(as_of=as_of)
    state = log.state(as_of=as_of)
    tallies = [tally(slice_, at, query).page(None, 999) for query in TALLIES]
    people = list_people(
        [each.version for each in slice_], Names.of(slice_), at, PeopleFilter()
    ).page(None, 999)
    return _sort_lists([state, tallies, people])


def _sort_lists(answer: Any) -> Any:  # noqa: ANN401 -- JSON
    if isinstance(answer, dict):
        return {name: _sort_lists(value) for name, value in answer.items()}
    if isinstance(answer, list | tuple):
        return sorted(map(_sort_lists, answer), key=lambda each: json.dumps(each, default=str))
    return answer


@st.composite
def rival_facts(draw: st.DrawFn) -> list[Fact]:
    """Facts of a few kinds, so that many are rivals; each has an external id."""
    kinds = st.sampled_from(draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=2)))
    drawn = draw(st.lists(kinds.flatmap(facts_of), min_size=2, max_size=5))
    return [replace(each, external_id=f"F-{number}") for number, each in enumerate(drawn)]


@settings(SOME, max_examples=choose_count(50, 5_000))
@given(told=rival_facts(), as_of=instants(), data=st.data())
def test_the_order_of_recording_changes_no_answer(
    told: list[Fact], as_of: int, data: st.DataObject
) -> None:
    when = format_instant(as_of)
    other = data.draw(st.permutations(told))
    try:
        expected = read_answers(told, when)
    except ContentError:
        assume(False)
    note(describe_facts(told))
    assert read_answers(other, when) == expected


def describe_facts(facts: Sequence[Fact]) -> str:
    """The facts as text for a failing test."""
    return "\n".join(map(str, facts))
