"""Each of the library's suites, bound to Parley's factory; a module a database runs them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest
from eventsourcing.tests import application, persistence, projection
from eventsourcing.utils import Environment, get_topic

from infrastructure.log.factory import EventFactory
from infrastructure.log.recorder import (
    AggregateEventRecorder,
    EventRecorder,
    EventTrackingRecorder,
    ProcessEventRecorder,
    SnapshotRecorder,
)
from tests.conformance.counters_view import CountersView
from tests.databases import SEAL_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventsourcing.persistence import (
        AggregateRecorder,
        ApplicationRecorder,
        ProcessRecorder,
        TrackingRecorder,
    )

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
        """Adapt a suite that reads its environment from itself."""


class Aggregates(OnDatabase, persistence.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return self.factory.aggregate_recorder()


class Snapshots(OnDatabase, persistence.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return self.factory.aggregate_recorder(purpose="snapshots")


class Applications(OnDatabase, persistence.ApplicationRecorderTestCase[EventRecorder]):
    def create_recorder(self) -> EventRecorder:
        recorder = self.factory.application_recorder()
        assert isinstance(recorder, EventRecorder)
        return recorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class Trackings(OnDatabase, persistence.TrackingRecorderTestCase):
    def create_recorder(self) -> TrackingRecorder:
        return self.factory.tracking_recorder()


class Processes(OnDatabase, persistence.ProcessRecorderTestCase):
    def create_recorder(self) -> ProcessRecorder:
        return self.factory.process_recorder()


class NonInterleaving(OnDatabase, persistence.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.application_recorder()


class CountersOfATopic(EventTrackingRecorder):
    """A subclass for the factory to find by its topic."""


class Factories(OnDatabase, persistence.InfrastructureFactoryTestCase[EventFactory]):
    def prepare(self, environment: dict[str, str]) -> None:
        self.env = Environment(env=environment)

    def expected_factory_class(self) -> type[EventFactory]:
        return EventFactory

    def expected_aggregate_recorder_class(self) -> type[AggregateEventRecorder]:
        return AggregateEventRecorder

    def expected_application_recorder_class(self) -> type[EventRecorder]:
        return EventRecorder

    def expected_tracking_recorder_class(self) -> type[EventTrackingRecorder]:
        return EventTrackingRecorder

    def tracking_recorder_subclass(self) -> type[CountersOfATopic]:
        return CountersOfATopic

    def expected_process_recorder_class(self) -> type[ProcessEventRecorder]:
        return ProcessEventRecorder

    def test_create_snapshot_recorder(self) -> None:
        recorder = self.factory.aggregate_recorder(purpose="snapshots")
        assert type(recorder) is SnapshotRecorder


class ExampleApplications(OnDatabase, application.ExampleApplicationTestCase):
    expected_factory_topic = get_topic(EventFactory)


@pytest.mark.filterwarnings("default:'log' is deprecated:DeprecationWarning")
class LibraryApplications(OnDatabase, application.ApplicationTestCase):
    """The library's tests of its own application; one of them looks for the warning let through."""


class CountersProjections(OnDatabase, projection.AggregateEventCountersProjectionTestCase):
    view_class = CountersView

    def prepare(self, environment: dict[str, str]) -> None:
        self.env = environment  # type: ignore[misc]


class EventSourcedProjections(OnDatabase, projection.EventSourcedProjectionTestCase):
    def prepare(self, environment: dict[str, str]) -> None:
        own_log = {"COUNTERS_PARLEY_DATABASE_URL": self.fresh(self.kind)}
        self.env = environment | own_log  # type: ignore[misc]


class CountersViews(OnDatabase, projection.EventCountersViewTestCase):
    def construct_event_counters_view(self) -> CountersView:
        view = self.factory.tracking_recorder(CountersView)
        assert isinstance(view, CountersView)
        return view
