"""The library's factory for Parley's log; it makes recorders and no table.

Loaded by `PERSISTENCE_MODULE="infrastructure.log.factory"` it opens the database that
`PARLEY_DATABASE_URL` names, with the keys that the settings name, and closes it with itself. A
composition root hands it a `Database`, which it then leaves open, and the projections to write in
each event's transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    ProcessRecorder,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType, resolve_topic

from infrastructure.configured import seals_by
from infrastructure.database.database import Database
from infrastructure.log.recorder import EventRecorder
from infrastructure.setting_values import variable
from infrastructure.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infrastructure.log.entry import InlineProjection
    from infrastructure.log.select import OriginatorIDType

__all__ = ["EventFactory"]

ORIGINATOR_ID_TYPE: Final = "ORIGINATOR_ID_TYPE"


class EventFactory(InfrastructureFactory[TrackingRecorder]):
    """Makes application recorders of one log, and no others. OSError for an environment that it cannot use."""

    def __init__(
        self,
        env: Environment | EnvType | None,
        *,
        database: Database | None = None,
        projections: Sequence[InlineProjection] = (),
    ) -> None:
        super().__init__(env)
        self._projections = projections
        self._originator_id_type = self._read_originator_id_type()
        self._owns_database = database is None
        self.database = database or self._opened()

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """OSError: streams are kept in the log alone, and no snapshots of them are."""
        raise _refused(f"an aggregate recorder of {purpose}")

    def application_recorder(self) -> ApplicationRecorder:
        """The recorder of the log; APPLICATION_RECORDER_TOPIC may name a subclass."""
        topic = self.env.get(self.APPLICATION_RECORDER_TOPIC)
        recorder: type[EventRecorder] = _resolved(topic, EventRecorder)
        return recorder(**self._log())

    def tracking_recorder(
        self, tracking_recorder_class: type[TrackingRecorder] | None = None
    ) -> TrackingRecorder:
        """OSError: each projection keeps its own position, in the transaction of its rows."""
        named = (
            "a tracking recorder"
            if tracking_recorder_class is None
            else tracking_recorder_class.__name__
        )
        raise _refused(named)

    def process_recorder(self) -> ProcessRecorder:
        """OSError: nothing that follows the log records events of its own."""
        raise _refused("a process recorder")

    def close(self) -> None:
        """Close the database, unless it was handed in."""
        if self._owns_database:
            self.database.close()

    def _log(self) -> dict[str, Any]:
        return {
            "database": self.database,
            "projections": self._projections,
            "originator_id_type": self._originator_id_type,
        }

    def _opened(self) -> Database:
        url, *keys = map(variable, ("database_url", "seal_key", "seal_key_file"))
        if not self.env.get(url):
            raise OSError(f"none of {', '.join(self.env.create_keys(url))} is set")
        found = {name: self.env.get(name) for name in (url, *keys)}
        settings = Settings.from_env({name: text for name, text in found.items() if text})
        return Database(settings.database_url, seals=seals_by(settings))

    def _read_originator_id_type(self) -> OriginatorIDType:
        found = self.env.get(ORIGINATOR_ID_TYPE, "uuid").lower()
        if found not in {"uuid", "text"}:
            raise OSError(f"{ORIGINATOR_ID_TYPE}={found!r}: 'uuid' or 'text' is needed")
        return cast("OriginatorIDType", found)


def _refused(what: str) -> OSError:
    message = f"Parley's log has no use for {what}: it makes application recorders alone"
    return OSError(message)


def _resolved(topic: str | None, otherwise: type[Any]) -> type[Any]:
    found: type[Any] = resolve_topic(topic) if topic else otherwise
    if not issubclass(found, otherwise):
        raise OSError(f"{topic} is no {otherwise.__name__}")
    return found
