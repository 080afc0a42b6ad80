"""The ledger takes every command: it decides on the stream as it stands and saves the event, or raises.

It is the eventsourcing Application of the record; saving happens in one transaction, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from eventsourcing.application import Application, LRUCache

from domain.confidential import Source
from domain.errors import StaleError, StateError, TakenError, UnknownError
from domain.fact import Fact, check_fact, fact_id
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
"""How many streams are kept as they were last read, so that a change costs the same at every version."""


class Ledger(Application[UUID]):
    """Negotiations and facts, by their streams.

    `claim` goes to the recorder with the events it answers for, and `within` is what it calls in their transaction.
    """

    name = "parley"

    def __init__(self) -> None:
        super().__init__()
        self._kept: LRUCache[UUID, tuple[Any, RecordEvent]] = LRUCache(STREAMS_KEPT)

    def negotiation(self, slug: str) -> Negotiation:
        """The negotiation with a slug; UnknownError where there is none."""
        found = self._negotiation(negotiation.negotiation_id(slug))
        if found is None:
            raise UnknownError("negotiation", slug)
        return found

    def settings(self, negotiation_id: UUID) -> NegotiationSettings:
        """The settings of a negotiation as they stand; of one that is not opened yet, those that it begins with."""
        found = self._negotiation(negotiation_id)
        return negotiation.NegotiationSettings() if found is None else found.settings

    def fact(self, id_: UUID) -> FactRecord:
        """The fact as its stream leaves it; UnknownError where there is none."""
        try:
            found = self._stream(id_, fact_record.project)
        except StateError:  # the stream of a negotiation
            found = None
        if not isinstance(found, fact_record.FactRecord):
            raise UnknownError("fact", str(id_))
        return found

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
        """Open a negotiation, a private one with who opens it as its member; TakenError where the slug is in use."""
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
        """Record a fact, and apart from it its `sources`; TakenError where its external id is in use."""
        event = decided_record(negotiation_id, fact, actor)
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
        """Append the first event of a fact; TakenError where its external id is in use."""
        kept = by_event(event, sources)
        try:
            self.append([event], sources=kept, claim=claim, within=within)
        except VersionTakenError as error:
            raise _taken(event) from error

    def refuse_taken(self, event: FactRecorded) -> None:
        """TakenError where the external id of a fact to record is in use."""
        if self.events.recorder.select_events(event.originator_id, limit=1):
            raise _taken(event)

    def change(
        self,
        event: FactEvent,
        *before: RecordEvent,
        sources: Sequence[Source] = (),
        claim: object = None,
        until: int | None = None,
        within: object = None,
    ) -> int:
        """Append the event that a fact decided on, after what led to it, in one transaction; its position.

        StaleError where the fact has moved on meanwhile, another ConflictError where the stream of another event has,
        or where the instant `until` has come.
        """
        try:
            kept: dict[str, Any] = {"sources": by_event(event, sources), "claim": claim}
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
        """Append a change request if its fact is still as it was read; give its position. Raises as `change` does.

        Without this check a change request could outlive its fact.
        """
        kept, standing = by_event(event, sources), {fact.id: fact.version}
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
        """Append events in one transaction; their positions. `sources` are by the stream and version of an event.

        ConflictError where a stream is at another version than an event or `standing` says, or where `until` has come.
        """
        given = {"claim": claim, "sources": sources, "standing": standing, "until": until}
        given["within"] = within
        extra: dict[str, Any] = {name: value for name, value in given.items() if value}
        positions = [recording.notification.id for recording in self.save(*events, **extra)]
        for event in events:
            if isinstance(event, FactErased):
                with suppress(KeyError):
                    self._kept.get(event.originator_id, evict=True)
        return positions

    def _negotiation(self, id_: UUID) -> Negotiation | None:
        try:
            found = self._stream(id_, negotiation.project)
        except StateError:  # the stream of a fact that was imported under this id
            return None
        return found if isinstance(found, negotiation.Negotiation) else None

    def _stream(self, id_: UUID, project: Any) -> Any:  # noqa: ANN401 -- one projector an aggregate
        """What a stream leaves: on from where it was last read, if it still says there what it said then."""
        found, events = self._read_on(id_) or (None, list(self.events.get(id_)))
        if events:
            found = project(found, events)
            self._kept.put(id_, (found, events[-1]))
        return found

    def _read_on(self, id_: UUID) -> tuple[Any, list[Any]] | None:
        try:
            found, last = self._kept.get(id_)
        except KeyError:
            return None
        events: list[Any] = list(self.events.get(id_, gt=last.originator_version - 1))
        return (found, events[1:]) if events[:1] == [last] else None


def by_event(event: RecordEvent, sources: Sequence[Source]) -> SourcesByEvent:
    """What one event says in confidence, as `Ledger.append` takes it."""
    return {(event.originator_id, event.originator_version): sources} if sources else {}


def _taken(event: FactRecorded) -> TakenError:
    what, id_ = "external id", event.originator_id
    return TakenError(what, str(event.fact.external_id), f"fact {id_}", id_)


def decided_record(negotiation_id: UUID, fact: Fact, actor: str) -> FactRecorded:
    """The first event of a fact: its id follows from its external id, or is drawn at random."""
    fact = check_fact(fact)
    external_id = fact.external_id
    id_ = uuid4() if external_id is None else fact_id(negotiation_id, external_id)
    return fact_record.decide_record(
        fact_id=id_, negotiation_id=negotiation_id, fact=fact, actor=actor
    )
