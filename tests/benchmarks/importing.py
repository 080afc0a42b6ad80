"""The import of a file beside the same rows by hand; how long others wait, and its memory, full text and bytes."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from sqlalchemy import make_url

from api.commands.commands import FactParser
from api.commands.importing.importer import Importer
from api.composition import compose
from domain.fact import as_primitives
from domain.streams.negotiation import decide_open
from infrastructure.clock import system_clock
from infrastructure.log.codec import EventCodec
from infrastructure.log.erasure import TABLES
from infrastructure.projections import fact_text
from tests.benchmarks.appending import decide_events
from tests.benchmarks.bench import SLUG, backends_of
from tests.benchmarks.children import peak_memory
from tests.benchmarks.measure import Job, Spent, measure_waiting
from tests.benchmarks.mixed import make_mixed_facts
from tests.benchmarks.rows import bound_count, bound_time, compare_times, duration
from tests.benchmarks.serving import make_fact, serve_record
from tests.benchmarks.yardsticks.appending import RawLog
from tests.benchmarks.yardsticks.connection import Raw
from tests.benchmarks.yardsticks.recorded import read_recorded
from tests.databases import let_in, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.bench import Bench
    from tests.benchmarks.rows import Row
    from tests.benchmarks.serving import Served

GOAL: Final = 0.3
MOST_MEGABYTES: Final = 200
LONGEST_WAIT: Final = 0.5
FULL_TEXT: Final = 1 / 20_000
"""The most seconds for a fact."""
MOST_BYTES: Final = 3
"""The most bytes that Parley may take for each byte of the file."""
TURN: Final = 1_000
"""The number of events in a transaction by hand."""
PAUSE: Final = 0.02


def rows(bench: Bench) -> Iterator[Row]:
    """The import of a file, and the work that it causes."""
    size, url = bench.sizes.imported, bench.fresh()
    with TemporaryDirectory() as folder:
        path = write_file(Path(folder), size)
        ndjson = path.stat().st_size
        whole, memory = bench.run_alone(import_file, url, str(path))
    spent = whole.per(size)
    by_hand = _measure_by_hand(bench, url, size)
    what = f"import, a fact of {size:,}"
    yield compare_times(what, bench.kind, (spent, by_hand), "the same rows by hand", GOAL)
    if bench.kind == "SQLite":
        library = _measure_library(size)
        yield compare_times(
            what, bench.kind, (spent, library), "eventsourcing's Application: events alone"
        )
    yield bound_count("import: memory", bench.kind, memory / 1e6, MOST_MEGABYTES, "MB")
    yield _longest_wait(bench)
    yield _full_text(bench, url, size)
    if bench.kind == "SQLite":
        database = Path(str(make_url(url).database)).stat().st_size
        beside = f"{ndjson / size:.0f} bytes of NDJSON"
        times = database / ndjson
        yield bound_count(
            f"a fact of {size:,}, full text included", bench.kind, times, MOST_BYTES, "×", beside
        )
    bench.made[size] = url


def write_file(folder: Path, size: int) -> Path:
    """A file of facts, one a line."""
    path = folder / "facts.ndjson"
    with path.open("wb") as file:
        for fact in make_mixed_facts(size):
            told = {
                name: part for name, part in as_primitives(fact).items() if part not in (None, [])
            }
            file.write(msgspec.json.encode(told) + b"\n")
    return path


def import_file(url: str, path: str) -> tuple[Spent, int]:
    """Import a file into a new negotiation; gives the time and the peak memory of this process."""
    parley = compose(settings_of(url), upgrade=False)
    opening = decide_open(slug=SLUG, title="Talks", parties=(), summary=None, actor="bench")
    importer = Importer(parley, FactParser())

    def run() -> None:
        with Path(path).open("rb") as file:
            report = importer.run(
                slug=SLUG,
                lines=file,
                media="ndjson",
                dry_run=False,
                partial=False,
                principal=parley.owner,
                opening=[opening],
            )
        assert not report.rejected

    spent = Job(run, lambda: backends_of(url)).measure()
    parley.close()
    return spent, peak_memory()


def _measure_by_hand(bench: Bench, url: str, size: int) -> Spent:
    """The time of the rows of an import by hand, for each fact; reading the rows is not counted."""
    copy = bench.fresh()
    bench.open_talks(copy, system_clock())
    whole = Spent(0.0, 0.0)
    with closing(Raw(url)) as read, closing(Raw(copy)) as raw:
        log = RawLog(raw)
        for after in range(1, size + 1, TURN):
            recorded = read_recorded(read, after, min(after + TURN, size + 1))
            whole += bench.job(copy, partial(log.append, recorded)).measure()
        assert raw.read("SELECT count(*) FROM event") == [(size + 1,)]
    return whole.per(size)


class Library(Application[UUID]):
    """The library's own recorder, with Parley's codec."""

    def construct_mapper(self) -> Any:  # noqa: ANN401 -- the library's
        """Parley's codec."""
        return EventCodec()


def _measure_library(size: int) -> Spent:
    """The time of the events alone, for each fact, in the library's own tables."""
    events = decide_events(size)
    with TemporaryDirectory() as folder:
        env = {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(Path(folder) / "library.db"),
        }
        with closing(Library(env)) as library:
            whole = Spent(0.0, 0.0)
            for at in range(0, size, TURN):
                whole += Job(partial(library.save, *events[at : at + TURN])).measure()
    return whole.per(size)


def _longest_wait(bench: Bench) -> Row:
    """The longest wait of a client that posts one fact after another while a server imports."""
    size, url = bench.sizes.followed, bench.fresh()
    let_in(url)
    with TemporaryDirectory() as folder:
        body = write_file(Path(folder), size).read_bytes()
    with (
        serve_record(url) as importing,
        importing.another() as posting,
        ThreadPoolExecutor(1) as thread,
    ):
        opening = {"slug": "bench", "title": "Bench", "parties": []}
        importing.send(201, "POST", "/v1/negotiations", opening)
        ended = threading.Event()
        waits = thread.submit(_post_until, ended, posting)
        media = {"Content-Type": "application/x-ndjson"}
        try:
            importing.send(200, "POST", "/v1/negotiations/bench/import", body, media)
        finally:
            ended.set()
    longest, stood = max(waits.result())
    what = f"while a server imports {size:,}: the longest wait of a POST, by the clock"
    beside = f"{len(waits.result())} POSTs; in the longest, threads of the server waited {duration(stood)} for a core"
    return bound_count(what, bench.kind, longest, LONGEST_WAIT, "s", beside)


def _post_until(ended: threading.Event, server: Served) -> list[tuple[float, float]]:
    """Post facts until `ended`; (its seconds, the seconds that threads of the server waited for a core) for each."""
    waits: list[tuple[float, float]] = []
    while not waits or not ended.wait(PAUSE):
        stood, began = measure_waiting(server.pid), time.perf_counter()
        server.send(201, "POST", "/v1/negotiations/bench/facts", make_fact(len(waits)))
        took = time.perf_counter() - began
        waits.append((took, max(0.0, measure_waiting(server.pid) - stood)))
    return waits


def _full_text(bench: Bench, url: str, size: int) -> Row:
    """The time that the full text takes for each imported fact."""
    with bench.database(url) as database:
        spent = bench.job(url, lambda: fact_text.catch_up(database)).measure().per(size)
        database.drop_overwritten(*TABLES)
    return bound_time(f"full text, a fact of {size:,}", bench.kind, spent, FULL_TEXT)
