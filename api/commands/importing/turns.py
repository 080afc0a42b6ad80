"""Records decided events in turns, each in its own transaction, so that others can write in between.

A turn is as large as can be recorded in TURN_SECONDS, judged by the turn before it. If another writer was faster, the
waiting events are decided again: lines that are refused now are rejected, and the others are recorded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from eventsourcing.persistence import OperationalError, PersistenceError

from api.commands.commands import FactParser
from api.commands.importing.command import Command, Commands
from api.commands.importing.decision import Deciding, NewFacts, Step
from api.commands.importing.matching import Update
from api.commands.importing.reading import KeptLine
from api.commands.importing.report import BrokenOffError
from api.composition import Parley
from domain.access import Principal
from domain.confidential import Source
from domain.errors import MovedOnError, RecordError, StaleError, TakenError
from domain.streams.conflicts import ConflictError
from domain.streams.event import FactEvent, RecordEvent
from domain.streams.negotiation import negotiation_id
from infrastructure.errors import OUT_OF_REACH
from infrastructure.log.errors import OutcomeUnknownError
from infrastructure.readers.log import read_streams

Moved = Mapping[UUID, tuple[int, int]]
"""By fact, the version that was expected, and the present one."""
Turn = Sequence[tuple[Step, FactEvent]]
Recorded = Callable[[int, int], None]
"""Is called with the number of recorded events, 0 at first, and the number of all."""
ATTEMPTS: Final = 10
"""How many times in a row other writers may be faster, with no progress, before the import ends."""
TURN_SECONDS: Final = 0.15
FIRST_TURN: Final = 100
FEWEST_EVENTS: Final = 25
MOST_EVENTS: Final = 1_000
MOST_BYTES: Final = 4_194_304
"""The most bytes of all payloads in a turn of more than one event."""
TRIES: Final = 5
"""How many times in a row a turn after the first is tried while the database or the log is unavailable."""
AGAIN_SECONDS: Final = 0.5
PAUSE: Final = (0.01, 0.15)
"""The shortest and longest pause between turns, in seconds. A writer in another process asks for SQLite's lock
several times in it."""


ENDS: Final[tuple[type[Exception], ...]] = (*OUT_OF_REACH, PersistenceError, MovedOnError)
"""The errors that end an accepted import: the database is out of reach, or other writers are always faster."""


class Turns:
    """Decides the lines of one import and records their events.

    `opening` are the events that open the negotiation, in the first turn, if it is missing. `positions` are the first
    and the last position of the lines' events; events of others may lie between them.
    """

    def __init__(  # noqa: PLR0913 -- the parts of an import
        self,
        parley: Parley,
        parser: FactParser,
        *,
        slug: str,
        commands: Commands,
        lines: Sequence[KeptLine],
        principal: Principal,
        opening: Sequence[RecordEvent],
        partial: bool,
        on_recorded: Recorded | None,
        update: Update | None = None,
        batch: str | None = None,
        on_decided: Recorded | None = None,
    ) -> None:
        self._parley = parley
        self._parser = parser
        self._slug = slug
        self._id = negotiation_id(slug)
        self._principal = principal
        self._opens = opening
        self._partial = partial
        self._on_recorded = on_recorded
        self._update = update
        self._batch = batch
        self.steps = [Step(commands, line) for line in lines]
        self.positions: tuple[int, int] | None = None
        self._recorded = 0
        self._size = FIRST_TURN
        self.decide(on_decided)

    def decide(self, progress: Recorded | None = None) -> None:
        """Decide all lines on the present record; after the first turn, only the lines whose event waits."""
        self._opening = () if self._streams([self._id]) else self._opens
        self._settings = self._parley.ledger.settings(self._id)
        self._decide(self.steps, progress)

    @property
    def refused(self) -> bool:
        """Whether nothing may be recorded, because a line was rejected before the first turn."""
        return not (self._partial or self._recorded) and any(step.rejected for step in self.steps)

    def record(self) -> None:
        """Record the waiting events; BrokenOffError if an error ends this after the first turn, or the process stops.

        An error in the first turn is raised unchanged; then nothing was recorded.
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
            if self._parley.stopping.is_set():
                raise BrokenOffError(self._recorded, self._of, unsure=False)
            began = time.monotonic()
            try:
                self._append(turn)
            except ConflictError as error:
                moved = self._find_moved(turn)
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

    def _turn(self) -> Turn:
        """The next waiting steps with their events, as many as fit in a turn."""
        turn: list[Step] = []
        room = MOST_BYTES
        while self._at < len(self.steps):
            step = self.steps[self._at]
            if step.event is not None:
                room -= self._measure(step)
                if turn and (len(turn) == self._size or room < 0):
                    break
                turn.append(step)
            self._at += 1
        return [(step, event) for step in turn if (event := step.load_event()) is not None]

    def _measure(self, step: Step) -> int:
        """About how many bytes a step's payload has."""
        if isinstance(step.event, NewFacts) and isinstance(line := step.line, Command):
            return line.size
        if not isinstance(step.event, FactEvent):
            return 0
        return len(self._parley.ledger.codec.to_stored_event(step.event).state)

    def _append(self, turn: Turn) -> None:
        events = [event for _, event in turn]
        sources: dict[tuple[UUID, int], Sequence[Source]] = {}
        for step, event in turn:
            line = step.kept  # a line that withholds something is not in the spool
            confidential = line.withheld.sources(event) if isinstance(line, Command) else ()
            if confidential:
                sources[event.originator_id, event.originator_version] = confidential
        appended = self._parley.ledger.append([*self._opening, *events], sources=sources)
        positions = appended[len(self._opening) :]
        for step, _ in turn:
            step.event, step.done = None, True
        self._opening = ()
        self._recorded += len(turn)
        if positions:
            first = self.positions[0] if self.positions else positions[0]
            self.positions = first, positions[-1]

    def _go_on(self, events: int, seconds: float) -> None:
        """Pause for other writers, and decide again if the settings have changed meanwhile."""
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
        if self._on_recorded is not None:
            self._on_recorded(self._recorded, self._of)

    def _decide_anew(self, moved: Moved) -> bool:
        """Decide again; after the first turn, only lines on facts that have changed. True if fewer events wait now."""
        waited = self._of
        if self._recorded:
            self._decide([step for step in self.steps if step.about(moved)])
        else:
            self.decide()
        return self._of < waited

    def _decide(self, steps: Sequence[Step], progress: Recorded | None = None) -> None:
        context = (self._parley, self._parser, self._id, self._principal, self._settings)
        deciding = Deciding(*context, self._update, self._batch)
        deciding.decide(steps, waiting=self._recorded > 0, progress=progress)
        waiting = sum(step.event is not None for step in self.steps)
        self._of, self._at = self._recorded + waiting, 0

    def _find_moved(self, turn: Turn) -> Moved:
        """The facts of a turn that another writer has changed."""
        expected: dict[UUID, int] = {}
        for _, event in turn:
            expected.setdefault(event.originator_id, event.originator_version - 1)
        events_by_id = self._streams(list(expected))
        last = {id_: events[-1].originator_version for id_, events in events_by_id.items()}
        return {
            id_: (version, last.get(id_, 0))
            for id_, version in expected.items()
            if last.get(id_, 0) != version
        }

    def _stale(self, moved: Moved) -> RecordError:
        """The error that names the first fact that has changed or, if none has, the negotiation."""
        for id_, (expected, version) in moved.items():
            return StaleError(id_, expected, version)
        what = "slug"
        return TakenError(what, self._slug, f"negotiation {self._slug}")

    def _streams(self, ids: Sequence[UUID]) -> dict[UUID, list[RecordEvent]]:
        return read_streams(self._parley.database, self._parley.ledger.codec, ids)


def size_next_turn(events: int, seconds: float) -> int:
    """The number of events in the next turn, after a turn of `events` that took `seconds`."""
    wanted = int(events * TURN_SECONDS / max(seconds, 0.001))
    return max(FEWEST_EVENTS, min(wanted, 2 * events, MOST_EVENTS))
