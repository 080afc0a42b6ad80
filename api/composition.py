"""Everything is put together here, once, for the server and for the command line alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from infrastructure.clock import Clock, never_back, system_clock
from infrastructure.database import Database
from infrastructure.ledger_store import StoredLedger
from infrastructure.projections.rebuild import RebuildReport, rebuild
from infrastructure.readers.reading import Reading
from infrastructure.schema import schema_at_head
from infrastructure.schema import upgrade as bring_to_head
from infrastructure.settings import Settings

__all__ = ["Parley", "compose"]


@dataclass(frozen=True)
class Parley:
    """The record on one database: `ledger` takes commands, `reading` answers questions."""

    settings: Settings
    database: Database
    ledger: StoredLedger
    clock: Clock

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """One consistent snapshot to answer from."""
        with self.database.reading() as connection:
            yield Reading(connection, self.ledger.codec, self.clock())

    def ready(self) -> dict[str, Any]:
        """{schema: whether it is at head, log: the last position, projections: {name: position held}}."""
        if not schema_at_head(self.database):
            return {"schema": False, "log": None, "projections": {}}
        with self.reading() as reading:
            return {"schema": True, "log": reading.head, "projections": reading.projections()}

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> RebuildReport:
        """Derive the fact versions again beside those that serve, compare, and switch."""
        return rebuild(self.database, self.ledger.codec, progress)

    def close(self) -> None:
        """Let go of the database."""
        self.ledger.close()
        self.database.close()


def compose(
    settings: Settings, *, clock: Clock = system_clock, upgrade: bool = True
) -> Parley:
    """Open the database of the settings, upgrade it unless told not to, and put the record on it."""
    steady = never_back(clock)
    database = Database(settings.database_url, clock=steady)
    if upgrade:
        bring_to_head(database)
    return Parley(settings, database, StoredLedger(database), steady)
