"""The ledger reads a stream on from where it last stopped, and anew if the stream has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from unittest.mock import Mock

import pytest
from eventsourcing.application import LRUCache
from sqlalchemy import delete

from domain.errors import StaleError
from domain.streams.erasure import BLANK
from domain.streams.ledger import decide_new_fact
from domain.streams.negotiation import negotiation_id
from infrastructure.ledger import StoredLedger
from infrastructure.tables.record import event
from tests.examples import fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from infrastructure.database.database import Database

TALKS: Final = negotiation_id("talks")


@pytest.fixture
def ledgers(database: Database) -> Iterator[tuple[StoredLedger, StoredLedger]]:
    """Two ledgers on one database, as two processes have them."""
    here, there = StoredLedger(database), StoredLedger(database)
    here.open_negotiation(slug="talks", title="Talks", parties=(), summary=None, actor="desk")
    yield here, there
    here.close()
    there.close()


def record_custody(ledger: StoredLedger) -> UUID:
    return ledger.record(negotiation_id=TALKS, fact=fact("custody"), actor="desk").originator_id


def prefer_fact(ledger: StoredLedger, id_: UUID, times: int = 1) -> None:
    for _ in range(times):
        ledger.change(ledger.fact(id_).decide_prefer(preferred=True, why="it is", actor="desk"))


def count_decoded(ledger: StoredLedger, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count the events that a ledger decodes from here on."""
    decode = Mock(wraps=ledger.codec.to_domain_event)
    monkeypatch.setattr(ledger.codec, "to_domain_event", decode)
    return lambda: decode.call_count


def test_a_change_reads_as_much_of_its_fact_at_every_version(
    ledgers: tuple[StoredLedger, StoredLedger], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = ledgers
    id_ = record_custody(here)
    prefer_fact(here, id_, 30)
    count = count_decoded(here, monkeypatch)
    prefer_fact(here, id_, 30)
    assert here.fact(id_).version == 61
    assert count() == 31 * 2


def test_what_another_process_appends_is_seen(ledgers: tuple[StoredLedger, StoredLedger]) -> None:
    here, there = ledgers
    id_ = record_custody(here)
    for version in range(1, 9, 2):
        assert here.fact(id_).version == version
        prefer_fact(there, id_)
        prefer_fact(here, id_)
    stale = here.fact(id_).decide_prefer(preferred=False, why="it is not", actor="desk")
    prefer_fact(there, id_)
    with pytest.raises(StaleError):
        here.change(stale)


def test_what_another_process_erases_is_gone_here_too(
    ledgers: tuple[StoredLedger, StoredLedger],
) -> None:
    here, there = ledgers
    id_ = record_custody(here)
    prefer_fact(here, id_)
    assert here.fact(id_).fact != BLANK
    there.change(there.fact(id_).decide_erase(why="asked for", approvers=(), actor="desk"))
    assert here.fact(id_) == there.fact(id_)
    assert here.fact(id_).fact == BLANK


def test_what_is_erased_is_kept_no_longer(
    ledgers: tuple[StoredLedger, StoredLedger], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = ledgers
    id_ = record_custody(here)
    here.change(here.fact(id_).decide_erase(why="asked for", approvers=(), actor="desk"))
    count = count_decoded(here, monkeypatch)
    assert here.fact(id_).erased
    assert count() == 2


def test_a_stream_that_is_not_what_it_was_is_read_anew(
    database: Database, ledgers: tuple[StoredLedger, StoredLedger]
) -> None:
    here, there = ledgers
    id_ = record_custody(here)
    prefer_fact(here, id_, 3)
    assert here.fact(id_).version == 4
    with database.writing() as connection:  # as the restore of an old backup would
        last = (event.c.stream == id_.hex) & (event.c.version > 2)
        assert connection.execute(delete(event).where(last)).rowcount == 2
    assert here.fact(id_) == there.fact(id_)
    assert here.fact(id_).version == 2


def test_a_ledger_keeps_no_more_streams_than_it_says(
    ledgers: tuple[StoredLedger, StoredLedger], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = ledgers
    monkeypatch.setattr(here, "_kept", LRUCache(3))
    ids = [record_custody(here) for _ in range(5)]
    assert [here.fact(each).version for each in ids] == [1] * 5
    count = count_decoded(here, monkeypatch)
    for each in ids[2:]:
        here.fact(each)
    assert count() == 3
    batch = [decide_new_fact(TALKS, fact("custody"), "desk") for _ in range(2)]
    here.append(batch)
    assert here.fact(batch[0].originator_id).version == 1
