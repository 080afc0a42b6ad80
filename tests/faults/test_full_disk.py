"""A PostgreSQL that has room for little is not taken to be ready once it has refused much."""

from __future__ import annotations

import os
from contextlib import closing

import pytest
from eventsourcing.persistence import PersistenceError

from infrastructure.log.recorder import EventRecorder
from tests.api.full_disk import files_up_to
from tests.databases import opened
from tests.faults.cluster import cluster
from tests.infrastructure.recording import events

SEGMENT = 16 * 1_048_576
"""The size of a file of the write-ahead log: less, and nothing can be written at all."""


def test_a_write_that_was_refused_for_room_is_remembered_until_as_much_fits() -> None:
    with cluster() as postgresql:
        url, large = postgresql.fresh(), os.urandom(SEGMENT + 1_048_576)
        postgresql.stop()
        with files_up_to(SEGMENT):
            postgresql.start()
        with closing(opened(url)) as database:
            recorder = EventRecorder(database)
            for _ in range(2):
                with pytest.raises(PersistenceError, match="could not extend file"):
                    recorder.append(events(payload=large))
                with pytest.raises(PersistenceError, match="could not extend file"):
                    recorder.try_again()
                assert recorder.trouble is not None
                recorder.append(events())
                assert recorder.trouble is None
            with pytest.raises(PersistenceError, match="could not extend file"):
                recorder.append(events(payload=large))
            postgresql.restart()
            recorder.try_again()
            assert recorder.trouble is None
            recorder.append(events(payload=large))
