"""If the database of a writing server becomes a standby, changes are unavailable until it is promoted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psycopg

from tests.api.asking import FACTS, TALKS, fact
from tests.faults.watched.cluster import cluster
from tests.machines.conftest import OPENING, serve_folder

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.watched.cluster import Cluster

SECONDS = 30


def promote(primary: Cluster) -> None:
    """Promote a standby."""
    with psycopg.connect(primary.uri, autocommit=True) as connection:
        assert connection.execute("SELECT pg_promote(true, 30)").fetchone() == (True,)


def test_changes_are_unavailable_on_a_standby_and_carried_out_once_it_is_promoted(
    tmp_path: Path,
) -> None:
    with cluster() as primary, serve_folder(tmp_path / "writer", primary.fresh()) as writer:
        assert writer.post("/v1/negotiations", OPENING).status_code == 201
        before = writer.record(external_id="before")
        primary.stop()
        signal = primary.data / "standby.signal"
        signal.touch()
        primary.start()
        refused = writer.post(FACTS, fact(external_id="meanwhile"))
        assert refused.status_code == 503, refused.text
        assert refused.headers["retry-after"] == "1"
        assert writer.get(TALKS).status_code == 200
        promote(primary)
        until = time.monotonic() + SECONDS
        while (answer := writer.post(FACTS, fact(external_id="meanwhile"))).status_code == 503:
            assert time.monotonic() < until
            time.sleep(0.1)
        assert answer.status_code == 201
        assert answer.json()["position"] == before + 1
