"""A file is no longer read once too many of its lines are unreadable; the report says where reading stopped."""

from __future__ import annotations

import gc
import json
import resource
import tracemalloc
from contextlib import contextmanager
from itertools import chain, count, takewhile
from typing import TYPE_CHECKING, Any, cast

import pytest
from eventsourcing.persistence import OperationalError

from api.commands.commands import FactParser
from api.commands.importing.command import CommandReader, Commands
from api.commands.importing.csv_columns import MOST_COLUMNS
from api.commands.importing.csv_rows import read_csv
from api.commands.importing.lines import BLANK_LINES, read_ndjson
from api.commands.importing.reading import MISREAD_LINES, Misread, read_lines
from api.commands.importing.report import LISTED_REJECTIONS
from api.commands.importing.spool import FactSpool
from domain.streams.negotiation import negotiation_id
from tests.importing.lines import SLUG, change, custody, faults, head, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from api.commands.importing.lines import SourceLine
    from api.composition import Parley

PAST = 20_000


@pytest.fixture
def reader() -> Iterator[CommandReader]:
    with FactSpool() as spool:
        yield CommandReader(negotiation_id(SLUG), FactParser(), Commands(spool))


def ndjson(lines: int) -> Iterator[SourceLine]:
    return read_ndjson(b"x\n" for _ in range(lines))


def csv(lines: int) -> Iterator[SourceLine]:
    yield from read_csv([b"kind,valid,place\n", *(b"\xff,\xff,\xff\n" for _ in range(lines))])


@pytest.mark.parametrize("source", [ndjson, csv])
def test_lines_that_cannot_be_read_are_read_no_further_than_is_told(
    reader: CommandReader, source: Callable[[int], Iterable[SourceLine]]
) -> None:
    lines = source(PAST)
    found = read_lines(reader, lines, None)
    first = 1 if source is ndjson else 2
    assert found.misread_lines == MISREAD_LINES + 1
    assert found.stopped is not None
    assert found.stopped.line == MISREAD_LINES + first
    assert f"{MISREAD_LINES + 1} lines until here" in found.stopped.detail
    assert next(iter(lines)).number == found.stopped.line + 1


def test_as_many_lines_may_be_misread_as_were_read(reader: CommandReader) -> None:
    half = [json.dumps(custody()).encode() + b"\n", b'{"kind": "none"}\n']
    lines = read_lines(reader, read_ndjson(half * 500), None)
    assert (lines.misread_lines, lines.stopped) == (500, None)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (read_ndjson, b"\n"),
        (read_ndjson, b" \t\r\n"),
        (read_csv, b"\n"),
        (read_csv, b'""\r\n'),
    ],
)
def test_blank_lines_are_passed_over_until_they_are_too_many(
    reader: CommandReader, line: bytes, source: Callable[[Iterable[bytes]], Iterator[SourceLine]]
) -> None:
    taken = count()
    lines = (line for _ in takewhile(lambda taken: taken < 20_000_000, taken))
    head = [b"kind\n", b"release\n"] if source is read_csv else []
    found = read_lines(reader, source(chain(head, lines)), None)
    assert found.stopped is not None
    assert "blank" in found.stopped.detail
    assert next(taken) <= BLANK_LINES + 10


def test_past_what_is_listed_a_line_that_was_misread_is_a_number() -> None:
    good = json.dumps(custody()).encode() + b"\n"
    tracemalloc.start()
    kept = []
    for misread in (b"\n", b"x\n"):
        with FactSpool() as spool:
            reader = CommandReader(negotiation_id(SLUG), FactParser(), Commands(spool))
            lines = read_lines(reader, read_ndjson([good, misread] * 1_000), None)
            gc.collect()  # errors are part of reference cycles
            kept.append(tracemalloc.get_traced_memory()[0])
        held = len(lines.lines) + lines.more_lines
        del lines, reader, spool
    tracemalloc.stop()
    assert held == 2_000
    assert kept[1] - kept[0] < 100 * 1_000


