"""The library's suites pass on a SQLite file."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.conformance import suites

if TYPE_CHECKING:
    from tests.databases import Kind


class On:
    kind: ClassVar[Kind] = "sqlite-file"


class TestApplications(On, suites.Applications):
    pass


class TestNonInterleaving(On, suites.NonInterleaving):
    pass


class TestLibraryApplications(On, suites.LibraryApplications):
    pass
