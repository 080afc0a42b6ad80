"""Pages of a large record: the processor time of their server, and their bytes; and pictures."""

from __future__ import annotations

import gzip
import time
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from api.commands.charts.renderer import Renderer
from tests.benchmarks.bench import SLUG
from tests.benchmarks.measure import Spent
from tests.benchmarks.mixed import DAYS, FIRST_DAY
from tests.benchmarks.population import day
from tests.benchmarks.rows import bound_time, compare_times
from tests.benchmarks.serving import serve_record
from tests.databases import let_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.bench import Bench
    from tests.benchmarks.rows import Row

MOST_SECONDS: Final = 0.1
PATHS: Final = ("", "/timeline", "/people", "/numbers/released", "/pictures/posts", "/audit")
HTML: Final = {"Accept": "text/html"}


def rows(bench: Bench) -> Iterator[Row]:
    """Pages of a record, each for another day so that no answer is cached; and the first picture of a process."""
    size = bench.sizes.paged
    url = bench.make_mixed(size)
    let_in(url)
    days = map(day, count(FIRST_DAY + DAYS // 2))
    with serve_record(url) as server:
        for path in PATHS:

            def ask(path: str = path) -> bytes:
                address = f"/n/{SLUG}{path}?as_of={next(days)}"
                return server.send(200, "GET", address, None, HTML)[0]

            kilobytes = len(gzip.compress(ask())) / 1_000
            (found,) = bench.measure(bench.job(url, ask, server.pid))
            what = f"page {path or '/'} of {size:,} facts, {kilobytes:.0f} kB packed"
            yield bound_time(what, bench.kind, found, MOST_SECONDS)
    drawing = Renderer()
    first, later = (_draw(drawing) for _ in "ab")
    drawing.close()
    yield compare_times("a picture by a new process", bench.kind, (first, later), "a later one")


def _draw(drawing: Renderer) -> Spent:
    began = time.perf_counter()
    drawn = drawing.draw(SPEC, "svg")
    assert b"<svg" in drawn.picture
    return Spent(drawn.seconds, time.perf_counter() - began)


SPEC: Final[dict[str, Any]] = {
    "mark": "bar",
    "data": {"values": [{"a": 1, "b": 2}]},
    "encoding": {"x": {"field": "a"}, "y": {"field": "b"}},
}
