"""Makes recorders of Parley's log for the event-sourcing library; it creates no tables.

If the library loads it (`PERSISTENCE_MODULE="infrastructure.log.factory"`), it opens the database that
`PARLEY_DATABASE_URL` names, with the keys that the settings name, and later closes it. A composition root passes a
`Database`, which stays open, and the projections to write in each event's transaction.
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

ORIGINATOR_ID_TYPE: Final = "ORIGINATOR_ID_TYPE"


class EventFactory(InfrastructureFactory[TrackingRecorder]):
    """Makes application recorders of one log, and no other recorders. OSError if the environment lacks a setting."""

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
        self.database = database or self._open_database()

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Raise OSError: streams are kept in the log alone, and there are no snapshots of them."""
        raise _refusal(f"an aggregate recorder of {purpose}")

    def application_recorder(self) -> ApplicationRecorder:
        """The recorder of the log; APPLICATION_RECORDER_TOPIC may name a subclass."""
        topic = self.env.get(self.APPLICATION_RECORDER_TOPIC)
        recorder: type[EventRecorder] = _resolve(topic, EventRecorder)
        return recorder(**self._log())

    def tracking_recorder(
        self, tracking_recorder_class: type[TrackingRecorder] | None = None
    ) -> TrackingRecorder:
        """Raise OSError: each projection keeps its own position, in the transaction of its rows."""
        named = (
            "a tracking recorder"
            if tracking_recorder_class is None
            else tracking_recorder_class.__name__
        )
        raise _refusal(named)

    def process_recorder(self) -> ProcessRecorder:
        """Raise OSError: no follower of the log records events of its own."""
        raise _refusal("a process recorder")

    def close(self) -> None:
        """Close the database, unless it was passed to this factory."""
        if self._owns_database:
            self.database.close()

    def _log(self) -> dict[str, Any]:
        return {
            "database": self.database,
            "projections": self._projections,
            "originator_id_type": self._originator_id_type,
        }

    def _open_database(self) -> Database:
        url, *keys = map(variable, ("database_url", "seal_key", "seal_key_file"))
        if not self.env.get(url):
            raise OSError(f"none of {', '.join(self.env.create_keys(url))} is set")
        values = {name: self.env.get(name) for name in (url, *keys)}
        settings = Settings.from_env({name: text for name, text in values.items() if text})
        return Database(settings.database_url, seals=seals_by(settings))

    def _read_originator_id_type(self) -> OriginatorIDType:
        id_type = self.env.get(ORIGINATOR_ID_TYPE, "uuid").lower()
        if id_type not in {"uuid", "text"}:
            raise OSError(f"{ORIGINATOR_ID_TYPE}={id_type!r}: write 'uuid' or 'text'")
        return cast("OriginatorIDType", id_type)


def _refusal(what: str) -> OSError:
    return OSError(f"Parley's log makes application recorders only, and not {what}")


def _resolve(topic: str | None, otherwise: type[Any]) -> type[Any]:
    cls: type[Any] = resolve_topic(topic) if topic else otherwise
    if not issubclass(cls, otherwise):
        raise OSError(f"{topic} is not a subclass of {otherwise.__name__}")
    return cls
