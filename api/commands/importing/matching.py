"""Matches each line with the events of its fact, so that a line whose change is in the log changes nothing.

A line matches an event in the log if deciding the line again, on the fact before that event, gives that event. Each
event matches at most one line, so that a file that retracts, reinstates and retracts again does all three, only once.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from api.commands.bodies import CorrectionBody
from api.commands.changes import Change, decide_change
from api.commands.importing.advice import TAKES_TWO, refuse_other, tell_alone
from api.commands.importing.command import Command
from api.commands.merge_patch import apply_merge_patch
from domain.errors import ContentError, ErasedError, RecordError, StateError
from domain.fact import Fact, differences
from domain.streams.erasure import ErasedVersion
from domain.streams.event import (
    FactCorrected,
    FactEnded,
    FactEvent,
    FactRecorded,
    Reason,
    RecordEvent,
)
from domain.streams.fact import FactRecord, decide_record, evolve
from domain.time.edtf_fault import ValidTimeError
from domain.time.valid_time import ValidTime

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from api.commands.commands import FactParser

_ALIKE: Final = (
    "too many changes have the same why to tell which of them this is; give each a different why"
)
Step = tuple[FactRecord, FactEvent]  # a fact, and the event that changed it


@dataclass(frozen=True, slots=True)
class Update:
    """The reason and why of corrections by lines that differ from their facts, because such lines have neither."""

    reason: Reason
    why: str


class Comparisons:
    """Limits how often the lines of an import are compared with events that have the same why."""

    def __init__(self, lines: int) -> None:
        self._left = 1_000 + 5 * lines

    def take(self) -> None:
        """Count one comparison; ContentError after too many."""
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
        self._matched_at: int | None = None
        self._said: Collection[str] | None = None  # by the last line, if it is a correction
        self._line: int | None = None
        """The line of this import that recorded the fact."""
        for event in kept:
            self._take(event)
        self._unmatched = list(self._past)
        self._kept = len(self._past)

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
        self,
        command: Command,
        parser: FactParser,
        actor: str,
        *,
        reviewed: bool,
        update: Update | None = None,
    ) -> FactEvent | None:
        """Decide the next event of the fact; None if the line changes nothing, RecordError if it is refused.

        ContentError if the line would make a change that is `reviewed`, because a line cannot wait for a second person.
        With `update`, which is given for the last line on a fact, the fact is corrected to the line's content.
        """
        body = command.load()
        self._matched_at = None
        self._said = body.changes if isinstance(body, CorrectionBody) else None
        if isinstance(body, Fact):
            event = self._record(command, body, actor, reviewed=reviewed, update=update)
        else:
            event = self._change(command, body, parser, actor)
            superseded = event is None and update and self.find_superseded()
            if superseded and update and isinstance(body, CorrectionBody):
                event = self._correct_again(body, parser, actor, update)
        takes_two = not isinstance(body, Fact) or isinstance(event, FactCorrected)
        if event is not None and reviewed and takes_two:
            op = "correct" if isinstance(body, Fact) else command.op
            raise ContentError.at("/op", TAKES_TWO + tell_alone(command.fact_id, op))
        if event is not None:
            self._take(event)
        return event

    def find_superseded(self) -> tuple[int, list[str]] | None:
        """(present version, fields that differ) if the last line's content was corrected since; else None.

        Only corrections that were in the log before this import count; added citations, ends, preferences and
        retractions do not. A line that corrects says nothing of fields that it does not name.
        """
        if self._matched_at is None or self.record is None or not self.record.stands:
            return None
        later = [event for _, event in self._past[self._matched_at : self._kept]]
        if not any(isinstance(event, FactCorrected) for event in later):
            return None
        recorded = cast("Fact", self._first)
        if self._matched_at:
            recorded = evolve(*self._past[self._matched_at - 1]).fact
        ended = any(isinstance(event, FactEnded) for event in later)
        added = set(recorded.citations) <= set(self.record.fact.citations)
        changed = {difference["field"] for difference in differences(recorded, self.record.fact)}
        changed -= {"valid"} if ended else set()
        changed -= {"citations"} if added else set()
        if self._said is not None:
            changed &= {*self._said}
        return (self.record.version, sorted(changed)) if changed else None

    def pass_over(self, command: Command, parser: FactParser) -> None:
        """Match the event of a line that was decided before, so that it matches no other line."""
        body = command.load()
        self._said = body.changes if isinstance(body, CorrectionBody) else None
        if not isinstance(body, Fact):
            with suppress(ContentError):
                self._match(body, parser)

    def _record(
        self, command: Command, fact: Fact, actor: str, *, reviewed: bool, update: Update | None
    ) -> FactEvent | None:
        id_ = command.fact_id
        if self.taken:
            raise ContentError.at("/id", "a fact of another negotiation has this id: leave it out")
        if self.record is not None and self.record.erased:
            raise ErasedError(id_)
        if self.record is None:
            self._line = command.line.number
            return decide_record(
                fact_id=id_, negotiation_id=self._negotiation_id, fact=fact, actor=actor
            )
        if fact in (self._first, self.record.fact):
            self._matched_at = 0 if fact != self.record.fact else None
            again = update is not None and self.find_superseded() is not None
            return self._update(self.record, fact, actor, update) if again else None
        if update is not None and self.record.stands and _have_same_name(self.record.fact, fact):
            return self._update(self.record, fact, actor, update)
        raise refuse_other(self.record, fact, self._line, reviewed=reviewed)

    def _update(
        self, record: FactRecord, fact: Fact, actor: str, update: Update | None
    ) -> FactEvent | None:
        """Correct the fact to a line's content; citations are only added, and an end stays."""
        now = record.fact
        added = (citation for citation in fact.citations if citation not in now.citations)
        wanted = replace(fact, citations=(*now.citations, *added), valid=self._keep_end(fact.valid))
        if wanted == now or update is None:
            return None
        return record.decide_correct(
            reason=update.reason,
            why=update.why,
            fact=wanted,
            citation=None,
            published=None,
            actor=actor,
        )

    def _keep_end(self, valid: str) -> str:
        """The valid time of a line, with the end that was recorded for its fact, unless the line gives a new end.

        ContentError if the line's start does not fit that end.
        """
        start, _, end = valid.partition("/")
        _, _, first = cast("Fact", self._first).valid.partition("/")
        _, _, now = cast("FactRecord", self.record).fact.valid.partition("/")
        ended = any(isinstance(event, FactEnded) for _, event in self._past)
        if not ended or now in {"", ".."} or end not in {"", "..", first}:
            return valid
        try:
            return ValidTime.parse(start).end_at(now).text
        except ValidTimeError as error:
            detail = f"this does not fit {now}, the end that is recorded: write an end too"
            raise ContentError.at("/valid", detail) from error

    def _correct_again(
        self, body: CorrectionBody, parser: FactParser, actor: str, update: Update
    ) -> FactEvent | None:
        record = cast("FactRecord", self.record)
        changes = {
            field: self._keep_end(value) if field == "valid" and isinstance(value, str) else value
            for field, value in body.changes.items()
        }
        again = replace(body, reason=update.reason, why=update.why, published=None, changes=changes)
        try:
            return decide_change(record, again, parser, actor)
        except ContentError:
            if apply_merge_patch(record.fact, changes, parser) == record.fact:
                return None
            raise

    def _change(
        self, command: Command, body: Change, parser: FactParser, actor: str
    ) -> FactEvent | None:
        if self.record is None:
            raise ContentError.at(command.pointer, f"no fact {command.named!r} in this negotiation")
        if self.record.erased:
            raise ErasedError(command.fact_id)
        if self._match(body, parser) or self._is_done(self._past[-1:], body, parser):
            return None
        try:
            return decide_change(self.record, body, parser, actor)
        except (ContentError, StateError):
            if self._is_done(self._past, body, parser):
                return None
            raise

    def _match(self, body: Change, parser: FactParser) -> bool:
        for index, (before, event) in enumerate(self._unmatched):
            if self._gives(event, before, body, parser):
                del self._unmatched[index]
                at = next(i for i, (_, past) in enumerate(self._past) if past is event)
                self._matched_at = at + 1 if isinstance(event, FactCorrected) else None
                return True
        return False

    def _is_done(self, past: Iterable[Step], body: Change, parser: FactParser) -> bool:
        return any(self._gives(event, before, body, parser) for before, event in past)

    def _gives(
        self, event: FactEvent, before: FactRecord, body: Change, parser: FactParser
    ) -> bool:
        """Whether `body`, decided on the fact before the event, gives the same event, by any actor."""
        if getattr(event, "why", None) != body.why:
            return False
        self._comparisons.take()
        try:
            return decide_change(before, body, parser, event.actor) == replace(event, batch=None)
        except RecordError:
            return False


def _have_same_name(one: Fact, other: Fact) -> bool:
    return one.external_id == other.external_id
