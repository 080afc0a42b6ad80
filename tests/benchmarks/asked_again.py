"""The time of repeated requests: for the same answer again, or for the same answer at one day after another.

Each answer is cached while it holds (ADR 0045). For another day a state, a tally and people are computed from cached
facts (ADR 0049).
"""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final

from tests.benchmarks.bench import SLUG
from tests.benchmarks.mixed import DAYS, FIRST_DAY
from tests.benchmarks.population import day
from tests.benchmarks.reading import STATE
from tests.benchmarks.rows import bound_time
from tests.benchmarks.serving import serve_record
from tests.databases import let_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.bench import Bench
    from tests.benchmarks.rows import Row
    from tests.benchmarks.serving import Served

ASKED: Final[dict[str, tuple[str, float | None]]] = {
    "tally": ("/tally?what=released", 0.010),
    "people": ("/people", 0.005),
    "moments by year": ("/moments?by=year", None),
    "timeline: first page": ("/timeline", 0.005),
    "audit, a page": ("/audit", 0.005),
}
"""The other answers: the end of the address, and the most seconds."""
SLIDING: Final = ("state", "tally", "people")
"""The answers that a slider asks for, three days later each time."""


def rows(bench: Bench) -> Iterator[Row]:
    """The processor time of the server for each repeated answer at each size."""
    for size in bench.sizes.facts:
        url = bench.make_mixed(size)
        let_in(url)
        with serve_record(url) as server:
            for what, (path, most) in {"state": ("", STATE.get(size)), **ASKED}.items():
                ask = partial(_get, server, f"/v1/negotiations/{SLUG}{path}")
                (found,) = bench.measure(bench.job(url, ask, server.pid))
                told = f"asked again over HTTP: {what}, {size:,} facts"
                yield bound_time(told, bench.kind, found, most)
            for what in SLIDING:
                path, most = ASKED.get(what, ("", STATE.get(size)))
                days = map(day, count(FIRST_DAY + DAYS // 2, 3))
                slide = partial(_slide, server, f"/v1/negotiations/{SLUG}{path}", days)
                for _ in "ab":
                    slide()
                (found,) = bench.measure(bench.job(url, slide, server.pid))
                told = f"three days later over HTTP: {what}, {size:,} facts"
                yield bound_time(told, bench.kind, found, most)


def _slide(server: Served, address: str, days: Iterator[str]) -> None:
    _get(server, f"{address}{'&' if '?' in address else '?'}as_of={next(days)}")


def _get(server: Served, address: str) -> None:
    server.send(200, "GET", address)
