"""A line of an import is one JSON object, or it has faults; either way its number, from 1, is exact."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, NoReturn

from domain.errors import Fault

__all__ = ["LONGEST_LINE", "SourceLine", "bounded_lines", "read_ndjson"]

LONGEST_LINE: Final = 1_048_576
"""Bytes that one line may have, its line break left out."""

_LINE_BREAKS: Final = b"\r\n"
_DEEPEST: Final = 32


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line as read: its object, or why there is none. `columns` names what pointers mean in a table."""

    number: int
    content: dict[str, Any] | None
    faults: tuple[Fault, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)


def bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one that is too long only as much as shows that it is."""
    while line := stream.readline(LONGEST_LINE + 2):
        yield line
        while len(line) == LONGEST_LINE + 2 and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE + 2)


def read_ndjson(lines: Iterable[bytes]) -> Iterator[SourceLine]:
    """One object a line. Blank lines and a byte order mark at the start are passed over."""
    for number, raw in enumerate(lines, 1):
        line = (raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw).strip(b" \t\r\n")
        if line:
            yield _read(number, line)


def _read(number: int, line: bytes) -> SourceLine:
    if len(line) > LONGEST_LINE:
        return _faulty(number, f"the line is longer than {LONGEST_LINE} bytes")
    try:
        content = json.loads(
            line.decode(), object_pairs_hook=_without_repeats, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError as error:
        return _faulty(number, f"byte {error.start + 1} of the line is not UTF-8")
    except json.JSONDecodeError as error:
        return _faulty(number, f"not JSON: {error.msg} at column {error.colno}")
    except (ValueError, RecursionError) as error:
        return _faulty(number, f"not JSON: {_first_line(error)}")
    if not isinstance(content, dict):
        return _faulty(number, "a JSON object is expected")
    if _deeper(content, _DEEPEST):
        return _faulty(number, f"the object is nested deeper than {_DEEPEST} levels")
    return SourceLine(number, content)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field {repeated[:100]!r} stands twice in one object")
    return found


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


def _deeper(value: object, levels: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_deeper(part, levels - 1) for part in parts)


def _first_line(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).partition("\n")[0]


def _faulty(number: int, detail: str) -> SourceLine:
    return SourceLine(number, None, (Fault("", detail),))
