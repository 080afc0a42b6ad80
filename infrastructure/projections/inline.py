"""What is written in the transaction of each event, so that a reader always sees what it just wrote."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from domain.streams.entry import Entry
from domain.streams.event import STORED_NAMES, FactErased
from infrastructure.log.clock_corrections import corrections
from infrastructure.projections import (
    change_requests,
    fact_text,
    fact_versions,
    filling,
    negotiations,
)
from infrastructure.projections.erasure import delete_outdated_terms, erase_versions
from infrastructure.projections.outdated import is_outdated
from infrastructure.tables.facts import SIDES, serving_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from infrastructure.log.codec import EventCodec
    from infrastructure.log.entry import LogEntry


class RecordProjection:
    """Negotiations, snapshots, fact versions and change requests, from whatever events of the record are in a batch."""

    def __init__(self, codec: EventCodec) -> None:
        self._codec = codec

    def apply(self, connection: Connection, entries: Sequence[LogEntry]) -> None:
        """Write what follows from the entries, into the tables that serve."""
        read = entries_of(self._codec, entries)
        negotiations.apply(connection, read)
        serving = serving_tables(connection)
        fact_versions.apply(connection, read, serving, partial(corrections, connection))
        change_requests.apply(connection, read)
        erased = [
            entry.event.originator_id for entry in read if isinstance(entry.event, FactErased)
        ]
        if erased:
            fact_text.forget(connection, erased)
            if is_outdated(connection):
                delete_outdated_terms(connection, serving, erased)
            for side in SIDES.values():
                if (
                    side is not serving
                ):  # a rebuild that is under way or broke off leaves something there
                    filled = filling.position_filled(connection)
                    known = [clock for clock in corrections(connection) if clock.position <= filled]
                    erase_versions(connection, side, erased, known)


def entries_of(codec: EventCodec, entries: Iterable[LogEntry]) -> list[Entry]:
    """The entries of the record, decoded; what other applications keep in the log is passed over."""
    return [
        Entry(
            position=entry.id,
            recorded_at=entry.recorded_at,
            event=entry.event or codec.read(entry, entry.actor),
        )
        for entry in entries
        if entry.topic in STORED_NAMES
    ]
