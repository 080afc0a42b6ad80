"""Decided events are recorded in turns, each in its own transaction, so that other writers can write in between.

A turn is as large as can be recorded in TURN_SECONDS, judged by the turn before it. Where another writer was faster,
the waiting events are decided again: lines that are refused now are rejected, and the others go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from eventsourcing.persistence import OperationalError, PersistenceError

from api.commands.commands import FactParser
from api.commands.importing.command import Command
from api.commands.importing.decision import Deciding, Step
from api.commands.importing.matching import Update
from api.commands.importing.reading import Read
from api.commands.importing.report import BrokenOffError
from api.composition import Parley
from domain.access import Principal
from domain.confidential import Source
from domain.errors import MovedOnError, RecordError, StaleError, TakenError
from domain.streams.conflicts import ConflictError
from domain.streams.event import RecordEvent
from domain.streams.negotiation import negotiation_id
from infrastructure.errors import OUT_OF_REACH
from infrastructure.log.errors import OutcomeUnknownError
from infrastructure.readers.streams import streams

__all__ = ["Recorded", "Turns", "size_next_turn"]

Moved = Mapping[UUID, tuple[int, int]]
"""The version that a fact was expected at, and the one that it is at."""
Recorded = Callable[[int, int], None]
"""Is told how many events are recorded, none at first, and of how many."""
ATTEMPTS: Final = 10
"""Times in a row that a turn is decided, and no less waits then, before other writers, always faster, end it."""
TURN_SECONDS: Final = 0.2
FIRST_TURN: Final = 100
FEWEST_EVENTS: Final = 25
MOST_EVENTS: Final = 1_000
MOST_BYTES: Final = 4_194_304
"""Of all payloads of a turn of more than one event."""
TRIES: Final = 5
"""Times in a row that a turn past the first is tried where the database, or the log, is not to be had."""
AGAIN_SECONDS: Final = 0.5
PAUSE: Final = (0.01, 0.15)
"""Seconds between turns, at least and at most. A writer in another process asks for SQLite's lock again after a part of
the time that it has waited, and at least every 0.1 s: it asks at least once in a pause of a third of a turn."""


ENDS: Final[tuple[type[Exception], ...]] = (*OUT_OF_REACH, PersistenceError, MovedOnError)
"""What ends an import that is not refused: the database is out of reach, or other writers are always faster."""


class Turns:
    """Decides the lines of one import and records their events.

    `opening` opens the negotiation where it is missing, in the first turn. `positions` are the first and the last
    of the lines' events; events of others may lie between.
    """

    def __init__(  # noqa: PLR0913 -- the parts of an import
        self,
        parley: Parley,
        parser: FactParser,
        *,
        slug: str,
        lines: Sequence[Read],
        principal: Principal,
        opening: Sequence[RecordEvent],
        partial: bool,
        told: Recorded | None,
        update: Update | None = None,
        batch: str | None = None,
    ) -> None:
        self._parley = parley
        self._parser = parser
        self._slug = slug
        self._id = negotiation_id(slug)
        self._principal = principal
        self._opens = opening
        self._partial = partial
        self._told = told
        self._update = update
        self._batch = batch
        self.steps = [Step(line) for line in lines]
        self.positions: tuple[int, int] | None = None
        self._recorded = 0
        self._size = FIRST_TURN
        self.decide()

    def decide(self) -> None:
        """Decide all lines on the record as it stands; after the first turn, only the lines whose event waits."""
        self._opening = () if self._streams([self._id]) else self._opens
        self._settings = self._parley.ledger.settings(self._id)
        self._decide(self.steps)

    @property
    def refused(self) -> bool:
        """Whether nothing is to be recorded, because a line was rejected before the first turn."""
        return not (self._partial or self._recorded) and any(each.rejected for each in self.steps)

    def record(self) -> None:
        """Record the waiting events; BrokenOffError where an error ends that after the first turn.

        An error in the first turn is raised as it is: then nothing was recorded.
        """
        try:
            self._record()
        except ENDS as error:
            unsure = isinstance(error, OutcomeUnknownError)
            if not self._recorded and not (unsure and self._at < len(self.steps)):
                raise
            raise BrokenOffError(self._recorded, self._of, unsure=unsure) from error

    def _record(self) -> None:
        conflicts = away = 0
        self._tell()
        while not self.refused and ((turn := self._turn()) or self._opening):
            began = time.monotonic()
            try:
                self._append(turn)
            except ConflictError as error:
                moved = self._moved(turn)
                conflicts = 0 if self._decide_anew(moved) else conflicts + 1
                if conflicts == ATTEMPTS:
                    raise self._stale(moved) from error
                self._size = max(1, len(turn) // (2 if conflicts else 1))
            except OperationalError as error:
                away += 1
                unsure = isinstance(error, OutcomeUnknownError)
                if unsure or not self._recorded or away == TRIES:
                    raise
                self._at = 0
                time.sleep(AGAIN_SECONDS)
            else:
                conflicts = away = 0
                self._go_on(len(turn), time.monotonic() - began)

    def _turn(self) -> list[Step]:
        """The next steps that wait, as many as a turn takes."""
        turn: list[Step] = []
        room = MOST_BYTES
        while self._at < len(self.steps):
            event = self.steps[self._at].event
            if event is not None:
                room -= len(self._parley.ledger.codec.to_stored_event(event).state)
                if turn and (len(turn) == self._size or room < 0):
                    break
                turn.append(self.steps[self._at])
            self._at += 1
        return turn

    def _append(self, turn: Sequence[Step]) -> None:
        events = [step.event for step in turn if step.event is not None]
        sources: dict[tuple[UUID, int], Sequence[Source]] = {}
        for step, event in zip(turn, events, strict=True):
            said = step.line.withheld.sources(event) if isinstance(step.line, Command) else ()
            if said:
                sources[event.originator_id, event.originator_version] = said
        appended = self._parley.ledger.append([*self._opening, *events], sources=sources)
        positions = appended[len(self._opening) :]
        for step in turn:
            step.event, step.done = None, True
        self._opening = ()
        self._recorded += len(turn)
        if positions:
            first = self.positions[0] if self.positions else positions[0]
            self.positions = first, positions[-1]

    def _go_on(self, events: int, seconds: float) -> None:
        """Pause for other writers, and decide again where the settings have changed in the meantime."""
        self._tell()
        self._size = size_next_turn(events, seconds)
        if self._recorded == self._of:
            return
        least, most = PAUSE
        time.sleep(min(most, max(least, seconds / 3)))
        if self._parley.ledger.settings(self._id) != self._settings:
            with self._parley.reading(self._principal) as reading:
                reading.negotiation(self._slug)
            self.decide()

    def _tell(self) -> None:
        if self._told is not None:
            self._told(self._recorded, self._of)

    def _decide_anew(self, moved: Moved) -> bool:
        """Decide again, after the first turn only lines on facts that moved on; True where fewer events wait now."""
        waited = self._of
        if self._recorded:
            self._decide([each for each in self.steps if each.about(moved)])
        else:
            self.decide()
        return self._of < waited

    def _decide(self, steps: Sequence[Step]) -> None:
        given = (self._parley, self._parser, self._id, self._principal, self._settings)
        deciding = Deciding(*given, self._update, self._batch)
        deciding.decide(steps, waiting=self._recorded > 0)
        waiting = sum(each.event is not None for each in self.steps)
        self._of, self._at = self._recorded + waiting, 0

    def _moved(self, turn: Sequence[Step]) -> Moved:
        """The facts of a turn that another writer has changed."""
        expected: dict[UUID, int] = {}
        for event in (step.event for step in turn if step.event is not None):
            expected.setdefault(event.originator_id, event.originator_version - 1)
        found = self._streams(list(expected))
        last = {id_: events[-1].originator_version for id_, events in found.items()}
        return {
            id_: (version, last.get(id_, 0))
            for id_, version in expected.items()
            if last.get(id_, 0) != version
        }

    def _stale(self, moved: Moved) -> RecordError:
        """The error that names the first fact that has moved on; where none has, it names the negotiation."""
        for id_, (expected, version) in moved.items():
            return StaleError(id_, expected, version)
        what = "slug"
        return TakenError(what, self._slug, f"negotiation {self._slug}")

    def _streams(self, ids: Sequence[UUID]) -> dict[UUID, list[RecordEvent]]:
        return streams(self._parley.database, self._parley.ledger.codec, ids)


def size_next_turn(events: int, seconds: float) -> int:
    """The number of events in the next turn, after a turn of `events` that took `seconds`."""
    wanted = int(events * TURN_SECONDS / max(seconds, 0.001))
    return max(FEWEST_EVENTS, min(wanted, 2 * events, MOST_EVENTS))
