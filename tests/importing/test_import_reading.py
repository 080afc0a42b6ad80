"""Lines that cannot be read cost next to nothing, however many they are; the report counts them all."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from api.import_command import CommandReader
from api.import_csv import read_csv
from api.import_lines import read_ndjson
from api.import_reading import Misread, read_lines
from api.import_report import LISTED_REJECTIONS
from api.schemas import FactParser
from domain.negotiation import negotiation_id
from tests.importing.lines import SLUG, change, custody, faults, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from api.composition import Parley
    from api.import_lines import SourceLine

PAST = 20_000


@pytest.fixture
def reader() -> CommandReader:
    return CommandReader(negotiation_id(SLUG), FactParser())


def ndjson(lines: int) -> Iterator[SourceLine]:
    return read_ndjson(b"x\n" for _ in range(lines))


def csv(lines: int) -> Iterator[SourceLine]:
    yield from read_csv([b"kind,valid,place\n", *(b"\xff,\xff,\xff\n" for _ in range(lines))])


@pytest.mark.parametrize("source", [ndjson, csv])
def test_past_what_is_listed_a_line_that_was_misread_is_a_number(
    reader: CommandReader, source: Callable[[int], Iterable[SourceLine]]
) -> None:
    tracemalloc.start()
    found = read_lines(reader, source(PAST), None)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    each = 1 if source is ndjson else 3
    assert kept < 100 * PAST
    assert len(found.lines) + found.more_lines == PAST
    assert len(found.lines) == -(-LISTED_REJECTIONS // each)
    assert found.more_faults == each * found.more_lines


def test_a_line_of_many_faults_keeps_as_many_as_are_listed(reader: CommandReader) -> None:
    header = ",".join(f"unknown{number}" for number in range(3_000))
    (found,) = read_lines(reader, read_csv([header.encode() + b"\n"]), None).lines
    assert isinstance(found, Misread)
    assert (found.faults, len(found.listed)) == (3_000, LISTED_REJECTIONS)


def test_the_report_counts_what_it_does_not_list(light: Parley) -> None:
    lines = [b"x\n"] * 1_500 + [custody("A", valid="never"), custody("A"), custody("B")]
    report = run(light, [*lines, change("end", "C", ended="2025-09-11", why="freed")], partial=True)
    assert report["rejected_total"] == 1_502
    assert faults(report) == [(number, "") for number in range(1, 1_001)]
    assert (report["recorded"], report["ended"]) == (2, 0)
