"""Carries out the commands on negotiations and facts: reads a stream, and saves the event that was decided, or raises.

The ledger is an `Application` of the eventsourcing library; it saves events in one transaction, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from eventsourcing.application import Application, LRUCache

from domain.confidential import Source
from domain.errors import StaleError, StateError, TakenError, UnknownError
from domain.fact import Fact, fact_id
from domain.fact_checks import check_fact
from domain.streams import fact as fact_record
from domain.streams import negotiation
from domain.streams.conflicts import StandingMovedError, VersionTakenError
from domain.streams.event import FactErased

if TYPE_CHECKING:
    from domain.access import Visibility
    from domain.streams.event import ChangeRequestEvent, FactEvent, FactRecorded, RecordEvent
    from domain.streams.fact import FactRecord
    from domain.streams.negotiation import Negotiation, NegotiationSettings


SourcesByEvent = Mapping[tuple[UUID, int], Sequence[Source]]

STREAMS_KEPT: Final = 32
"""How many streams are cached as they were last read, so that a change costs the same at every version."""


class Ledger(Application[UUID]):
    """Reads and appends to the streams of negotiations and facts.

    The recorder stores `claim`, the response to a request, with its events, and calls `within` in their transaction.
    """

    name = "parley"

    def __init__(self) -> None:
        super().__init__()
        self._kept: LRUCache[UUID, tuple[Any, RecordEvent]] = LRUCache(STREAMS_KEPT)

    def negotiation(self, slug: str) -> Negotiation:
        """The negotiation with a slug; UnknownError if there is none."""
        negotiation_ = self._negotiation(negotiation.negotiation_id(slug))
        if negotiation_ is None:
            raise UnknownError("negotiation", slug)
        return negotiation_

    def settings(self, negotiation_id: UUID) -> NegotiationSettings:
        """The present settings of a negotiation; if it is not opened yet, the initial ones."""
        negotiation_ = self._negotiation(negotiation_id)
        return negotiation.NegotiationSettings() if negotiation_ is None else negotiation_.settings

    def fact(self, id_: UUID) -> FactRecord:
        """The fact with an id; UnknownError if there is none."""
        try:
            record = self._stream(id_, fact_record.project)
        except StateError:  # the stream of a negotiation
            record = None
        if not isinstance(record, fact_record.FactRecord):
            raise UnknownError("fact", str(id_))
        return record

    def open_negotiation(
        self,
        *,
        slug: str,
        title: str,
        parties: tuple[str, ...],
        summary: str | None,
        actor: str,
        visibility: Visibility = "public",
        claim: object = None,
    ) -> RecordEvent:
        """Open a negotiation; TakenError if the slug is in use. The actor becomes the member of a private one."""
        event = negotiation.decide_open(
            slug=slug, title=title, parties=parties, summary=summary, actor=actor
        )
        events: list[RecordEvent] = [event]
        if visibility == "private":
            settings = negotiation.NegotiationSettings(visibility=visibility, members=(actor,))
            events.append(negotiation.evolve(None, event).decide_settings(settings, actor))
        try:
            self.append(events, claim=claim)
        except VersionTakenError as error:
            raise TakenError("slug", slug, f"negotiation {slug}") from error
        return event

    def record(
        self,
        *,
        negotiation_id: UUID,
        fact: Fact,
        actor: str,
        sources: Sequence[Source] = (),
    ) -> FactEvent:
        """Record a fact, and separately its confidential `sources`; TakenError if its external id is in use."""
        event = decide_new_fact(negotiation_id, fact, actor)
        self.begin(event, sources=sources)
        return event

    def begin(
        self,
        event: FactRecorded,
        *,
        sources: Sequence[Source] = (),
        claim: object = None,
        within: object = None,
    ) -> None:
        """Append the first event of a fact; TakenError if its external id is in use."""
        kept = sources_by_event(event, sources)
        try:
            self.append([event], sources=kept, claim=claim, within=within)
        except VersionTakenError as error:
            raise _make_taken_error(event) from error

    def refuse_taken(self, event: FactRecorded) -> None:
        """Raise TakenError if the external id of a new fact is in use."""
        if self.events.recorder.select_events(event.originator_id, limit=1):
            raise _make_taken_error(event)

    def change(
        self,
        event: FactEvent,
        *before: RecordEvent,
        sources: Sequence[Source] = (),
        claim: object = None,
        until: int | None = None,
        within: object = None,
    ) -> int:
        """Append a fact's event after the events `before`, in one transaction; returns its position.

        StaleError if the fact has changed meanwhile; another ConflictError if another of the streams has changed, or
        if the instant `until` has come.
        """
        try:
            kept: dict[str, Any] = {"sources": sources_by_event(event, sources), "claim": claim}
            return self.append([*before, event], **kept, until=until, within=within)[-1]
        except VersionTakenError as error:
            if error.stream != event.originator_id.hex:
                raise
            expected = event.originator_version - 1
            raise StaleError(event.originator_id, expected, error.last or 0) from error

    def propose(
        self,
        event: ChangeRequestEvent,
        fact: FactRecord,
        *,
        sources: Sequence[Source] = (),
        claim: object = None,
    ) -> int:
        """Append a change request if its fact is still as it was read; returns its position. Raises as `change` does.

        Without this check a change request could outlive its fact.
        """
        kept, standing = sources_by_event(event, sources), {fact.id: fact.version}
        try:
            return self.append([event], sources=kept, claim=claim, standing=standing)[0]
        except StandingMovedError as error:
            raise StaleError(fact.id, fact.version, error.last or 0) from error

    def append(
        self,
        events: Sequence[RecordEvent],
        *,
        sources: SourcesByEvent | None = None,
        claim: object = None,
        standing: Mapping[UUID, int] | None = None,
        until: int | None = None,
        within: object = None,
    ) -> list[int]:
        """Append events in one transaction; returns their positions. `sources` are by an event's stream and version.

        ConflictError if a stream is not at the version that an event or `standing` requires, or if `until` has come.
        """
        options = {"claim": claim, "sources": sources, "standing": standing, "until": until}
        options["within"] = within
        extra: dict[str, Any] = {name: value for name, value in options.items() if value}
        stored = [self.mapper.to_stored_event(event) for event in events]
        positions: list[int] = list(self.recorder.insert_events(stored, **extra) or ())
        for event in events:
            if isinstance(event, FactErased):
                with suppress(KeyError):
                    self._kept.get(event.originator_id, evict=True)
        return positions

    def _negotiation(self, id_: UUID) -> Negotiation | None:
        try:
            negotiation_ = self._stream(id_, negotiation.project)
        except StateError:  # the stream of a fact that was imported under this id
            return None
        return negotiation_ if isinstance(negotiation_, negotiation.Negotiation) else None

    def _stream(self, id_: UUID, project: Any) -> Any:  # noqa: ANN401 -- one projector an aggregate
        """The state that a stream's events give; continues from the cached state if its last event is unchanged."""
        state, events = self._read_on(id_) or (None, list(self.events.get(id_)))
        if events:
            state = project(state, events)
            self._kept.put(id_, (state, events[-1]))
        return state

    def _read_on(self, id_: UUID) -> tuple[Any, list[Any]] | None:
        try:
            state, last = self._kept.get(id_)
        except KeyError:
            return None
        events: list[Any] = list(self.events.get(id_, gt=last.originator_version - 1))
        return (state, events[1:]) if events[:1] == [last] else None


def sources_by_event(event: RecordEvent, sources: Sequence[Source]) -> SourcesByEvent:
    """The confidential sources of one event, as `Ledger.append` takes them."""
    return {(event.originator_id, event.originator_version): sources} if sources else {}


def _make_taken_error(event: FactRecorded) -> TakenError:
    what, id_ = "external id", event.originator_id
    return TakenError(what, str(event.fact.external_id), f"fact {id_}", id_)


def decide_new_fact(negotiation_id: UUID, fact: Fact, actor: str) -> FactRecorded:
    """Decide the first event of a fact, whose id is derived from its external id, or random without one."""
    fact = check_fact(fact)
    external_id = fact.external_id
    id_ = uuid4() if external_id is None else fact_id(negotiation_id, external_id)
    return fact_record.decide_record(
        fact_id=id_, negotiation_id=negotiation_id, fact=fact, actor=actor
    )
