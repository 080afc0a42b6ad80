"""A clock is trusted until another clock contradicts it; the message has both times."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import pytest

from infrastructure.database.timekeeping import (
    TOLERANCE,
    ClockInDoubtError,
    Timekeeper,
    steady_clock,
)
from infrastructure.log.recorder import EventRecorder
from tests.databases import open_database
from tests.infrastructure.recording import DAY, NOON, events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infrastructure.database.database import Database
    from tests.databases import Kind

SECOND: Final = 1_000_000
YEARS: Final = 3_650 * DAY


class Machine:
    """A machine whose clock can be set, and that may sleep."""

    def __init__(self, database: Database) -> None:
        self.wall = NOON
        self.steady = 5 * SECOND
        self.timekeeper = Timekeeper(lambda: self.wall, lambda: self.steady)
        self._database = database

    def pass_(self, micros: int) -> None:
        self.wall += micros
        self.steady += micros

    def now(self) -> int:
        with self._database.reading() as connection:
            return self.timekeeper.now(connection)


@pytest.fixture
def light(fresh_database: Callable[[Kind], str]) -> Iterator[Database]:
    database = open_database(fresh_database("sqlite-file"))
    yield database
    database.close()


def test_what_passes_on_both_clocks_is_believed_sleep_too(light: Database) -> None:
    machine = Machine(light)
    for passed in (SECOND, DAY, 400 * DAY):
        machine.pass_(passed)
        assert machine.now() == machine.wall


def test_a_clock_that_drifts_or_is_set_a_little_is_followed(light: Database) -> None:
    machine = Machine(light)
    for _ in range(5):
        machine.pass_(DAY)
        machine.wall += TOLERANCE // 2
        assert machine.now() == machine.wall


@pytest.mark.parametrize("jump", [YEARS, -YEARS, TOLERANCE + SECOND, -TOLERANCE - SECOND])
def test_a_jump_is_not_believed_until_it_is_undone_or_the_process_started_again(
    light: Database, jump: int
) -> None:
    machine = Machine(light)
    machine.pass_(DAY)
    machine.wall += jump
    for _ in range(2):
        with pytest.raises(ClockInDoubtError, match=r"2025-11-23T12:00:0.*start the process again"):
            machine.now()
    again = Timekeeper(lambda: machine.wall, lambda: machine.steady)
    with light.reading() as connection:
        assert again.now(connection) == machine.wall
    machine.wall -= jump
    assert machine.now() == machine.wall


def test_the_machine_counts_what_passes_while_it_sleeps() -> None:
    before = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000
    assert before <= steady_clock() <= before + 60 * SECOND


def test_the_real_clock_of_the_machine_is_checked_against_the_log(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(database_url)
    recorder = EventRecorder(database)
    recorder.append(events())
    head = recorder.head()
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + YEARS * 1000)
    with pytest.raises(ClockInDoubtError, match="nothing is recorded"):
        recorder.append(events())
    assert recorder.head() == head
    monkeypatch.setattr(time, "time_ns", real)
    recorder.append(events())
    assert recorder.head()[0] == 2
    database.close()


@pytest.mark.parametrize("ahead", [YEARS, -YEARS])
def test_the_servers_clock_speaks_against_that_of_a_machine_that_just_started(
    fresh_database: Callable[[Kind], str], monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + ahead * 1000)
    database = open_database(fresh_database("postgresql"))
    recorder = EventRecorder(database)
    with pytest.raises(ClockInDoubtError, match="the database server's") as refused:
        recorder.append(events())
    assert str(refused.value).count("T") >= 2
    assert recorder.head() == (0, 0)
    database.close()


def test_record_times_ahead_of_the_clock_speak_against_it(database_url: str) -> None:
    shown = [NOON]
    database = open_database(database_url, clock=lambda: shown[0])
    recorder = EventRecorder(database)
    recorder.append(events())
    shown[0] = NOON - TOLERANCE
    (entry,) = recorder.append(events())
    assert entry.recorded_at == NOON + 1
    shown[0] = NOON - TOLERANCE - 1
    with pytest.raises(ClockInDoubtError, match=r"2025-11-22T11:58:59Z, .* 2025-11-22T12:00:00Z"):
        recorder.append(events())
    assert recorder.head() == (2, NOON + 1)
    database.close()
