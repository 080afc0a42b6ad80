"""Reading an import gives its commands; of lines that are no commands, only what a report lists is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from api.commands.importing.command import Command, CommandReader
from api.commands.importing.lines import SourceLine
from api.commands.importing.report import LISTED_REJECTIONS, Rejection
from domain.errors import ContentError, Fault

__all__ = ["Misread", "Progress", "Read", "ReadLines", "read_lines", "rejections"]

Progress = Callable[[int], None]
_LINES_A_STEP: Final = 500
MISREAD_LINES: Final = 100
"""Lines that may be misread, beyond as many as were not, before no more are read."""
_LONGEST_SHOWN: Final = 500
_TOO_MANY: Final = (
    "{} lines until here could not be read: put them right; the lines after this were not read"
)


@dataclass(frozen=True, slots=True)
class Misread:
    """A line that gives no command: the id that it names, how many faults it has, and the faults to list."""

    number: int
    named: str | None
    faults: int
    listed: Sequence[Rejection]


Read = Command | Misread


@dataclass(slots=True)
class ReadLines:
    """The lines in order; misread lines beyond those that a report lists are only counted, from `more_from` on.

    `stopped` says why the lines after it were not read.
    """

    lines: list[Read] = field(default_factory=list)
    misread_lines: int = 0
    more_from: int = 0
    more_lines: int = 0
    more_faults: int = 0
    stopped: Rejection | None = None
    _room: int = LISTED_REJECTIONS

    def misread(self, line: SourceLine, error: ContentError) -> None:
        """Add a line that gives no command."""
        self.misread_lines += 1
        if not self._room:
            self.more_from = self.more_from or line.number
            self.more_lines += 1
            self.more_faults += error.count
            return
        named = (line.content or {}).get("external_id")
        listed = rejections(line, error.faults[: self._room])
        self._room -= len(listed)
        self.lines.append(
            Misread(line.number, named if isinstance(named, str) else None, error.count, listed)
        )


def read_lines(
    reader: CommandReader, source: Iterable[SourceLine], progress: Progress | None
) -> ReadLines:
    """Read lines until too many are misread; `progress` is told how many have been read."""
    found, number, balance = ReadLines(), 0, 0
    for line in source:
        number = line.number
        if progress is not None and number % _LINES_A_STEP == 0:
            progress(number)
        try:
            found.lines.append(reader.read(line))
            balance -= 1
        except ContentError as error:
            balance += 1
            if line.last:
                (found.stopped,) = rejections(line, error.faults)
                break
            found.misread(line, error)
        if balance > MISREAD_LINES:
            found.stopped = Rejection(number, "", _TOO_MANY.format(found.misread_lines))
            break
    if progress is not None:
        progress(number)
    return found


def rejections(line: SourceLine, faults: Iterable[Fault]) -> list[Rejection]:
    """The faults of a line as a report lists them; for a table, each with its column."""
    found = []
    for fault in faults:
        column = line.column(fault.pointer)
        detail = fault.detail if column is None else f"column {column}: {fault.detail}"
        found.append(Rejection(line.number, _shown(fault.pointer), _shown(detail)))
    return found


def _shown(text: str) -> str:
    """The text, cut short where it is longer than anybody reads."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
