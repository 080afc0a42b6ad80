"""Imports a file: decides it as a whole, in memory, before anything is recorded; one rejected line refuses all of it.

With `partial`, rejected lines are left out instead. The decided events are recorded in turns, between which others may
write. After the first turn the import always continues to its end; a line that the record, changed by others, no longer
allows is then rejected alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from api.commands.commands import FactParser
from api.commands.importing.command import Command, CommandReader, Commands
from api.commands.importing.csv_rows import read_csv
from api.commands.importing.decision import Step
from api.commands.importing.likeness import likenesses
from api.commands.importing.lines import read_ndjson
from api.commands.importing.matching import Update
from api.commands.importing.reading import Progress, ReadLines, read_lines
from api.commands.importing.report import COUNTED, ImportReport, SimilarFacts
from api.commands.importing.spool import FactSpool, SpooledFact
from api.commands.importing.turns import Recorded, Turns
from api.composition import Parley
from domain.access import Principal
from domain.streams.event import RecordEvent
from domain.streams.negotiation import negotiation_id
from domain.time.perspective import PerspectiveQuery
from domain.views.naming import Names

Media = Literal["ndjson", "csv"]
Decided = Callable[[str, int, int], None]
"""Is called with what is under way, how many lines of it are done, and the number of all."""


class Importer:
    """Imports into one record; `parser` reads facts of every kind."""

    def __init__(self, parley: Parley, parser: FactParser) -> None:
        self._parley = parley
        self._parser = parser

    def run(  # noqa: PLR0913 -- the parts of an import
        self,
        *,
        slug: str,
        lines: Iterable[bytes],
        media: Media,
        dry_run: bool,
        partial: bool,
        principal: Principal,
        progress: Progress | None = None,
        on_decided: Decided | None = None,
        on_recorded: Recorded | None = None,
        opening: Sequence[RecordEvent] = (),
        update: Update | None = None,
        guessed: str | None = None,
        batch: str | None = None,
    ) -> ImportReport:
        """Import `lines` into the negotiation with a slug, and report the outcome of each.

        `opening` are the events that open the negotiation, in the first turn, if it is missing. `progress` is called
        with the number of lines read, `on_decided` while they are decided and compared, and `on_recorded` with the
        number recorded. UnknownError (the negotiation is
        missing) and StaleError (other writers were always faster) mean that nothing was written; BrokenOffError means
        that a part was written. With `update`, a line that differs from its fact corrects the fact. `guessed` is the
        encoding of the file if it was guessed. `batch` is a label for the events.
        """
        if not opening:
            with self._parley.reading(principal) as reading:
                reading.negotiation(slug)
        source = read_csv(lines) if media == "csv" else read_ndjson(lines)
        with FactSpool() as spool:
            commands = Commands(spool)
            reader = CommandReader(negotiation_id(slug), self._parser, commands)
            read = read_lines(reader, source, progress)
            turns = Turns(
                self._parley,
                self._parser,
                slug=slug,
                commands=commands,
                lines=read.lines,
                principal=principal,
                opening=opening,
                partial=partial,
                on_recorded=on_recorded,
                update=update,
                batch=batch,
                on_decided=_say_of("deciding", on_decided),
            )
            broken = read.stopped is not None and not partial
            refused = turns.refused or broken
            comparing = _say_of("comparing", on_decided)
            alike = {} if refused else likenesses(self._parley, principal, turns.steps, comparing)
            names = self._names(slug, principal, turns.steps)
            if not (dry_run or broken):
                turns.record()
            report = _report(turns, read, alike, names)
            if turns.refused or broken:
                report.undo_counts()
            if guessed is not None:
                report.notice_file(f"the file does not name its encoding: it was read as {guessed}")
            return report

    def _names(self, slug: str, principal: Principal, steps: Iterable[Step]) -> Names:
        """What names mean once the aliases in the file are recorded; nothing is read where it has none."""
        instead = {}
        for step in steps:
            alias = None if step.event is None else step.commands.load_alias(step.kept)
            if alias is not None:
                instead[alias[0].hex] = alias[1], False
        if not instead:
            return Names(())
        with self._parley.reading(principal) as reading:
            perspective = reading.perspective(PerspectiveQuery())
            return reading.names(negotiation_id(slug), perspective, instead)


def _say_of(what: str, on_decided: Decided | None) -> Recorded | None:
    """What tells how many lines of a part of the work are done; None if nobody is told."""
    return None if on_decided is None else lambda done, of: on_decided(what, done, of)


def _report(
    turns: Turns, read: ReadLines, alike: Mapping[int, SimilarFacts], names: Names
) -> ImportReport:
    report = ImportReport()
    for step in turns.steps:
        rejected, command = step.rejected, step.line
        number = command.line.number if isinstance(command, Command) else command.number
        if rejected is not None:
            report.reject(rejected.number, rejected.faults, rejected.listed)
            report.tell(number, "rejected")
        elif isinstance(command, Command) and (step.done or step.event is not None):
            op = "correct" if step.updates else command.op
            report.count(op)
            report.tell(number, COUNTED[op])
            if isinstance(command.body, SpooledFact) and command.body.noticed:
                report.notice(number, command.body.load(), names)
            if number in alike:
                report.liken(alike[number])
        elif step.superseded is not None:
            report.supersede(number, *step.superseded)
            report.tell(number, "superseded")
        else:
            report.unchanged += 1
            report.tell(number, "unchanged")
    if read.more_lines:
        report.reject(read.more_from, read.more_faults, lines=read.more_lines)
    if read.stopped is not None:
        report.stop(read.stopped)
    if turns.positions is not None:
        report.first_position, report.last_position = turns.positions
    return report
