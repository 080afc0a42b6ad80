"""A PostgreSQL with little room is not reported as ready after it has refused a large write."""

from __future__ import annotations

import os
from contextlib import closing

import pytest
from eventsourcing.persistence import PersistenceError
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from infrastructure.log.recorder import EventRecorder
from tests.api.asking import TALKS, Client, authorize
from tests.api.full_disk import NDJSON, files_up_to, make_lines
from tests.databases import open_database, settings_of
from tests.faults.watched.cluster import cluster
from tests.infrastructure.recording import events

SEGMENT = 16 * 1_048_576
"""The size of a file of the write-ahead log; with less room nothing can be written at all."""


def test_a_write_that_was_refused_for_room_is_remembered_until_as_much_fits() -> None:
    with cluster() as postgresql:
        url, large = postgresql.fresh(), os.urandom(SEGMENT + 1_048_576)
        postgresql.stop()
        with files_up_to(SEGMENT):
            postgresql.start()
        with closing(open_database(url)) as database:
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


def test_a_server_on_it_refuses_reads_and_finishes_once_there_is_room() -> None:
    with cluster() as postgresql:
        url, lines = postgresql.fresh(), make_lines(220, 90_000)
        postgresql.stop()
        with files_up_to(SEGMENT):
            postgresql.start()
        with closing(compose(settings_of(url), upgrade=False)) as parley:
            client = Client(TestClient(create_app(parley), headers=authorize(parley)))
            client.open()
            for _ in range(2):
                broken = client.post(f"{TALKS}/import", lines, **NDJSON)
                assert (broken.status, broken.headers["retry-after"]) == (503, "1")
            ready = client.get("/readyz")
            assert ready.status == 503
            assert ready.json["lacks"][0].startswith("the database takes no writes")
            assert client.get(f"{TALKS}/timeline?limit=1").status == 200
            postgresql.restart()
            client.get("/readyz")
            assert client.get("/readyz").json["status"] == "ready"
            report = client.post(f"{TALKS}/import", lines, **NDJSON).json
            assert report["recorded"] + report["unchanged"] == 220
