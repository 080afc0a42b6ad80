"""A database with rows that need a stamp: stored answers and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infrastructure.identity.keys import Keys
from infrastructure.log.recorder import EventRecorder
from infrastructure.sealing.stored_responses import IdempotencyClaim
from tests.infrastructure.sealing.stamped import ANSWER

if TYPE_CHECKING:
    from infrastructure.database.database import Database


@pytest.fixture
def stamped_database(database: Database) -> Database:
    """A database with two stored responses, and keys of two people, one of them revoked."""
    recorder = EventRecorder(database)
    recorder.append([], claim=ANSWER)
    recorder.append([], claim=IdempotencyClaim(**{**vars(ANSWER), "key": "other", "body": b""}))
    keys = Keys(database, database.clock)
    keys.create("Ann", ["fact:read"])
    keys.revoke(keys.create("Ben", ["admin"])[1].id)
    return database
