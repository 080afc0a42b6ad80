"""The work of a writing process and of a tailing process; each opens the database itself."""

from __future__ import annotations

from threading import Timer
from time import monotonic
from typing import Final
from uuid import uuid4

from infrastructure.log.recorder import EventRecorder
from tests.databases import open_database
from tests.infrastructure.recording import events
from tests.thorough import choose_count

APPENDS: Final = choose_count(24, 180)
TAIL_LIMIT: Final = 50
SECONDS: Final = 60


def write(url: str) -> list[tuple[int, int]]:
    """Append `APPENDS` times, one to three events each; gives what was acknowledged."""
    database = open_database(url)
    recorder = EventRecorder(database)
    acknowledged = []
    for number in range(APPENDS):
        entries = recorder.append(events(uuid4(), *range(1, 2 + number % 3)))
        acknowledged += [(entry.id, entry.recorded_at) for entry in entries]
    database.close()
    return acknowledged


def tail(url: str, last: int) -> list[tuple[int, int]]:
    """Read the log from its beginning as it grows, to position `last`, without reading anything twice."""
    database = open_database(url)
    recorder = EventRecorder(database)
    seen: list[tuple[int, int]] = []
    deadline = monotonic() + SECONDS
    while (not seen or seen[-1][0] < last) and monotonic() < deadline:
        after = seen[-1][0] if seen else 0
        found = recorder.entries_between(after, TAIL_LIMIT)
        seen += [(entry.id, entry.recorded_at) for entry in found]
    database.close()
    return seen


def subscribe(url: str, last: int) -> list[tuple[int, int]]:
    """Follow the log by a subscription, to position `last`."""
    database = open_database(url)
    seen: list[tuple[int, int]] = []
    with EventRecorder(database).subscribe() as subscription:
        deadline = Timer(SECONDS, subscription.stop)
        deadline.start()
        for entry in subscription:
            seen.append((entry.id, entry.recorded_at))
            if entry.id >= last:
                break
        deadline.cancel()
    database.close()
    return seen
