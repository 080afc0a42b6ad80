"""A negotiation of a million facts, another of two million in the same database, and a small one beside both.

The small one is measured in turns with the same negotiation alone in a database. All are filled by appends, as usual,
so no test has to compare their rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infrastructure.ledger import StoredLedger
from infrastructure.log.erasure import TABLES
from infrastructure.projections import fact_text
from tests.benchmarks.bench import SLUG
from tests.benchmarks.mixed import make_mixed_facts
from tests.benchmarks.population import populate
from tests.benchmarks.reading import Asking, answers, change_last, timelines
from tests.benchmarks.rows import bound_time, compare_times, explain_miss

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infrastructure.database.database import Database
    from tests.benchmarks.bench import Bench
    from tests.benchmarks.reading import Question
    from tests.benchmarks.rows import Row

LARGE: Final = "large"
OTHERS: Final = "others"
WHOLE: Final = ("state", "tally", "people", "moments")
"""The first words of the answers that read a large part of the facts; they are measured last."""
BESIDE: Final = 0.83
"""The least ratio of the speed of an answer beside other negotiations to its speed alone."""


def rows(bench: Bench) -> Iterator[Row]:
    """Every answer about the large negotiation, then every answer about the small one."""
    small, large, others = bench.sizes.paged, bench.sizes.large, bench.sizes.others
    alone, beside = bench.make_mixed(small), bench.fresh()
    with bench.database(beside) as database, bench.database(alone) as other:
        for slug, size in ((SLUG, small), (LARGE, large), (OTHERS, others)):
            populate(StoredLedger(database), slug, size, make_mixed_facts(size))
        database.drop_overwritten(*TABLES)
        for what, most, ask in sorted(_list_questions(database, LARGE, large), key=_reads_all):
            found = bench.measure(bench.job(beside, ask))[0]
            row = bound_time(f"{what}, {large:,} facts", bench.kind, found, most)
            yield explain_miss(row, ask, bench.sizes.profiled)
        pairs = zip(
            _list_questions(database, SLUG, small), _list_questions(other, SLUG, small), strict=True
        )
        for (what, _, ask), (_, _, ask_alone) in pairs:
            both = bench.measure(bench.job(beside, ask), bench.job(alone, ask_alone))
            told = f"{what}, {small:,} facts beside {large + others:,}"
            yield compare_times(told, bench.kind, both, "alone", BESIDE)


def _list_questions(database: Database, slug: str, size: int) -> list[Question]:
    """The answers of a record that was just changed and is indexed."""
    asking = Asking(database, StoredLedger(database), slug)
    fact_text.catch_up(database)
    change_last(asking, size)
    return [*answers(asking, size), *timelines(asking)]


def _reads_all(asked: Question) -> bool:
    return asked[0].startswith(WHOLE)
