"""What an import would write is decided line by line on the record as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final
from uuid import UUID, uuid5

from api.composition import Parley
from api.import_command import Command
from api.import_lines import SourceLine
from api.import_reading import Misread, Read, ReadLines, rejections
from api.import_report import ImportReport
from api.import_stream import FactStream
from api.ops import OPS
from api.schemas import FactParser
from domain.access import Principal, Scope
from domain.confidential import Source
from domain.errors import ContentError, Fault, RecordError
from domain.event import FactEvent, RecordEvent
from domain.fact import Fact
from domain.ledger import SourcesByEvent
from domain.perspective import PerspectiveQuery
from infrastructure.readers.streams import streams

__all__ = ["Decision", "decide"]

_BATCH: Final = 500
_RECORDING: Final[Scope] = "fact:write"


@dataclass(frozen=True, slots=True)
class Decision:
    """The events to append, what they say in confidence, and the report of the lines that they come from.

    The first `opens` of them open the negotiation.
    """

    events: Sequence[RecordEvent]
    sources: SourcesByEvent
    report: ImportReport
    opens: int

    def refused(self) -> Decision:
        """The same lines, and nothing done."""
        self.report.nothing_done()
        return Decision((), {}, self.report, opens=0)


def decide(
    parley: Parley,
    parser: FactParser,
    negotiation_id: UUID,
    read: ReadLines,
    *,
    principal: Principal,
    opening: Sequence[RecordEvent],
) -> Decision:
    """Decide on every line in turn; `opening` comes first where the negotiation is missing."""
    events = [] if _streams(parley, [negotiation_id]) else [*opening]
    opens = len(events)
    report = ImportReport()
    sources: dict[tuple[UUID, int], Sequence[Source]] = {}
    for each, answer in _Deciding(parley, parser, negotiation_id, principal).answers(read.lines):
        if isinstance(each, Misread):
            report.reject(each.faults, each.listed)
        elif isinstance(answer, RecordError):
            _reject(report, each.line, answer)
        elif answer is None:
            report.unchanged += 1
        else:
            report.count(each.op)
            events.append(answer)
            said = each.withheld.sources(answer)
            if said:
                sources[answer.originator_id, answer.originator_version] = said
    report.reject(read.more_faults, lines=read.more_lines)
    return Decision(events, sources, report, opens)


class _Deciding:
    """One pass over the lines; `working` holds each fact as the lines so far leave it."""

    def __init__(
        self, parley: Parley, parser: FactParser, negotiation_id: UUID, principal: Principal
    ) -> None:
        self._parley = parley
        self._parser = parser
        self._negotiation_id = negotiation_id
        self._principal = principal
        self._actor = principal.actor
        self._settings = parley.ledger.settings(negotiation_id)
        self._working: dict[UUID, FactStream] = {}
        self._copies: dict[UUID, UUID] = {}
        self._rejected: dict[str, int] = {}

    def answers(
        self, read: Sequence[Read]
    ) -> Iterator[tuple[Read, FactEvent | RecordError | None]]:
        """Each line with its event, None for a line that changes nothing or was misread, or what refused it."""
        for each in self._loaded(_identified(read, self._unnamed(read))):
            if isinstance(each, Misread):
                self._refuse(each.named, each.number)
                yield each, None
                continue
            try:
                yield each, self._answer(each)
            except RecordError as error:
                self._refuse(each.named, each.line.number)
                yield each, error

    def _refuse(self, named: str | None, number: int) -> None:
        if named is not None:
            self._rejected.setdefault(named, number)

    def _answer(self, each: Command) -> FactEvent | None:
        op = OPS.get(each.op)
        scope: Scope = _RECORDING if op is None else op.scope
        if not self._principal.may(scope):
            raise ContentError.at("/op", f"this takes the scope {scope}")
        stream = self._working[each.fact_id]
        rejected = self._rejected.get(each.named or "")
        if stream.record is None and op is not None and rejected is not None:
            raise ContentError.at("/external_id", f"its fact was rejected on line {rejected}")
        reviews = None if op is None else op.reviewed
        reviewed = reviews is not None and reviews(self._settings)
        return stream.answer(each, self._parser, self._actor, reviewed=reviewed)

    def _loaded(self, read: Iterable[Read]) -> Iterator[Read]:
        """The lines again, each with its fact in `working` by the time that it comes."""
        rest = iter(read)
        while batch := list(islice(rest, _BATCH)):
            named = [each.fact_id for each in batch if isinstance(each, Command)]
            new = [each for each in dict.fromkeys(named) if each not in self._working]
            self._load(new)
            elsewhere = [id_ for id_ in new if self._working[id_].taken]
            self._copies |= {id_: uuid5(self._negotiation_id, str(id_)) for id_ in elsewhere}
            self._load([self._copies[id_] for id_ in elsewhere])
            yield from map(self._copied, batch)

    def _load(self, ids: Sequence[UUID]) -> None:
        found = _streams(self._parley, ids)
        for id_ in ids:
            self._working[id_] = FactStream(self._negotiation_id, found.get(id_, ()))

    def _copied(self, each: Read) -> Read:
        """The line; of a fact of another negotiation, on its copy in this one, whose id follows from its own."""
        if isinstance(each, Command) and each.fact_id in self._copies:
            return replace(each, fact_id=self._copies[each.fact_id])
        return each

    def _unnamed(self, read: Sequence[Read]) -> dict[Fact, UUID]:
        """The facts without an external id, by content; looked up only where a line needs them."""
        if not any(isinstance(each, Command) and each.named is None for each in read):
            return {}
        with self._parley.reading(self._principal) as reading:
            known = reading.known(self._negotiation_id, reading.perspective(PerspectiveQuery()))
        unnamed = [version.record for version in known if version.record.fact.external_id is None]
        return {record.fact: record.id for record in reversed(unnamed)}


def _streams(parley: Parley, ids: Sequence[UUID]) -> dict[UUID, list[RecordEvent]]:
    return streams(parley.database, parley.ledger.codec, ids)


def _identified(read: Iterable[Read], unnamed: dict[Fact, UUID]) -> Iterator[Read]:
    """The lines again, one that names no fact with the id of the fact that has its content."""
    for each in read:
        if isinstance(each, Command) and each.named is None and isinstance(each.body, Fact):
            yield replace(each, fact_id=unnamed.get(each.body, each.fact_id))
        else:
            yield each


def _reject(report: ImportReport, line: SourceLine, error: RecordError) -> None:
    faults = error.faults if isinstance(error, ContentError) else (Fault("", str(error)),)
    report.reject(len(faults), rejections(line, faults))
