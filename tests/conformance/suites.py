"""The library's suites for application recorders, bound to Parley's factory; a module for each database runs all."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest
from eventsourcing.tests import application, persistence

from infrastructure.log.factory import EventFactory
from infrastructure.log.recorder import EventRecorder
from tests.databases import SEAL_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventsourcing.persistence import ApplicationRecorder

    from tests.databases import Kind

MODULE = "infrastructure.log.factory"


class OnDatabase:
    """Gives a suite a factory on a fresh database of `kind`, and the environment that names it."""

    kind: ClassVar[Kind]
    factory: EventFactory
    fresh: Callable[[Kind], str]

    @pytest.fixture(autouse=True)
    def _on_a_fresh_database(
        self, fresh_database: Callable[[Kind], str], monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[None]:
        environment = {
            "PERSISTENCE_MODULE": MODULE,
            "PARLEY_DATABASE_URL": fresh_database(self.kind),
            "PARLEY_SEAL_KEY": SEAL_KEY,
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        self.fresh = fresh_database
        self.prepare(environment)
        factory = EventFactory(environment)
        self.factory = factory
        yield
        factory.close()

    def prepare(self, environment: dict[str, str]) -> None:
        """Adapt a suite that takes its environment from itself."""


class Applications(OnDatabase, persistence.ApplicationRecorderTestCase[EventRecorder]):
    def create_recorder(self) -> EventRecorder:
        recorder = self.factory.application_recorder()
        assert isinstance(recorder, EventRecorder)
        return recorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class NonInterleaving(OnDatabase, persistence.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.application_recorder()


@pytest.mark.filterwarnings("default:'log' is deprecated:DeprecationWarning")
class LibraryApplications(OnDatabase, application.ApplicationTestCase):
    """The library's tests of its own application; one of them expects the warning that is let through."""
