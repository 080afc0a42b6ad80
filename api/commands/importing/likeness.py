"""Compares the facts that a file would record with the record and with one another, to find duplicates.

As in the response to a single write, a line's report names only earlier facts: those in the record before the import,
and those of the lines above.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Final, cast
from uuid import UUID

from api.commands.importing.command import Command
from api.commands.importing.decision import NewFacts, Step
from api.commands.importing.report import SimilarFacts
from api.composition import Parley
from domain.access import Principal
from domain.fact import Fact
from domain.streams.entry import Entry
from domain.streams.event import FactRecorded
from domain.streams.fact import evolve
from domain.time.perspective import PerspectiveQuery
from domain.views.known.timeslices import version_of
from domain.views.rivalry.similar import MOST, Alike, is_another, marks_of
from domain.views.versions import FactVersion
from infrastructure.readers.similar import find_near

_REMEMBERED: Final = 4_096
"""Facts of lines that are kept for the lines after them, most of which are near in time."""

_FACTS_A_STEP: Final = 500


def likenesses(
    parley: Parley,
    principal: Principal,
    steps: Sequence[Step],
    progress: Callable[[int, int], None] | None = None,
) -> dict[int, SimilarFacts]:
    """{line number: facts much like it}, for lines that would record a fact; to be called before any is recorded.

    `progress` is called with (facts compared, all such facts).
    """
    recorded = _Recorded(steps)
    index, known = Alike(), _list_known(parley, principal, recorded)
    for near, own in known:
        index.add(near.record.fact, own)
    load = lru_cache(_REMEMBERED)(recorded.__getitem__)
    reports = {}
    for at in range(len(recorded)):
        if progress is not None and at % _FACTS_A_STEP == 0:
            progress(at, len(recorded))
        fact = recorded.fact(at)
        marked = marks_of(fact)
        near_by = index.of(fact, marked)
        index.add(fact, marked)
        recorded.tied[at] = fact.matter is not None or bool(fact.links)
        alike = []
        for number in near_by:
            other = number - len(known)
            if other >= 0 and not (fact.links or recorded.tied[other]):
                alike.append((other, recorded.id(other)))
                continue
            version = known[number][0] if other < 0 else load(other)
            if is_another(load(at), version):
                alike.append((other, version.record.id))
        if alike:
            ids = [id_ for _, id_ in alike]
            in_file = [recorded.line(other) for other, _ in alike if other >= 0]
            number = recorded.line(at)
            reports[number] = SimilarFacts(number, ids[:MOST], in_file[:MOST], len(ids))
    return reports


def _list_known(
    parley: Parley, principal: Principal, recorded: _Recorded
) -> list[tuple[FactVersion, set[Hashable]]]:
    """The facts in the record that share a mark with a line, each with these marks."""
    with parley.reading(principal) as reading:
        perspective = reading.perspective(PerspectiveQuery())
    near = find_near(parley.database, recorded, perspective)
    first = next(near, None)
    if first is None:
        return []
    wanted = {mark for version in recorded for mark in marks_of(version.record.fact)}
    marked: dict[UUID, tuple[FactVersion, set[Hashable]]] = {}
    for version in chain([first], near):
        own = marks_of(version.record.fact) & wanted
        if own:
            marked.setdefault(version.record.id, (version, own))
    return list(marked.values())


class _Recorded(Sequence[FactVersion]):
    """The facts that lines record, each as its line leaves it; a fact is read from its line each time.

    `tied` says of those that were looked at so far whether a matter or a link may tie them to another.
    """

    def __init__(self, steps: Iterable[Step]) -> None:
        self._steps = [step for step in steps if _records(step)]
        self.tied = bytearray(len(self._steps))

    def line(self, at: int) -> int:
        """The number of a fact's line."""
        return self._command(at).line.number

    def id(self, at: int) -> UUID:
        """The id of a fact."""
        return self._command(at).fact_id

    def fact(self, at: int) -> Fact:
        """A fact."""
        return cast("Fact", self._command(at).load())

    def _command(self, at: int) -> Command:
        return cast("Command", self._steps[at].line)

    def __len__(self) -> int:
        return len(self._steps)

    def __getitem__(self, at: Any) -> Any:  # noqa: ANN401 -- the library's own overloads; no slice is asked for
        number = self.line(at)
        event = cast("FactRecorded", self._steps[at].load_event())
        entry = Entry(position=number, recorded_at=0, event=event)
        return version_of(entry, event, evolve(None, event), number)


def _records(step: Step) -> bool:
    return isinstance(step.event, NewFacts | FactRecorded)
