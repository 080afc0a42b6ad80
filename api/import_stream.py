"""What has been done already is not done again: a line is matched with its fact's events.

A line stands for an event in the log when deciding it again, on the fact as it stood before that
event, gives that event. Each event in the log answers for one line, so that a file that retracts,
reinstates and retracts again does all three, once, however often it is imported.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from api.import_command import Command
from api.ops import Change, decided
from domain.erasure import ErasedVersion
from domain.errors import ContentError, ErasedError, RecordError, StateError
from domain.event import FactEvent, FactRecorded, RecordEvent
from domain.fact import Fact, differences
from domain.fact_record import FactRecord, decide_record, evolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from api.schemas import FactParser

__all__ = ["Comparisons", "FactStream"]

_TAKES_TWO: Final = (
    "in this negotiation it takes two persons, and no import can wait for the second: POST it to "
)
_SENT_TO: Final = {"correct": "corrections", "retract": "retraction", "reinstate": "reinstatement"}
"""Where a change is sent that may take two persons, below its fact."""
_ALIKE: Final = (
    "too many changes are alike to tell which of them it was; give each a why of its own"
)
Step = tuple[FactRecord, FactEvent]
"""A fact as it stood, and the event that changed it."""


class Comparisons:
    """How often the lines of an import may still be compared with events that say the same why."""

    def __init__(self, lines: int) -> None:
        self._left = 1_000 + 5 * lines

    def take(self) -> None:
        """One more; ContentError where there were too many."""
        if not self._left:
            raise ContentError.at("/why", _ALIKE)
        self._left -= 1


class FactStream:
    """One fact while an import is decided: its events in the log, and then those of this import."""

    def __init__(
        self, negotiation_id: UUID, kept: Sequence[RecordEvent], comparisons: Comparisons
    ) -> None:
        self._negotiation_id = negotiation_id
        self._comparisons = comparisons
        self.record: FactRecord | None = None
        self.taken = False
        self._past: list[Step] = []
        self._first: Fact | None = None
        for event in kept:
            self._take(event)
        self._unmatched = list(self._past)

    def _take(self, event: RecordEvent) -> None:
        if not isinstance(event, FactEvent) or (
            isinstance(event, FactRecorded | ErasedVersion)
            and event.negotiation_id != self._negotiation_id
        ):
            self.taken = True
            return
        if self.taken:
            return
        if isinstance(event, FactRecorded):
            self._first = event.fact
        elif self.record is not None and not self.record.erased:
            self._past.append((self.record, event))
        self.record = evolve(self.record, event)

    def answer(
        self, command: Command, parser: FactParser, actor: str, *, reviewed: bool
    ) -> FactEvent | None:
        """The next event of the fact, None where the line changes nothing; or a RecordError.

        A ContentError where it would change something and is `reviewed`, as corrections are then: a line cannot wait
        for a second person.
        """
        body = command.body
        if isinstance(body, Fact):
            event = self._recorded(command.fact_id, body, actor, reviewed=reviewed)
        else:
            event = self._changed(command, body, parser, actor)
            if event is not None and reviewed:
                raise ContentError.at("/op", _TAKES_TWO + _address(command.fact_id, command.op))
        if event is not None:
            self._take(event)
        return event

    def pass_over(self, command: Command, parser: FactParser) -> None:
        """The line was answered before: what it did in the log answers for no other line."""
        if not isinstance(command.body, Fact):
            with suppress(ContentError):
                self._matched(command.body, parser)

    def _recorded(self, id_: UUID, fact: Fact, actor: str, *, reviewed: bool) -> FactEvent | None:
        if self.taken:
            raise ContentError.at("/id", "the id belongs to another negotiation")
        if self.record is not None and self.record.erased:
            raise ErasedError(id_)
        if self.record is None:
            return decide_record(
                fact_id=id_, negotiation_id=self._negotiation_id, fact=fact, actor=actor
            )
        if fact in (self._first, self.record.fact):
            return None
        raise _differs(self.record, fact, reviewed=reviewed)

    def _changed(
        self, command: Command, body: Change, parser: FactParser, actor: str
    ) -> FactEvent | None:
        if self.record is None:
            at = "/id" if command.named == str(command.fact_id) else "/external_id"
            raise ContentError.at(at, f"no fact {command.named!r} in this negotiation")
        if self.record.erased:
            raise ErasedError(command.fact_id)
        if self._matched(body, parser) or self._done(self._past[-1:], body, parser):
            return None
        try:
            return decided(self.record, body, parser, actor)
        except (ContentError, StateError):
            if self._done(self._past, body, parser):
                return None
            raise

    def _matched(self, body: Change, parser: FactParser) -> bool:
        for index, (before, event) in enumerate(self._unmatched):
            if self._comes_to(event, before, body, parser):
                del self._unmatched[index]
                return True
        return False

    def _done(self, past: Iterable[Step], body: Change, parser: FactParser) -> bool:
        return any(self._comes_to(event, before, body, parser) for before, event in past)

    def _comes_to(
        self, event: FactEvent, before: FactRecord, body: Change, parser: FactParser
    ) -> bool:
        """Whether deciding `body` on the fact as it stood before gives the event, by any actor."""
        if getattr(event, "why", None) != body.why:
            return False
        self._comparisons.take()
        try:
            return decided(before, body, parser, event.actor) == event
        except RecordError:
            return False


def _differs(record: FactRecord, fact: Fact, *, reviewed: bool) -> ContentError:
    """What is recorded under the id says something else: what to do, which depends on how it stands."""
    at = "/external_id" if fact.external_id else "/id"
    fields = [each["field"] for each in differences(record.fact, fact)]
    if "external_id" in fields:
        named = record.fact.external_id
        known = "no external_id: name it by its id alone"
        known = known if named is None else f"the external_id {named!r}: name it by that"
        return ContentError.at(at, f"taken by fact {record.id}, which has {known}")
    ops = ("correct",) if record.stands else ("reinstate", "correct")
    if reviewed:
        how = " and, once that is approved, ".join(_address(record.id, op) for op in ops)
        how = f"POST to {how}"
    else:
        how = "use " + ", then ".join(f"op {op}" for op in ops)
    retracted = "" if record.stands else " and is retracted"
    detail = f"which differs in {', '.join(fields)}{retracted}; to change it, {how}"
    return ContentError.at(at, f"taken by fact {record.id}, {detail}")


def _address(fact: UUID, op: str) -> str:
    return f"/v1/facts/{fact}/{_SENT_TO[op]}"
