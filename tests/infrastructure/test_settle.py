"""What was once answered of the past stays so: the log promises it, whatever the clocks do."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from api.composition import compose
from infrastructure.tables import log_head
from tests.databases import settings_of
from tests.examples import fact
from tests.infrastructure.recording import NOON

if TYPE_CHECKING:
    from api.composition import Parley

SECOND: Final = 1_000_000


def composed(url: str, now: list[int]) -> Parley:
    parley = compose(settings_of(url), clock=lambda: now[0])
    parley.ledger.open_negotiation(
        slug="talks", title="Talks", parties=(), summary=None, actor="desk"
    )
    return parley


def recorded(parley: Parley) -> int:
    """Record a fact; when."""
    talks = parley.ledger.negotiation("talks").id
    parley.ledger.record(negotiation_id=talks, fact=fact("release"), actor="desk")
    with parley.reading(parley.owner) as reading:
        return reading.entries(after=reading.head - 1, limit=1)[0][0].recorded_at


def test_nothing_is_recorded_before_an_instant_that_was_asked_about(database_url: str) -> None:
    now = [NOON]
    parley = composed(database_url, now)
    now[0] = NOON + 100 * SECOND
    parley.settle(NOON + 90 * SECOND)
    now[0] = NOON + 10 * SECOND
    assert recorded(parley) == NOON + 90 * SECOND + 1
    parley.close()


def test_the_future_is_not_settled(database_url: str) -> None:
    now = [NOON]
    parley = composed(database_url, now)
    parley.settle(NOON + SECOND)
    assert recorded(parley) == NOON + 1
    parley.close()


def test_who_is_recording_is_waited_for(database_url: str) -> None:
    now = [NOON]
    parley = composed(database_url, now)
    now[0] = NOON + 100 * SECOND
    settled = threading.Event()

    def settle() -> None:
        parley.settle(NOON + 50 * SECOND)
        settled.set()

    asking = threading.Thread(target=settle)
    with parley.database.writing() as connection:
        connection.execute(select(log_head).with_for_update())
        asking.start()
        time.sleep(0.3)
        assert not settled.is_set()
    asking.join(timeout=10)
    assert settled.is_set()
    parley.close()
