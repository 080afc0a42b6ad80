"""Reads what the response to a change of a fact needs, in the transaction that writes the change."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from domain.streams.entry import Entry
from domain.streams.event import FactErased, SourcesErased
from domain.streams.fact import evolve
from domain.time.perspective import Perspective
from domain.views.known.timeslices import version_of
from infrastructure.database.damage import DamagedError
from infrastructure.readers.names import read_alias_notices
from infrastructure.readers.similar import read_similar
from infrastructure.tables.facts import serving_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from domain.access import Principal
    from domain.streams.event import FactEvent
    from domain.streams.fact import FactRecord
    from domain.views.notices import Notice
    from domain.views.versions import FactVersion
    from infrastructure.log.entry import LogEntry


class RecordedFact:
    """A fact as an event leaves it; it is given as `within` to the append that ends with `event`.

    `before` is the fact as it was, or None for a new one. After the commit, `version` is the fact as the event left it;
    `perspective` is the one right after the event; `similar` are the facts that were then much like it; and
    `alias_notices` are those of `find_alias_notices`, if `principal` may see them. The version's `first_position` is
    that of the event.
    """

    version: FactVersion
    perspective: Perspective
    similar: Sequence[FactVersion] = ()
    alias_notices: Sequence[Notice] = ()

    def __init__(self, event: FactEvent, before: FactRecord | None, principal: Principal) -> None:
        self.event = event
        self.before = before
        self._principal = principal

    def __call__(self, connection: Connection, entries: Sequence[LogEntry]) -> None:
        """Keep the fact's new version and read the facts like it, in the transaction that wrote `entries`."""
        at, recorded_at = entries[-1].id, entries[-1].recorded_at
        entry = Entry(position=at, recorded_at=recorded_at, event=self.event)
        self.version = version_of(entry, self.event, evolve(self.before, self.event), at)
        self.perspective = Perspective(
            as_of=recorded_at, as_known_at=None, clock="recorded", match="possible", position=at
        )
        if not isinstance(self.event, FactErased | SourcesErased):
            tables = serving_tables(connection)
            about = connection, tables, self.version, self.perspective, self._principal
            with suppress(DamagedError):  # of another fact, which says so itself when it is read
                self.similar, self.alias_notices = read_similar(*about), read_alias_notices(*about)
