"""A PostgreSQL that goes away and comes back delays changes, but loses nothing that was acknowledged."""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from tests.api.asking import FACTS, fact
from tests.faults.postgresql_faults import drop_again_and_again
from tests.faults.watched.checking import LostError, check
from tests.faults.watched.cluster import Cluster, cluster
from tests.faults.watched.proxy import Loses, LosingProxy
from tests.faults.watched.serving import CREDENTIAL, Server
from tests.faults.watched.writers import Writers
from tests.thorough import choose_count

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPMessage
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("a cluster of its own")
DROPS = choose_count(6, 40)
ROUNDS = 8
"""The most rounds of the control; it ends with the first after which something is lost."""


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


def post(port: int, name: str) -> tuple[int, HTTPMessage, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {**CREDENTIAL, "Content-Type": "application/json", "Idempotency-Key": name}
    connection.request("POST", FACTS, json.dumps(fact(external_id=name)), headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


def test_what_was_acknowledged_is_there_once_though_sessions_and_the_server_ended(
    own_cluster: Cluster, tmp_path: Path
) -> None:
    with Server(own_cluster.fresh(), tmp_path / "errors") as server:
        figures = drop_again_and_again(server, own_cluster, DROPS)
    assert figures.restarts == DROPS // 5
    assert figures.acknowledged > DROPS
    assert figures.put_off > 0


@pytest.mark.control
def test_a_server_that_ignores_failed_commits_is_detected_when_sessions_end(
    own_cluster: Cluster, tmp_path: Path
) -> None:
    def drop_repeatedly() -> None:
        for seed in range(ROUNDS):
            with Server(own_cluster.fresh(), tmp_path / "errors", variant="deaf") as server:
                drop_again_and_again(server, own_cluster, 4, seed)

    with pytest.raises(LostError, match="acknowledged are lost"):
        drop_repeatedly()


@pytest.mark.cases(1)
@pytest.mark.parametrize("loses", ["request", "answer"])
def test_what_became_of_a_commit_whose_connection_was_lost_is_found_out(
    own_cluster: Cluster, tmp_path: Path, loses: Loses
) -> None:
    direct = own_cluster.fresh()
    with LosingProxy(own_cluster.socket) as proxy:
        url = make_url(direct).set(host="127.0.0.1", port=proxy.port, query={})
        through = url.render_as_string(hide_password=False)
        with Server(through, tmp_path / "errors") as server:
            server.start()
            writers = Writers()
            writers.open(server.port)
            for number in range(3):
                time.sleep(1.2)  # the follower has caught up: the next COMMIT is the writer's own
                proxy.lose(loses)
                status, headers, body = post(server.port, f"F{number}")
                if loses == "request":
                    assert status == 503, body
                    assert headers["Retry-After"] == "1"
                    status, headers, body = post(server.port, f"F{number}")
                assert status == 201, body
                replayed = headers["Idempotency-Replayed"] == "true"
                assert replayed == (loses == "answer")
            assert proxy.lost == 3
            check(direct, [f"F{number}" for number in range(3)])
            assert server.stop() == 0