def test_a_line_that_was_read_holds_little_memory_whatever_its_fact_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.commands.importing.spool._IN_MEMORY", 1)
    for note in ("x", "x" * 10_000):
        lines = [json.dumps(custody(str(n), note=note)).encode() for n in range(1_000)]
        tracemalloc.start()
        with FactSpool() as spool:
            commands = Commands(spool)
            reader = CommandReader(negotiation_id(SLUG), FactParser(), commands)
            found = read_lines(reader, read_ndjson(lines), None)
            kept = tracemalloc.get_traced_memory()[0]
            read = [commands.load(cast("int", place)) for place in found.lines]
            assert all(cast("Any", command.load()).note == note for command in read)
            assert [command.line.number for command in read] == [*range(1, 1_001)]
        tracemalloc.stop()
        assert kept < 300 * 1_000


@contextmanager
def _no_file_above(size: int) -> Iterator[None]:
    """While the block runs, limit the files that this process writes to that many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_an_import_that_finds_no_room_for_its_facts_is_refused_as_by_a_full_disk(
    light: Parley,
) -> None:
    lines = [custody(str(number), note="x" * 50_000) for number in range(200)]
    with _no_file_above(1_048_576), pytest.raises(OperationalError, match="File too large"):
        run(light, lines)
    assert head(light) == 1


def test_a_line_of_many_faults_keeps_as_many_as_are_listed(reader: CommandReader) -> None:
    line = custody() | {f"unknown{number}": 1 for number in range(900)}
    (found,) = read_lines(reader, read_ndjson([json.dumps(line).encode()]), None).lines
    assert isinstance(found, Misread)
    assert (found.faults, len(found.listed)) == (900, LISTED_REJECTIONS)


def test_a_table_has_no_more_columns_than_there_are(reader: CommandReader) -> None:
    header = b"op," * 300_000 + b"op\n"
    (found,) = read_lines(reader, read_csv([header]), None).lines
    assert isinstance(found, Misread)
    assert [each.detail for each in found.listed] == [
        f"write at most {MOST_COLUMNS} columns, not 300001"
    ]


def test_the_report_counts_what_it_does_not_list(light: Parley) -> None:
    lines = [custody(str(number)) for number in range(200)]
    lines += [custody("A", valid="never")] * 290 + [custody("A"), custody("B")]
    end = change("end", "C", ended="2025-09-11", why="freed")
    report = run(light, [*lines, end], partial=True)
    assert report["rejected_total"] == 291
    assert faults(report) == [(number, "/valid") for number in range(201, 301)] + [(301, "")]
    assert report["rejected"][-1]["detail"] == "… and 191 more"
    assert (report["recorded"], report["ended"]) == (202, 0)


@pytest.mark.parametrize("partial", [False, True])
def test_the_report_says_that_and_where_the_reading_stopped(light: Parley, partial: bool) -> None:
    lines: list[dict[str, Any] | bytes] = [custody("A"), *[b"{\n"] * 10_000, custody("B")]
    report = run(light, lines, partial=partial)
    assert report["recorded"] == int(partial)
    assert report["rejected_total"] == MISREAD_LINES + 3
    *listed, more, stopped = report["rejected"]
    assert len(listed) == LISTED_REJECTIONS
    assert (more["line"], more["detail"]) == (LISTED_REJECTIONS + 2, "… and 2 more")
    assert stopped["line"] == MISREAD_LINES + 3
    assert stopped["detail"].endswith("the lines after this were not read")


def test_what_a_line_quotes_is_not_shown_at_any_length(light: Parley) -> None:
    lines = [{**custody(), "op": "x" * 100_000}, {**custody(), "y" * 100_000: 1}]
    report = run(light, lines)
    assert len(report["rejected"]) == 2
    assert all(len(each["pointer"]) < 600 for each in report["rejected"])
    assert all(len(each["detail"]) < 600 for each in report["rejected"])
