"""Sixteen racers start at once: for one idempotency key all get the same answer, for one version one wins."""

from __future__ import annotations

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import repeat
from threading import Barrier, local
from typing import TYPE_CHECKING, Any, Final

from tests.api.asking import FACTS, TALKS, fact
from tests.faults.watched.serving import CREDENTIAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.watched.serving import Server

RACERS: Final = 16
PATIENCE_SECONDS: Final = 30
PAUSES: Final = (0.005, 0.01, 0.02, 0.04, *repeat(0.08, 400))
"""Seconds between two tries; without a pause, a retry would only slow down the server."""

IDLE_SECONDS: Final = 2.0
"""Less than the time after which a server closes an idle connection."""
JSON: Final = {**CREDENTIAL, "Content-Type": "application/json"}
HELD: Final = {"kind": "custody", "person": "A", "status": "detained", "valid": "2025-01"}


@dataclass
class Figures:
    """The number of races, and how often each status was answered."""

    races: int = 0
    statuses: Counter[int] = field(default_factory=Counter)


class _Racers:
    """Threads that have a connection each, and start together."""

    def __init__(self, server: Server) -> None:
        self._port = server.port
        self._pool = ThreadPoolExecutor(RACERS)
        self._line = Barrier(RACERS)
        self._own = local()

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Send a request on the thread's own connection, or on a new one after a while; gives its status and JSON."""
        if not hasattr(self._own, "connection"):
            self._own.connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
        elif time.monotonic() - self._own.answered > IDLE_SECONDS:
            self._own.connection.close()
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        self._own.connection.request(
            method, path, None if body is None else json.dumps(body), {**JSON, **named}
        )
        answer = self._own.connection.getresponse()
        content = json.loads(answer.read())
        self._own.answered = time.monotonic()
        return answer.status, content

    def all(self, run: Callable[[int], Any]) -> list[Any]:
        """The result of each racer, once all of them are ready."""

        def start(racer: int) -> Any:  # noqa: ANN401 -- whatever `run` gives
            self._line.wait(PATIENCE_SECONDS)
            return run(racer)

        return list(self._pool.map(start, range(RACERS)))

    def close(self) -> None:
        """Close the connections."""

        def leave(_: int) -> None:
            if hasattr(self._own, "connection"):
                self._own.connection.close()

        self.all(leave)
        self._pool.shutdown()


def race_for_keys(server: Server, races: int) -> Figures:
    """Send one request under one key from all racers at once, for key after key; each key makes one event."""
    server.start()
    racers, figures = _Racers(server), Figures()
    body = {"slug": "talks", "title": "Talks", "parties": []}
    opened = racers.all(lambda n: racers.ask("POST", "/v1/negotiations", body)[0] if not n else 0)
    assert opened[0] == 201
    for race in range(races):
        sent = fact(summary=f"Race {race}")

        def run(_: int, key: str = f"race-{race}", sent: object = sent) -> str:
            for pause in PAUSES:
                status, answer = racers.ask("POST", FACTS, sent, idempotency_key=key)
                figures.statuses[status] += 1
                if status == 201:
                    return str(answer["id"])
                assert status == 409, (status, answer)
                assert answer["type"] == "urn:parley:problem:under-way"
                time.sleep(pause)
            raise AssertionError(f"{key} is under way for ever")

        assert len(set(racers.all(run))) == 1
        figures.races += 1
    assert racers_log(racers) == 1 + figures.races
    racers.close()
    server.stop()
    return figures


def race_for_a_fact(server: Server, races: int) -> Figures:
    """Change one fact from all racers at once, for version after version; one change succeeds, the others are stale."""
    server.start()
    racers, figures = _Racers(server), Figures()
    body = {"slug": "talks", "title": "Talks", "parties": []}

    def open_and_record(racer: int) -> str:
        if racer:
            return ""
        assert racers.ask("POST", "/v1/negotiations", body)[0] == 201
        return str(racers.ask("POST", FACTS, fact(**HELD))[1]["id"])

    address = f"/v1/facts/{racers.all(open_and_record)[0]}/preference"
    for version in range(1, races + 1):

        def run(racer: int, version: int = version) -> int:
            change = {"preferred": version % 2 == 1, "why": f"Racer {racer} of {version}"}
            return racers.ask("POST", address, change, if_match=f'"{version}"')[0]

        statuses = Counter(racers.all(run))
        assert statuses == {200: 1, 412: RACERS - 1}, statuses
        figures.statuses += statuses
        figures.races += 1
    assert racers_log(racers) == 2 + figures.races
    racers.close()
    server.stop()
    return figures


def racers_log(racers: _Racers) -> int:
    """The last position of the log."""
    found = racers.all(lambda n: racers.ask("GET", TALKS)[1] if not n else None)[0]
    return int(found["perspective"]["position"])
