"""What every measurement gets: new databases of one kind, the processes that work for them, and sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import psycopg
from sqlalchemy import make_url

from infrastructure.ledger import StoredLedger
from infrastructure.log.erasure import TABLES
from tests.benchmarks.children import P, T, in_own_process
from tests.benchmarks.measure import Job, measure
from tests.benchmarks.mixed import make_mixed_facts
from tests.benchmarks.population import populate
from tests.databases import open_database

if TYPE_CHECKING:
    from infrastructure.clock import Clock
    from infrastructure.database.database import Database
    from tests.benchmarks.measure import Spent

Kind = Literal["SQLite", "PostgreSQL"]
SLUG: Final = "talks"


@dataclass(frozen=True)
class Sizes:
    """How much is measured; `seconds` is about how long one comparison takes."""

    facts: tuple[int, ...]
    """The facts in the records of each size, the smallest first."""
    appends: int
    bulk: int
    requests: int
    imported: int
    followed: int
    """The facts of the record that is read, rebuilt and verified as a whole."""
    large: int
    """The facts of a very large negotiation."""
    others: int
    """Facts of another negotiation in the same database as the `large` one."""
    paged: int
    """The facts of the record whose pages are drawn, and of the small negotiation beside a very large one."""
    processes: int
    """How many processes write by hand at once."""
    workers: tuple[int, ...]
    """The numbers of workers of a server."""
    seconds: float
    profiled: float
    """For about how many seconds a run that misses its goal is repeated while it is profiled."""
    alone: bool = True
    """Whether work whose memory is measured runs in a process of its own."""


FULL: Final = Sizes(
    facts=(1_000, 10_000, 100_000),
    appends=50,
    bulk=1_000,
    requests=200,
    imported=100_000,
    followed=20_000,
    large=1_000_000,
    others=2_000_000,
    paged=10_000,
    processes=8,
    workers=(1, 2, 4),
    seconds=2.0,
    profiled=0.3,
)
SHORT: Final = Sizes(
    facts=(60,),
    appends=2,
    bulk=10,
    requests=2,
    imported=80,
    followed=80,
    large=60,
    others=120,
    paged=60,
    processes=2,
    workers=(1,),
    seconds=0.0,
    profiled=0.0,
    alone=False,
)


@dataclass(frozen=True)
class Bench:
    """One kind of database to measure on; `fresh` gives the URL of a new one, migrated."""

    kind: Kind
    fresh: Callable[[], str]
    sizes: Sizes
    made: dict[int, str] = field(default_factory=dict)
    """{number of facts: URL of a database with so many facts of mixed kinds}, for measurements that only read."""

    @contextmanager
    def database(self, url: str | None = None, clock: Clock | None = None) -> Iterator[Database]:
        """Open a database, a new one unless its URL is given."""
        url = url or self.fresh()
        database = open_database(url) if clock is None else open_database(url, clock=clock)
        with closing(database):
            yield database

    def open_talks(self, url: str, at: int) -> None:
        """Open the negotiation for the facts at a given instant, so that two logs begin alike."""
        with self.database(url, clock=lambda: at) as database:
            opening = {"slug": SLUG, "title": "Talks", "parties": (), "summary": None}
            StoredLedger(database).open_negotiation(**opening, actor="bench")  # type: ignore[arg-type]

    def make_mixed(self, size: int) -> str:
        """The URL of a database with a negotiation of `size` facts of mixed kinds; it is made once."""
        if size not in self.made:
            url = self.made[size] = self.fresh()
            with self.database(url) as database:
                populate(StoredLedger(database), SLUG, size, make_mixed_facts(size))
                database.drop_overwritten(*TABLES)
        return self.made[size]

    def job(self, url: str, run: Callable[[], object], *servers: int) -> Job:
        """A job on a database: in this process, or in the processes `servers`, to which this one sends requests."""
        return Job(run, lambda: [*servers, *self.backends(url)], asking=bool(servers))

    def run_alone(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a function of a module returns, run in a process of its own."""
        run = in_own_process if self.sizes.alone else _call
        return run(function, *args, **kwargs)

    def measure(self, *jobs: Job, times: int | None = None) -> list[Spent]:
        """Measure jobs in turns."""
        return measure(*jobs, seconds=self.sizes.seconds, times=times)

    def backends(self, url: str) -> list[int]:
        """The processes of PostgreSQL that work for a database."""
        return backends_of(url)


def _call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return function(*args, **kwargs)


def backends_of(url: str) -> list[int]:
    """The processes of PostgreSQL that work for the database of a URL; none of SQLite."""
    database = make_url(url)
    if database.get_backend_name() == "sqlite":
        return []
    found = (
        "SELECT pid FROM pg_stat_activity"
        " WHERE datname = %s AND backend_type IN ('client backend', 'parallel worker')"
    )
    with psycopg.connect(driver_url(url, "postgres"), autocommit=True) as connection:
        return [int(pid) for (pid,) in connection.execute(found, (database.database,))]


def driver_url(url: str, database: str | None = None) -> str:
    """A URL of PostgreSQL as its driver takes it, of another database of the server if one is given."""
    made = make_url(url).set(drivername="postgresql")
    made = made if database is None else made.set(database=database)
    return made.render_as_string(hide_password=False)
