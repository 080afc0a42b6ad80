"""Kill relays and the NATS server at random moments while somebody writes and erases, and check the stream."""

from __future__ import annotations

import random
import signal
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final

from tests.api.asking import Client
from tests.faults.watched.checking import LostError
from tests.machines.relays import (
    Nats,
    Relay,
    add_stream,
    consume,
    erase,
    find_last_sequence,
    recording,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.watched.cluster import Cluster

RELAYS: Final = 2
LONGEST_SECONDS: Final = 0.6
AFTER_SECONDS: Final = 60
ERASED_EVERY: Final = 4
BEHIND: Final = 8
"""How many facts are recorded before an earlier one, which may have been relayed, is erased."""
REMEMBERED_SECONDS: Final = 0.1
"""How long NATS remembers the ids of messages; sending each once must not depend on it."""
WORD: Final = "Relaycanary"


@dataclass(frozen=True)
class Figures:
    """What a run did: kills of relays and of NATS, events in the stream, and erased facts.

    `left` counts the erased facts whose bytes are still in the files of NATS, although their messages are gone.
    """

    relays: int
    servers: int
    events: int
    erased: int
    left: int
    seconds: float


@dataclass
class Writer:
    """Records facts, and erases some of them a while later, until told to stop."""

    client: Client
    erased: list[str] = field(default_factory=list)
    stopped: Event = field(default_factory=Event)

    def run(self) -> None:
        """Write without a pause."""
        ids: list[tuple[str, str]] = []
        number = 0
        while not self.stopped.is_set():
            number += 1
            word = f"{WORD}{number}x"
            ids.append((self.client.record(summary=word, external_id=word).json["id"], word))
            if number > BEHIND and not number % ERASED_EVERY:
                id_, word = ids[-BEHIND]
                erase(self.client, id_)
                self.erased.append(word)


def relay_again_and_again(url: str, folder: Path, kills: int, seed: int = 0) -> Figures:
    """Raise `LostError` unless the stream equals the log in the end, without erased facts.

    A NATS server that is killed may leave bytes of a deleted message in its files, which no client can overwrite.
    Such facts are only counted.
    """
    chance, began = random.Random(seed), time.monotonic()
    nats = Nats(folder / "nats")
    relays = [Relay(url, nats, folder / f"relay{number}") for number in range(RELAYS)]
    servers = 0
    with recording(url) as client, ExitStack() as held:
        held.enter_context(nats)
        add_stream(nats, "PARLEY", "parley.>", duplicate_window=REMEMBERED_SECONDS)
        for relay in relays:
            held.enter_context(relay)
        _wait_until_held(nats, 1, relays)
        writer = Writer(client)
        writing = Thread(target=writer.run)
        writing.start()
        try:
            for number in range(kills):
                _wait_until_held(nats, find_last_sequence(nats) + 1, relays)
                time.sleep(chance.uniform(0, LONGEST_SECONDS))
                if number % (RELAYS + 1) == RELAYS:
                    nats.kill()
                    nats.start()
                    servers += 1
                else:
                    killed = relays[number % (RELAYS + 1)]
                    killed.end(signal.SIGKILL)
                    killed.start()
        finally:
            writer.stopped.set()
            writing.join()
        log = _log(client)
        _wait_until_held(nats, len(log), relays)
        _compare(nats, log)
        left = [word for word in writer.erased if nats.words(word)]
        if left and not servers:
            raise LostError(f"{left} were erased, and are in the files of the stream")
    if not writer.erased or not nats.words(WORD):
        raise LostError("nothing was erased, or nothing was relayed")
    took = time.monotonic() - began
    return Figures(kills - servers, servers, len(log), len(writer.erased), len(left), took)


def outlast_the_database(database: Cluster, folder: Path) -> None:
    """Raise AssertionError unless a relay waits for a missing database, says so, and goes on."""
    url, nats = database.fresh(), Nats(folder / "nats")
    with nats, recording(url) as client, Relay(url, nats, folder / "relay") as relay:
        relay.wait_for(lambda relay: relay.output)
        database.stop()
        relay.wait_for(lambda relay: "waiting for the database" in relay.errors)
        database.start()
        relay.wait_for(lambda relay: len(relay.output) > 1)
        position = client.record(summary="Afterwards").json["position"]
        _wait_until_held(nats, position, [relay])


def _log(client: Client) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = client.get(f"/v1/changes?limit=1000&after={after}").json
        events += page["items"]
        after = page["next"]
    return events


def _wait_until_held(nats: Nats, position: int, relays: list[Relay]) -> None:
    deadline = time.monotonic() + AFTER_SECONDS
    while (reached := find_last_sequence(nats)) < position:
        if time.monotonic() > deadline:
            said = [relay.errors[-500:] for relay in relays]
            raise LostError(f"the stream stays at {reached}, and the log is at {position}: {said}")
        time.sleep(0.1)


def _compare(nats: Nats, log: list[dict[str, Any]]) -> None:
    """Check that each event is at its position, once, as the log shows it, and that no erased word is left."""
    received = consume(nats)
    sequences = [each.sequence for each in received]
    if sequences != sorted(set(sequences)):
        raise LostError("a message came twice, or out of order")
    of = {each.sequence: each.event for each in received}
    for event in log:
        position = event["position"]
        if event["data"] == {"erased": True}:
            if of.get(position, event) != event:
                raise LostError(f"position {position} is erased, and the stream still has it")
        elif of.get(position) != event:
            raise LostError(f"position {position} is {of.get(position)} and not {event}")
    if len(of) > len(log):
        raise LostError("the stream has messages that are no events")
