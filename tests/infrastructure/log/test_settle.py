"""An answer about the past stays the same: the log promises it, whatever the clocks do.

The process that signs the log also settles its clock in the background, so that the past of a quiet log is fixed, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.time.perspective import PerspectiveQuery
from infrastructure.ledger import StoredLedger
from infrastructure.proofs.publishing import SETTLED_BEHIND
from infrastructure.readers.reading import Reading
from tests.api.running.test_reads_write_nothing import writing
from tests.databases import open_database
from tests.examples import NEGOTIATION, OPENED, OWNER, fact
from tests.infrastructure.proofs.logs import publisher
from tests.infrastructure.recording import NOON

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind

SECOND: Final = 1_000_000


class Held:
    """A signed record with a clock that the test sets."""

    def __init__(self, url: str, folder: Path) -> None:
        self.now = NOON
        self.database = open_database(url, clock=lambda: self.now)
        self.ledger = StoredLedger(self.database)
        self.ledger.append([OPENED])
        self.publisher = publisher(self.database, folder)

    def head_at(self) -> int:
        return int(self.ledger.recorder.head()[1])  # type: ignore[attr-defined]

    def record_fact(self) -> int:
        """Record a fact; gives its record time."""
        self.ledger.record(negotiation_id=NEGOTIATION, fact=fact("release"), actor="desk")
        return self.head_at()

    def is_settled(self, instant: int) -> bool:
        with self.database.reading() as connection:
            reading = Reading(connection, self.ledger.codec, self.now, OWNER)
            return reading.is_settled(PerspectiveQuery(as_known_at=instant))

    def close(self) -> None:
        self.ledger.close()
        self.database.close()


def test_a_quiet_log_passes_too_once_it_is_signed(database_url: str, tmp_path: Path) -> None:
    held = Held(database_url, tmp_path)
    held.now += 100 * SECOND
    assert not held.is_settled(NOON + 90 * SECOND)
    held.publisher.follow()
    assert held.is_settled(NOON + 90 * SECOND)
    assert not held.is_settled(held.now)
    held.now = NOON + 95 * SECOND
    assert held.record_fact() == NOON + 100 * SECOND - SETTLED_BEHIND + 1
    held.close()


def test_a_log_that_was_written_a_moment_ago_is_left_alone(
    database_url: str, tmp_path: Path
) -> None:
    held = Held(database_url, tmp_path)
    held.now += 2 * SECOND
    held.publisher.follow()
    assert held.head_at() == NOON
    held.close()


def test_who_may_not_sign_settles_nothing(database_url: str, tmp_path: Path) -> None:
    held = Held(database_url, tmp_path)
    held.publisher._kept.path.unlink()
    held.now += 100 * SECOND
    held.publisher.follow()
    assert "is missing" in str(held.publisher.refusal)
    assert held.head_at() == NOON
    held.close()


def test_who_records_is_not_waited_for_by_who_settles(
    fresh_database: Callable[[Kind], str], tmp_path: Path
) -> None:
    """Only on PostgreSQL: SQLite has one lock for all writes, and only the settling thread waits for it there."""
    url = fresh_database("postgresql")
    held = Held(url, tmp_path)
    held.publisher.publish()
    held.now += 100 * SECOND
    with writing(url):
        held.publisher.follow()
    assert held.head_at() == NOON
    held.close()
