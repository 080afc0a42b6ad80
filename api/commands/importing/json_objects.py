"""Reads objects one by one from a text that has each on one line, each on several lines, or all in one list.

An object ends on the line that closes its brackets. If an object is never closed, the next one is still read: a line
that begins with a brace where the open object cannot have one begins a new object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

_MOST_BYTES: Final = 1_048_576
_MOST_OPEN: Final = 40
"""How many brackets may be open at once; no valid object has more."""
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[][{}]')
_AROUND: Final = b" \t\r\n"
_BETWEEN: Final = b" \t\r\n,"
_BY_LINE: Final = "write one object a line, as jq -c '.[]' FILE does"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the text that begins on a line: the JSON of one object, or the reason why reading ends there."""

    line: int
    json: bytes
    refusal: str | None = None


def objects(lines: Iterable[bytes]) -> Iterator[Piece]:
    """The pieces of a text, each with the number of the line on which it begins; a blank line is an empty piece."""
    numbered = iter(enumerate(lines, 1))
    for number, raw in numbered:
        line = raw.strip(_AROUND)
        if line:
            rest = chain([(number, raw)], numbered)
            yield from _List(number).items(rest) if _opens_list(line) else _split(rest)
            return
        yield Piece(number, b"")


def _opens_list(line: bytes) -> bool:
    """Whether the first line begins a list of objects or an empty list."""
    return line.startswith(b"[") and line[1:].strip(_AROUND)[:1] in (b"", b"{", b"]")


class _Open:
    """The brackets that are open after some lines."""

    def __init__(self) -> None:
        self.brackets = bytearray()

    def take(self, line: bytes) -> None:
        for token in _TOKEN.findall(line):
            if token in b"{[":
                self.brackets += token
            elif token in b"}]" and self.brackets:
                self.brackets.pop()

    @property
    def is_too_deep(self) -> bool:
        return len(self.brackets) > _MOST_OPEN


def _split(numbered: Iterable[tuple[int, bytes]]) -> Iterator[Piece]:
    """The objects of a text without a list; each begins on a line of its own."""
    lines: list[bytes] = []
    begun, size, opened = 0, 0, _Open()
    for number, raw in numbered:
        if lines and _begins(raw, lines[-1], opened):
            yield Piece(begun, b"\n".join(lines))
            lines = []
        line = raw.strip(_AROUND)
        if not lines:
            if not line.startswith(b"{") or _is_closed(line):
                yield Piece(number, line)
                continue
            begun, size, opened = number, 0, _Open()
        lines.append(line)
        size += len(line)
        opened.take(line)
        if not opened.brackets or opened.is_too_deep or size > _MOST_BYTES:
            yield Piece(begun, b"\n".join(lines))
            lines = []
    if lines:
        yield Piece(begun, b"\n".join(lines))


def _is_closed(line: bytes) -> bool:
    """Whether a line looks like a whole object, by a quick test."""
    return line.endswith(b"}") and line.count(b"{") == line.count(b"}")


def _begins(raw: bytes, before: bytes, opened: _Open) -> bool:
    """Whether a line begins a new object while one is open: it has a brace at the margin, where none can follow."""
    if not raw.startswith(b"{"):
        return False
    in_list = opened.brackets.endswith(b"[") and before.endswith((b"[", b","))
    return not (in_list or before.endswith(b":"))


class _RefusedError(Exception):
    """The reason why a list is not read further."""


class _List:
    """One list of objects, on any number of lines; the first open bracket is its own."""

    def __init__(self, begun: int) -> None:
        self._begun = self._first = begun
        self._held: list[bytes] = []
        self._size = 0
        self._opened = _Open()
        self._is_begun = False

    def items(self, numbered: Iterable[tuple[int, bytes]]) -> Iterator[Piece]:
        """The pieces of the list; if it is incomplete, the last piece says why reading ends."""
        for number, raw in numbered:
            line = raw.rstrip(_AROUND)
            try:
                yield from self._items_of(number, line) if line else [Piece(number, b"")]
            except _RefusedError as refusal:
                yield Piece(number, b"", str(refusal))
                return
        if self._opened.brackets:
            what = "the object" if self._held else "the list"
            detail = "is not closed: the file is truncated, or a bracket or a quote is missing"
            yield Piece(self._first, b"", f"{what} that begins here {detail}")

    def _items_of(self, number: int, line: bytes) -> Iterator[Piece]:
        self._refuse_large(line)
        begin = 0
        for token in _TOKEN.finditer(line):
            if len(token[0]) > 1:
                continue
            before = len(self._opened.brackets)
            self._refuse_more(before)
            self._opened.take(token[0])
            after = len(self._opened.brackets)
            if before <= 1:
                self._refuse_other(line[begin : token.start()])
                begin = token.start() if after > 1 else token.end()
                self._first = number if after > 1 else self._begun
            elif after == 1:
                yield Piece(self._first, b"\n".join([*self._held, line[begin : token.end()]]))
                self._held, self._size, begin = [], 0, token.end()
        self._keep(line[begin:])

    def _keep(self, rest: bytes) -> None:
        """Keep the rest of a line inside an object; outside objects only blanks and commas are allowed."""
        if len(self._opened.brackets) <= 1:
            self._refuse_other(rest)
            self._first = self._begun
        else:
            self._held.append(rest)

    def _refuse_large(self, line: bytes) -> None:
        self._size += len(line)
        if len(line) > _MOST_BYTES:
            raise _RefusedError(
                f"this line of a list is longer than {_MOST_BYTES} bytes: {_BY_LINE}"
            )
        if self._held and (self._size > _MOST_BYTES or self._opened.is_too_deep):
            where = f"the object that begins on line {self._first}"
            raise _RefusedError(f"{where} is too large, nested too deep, or has no closing bracket")

    def _refuse_more(self, before: int) -> None:
        if not before and self._is_begun:
            raise _RefusedError(
                f"there is text after the list that begins on line {self._begun}: remove it"
            )
        self._is_begun = True

    def _refuse_other(self, between: bytes) -> None:
        if between.strip(_BETWEEN):
            raise _RefusedError(f"a list may have only objects, separated by commas: {_BY_LINE}")
