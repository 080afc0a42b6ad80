"""Fixtures of tests with several machines: a pair of PostgreSQL servers, servers of Parley on them, a NATS server."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.api.asking import FACTS, fact
from tests.faults.watched.serving import CREDENTIAL, Server
from tests.machines.pair import running_pair
from tests.machines.relays import Nats, recording
from tests.plain_http import PLAIN
from tests.thorough import choose_count

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.api.asking import Client
    from tests.machines.pair import Pair

OPENING = {"slug": "talks", "title": "Talks", "parties": ["A", "B"]}


class Asked:
    """A client of a server of Parley, with the key of the tests."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.address = f"http://127.0.0.1:{server.port}"
        self.http = httpx.Client(
            base_url=self.address, headers=CREDENTIAL, timeout=60, verify=PLAIN
        )

    def close(self) -> None:
        """Close the connections to it."""
        self.http.close()

    def get(self, path: str, **headers: str) -> httpx.Response:
        """GET, with header fields by name, `_` for `-`."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.http.get(path, headers=named)

    def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        """POST a JSON body."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.http.post(path, json=body, headers=named)

    def record(self, **fields: Any) -> int:  # noqa: ANN401 -- a fact's fields
        """Record a fact in the open negotiation; gives its position."""
        answer = self.post(FACTS, fact(**fields))
        assert answer.status_code == 201, answer.text
        return int(answer.json()["position"])


@contextmanager
def serve_folder(folder: Path, url: str, *options: str, **settings: str) -> Iterator[Asked]:
    """A server on a database, in a folder of its own; a read-only server accepts the key of the writer."""
    folder.mkdir(exist_ok=True)
    reads = "--read-only" in options
    given: dict[str, Any] = {"options": options, "settings": settings, "_let_in": reads}
    with Server(url, folder / "errors", **given) as server:
        server.start()
        with closing(Asked(server)) as asked:
            yield asked


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with running_pair() as pair:
        yield pair


@pytest.fixture(scope="module")
def writer(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """A server on the primary, in which a negotiation is open and has some facts."""
    with serve_folder(tmp_path_factory.mktemp("writer"), pair.url) as writer:
        assert writer.post("/v1/negotiations", OPENING).status_code == 201
        for number in range(5):
            writer.record(
                summary=f"Fact {number}",
                external_id=f"E{number}",
                quantities=[{"what": "released", "value": number, "basis": "increment"}],
                people=[f"Person {number}"],
            )
        yield writer


@pytest.fixture(scope="module")
def reader(pair: Pair, writer: Asked, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """A server on the standby, which knows the writer's address; it has two processes in the long form."""
    folder = tmp_path_factory.mktemp("reader")
    options = ("--read-only", "--workers", str(choose_count(1, 2)))
    with serve_folder(
        folder, pair.standby_url, *options, PARLEY_WRITER_URL=writer.address
    ) as reader:
        yield reader


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Nats]:
    """A NATS server."""
    with Nats(tmp_path / "nats") as server:
        yield server


@pytest.fixture
def client(database_url: str) -> Iterator[Client]:
    """A client of the API of a record."""
    with recording(database_url) as client:
        yield client
