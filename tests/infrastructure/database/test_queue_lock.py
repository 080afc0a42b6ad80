"""The lock for writing a SQLite database passes in order between the threads of one process."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import TimeoutError as LockTimeoutError

from infrastructure.database.queue_lock import QueueLock
from tests.databases import open_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.databases import Kind

PATIENT = 60.0
EARLIER_SECONDS = 0.1
ROUNDS = 40


def test_a_writer_that_waits_comes_before_one_that_writes_again_at_once(
    fresh_database: Callable[[Kind], str],
) -> None:
    got: list[str] = []
    with (
        closing(open_database(fresh_database("sqlite-file"))) as database,
        ThreadPoolExecutor(1) as pool,
    ):

        def write() -> None:
            asking.set()
            with database.writing():
                got.append("waited")

        for _ in range(ROUNDS):
            asking = Event()
            with database.writing():
                waiting = pool.submit(write)
                asking.wait()
                time.sleep(0.02)
            with database.writing():
                got.append("again")
            waiting.result()
    assert got == ["waited", "again"] * ROUNDS


def test_threads_get_it_in_the_order_in_which_they_ask() -> None:
    lock, got = QueueLock(), list[int]()

    def take(number: int) -> None:
        with lock.hold(PATIENT):
            got.append(number)

    with ThreadPoolExecutor(4) as pool, lock.hold(PATIENT):
        for number in range(4):
            pool.submit(take, number)
            time.sleep(EARLIER_SECONDS)
    assert got == [0, 1, 2, 3]


def test_who_stops_waiting_leaves_the_queue() -> None:
    lock = QueueLock()

    def take(seconds: float) -> bool:
        with lock.hold(seconds):
            return True

    with ThreadPoolExecutor(2) as pool:
        with lock.hold(PATIENT):
            hasty = pool.submit(take, 0.01)
            patient = pool.submit(take, PATIENT)
            with pytest.raises(LockTimeoutError, match=r"stayed locked for 0\.01 s"):
                hasty.result()
        assert patient.result()
        assert pool.submit(take, 0).result()


def test_many_threads_that_stop_waiting_at_once_never_leave_it_held() -> None:
    lock, inside = QueueLock(), 0

    def take(number: int) -> bool:
        nonlocal inside
        try:
            with lock.hold(0.000_1 * (number % 20)):
                inside += 1
                assert inside == 1
                time.sleep(0.000_2)
                inside -= 1
        except LockTimeoutError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(2_000)))
    assert any(taken)
    assert not all(taken)
    with lock.hold(0):
        pass
