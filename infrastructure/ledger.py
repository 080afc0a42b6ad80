"""The ledger on a database: its events in Parley's codec, its projections in each event's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.streams.ledger import Ledger
from infrastructure.log.codec import EventCodec
from infrastructure.log.factory import EventFactory
from infrastructure.projections.inline import RecordProjection

if TYPE_CHECKING:
    from uuid import UUID

    from eventsourcing.persistence import InfrastructureFactory, Mapper
    from eventsourcing.utils import Environment

    from infrastructure.database.database import Database


class StoredLedger(Ledger):
    """A ledger whose log is kept in `database`, which is handed in and left open."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.codec = EventCodec()
        super().__init__()

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """A factory on the database that was handed in."""
        projections = [RecordProjection(self.codec)]
        return EventFactory(env, database=self._database, projections=projections)

    def construct_mapper(self) -> Mapper[UUID]:
        """Parley's codec."""
        return self.codec
