"""A record of a million facts, alone and then in a database with as many others, filled by the ledger itself.

Answers that read each fact that counts or names somebody are asked once, when the record is alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infrastructure.ledger import StoredLedger
from infrastructure.log.erasure import TABLES
from infrastructure.projections import fact_text
from tests.benchmarks.mixed import mixed_facts
from tests.benchmarks.population import populate
from tests.benchmarks.reading import Asking, answers, change_last, timelines
from tests.benchmarks.rows import bounded, compared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infrastructure.database.database import Database
    from tests.benchmarks.bench import Bench
    from tests.benchmarks.measure import Spent
    from tests.benchmarks.reading import Question
    from tests.benchmarks.rows import Row

WHOLE: Final = ("state", "tally", "people", "moments")
"""The beginnings of the answers that read a part of all facts."""
BESIDE: Final = 1 / 1.2
"""The least part of its speed alone that an answer has beside other negotiations."""


def rows(bench: Bench) -> Iterator[Row]:
    """Every answer about the record alone, then those of a page beside others."""
    size, others = bench.sizes.large, bench.sizes.others
    url = bench.mixed(size)
    with bench.database(url) as database:
        alone: dict[str, Spent] = {}
        for what, most, ask in sorted(_asked(database, size), key=_reads_all):
            alone[what] = bench.measure(bench.job(url, ask))[0]
            yield bounded(f"{what}, {size:,} facts", bench.kind, alone[what], most)
        populate(StoredLedger(database), "others", others, mixed_facts(others))
        database.drop_overwritten(*TABLES)
        for what, _, ask in _asked(database, size):
            if not what.startswith(WHOLE):
                found = bench.measure(bench.job(url, ask))[0]
                told = f"{what}, beside {others:,} other facts"
                yield compared(told, bench.kind, [found, alone[what]], "alone", BESIDE)


def _asked(database: Database, size: int) -> list[Question]:
    """What is asked of a record that was just changed and is indexed."""
    asking = Asking(database, StoredLedger(database))
    fact_text.catch_up(database)
    change_last(asking.ledger, size)
    return [*answers(asking, size), *timelines(asking)]


def _reads_all(asked: Question) -> bool:
    return asked[0].startswith(WHOLE)
