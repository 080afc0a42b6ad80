"""`verify` finds a false correction of the log's clock, even one that was written with all keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pytest

from domain.streams.clock_corrections import CLOCK_STREAM
from domain.streams.event import ClockCorrected, ClockCorrectionWithdrawn
from infrastructure.database.timekeeping import Timekeeper
from infrastructure.log.append import AppendRequest, LogTransaction
from infrastructure.log.codec import EventCodec
from infrastructure.log.recorder import EventRecorder
from infrastructure.proofs.verification import verify
from tests.databases import open_database
from tests.infrastructure.recording import DAY, NOON, clock_of, events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infrastructure.database.database import Database
    from tests.databases import Kind

YEAR: Final = 365 * DAY
WITHDRAWN: Final = "it does not withdraw the last correction, or calls other record times wrong"
OTHERS: Final = "it corrects record times other than those right before it"


@pytest.fixture
def database(fresh_database: Callable[[Kind], str]) -> Iterator[Database]:
    """Three events: at noon, a year later, and by a clock that was ten years ahead."""
    database = open_database(fresh_database("sqlite-file"))
    recorder = EventRecorder(database, clock=clock_of([NOON, NOON + YEAR, NOON + 10 * YEAR]))
    for _ in range(3):
        recorder.append(events())
    yield database
    database.close()


@pytest.mark.parametrize(
    ("first", "last", "stream", "what"),
    [
        (3, 3, CLOCK_STREAM, None),
        (3, 2, CLOCK_STREAM, OTHERS),
        (2, 4, CLOCK_STREAM, OTHERS),
        (0, 3, CLOCK_STREAM, OTHERS),
        (5, 3, CLOCK_STREAM, OTHERS),
        (3, 3, UUID(int=7), "it is no correction of the log's clock"),
        (2, 3, CLOCK_STREAM, "the record times that it calls wrong do not lie after its own"),
        (4, 3, CLOCK_STREAM, "it was recorded no later than the last right one before"),
    ],
)
def test_a_correction_is_of_the_wrong_times_right_before_it(
    database: Database, first: int, last: int, stream: UUID, what: str | None
) -> None:
    said = ClockCorrected(
        originator_id=stream, originator_version=1, actor="ed", first=first, last=last, why="so"
    )
    request = AppendRequest((EventCodec().to_stored_event(said),))
    with database.writing() as connection:
        log = LogTransaction(connection, Timekeeper(lambda: NOON + 5 * YEAR), corrects=True)
        [outcome] = log.append([request], ())
    assert isinstance(outcome, list)
    with database.reading() as connection:
        wrong = verify(connection).wrong
    assert (wrong and (wrong.position, wrong.what)) == (what and (4, what))


@pytest.mark.parametrize(
    ("correction", "first", "last", "years", "what"),
    [
        (4, 4, 4, 11, None),
        (3, 3, 4, 11, WITHDRAWN),
        (4, 3, 4, 11, WITHDRAWN),
        (4, 4, 3, 11, WITHDRAWN),
        (4, 4, 5, 11, WITHDRAWN),
        (4, 4, 4, 9, "it was recorded no later than what was right before the correction"),
    ],
)
def test_a_withdrawal_is_of_the_last_correction_and_of_what_its_clock_recorded(
    database: Database, correction: int, first: int, last: int, years: int, what: str | None
) -> None:
    at: dict[str, Any] = {"originator_id": CLOCK_STREAM, "actor": "ed", "why": "so"}
    corrected = ClockCorrected(originator_version=1, first=3, last=3, **at)
    withdrawn = ClockCorrectionWithdrawn(
        originator_version=2, first=first, last=last, correction=correction, **at
    )
    moments = (NOON + 5 * YEAR, NOON + years * YEAR)
    for moment, said, corrects in zip(moments, (corrected, withdrawn), (True, False), strict=True):
        with database.writing() as connection:
            log = LogTransaction(connection, Timekeeper(partial(int, moment)), corrects=corrects)
            request = AppendRequest((EventCodec().to_stored_event(said),))
            [outcome] = log.append([request], ())
        assert isinstance(outcome, list)
    with database.reading() as connection:
        wrong = verify(connection).wrong
    assert (wrong and (wrong.position, wrong.what)) == (what and (5, what))
