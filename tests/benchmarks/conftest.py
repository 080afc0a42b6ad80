"""Benches of tiny sizes on the databases of the tests; their figures mean nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.benchmarks.bench import SHORT, Bench

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.bench import Kind as On
    from tests.databases import Kind

DATABASES: Final[dict[On, Kind]] = {"SQLite": "sqlite-file", "PostgreSQL": "postgresql"}


@pytest.fixture(params=DATABASES)
def bench(request: pytest.FixtureRequest, fresh_database: Callable[[Kind], str]) -> Bench:
    """A bench on each kind of database."""
    kind: On = request.param
    return Bench(kind, lambda: fresh_database(DATABASES[kind]), SHORT)
