"""The library's suites pass on a SQLite file."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.conformance import suites

if TYPE_CHECKING:
    from tests.databases import Kind


class On:
    kind: ClassVar[Kind] = "sqlite-file"


class TestAggregates(On, suites.Aggregates):
    pass


class TestSnapshots(On, suites.Snapshots):
    pass


class TestApplications(On, suites.Applications):
    pass


class TestTrackings(On, suites.Trackings):
    pass


class TestProcesses(On, suites.Processes):
    pass


class TestNonInterleaving(On, suites.NonInterleaving):
    pass


class TestFactories(On, suites.Factories):
    pass


class TestExampleApplications(On, suites.ExampleApplications):
    pass


class TestLibraryApplications(On, suites.LibraryApplications):
    pass


class TestCountersProjections(On, suites.CountersProjections):
    pass


class TestEventSourcedProjections(On, suites.EventSourcedProjections):
    pass


class TestCountersViews(On, suites.CountersViews):
    pass
