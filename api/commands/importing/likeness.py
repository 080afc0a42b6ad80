"""Compares the facts that a file would record with the record and with one another, to find duplicates.

As in the response to a single write, a line's report names only earlier facts: those in the record before the import,
and those of the lines above.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from api.commands.importing.command import Command
from api.commands.importing.decision import Step
from api.commands.importing.report import SimilarFacts
from api.composition import Parley
from domain.access import Principal
from domain.streams.entry import Entry
from domain.streams.event import FactRecorded
from domain.streams.fact import evolve
from domain.time.perspective import PerspectiveQuery
from domain.views.rivalry.similar import MOST, Alike, marks_of
from domain.views.versions import FactVersion, version_of
from infrastructure.readers.similar import find_near

__all__ = ["likenesses"]


def likenesses(
    parley: Parley, principal: Principal, steps: Sequence[Step]
) -> dict[int, SimilarFacts]:
    """{line number: facts much like it}, for lines that would record a fact; to be called before any is recorded."""
    recorded = dict(_recorded_facts(steps))
    if not recorded:
        return {}
    index, lines = Alike(), {version.record.id: number for number, version in recorded.items()}
    marked = {number: marks_of(version.record.fact) for number, version in recorded.items()}
    wanted = set().union(*marked.values())
    with parley.reading(principal) as reading:
        perspective = reading.perspective(PerspectiveQuery())
    held = set()
    for near in find_near(parley.database, list(recorded.values()), perspective):
        own = marks_of(near.record.fact) & wanted
        if own and near.record.id not in held:
            held.add(near.record.id)
            index.add(near, own)
    reports = {}
    for number, version in recorded.items():
        alike = index.of(version, marked[number])
        index.add(version, marked[number])
        if alike:
            ids = [version_.record.id for version_ in alike]
            in_file = [lines[id_] for id_ in ids if id_ in lines]
            reports[number] = SimilarFacts(number, ids[:MOST], in_file[:MOST], len(ids))
    return reports


def _recorded_facts(steps: Iterable[Step]) -> Iterable[tuple[int, FactVersion]]:
    """The facts that the lines record, each as its line leaves it."""
    for step in steps:
        event = step.event
        if isinstance(event, FactRecorded) and isinstance(step.line, Command):
            number = step.line.line.number
            entry = Entry(position=number, recorded_at=0, event=event)
            yield number, version_of(entry, event, evolve(None, event), number)
