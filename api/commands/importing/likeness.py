"""The facts that a file records are compared with the record and with one another, to find what is told twice.

As in the answer to a write, a line's report names only facts that came before it: the record as it stood, and the lines
above.
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
    recorded = dict(_recorded(steps))
    if not recorded:
        return {}
    found, lines = Alike(), {each.record.id: number for number, each in recorded.items()}
    marked = {number: marks_of(each.record.fact) for number, each in recorded.items()}
    wanted = set().union(*marked.values())
    with parley.reading(principal) as reading:
        perspective = reading.perspective(PerspectiveQuery())
    held = set()
    for each in find_near(parley.database, list(recorded.values()), perspective):
        own = marks_of(each.record.fact) & wanted
        if own and each.record.id not in held:
            held.add(each.record.id)
            found.add(each, own)
    told = {}
    for number, version in recorded.items():
        alike = found.of(version, marked[number])
        found.add(version, marked[number])
        if alike:
            ids = [each.record.id for each in alike]
            in_file = [lines[each] for each in ids if each in lines]
            told[number] = SimilarFacts(number, ids[:MOST], in_file[:MOST], len(ids))
    return told


def _recorded(steps: Iterable[Step]) -> Iterable[tuple[int, FactVersion]]:
    """The facts that the lines record, each as its line leaves it."""
    for step in steps:
        event = step.event
        if isinstance(event, FactRecorded) and isinstance(step.line, Command):
            number = step.line.line.number
            entry = Entry(position=number, recorded_at=0, event=event)
            yield number, version_of(entry, event, evolve(None, event), number)
