"""Asks the cache before the servers to drop what an erasure changed, once that is committed and until it is done.

It follows the log, so that erasures by other processes count, too, and on a standby those that have just been replayed.
When a process starts, it asks again for each erasure that is younger than the time for which a cache keeps an answer.
Everything is asked for a second time, because a response that was under way at the first time may be cached after it.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import httpx
from sqlalchemy import Connection, Select, and_, not_, or_, select

from domain.streams.event import FactErased, SettingsChanged, SourcesErased
from infrastructure.tables.facts import serving_tables
from infrastructure.tables.record import negotiation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from infrastructure.clock import Clock
    from infrastructure.log.select import LogReader

AGAIN_SECONDS: Final = 30.0
"""When it is asked for a second time: later than a response to a reading request takes."""
PAUSE_SECONDS: Final = 2.0
"""The pause after a request that failed."""
PATIENCE_SECONDS: Final = 5.0
MOST_TAGS: Final = 100
"""How many tags one request has at most."""
_SECOND: Final = 1_000_000
_AT_ONCE: Final = 500
_TYPES: Final = tuple(
    event_class.stored_name for event_class in (FactErased, SourcesErased, SettingsChanged)
)
_OF_ALL: Final = frozenset({"changes", "negotiations", "entries"})
"""The tags of answers that tell of every negotiation."""

_logger: Final = logging.getLogger("parley")


class _Due(NamedTuple):
    at: float
    tags: frozenset[str]


class Purger:
    """Sends `PURGE` to `url`, with the tags in `Cache-Tag`; a cache keeps an answer for `kept_seconds` at most."""

    poll_seconds: Final = 1.0

    def __init__(
        self,
        log: LogReader,
        clock: Clock,
        url: str,
        kept_seconds: int,
        *,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._clock = clock
        self._url = url
        self._kept_seconds = kept_seconds
        self._steady = steady
        self._reached: int | None = None
        self._due: list[_Due] = []
        self._not_before = 0.0
        self._failing = False

    def follow(self) -> None:
        """Note what was erased since the last call, and ask for what is due; after a failure a later call does so."""
        self._note_erased()
        now = self._steady()
        due = [purge for purge in self._due if purge.at <= now]
        if not due or now < self._not_before:
            return
        try:
            self._send(sorted(frozenset().union(*(purge.tags for purge in due))))
        except httpx.HTTPError as error:
            self._not_before = now + PAUSE_SECONDS
            if not self._failing:
                _logger.warning("the cache could not be purged and is asked again: %s", error)
            self._failing = True
        else:
            self._due = [purge for purge in self._due if purge not in due]
            self._failing = False

    def _note_erased(self) -> None:
        head, _ = self._log.head()
        if self._reached is None:
            kept_since = self._clock() - self._kept_seconds * _SECOND
            self._reached = self._log.position_at(kept_since)
        while self._reached < head:
            entries = self._log.entries_between(self._reached, _AT_ONCE, stop=head, types=_TYPES)
            if entries:
                self._add(self._slugs({entry.originator_id for entry in entries}))
            self._reached = entries[-1].id if len(entries) == _AT_ONCE else head

    def _add(self, slugs: frozenset[str]) -> None:
        now = self._steady()
        tags = slugs | _OF_ALL
        self._due += [_Due(now, tags), _Due(now + AGAIN_SECONDS, tags)]

    def _slugs(self, streams: Iterable[UUID | str]) -> frozenset[str]:
        """The negotiations of some facts, if they are public, and those that have these ids."""
        ids = [stream if isinstance(stream, str) else stream.hex for stream in streams]
        with self._log.database.looking() as connection:
            return frozenset(connection.execute(_slugs_of(connection, ids)).scalars())

    def _send(self, tags: list[str]) -> None:
        """Ask for all tags; raises httpx.HTTPError unless each request is answered with 2xx."""
        with httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False) as client:
            for start in range(0, len(tags), MOST_TAGS):
                named = ",".join(tags[start : start + MOST_TAGS])
                answer = client.request("PURGE", self._url, headers={"Cache-Tag": named})
                if not answer.is_success:
                    raise httpx.HTTPStatusError(
                        f"the answer was {answer.status_code}",
                        request=answer.request,
                        response=answer,
                    )


def _slugs_of(connection: Connection, ids: list[str]) -> Select[Any]:
    version = serving_tables(connection).version
    of_facts = select(version.c.negotiation_id).where(version.c.fact_id.in_(ids))
    public = and_(not_(negotiation.c.private), negotiation.c.id.in_(of_facts))
    return select(negotiation.c.slug).where(or_(negotiation.c.id.in_(ids), public))
