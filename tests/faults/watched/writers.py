"""Sixteen people write at once, remember what was acknowledged, and send again what was not.

Each fact has an external id and each request a key of its own; a repeated request has the same bytes and key.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from threading import Event, Thread
from typing import Final

from tests.api.asking import FACTS, fact
from tests.faults.watched.serving import CREDENTIAL

WRITERS: Final = 16
PATIENCE_SECONDS: Final = 30
PAUSE_SECONDS: Final = 0.02


class RefusedError(AssertionError):
    """A server answered neither 201 nor 503."""


@dataclass
class Person:
    """One writer: the acknowledged ids, and the id that was sent and has no answer yet."""

    name: int
    acknowledged: list[str] = field(default_factory=list)
    in_doubt: str | None = None
    replayed: int = 0
    put_off: int = 0
    broken_off: int = 0
    failure: BaseException | None = None
    numbers: count[int] = field(default_factory=count)

    def work(self, port: int, ended: Event, *, only_settle: bool) -> None:
        """Write until told to end or the server is gone; with `only_settle`, only repeat what is in doubt."""
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        while not ended.is_set() and not (only_settle and self.in_doubt is None):
            self.in_doubt = self.in_doubt or f"W{self.name}-{next(self.numbers)}"
            try:
                self._send(connection, self.in_doubt, ended)
            except ConnectionRefusedError:
                break
            except (OSError, HTTPException):
                self.broken_off += 1
                connection.close()
            except BaseException as error:  # noqa: BLE001 -- told to the test by `Writers`
                self.failure = error
                break
        connection.close()

    def _send(self, connection: HTTPConnection, name: str, ended: Event) -> None:
        headers = {**CREDENTIAL, "Content-Type": "application/json", "Idempotency-Key": name}
        connection.request("POST", FACTS, json.dumps(fact(external_id=name)), headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 503 and answer.headers["Retry-After"]:
            self.put_off += 1
            ended.wait(PAUSE_SECONDS)
        elif answer.status == 201:
            self.replayed += answer.headers["Idempotency-Replayed"] == "true"
            self.acknowledged.append(name)
            self.in_doubt = None
        else:
            raise RefusedError(f"{name}: {answer.status} {body!r}")


class Writers:
    """All writers, on a server that may change, from `start` to `end`."""

    def __init__(self) -> None:
        self.people = [Person(name) for name in range(WRITERS)]
        self._ended = Event()
        self._threads: list[Thread] = []

    def open(self, port: int) -> None:
        """Open the negotiation that they write in."""
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        body = json.dumps({"slug": "talks", "title": "Talks", "parties": ["A", "B"]})
        connection.request(
            "POST", "/v1/negotiations", body, {**CREDENTIAL, "Content-Type": "application/json"}
        )
        assert connection.getresponse().status == 201
        connection.close()

    def start(self, port: int, *, only_settle: bool = False) -> None:
        """Let everyone write."""
        self._ended.clear()
        self._threads = [
            Thread(
                target=person.work, args=(port, self._ended), kwargs={"only_settle": only_settle}
            )
            for person in self.people
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Wait for the answers under way, and raise the first wrong answer."""
        self._ended.set()
        self._join()

    def settle(self, port: int) -> None:
        """Send again all requests in doubt, until they are acknowledged."""
        self.start(port, only_settle=True)
        self._join()
        assert self.in_doubt == set()

    def _join(self) -> None:
        deadline = time.monotonic() + 2 * PATIENCE_SECONDS
        for thread in self._threads:
            thread.join(deadline - time.monotonic())
            assert not thread.is_alive()
        for person in self.people:
            if person.failure is not None:
                raise person.failure

    @property
    def acknowledged(self) -> list[str]:
        """Every id that was acknowledged."""
        return [name for person in self.people for name in person.acknowledged]

    @property
    def in_doubt(self) -> set[str]:
        """Every id that was sent and has no answer."""
        return {person.in_doubt for person in self.people if person.in_doubt is not None}

    @property
    def replayed(self) -> int:
        """How many answers were replays of an earlier answer that did not arrive."""
        return sum(person.replayed for person in self.people)

    @property
    def broken_off(self) -> int:
        """How many requests lost their connection."""
        return sum(person.broken_off for person in self.people)

    @property
    def put_off(self) -> int:
        """How many answers were 503."""
        return sum(person.put_off for person in self.people)
