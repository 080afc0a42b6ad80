"""Reads the commands of an import; of misread lines it keeps only what a report lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from api.commands.importing.command import (
    Command,
    CommandReader,
    FaultyCorrection,
    FaultyCorrectionError,
)
from api.commands.importing.lines import SourceLine
from api.commands.importing.report import LISTED_REJECTIONS, Rejection
from domain.errors import ContentError, Fault

Progress = Callable[[int], None]
_LINES_A_STEP: Final = 500
MISREAD_LINES: Final = 100
"""How many more misread lines than others are read before reading ends."""
_LONGEST_SHOWN: Final = 500
_TOO_MANY: Final = (
    "{} lines until here could not be read: correct them; the lines after this were not read"
)


@dataclass(frozen=True, slots=True)
class Misread:
    """A line without a command: the id that it names, the number of its faults, and the faults to list.

    A `correction` is checked again once its fact is known.
    """

    number: int
    named: str | None
    faults: int
    listed: Sequence[Rejection]
    correction: FaultyCorrection | None = None


Read = Command | Misread
KeptLine = Read | int
"""A line, or the place at which its command is kept."""


@dataclass(slots=True)
class ReadLines:
    """The lines in order; misread lines beyond those that a report lists are only counted, from `more_from` on.

    `stopped` says why the lines after it were not read.
    """

    lines: list[KeptLine] = field(default_factory=list)
    misread_lines: int = 0
    more_from: int = 0
    more_lines: int = 0
    more_faults: int = 0
    stopped: Rejection | None = None
    _room: int = LISTED_REJECTIONS

    def add_misread(self, line: SourceLine, error: ContentError) -> None:
        """Add a line without a command."""
        self.misread_lines += 1
        if not self._room:
            self.more_from = self.more_from or line.number
            self.more_lines += 1
            self.more_faults += error.count
            return
        content = line.content or {}
        named = content.get("external_id") or content.get("id")
        listed = rejections(line, error.faults[: self._room])
        self._room -= len(listed)
        of = error.correction if isinstance(error, FaultyCorrectionError) else None
        named = named if isinstance(named, str) else None
        self.lines.append(Misread(line.number, named, error.count, listed, of))


def read_lines(
    reader: CommandReader, source: Iterable[SourceLine], progress: Progress | None
) -> ReadLines:
    """Read lines until too many are misread; `progress` is called with the number of lines read."""
    read, number, balance = ReadLines(), 0, 0
    for line in source:
        number = line.number
        if progress is not None and number % _LINES_A_STEP == 0:
            progress(number)
        try:
            read.lines.append(reader.read(line))
            balance -= 1
        except ContentError as error:
            balance += 1
            if line.last:
                (read.stopped,) = rejections(line, error.faults)
                break
            read.add_misread(line, error)
        if balance > MISREAD_LINES:
            read.stopped = Rejection(number, "", _TOO_MANY.format(read.misread_lines))
            break
    if progress is not None:
        progress(number)
    return read


def rejections(line: SourceLine, faults: Iterable[Fault]) -> list[Rejection]:
    """The faults of a line as a report lists them; for a table, each with its column."""
    listed = []
    for fault in faults:
        column = line.column(fault.pointer)
        detail = fault.detail if column is None else f"column {column}: {fault.detail}"
        listed.append(Rejection(line.number, _truncate(fault.pointer), _truncate(detail)))
    return listed


def _truncate(text: str) -> str:
    """The text, truncated at `_LONGEST_SHOWN` characters."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
