"""An import decides line by line, on the record as it stands, which events it would write."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final
from uuid import UUID, uuid5

from api.commands.changes import OPS
from api.commands.commands import FactParser
from api.commands.importing.command import Command
from api.commands.importing.matching import Comparisons, FactStream, Update
from api.commands.importing.reading import Misread, Read, rejections
from api.commands.importing.report import LISTED_REJECTIONS
from api.composition import Parley
from domain.access import Principal, Scope
from domain.errors import ContentError, RecordError
from domain.fact import Fact
from domain.streams.event import FactCorrected, FactEvent
from domain.streams.negotiation import NegotiationSettings
from domain.time.perspective import PerspectiveQuery
from infrastructure.readers.streams import streams

__all__ = ["Deciding", "Step"]

_BATCH: Final = 500
_RECORDING: Final[Scope] = "fact:write"


@dataclass(slots=True)
class Step:
    """A line and its outcome: a waiting event, a rejection, or no change; `done` once the event is recorded.

    `superseded` is set where the line's content was corrected since: the version that stands, and the fields that
    differ. `updates` is true where the line records no new fact and corrects the one that stands.
    """

    line: Read
    event: FactEvent | None = None
    rejected: Misread | None = None
    done: bool = False
    superseded: tuple[int, list[str]] | None = None
    updates: bool = False

    def about(self, facts: Container[UUID]) -> bool:
        """Whether the line has to be decided again when those facts have changed."""
        return isinstance(self.line, Misread) or self.line.fact_id in facts


class Deciding:
    """One pass over the lines; `working` holds each fact as the lines so far leave it."""

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
        self._last: dict[UUID, Step] = {}
        self._working: dict[UUID, FactStream] = {}
        self._copies: dict[UUID, UUID] = {}
        self._rejected: dict[str, int] = {}
        self._room = LISTED_REJECTIONS

    def decide(self, steps: Sequence[Step], *, waiting: bool = False) -> None:
        """Decide each step in order, on the record as it stands now; with `waiting`, only steps whose event waits.

        The outcome of the other steps stays, and no other line is matched with the events that they recorded.
        """
        self._identify(steps)
        self._comparisons = Comparisons(len(steps))
        self._last = _last_of(steps)
        for step in self._loaded(steps):
            each = step.line
            if isinstance(each, Misread):
                step.rejected = each
            elif not waiting or step.event is not None:
                self._decide(step, each)
            elif step.rejected is None:
                self._working[each.fact_id].pass_over(each, self._parser)
            if step.rejected is not None and step.rejected.named is not None:
                self._rejected.setdefault(step.rejected.named, step.rejected.number)
        self._supersede(steps)

    def _supersede(self, steps: Sequence[Step]) -> None:
        """Mark the last line on each fact, if its content had been corrected before this import began."""
        for id_, step in _last_of(steps).items():
            if step.event is None and step.rejected is None and not step.done:
                step.superseded = self._working[id_].superseded()

    def _decide(self, step: Step, each: Command) -> None:
        step.event = step.rejected = None
        try:
            event = self._answer(each, last=self._last.get(each.fact_id) is step)
            step.event = None if event is None else replace(event, batch=self._batch)
            step.updates = isinstance(each.body, Fact) and isinstance(step.event, FactCorrected)
        except RecordError as error:
            step.rejected = self._misread(each, error)

    def _misread(self, each: Command, error: RecordError) -> Misread:
        refusal = error if isinstance(error, ContentError) else ContentError.at("", str(error))
        listed = rejections(each.line, refusal.faults[: self._room])
        self._room -= len(listed)
        return Misread(each.line.number, each.named, refusal.count, listed)

    def _answer(self, each: Command, *, last: bool) -> FactEvent | None:
        op = OPS.get(each.op)
        scope: Scope = _RECORDING if op is None else op.scope
        if not self._principal.may(scope):
            raise ContentError.at("/op", f"this takes the scope {scope}")
        stream = self._working[each.fact_id]
        rejected = self._rejected.get(each.named or "")
        if stream.record is None and op is not None and rejected is not None:
            raise ContentError.at("/external_id", f"its fact was rejected on line {rejected}")
        reviews = (op or OPS["correct"]).reviewed
        reviewed = reviews is not None and reviews(self._settings)
        update = self._update if last else None
        event = stream.answer(each, self._parser, self._actor, reviewed=reviewed, update=update)
        if isinstance(event, FactCorrected) and not self._principal.may("fact:correct"):
            raise ContentError.at("/op", "this takes the scope fact:correct")
        return event

    def _loaded(self, steps: Iterable[Step]) -> Iterator[Step]:
        """The same steps, with the fact of each loaded before the step is given."""
        rest = iter(steps)
        while batch := list(islice(rest, _BATCH)):
            named = [each.line.fact_id for each in batch if isinstance(each.line, Command)]
            new = [each for each in dict.fromkeys(named) if each not in self._working]
            self._load(new)
            elsewhere = [id_ for id_ in new if self._working[id_].taken]
            self._copies |= {id_: uuid5(self._negotiation_id, str(id_)) for id_ in elsewhere}
            self._load([self._copies[id_] for id_ in elsewhere])
            for step in batch:
                step.line = self._copied(step.line)
                yield step

    def _load(self, ids: Sequence[UUID]) -> None:
        found = streams(self._parley.database, self._parley.ledger.codec, ids)
        for id_ in ids:
            self._working[id_] = FactStream(
                self._negotiation_id, found.get(id_, ()), self._comparisons
            )

    def _copied(self, each: Read) -> Read:
        """The line; for a fact of another negotiation, on its copy here, whose id follows from that fact's id."""
        if isinstance(each, Command) and each.fact_id in self._copies:
            return replace(each, fact_id=self._copies[each.fact_id])
        return each

    def _identify(self, steps: Sequence[Step]) -> None:
        """Give a line that names no fact the id of the fact that has its content."""
        nameless = [
            step for step in steps if isinstance(step.line, Command) and not step.line.named
        ]
        unnamed = self._unnamed() if nameless else {}
        for step in nameless:
            line = step.line
            if isinstance(line, Command) and isinstance(line.body, Fact) and line.body in unnamed:
                step.line = replace(line, fact_id=unnamed[line.body])

    def _unnamed(self) -> dict[Fact, UUID]:
        """The facts without an external id, by content."""
        with self._parley.reading(self._principal) as reading:
            known = reading.known(self._negotiation_id, reading.perspective(PerspectiveQuery()))
        unnamed = [version.record for version in known if version.record.fact.external_id is None]
        return {record.fact: record.id for record in reversed(unnamed)}


def _last_of(steps: Iterable[Step]) -> dict[UUID, Step]:
    """The last line on each fact."""
    return {step.line.fact_id: step for step in steps if isinstance(step.line, Command)}
