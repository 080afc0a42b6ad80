"""Decides line by line, on the present record, which events an import would write."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, cast
from uuid import UUID, uuid5

from api.commands.changes import OPS
from api.commands.commands import FactParser
from api.commands.importing.command import Command, Commands
from api.commands.importing.matching import Comparisons, FactStream, Update
from api.commands.importing.reading import KeptLine, Misread, Read, rejections
from api.commands.importing.report import LISTED_REJECTIONS
from api.composition import Parley
from domain.access import Principal, Scope
from domain.errors import ContentError, RecordError
from domain.fact import Fact
from domain.streams.event import FactCorrected, FactEvent, FactRecorded
from domain.streams.negotiation import NegotiationSettings
from domain.time.perspective import PerspectiveQuery
from infrastructure.readers.log import read_streams

_BATCH: Final = 500
_RECORDING: Final[Scope] = "fact:write"


@dataclass(frozen=True, slots=True)
class NewFacts:
    """Says of a line that it waits to record a new fact; the event is made of the line when it is needed."""

    negotiation_id: UUID
    actor: str
    batch: str | None

    def event_of(self, command: Command) -> FactEvent:
        """The event that records the fact of a line."""
        return FactRecorded(
            originator_id=command.fact_id,
            originator_version=1,
            actor=self.actor,
            batch=self.batch,
            negotiation_id=self.negotiation_id,
            fact=cast("Fact", command.load()),
        )


@dataclass(slots=True)
class Step:
    """A line and its outcome: a waiting event, a rejection, or no change; `done` once the event is recorded.

    `superseded` is set if the line's content was corrected since: the present version, and the fields that differ.
    `updates` is true if the line records no new fact, but corrects the present one. `commands` keeps the line if
    `kept` is its place there.
    """

    commands: Commands
    kept: KeptLine
    event: FactEvent | NewFacts | None = None
    rejected: Misread | None = None
    done: bool = False
    superseded: tuple[int, list[str]] | None = None
    updates: bool = False

    @property
    def line(self) -> Read:
        """The line."""
        return self.commands.load(self.kept) if isinstance(self.kept, int) else self.kept

    def load_event(self) -> FactEvent | None:
        """The waiting event; None if none waits."""
        event = self.event
        if not isinstance(event, NewFacts):
            return event
        line = self.line
        return event.event_of(line) if isinstance(line, Command) else None

    def about(self, facts: Container[UUID]) -> bool:
        """Whether the line has to be decided again when those facts have changed."""
        line = self.line
        return isinstance(line, Misread) or line.fact_id in facts


class Deciding:
    """One pass over the lines; `_working` has each fact after the lines so far."""

    def __init__(
        self,
        parley: Parley,
        parser: FactParser,
        negotiation_id: UUID,
        principal: Principal,
        settings: NegotiationSettings,
        update: Update | None = None,
        batch: str | None = None,
    ) -> None:
        self._parley = parley
        self._parser = parser
        self._negotiation_id = negotiation_id
        self._principal = principal
        self._actor = principal.actor
        self._settings = settings
        self._update = update
        self._batch = batch
        self._new_facts = NewFacts(negotiation_id, principal.actor, batch)
        self._last: dict[UUID, Step] = {}
        self._working: dict[UUID, FactStream] = {}
        self._copies: dict[UUID, UUID] = {}
        self._rejected: dict[str, int] = {}
        self._awaited: set[UUID] = set()
        self._room = LISTED_REJECTIONS

    def decide(
        self,
        steps: Sequence[Step],
        *,
        waiting: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Decide each step in order, on the present record; with `waiting`, only steps whose event waits.

        The outcome of the other steps stays, and the events that they recorded are matched with no other line.
        `progress` is called with (steps decided, all steps).
        """
        self._identify(steps)
        self._comparisons = Comparisons(len(steps))
        self._last = _last_of(steps)
        self._awaited = {step.correction.fact_id for step in _faulty(steps) if step.correction}
        for at, step in enumerate(self._load_facts(steps)):
            if progress is not None and at % _BATCH == 0:
                progress(at, len(steps))
            line = step.line
            if isinstance(line, Misread):
                step.rejected = self._check_again(line)
            elif not waiting or step.event is not None:
                self._decide(step, line)
            elif step.rejected is None:
                self._working[line.fact_id].pass_over(line, self._parser)
            if step.rejected is not None and step.rejected.named is not None:
                self._rejected.setdefault(step.rejected.named, step.rejected.number)
            if isinstance(line, Command) and self._last.get(line.fact_id) is step:
                self._supersede(step, line.fact_id)
                if line.fact_id not in self._awaited:
                    del self._working[line.fact_id]
        copies = _last_of(steps) if self._copies else {}
        for id_ in copies.keys() & self._copies.values():
            self._supersede(copies[id_], id_)

    def _supersede(self, step: Step, id_: UUID) -> None:
        """Mark the last line on a fact, if its content had been corrected before this import began."""
        if step.event is None and step.rejected is None and not step.done:
            step.superseded = self._working[id_].find_superseded()

    def _decide(self, step: Step, command: Command) -> None:
        step.event = step.rejected = None
        try:
            event = self._answer(command, last=self._last.get(command.fact_id) is step)
            if isinstance(event, FactEvent):
                event = replace(event, batch=self._batch)
            step.event = event
            step.updates = command.is_fact and isinstance(event, FactCorrected)
        except RecordError as error:
            step.rejected = self._describe_misread(command, error)

    def _check_again(self, line: Misread) -> Misread:
        """A line that could not be read; if it corrects a fact that is known by now, with all faults of its changes."""
        correction = line.correction
        record = None if correction is None else self._working[correction.fact_id].record
        if correction is None or record is None or record.erased:
            return line
        error = correction.check(record.fact, self._parser)
        listed = rejections(correction.line, error.faults[:LISTED_REJECTIONS])
        return replace(line, faults=error.count, listed=listed)

    def _describe_misread(self, command: Command, error: RecordError) -> Misread:
        refusal = error if isinstance(error, ContentError) else ContentError.at("", str(error))
        listed = rejections(command.line, refusal.faults[: self._room])
        self._room -= len(listed)
        return Misread(command.line.number, command.named, refusal.count, listed)

    def _answer(self, command: Command, *, last: bool) -> FactEvent | NewFacts | None:
        op = OPS.get(command.op)
        scope: Scope = _RECORDING if op is None else op.scope
        if not self._principal.may(scope):
            raise ContentError.at("/op", f"this needs the scope {scope}")
        stream = self._working[command.fact_id]
        rejected = self._rejected.get(command.named or "")
        if stream.record is None and op is not None and rejected is not None:
            raise ContentError.at(command.pointer, f"its fact was rejected on line {rejected}")
        awaited = command.fact_id in self._awaited
        if last and op is None and stream.record is None and not (stream.taken or awaited):
            return self._new_facts
        reviews = (op or OPS["correct"]).reviewed
        reviewed = reviews is not None and reviews(self._settings)
        update = self._update if last else None
        event = stream.answer(command, self._parser, self._actor, reviewed=reviewed, update=update)
        if isinstance(event, FactCorrected) and not self._principal.may("fact:correct"):
            raise ContentError.at("/op", "this needs the scope fact:correct")
        return event

    def _load_facts(self, steps: Iterable[Step]) -> Iterator[Step]:
        """Yield the steps; the fact of each is loaded before."""
        rest = iter(steps)
        while batch := list(islice(rest, _BATCH)):
            named = [line.fact_id for line in _commands(batch)]
            named += [line.correction.fact_id for line in _faulty(batch) if line.correction]
            new = [id_ for id_ in dict.fromkeys(named) if id_ not in self._working]
            self._load(new)
            elsewhere = [id_ for id_ in new if self._working[id_].taken]
            self._copies |= {id_: uuid5(self._negotiation_id, str(id_)) for id_ in elsewhere}
            self._load([self._copies[id_] for id_ in elsewhere])
            for step in batch:
                if self._copies:
                    step.kept = self._on_copy(step.line)
                yield step

    def _load(self, ids: Sequence[UUID]) -> None:
        events = read_streams(self._parley.database, self._parley.ledger.codec, ids)
        for id_ in ids:
            self._working[id_] = FactStream(
                self._negotiation_id, events.get(id_, ()), self._comparisons
            )

    def _on_copy(self, line: Read) -> Read:
        """The line; if its fact belongs to another negotiation, the line for its copy here, with a derived id."""
        if isinstance(line, Command) and line.fact_id in self._copies:
            return replace(line, fact_id=self._copies[line.fact_id])
        return line

    def _identify(self, steps: Sequence[Step]) -> None:
        """Give a line that names no fact the id of the fact that has its content."""
        nameless = [step for step in steps if step.commands.is_nameless(step.kept)]
        unnamed = self._facts_by_content() if nameless else {}
        for step in nameless:
            line = step.line
            fact = line.load() if unnamed and isinstance(line, Command) else None
            if isinstance(line, Command) and isinstance(fact, Fact) and fact in unnamed:
                step.kept = replace(line, fact_id=unnamed[fact])

    def _facts_by_content(self) -> dict[Fact, UUID]:
        """The facts without an external id, by content."""
        with self._parley.reading(self._principal) as reading:
            known = reading.list_known(
                self._negotiation_id, reading.perspective(PerspectiveQuery())
            )
        unnamed = [version.record for version in known if version.record.fact.external_id is None]
        return {record.fact: record.id for record in reversed(unnamed)}


def _faulty(steps: Iterable[Step]) -> Iterator[Misread]:
    """The lines that could not be read."""
    return (step.kept for step in steps if isinstance(step.kept, Misread))


def _commands(steps: Iterable[Step]) -> Iterator[Command]:
    """The commands of the lines that could be read."""
    return (line for step in steps if isinstance(line := step.line, Command))


def _last_of(steps: Iterable[Step]) -> dict[UUID, Step]:
    """The last line on each fact."""
    return {line.fact_id: step for step in steps if isinstance(line := step.line, Command)}
