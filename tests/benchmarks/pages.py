"""Pages beside the answers that they are drawn from, and pictures by a new process beside one that has drawn.

Counted is the processor's time of this process; pictures by the clock, for another process draws them.
"""

from __future__ import annotations

import gzip
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from starlette.testclient import TestClient

from api.commands.charts.renderer import Renderer
from api.composition import compose
from api.http.exchange import in_process
from api.web import page as pages
from api.web.site import create_site
from infrastructure.ledger import StoredLedger
from tests.api.asking import Client, entered
from tests.benchmarks.measure import Ratio
from tests.benchmarks.population import populate
from tests.databases import UNBOUNDED, settings_of
from tests.web.browsing import BELARUS, import_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.http.exchange.in_process import Reply
    from infrastructure.database.database import Database

TURNS: Final = 7
LARGE: Final = 10_000
"""How many facts the large record has."""
PATHS: Final = (
    *("", "/timeline", "/people", "/numbers/released", "/pictures/releases", "/pictures/posts"),
    *("/audit", "/compare?from=2025-06-21&clock=published"),
)
LARGE_PATHS: Final = ("", "/timeline", "/people", "/numbers/released", "/pictures/posts")
CUTS: Final = "as_of=2025-11-22"


@dataclass
class Answers:
    """What the answers of a page have taken, in seconds; put in the place of what pages ask by."""

    seconds: float = 0.0

    async def ask(self, *given: Any, **named: Any) -> Reply:  # noqa: ANN401 -- passed on as it is
        """Ask, and count the time."""
        began = time.process_time()
        try:
            return await _ON_BEHALF(*given, **named)
        finally:
            self.seconds += time.process_time() - began


_ON_BEHALF: Final = in_process.on_behalf


def ratios(database: Database, _: int) -> Iterator[Ratio]:
    """Pages of the real record and of a large one, and a first picture."""
    url = database.url.render_as_string(hide_password=False)
    parley = compose(settings_of(url, **UNBOUNDED), upgrade=False)
    populate(StoredLedger(database), "large", LARGE)
    site = create_site(parley)
    with TestClient(site, headers={**entered(parley), "Accept": "text/html"}) as http:
        import_record(Client(http))
        for path in PATHS:
            yield _page(http, f"{BELARUS}{path}")
        for path in LARGE_PATHS:
            yield _page(http, f"/n/large{path}")
    parley.close()
    yield _first_picture()


def _page(http: TestClient, path: str) -> Ratio:
    """What a page takes beyond its answers, and how many bytes it has, packed."""
    address = f"{path}{'&' if '?' in path else '?'}{CUTS}"
    own, asked = [], []
    answers = Answers()
    vars(pages)["on_behalf"] = answers.ask
    try:
        for _ in range(TURNS + 1):
            answers.seconds, began = 0.0, time.process_time()
            response = http.get(address)
            own.append(time.process_time() - began - answers.seconds)
            asked.append(answers.seconds)
            assert response.status_code == 200, response.text
    finally:
        vars(pages)["on_behalf"] = _ON_BEHALF
    size = len(gzip.compress(response.content)) / 1_000
    what = f"{path.partition('?')[0]}, {size:.1f} kB packed"
    return Ratio(what, statistics.median(own[1:]), statistics.median(asked[1:]), "its answers")


def _first_picture() -> Ratio:
    drawing = Renderer()
    times = []
    for number in range(TURNS):
        began = time.perf_counter()
        spec = {"mark": "bar", "title": f"{number}", "data": {"values": [{"a": 1, "b": 2}]}}
        drawing.draw({**spec, "encoding": {"x": {"field": "a"}, "y": {"field": "b"}}}, "svg")
        times.append(time.perf_counter() - began)
    drawing.close()
    return Ratio(
        "a picture by a new process", times[0], statistics.median(times[1:]), "a later one"
    )
