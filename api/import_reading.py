"""What is read of an import is its commands; of the lines that are none, only what a report lists is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from api.import_command import Command, CommandReader
from api.import_lines import SourceLine
from api.import_report import LISTED_REJECTIONS, Rejection
from domain.errors import ContentError, Fault

__all__ = ["Misread", "Progress", "Read", "ReadLines", "read_lines", "rejections"]

Progress = Callable[[int], None]
_LINES_A_STEP: Final = 500


@dataclass(frozen=True, slots=True)
class Misread:
    """A line of which no command could be made: the id that it names, how many faults it has, and those to list."""

    number: int
    named: str | None
    faults: int
    listed: Sequence[Rejection]


Read = Command | Misread


@dataclass(slots=True)
class ReadLines:
    """The lines in order, and how many more there were, with how many faults, past all that is listed."""

    lines: list[Read] = field(default_factory=list)
    more_lines: int = 0
    more_faults: int = 0


def read_lines(
    reader: CommandReader, source: Iterable[SourceLine], progress: Progress | None
) -> ReadLines:
    """Read them all; `progress` is told how many have been read."""
    found, room, number = ReadLines(), LISTED_REJECTIONS, 0
    for line in source:
        number = line.number
        if progress is not None and number % _LINES_A_STEP == 0:
            progress(number)
        try:
            found.lines.append(reader.read(line))
        except ContentError as error:
            misread = _misread(line, error.faults, room)
            room -= len(misread.listed)
            if misread.listed:
                found.lines.append(misread)
            else:
                found.more_lines += 1
                found.more_faults += misread.faults
    if progress is not None:
        progress(number)
    return found


def _misread(line: SourceLine, faults: Sequence[Fault], room: int) -> Misread:
    named = (line.content or {}).get("external_id")
    return Misread(
        line.number,
        named if isinstance(named, str) else None,
        len(faults),
        rejections(line, faults[:room]),
    )


def rejections(line: SourceLine, faults: Iterable[Fault]) -> list[Rejection]:
    """The faults of a line as a report has them: where it is one of a table, each with its column."""
    found = []
    for fault in faults:
        column = line.column(fault.pointer)
        detail = fault.detail if column is None else f"column {column}: {fault.detail}"
        found.append(Rejection(line.number, fault.pointer, detail))
    return found
