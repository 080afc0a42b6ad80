"""Measurements run on a tiny record, so that a change that breaks `make bench` is noticed. No time is asserted.

Each run tries half of them, drawn; the long form tries all.
"""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from domain.fact import as_primitives
from tests.benchmarks.__main__ import ALL, LARGE, measure_within, write_page
from tests.benchmarks.appending import decide_events
from tests.benchmarks.children import in_own_process, time_limit
from tests.benchmarks.measure import describe_time
from tests.benchmarks.rows import HEADINGS, Row, report_stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.benchmarks.bench import Bench


@pytest.mark.cases(3)
@pytest.mark.either_database
@pytest.mark.parametrize(
    "rows", ALL.measured + LARGE.measured, ids=lambda rows: rows.__module__.rpartition(".")[2]
)
def test_every_row_is_measured(rows: Callable[[Bench], Iterator[Row]], bench: Bench) -> None:
    measured = list(rows(bench))
    assert measured
    for row in measured:
        assert row.on == bench.kind
        assert row.what
        assert row.figure
        assert (row.goal == "") == (row.met is None)
    assert [row for row in measured if row.goal == "all agree" and not row.met] == []


def test_a_row_that_takes_too_long_is_stopped_with_its_processes() -> None:
    with pytest.raises(TimeoutError, match="stopped after 2 s"), time_limit(2):
        in_own_process(time.sleep, 300)
    assert multiprocessing.active_children() == []


def test_the_rows_before_one_that_fails_are_kept(bench: Bench) -> None:
    row = report_stop("one append", bench.kind, "why")

    def rows(_: Bench) -> Iterator[Row]:
        yield row
        raise ValueError("no room")

    ends = time.monotonic() + 60
    assert list(measure_within(ends, rows, bench)) == [
        row,
        report_stop("the rest of test_bench", bench.kind, "no room"),
    ]


def test_where_the_time_goes_is_told_by_folders_and_libraries() -> None:
    events = decide_events(50)
    encoded = [msgspec.json.encode(as_primitives(event.fact)) for event in events]

    def run() -> None:
        for text in encoded * 20:
            msgspec.json.decode(text)
        for event in events:
            as_primitives(event.fact)

    places = [each.rpartition(" ")[::2] for each in describe_time(run, 0.0).split(", ")]
    shares = [int(share.rstrip("%")) for _, share in places]
    assert {"msgspec", "domain"} <= {place for place, _ in places}
    assert shares == sorted(shares, reverse=True)
    assert 60 < sum(shares) <= 102


def test_the_page_has_a_line_for_each_row(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    row = Row(
        "one append", "SQLite", "1 ms", "2 ms", "by hand", "1 ms", "1 ms", "1.00", "≥ 2", False
    )
    explained = replace(row, what="one more", remains="domain 60%, sqlite3 40%")
    write_page(page, ALL.about, [row, row, explained], "a machine", 61)
    lines = page.read_text().splitlines()
    assert lines[-1] == "- one more, SQLite: domain 60%, sqlite3 40%"
    table = [line for line in lines if line.startswith("|")]
    assert table[0] == f"| {' | '.join(HEADINGS)} |"
    assert (
        table[2:4]
        == ["| one append | SQLite | 1 ms | 2 ms | by hand | 1 ms | 1 ms | 1.00 | ≥ 2 | **no** |"]
        * 2
    )
    assert "0 of 3 goals are met" in page.read_text()
