"""Determines the format, the encoding and the line ends of a file before it is read.

The reader gets UTF-8 with line feeds. A file without a certain encoding is refused with one line that says how to save
it.
"""

from __future__ import annotations

import codecs
import io
import re
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from api.commands.importing.code_pages import code_page_of
from api.commands.importing.csv_table import LONE_RETURN
from api.commands.importing.formats import AS_CSV, HEAD, recognise_format, recognise_markup
from domain.errors import ContentError

_SAID: Final = (
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "koi8-r", "koi8-u", "cp866"),
    *("macintosh", "mac-cyrillic"),
    *(f"windows-125{number}" for number in range(9)),
    *(f"iso-8859-{number}" for number in (1, 2, 3, 4, 5, 7, 9, 13, 15)),
)
_ALSO: Final = {
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "latin-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "ibm866": "cp866",
    "x-mac-cyrillic": "mac-cyrillic",
}
CHARSETS: Final = {
    **{name: name for name in _SAID},
    **{name.replace("windows-", "cp"): name for name in _SAID if name.startswith("windows-")},
    **_ALSO,
}
"""The accepted names of encodings, and Python's names for them."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE: Final = (
    ("utf-16-le", re.compile(rb"(?:[\t\n\r -~]\0){2}(?:[^\0]\0|[^\0][^\0]){2}")),
    ("utf-16-be", re.compile(rb"(?:\0[\t\n\r -~]){2}(?:\0[^\0]|[^\0][^\0]){2}")),
)
"""The beginnings of UTF-16 text without a byte order mark: a column's name, or a bracket, is ASCII."""
_CHUNK: Final = 1 << 20
_MOST_HELD: Final = 16
"""How many carriage returns at the end of a piece are kept for the next one."""
_UNREADABLE: Final = "parley.unreadable"
_UNSURE: Final = (
    "line {} is not UTF-8, and the encoding of this text is uncertain: in a spreadsheet, "
    f"{AS_CSV}; or import it with the name of its encoding, windows-1251, cp866 or windows-1252 for example"
)
_MISNAMED: Final = (
    "this is UTF-8, and not {}: import it without the name of an encoding, or as UTF-8"
)
_DAMAGED: Final = 10
"""A text counts as damaged UTF-8 if fewer than this many lines are invalid for each valid line beyond ASCII."""
_NO_TEXT: Final = f"this is not text: if it is a spreadsheet, {AS_CSV}"

codecs.register_error(_UNREADABLE, lambda error: ("\udcff", getattr(error, "end", 0)))


@dataclass(frozen=True, slots=True)
class Text:
    """A file as text: `stream` gives UTF-8 with line feeds, and `lines` is the number of lines.

    `guessed` is the encoding, if neither the caller nor a byte order mark named it; else None.
    """

    stream: BinaryIO
    lines: int
    guessed: str | None = None


def open_text(file: BinaryIO, charset: str | None = None) -> Text:
    """Open a seekable file as text, in `charset` (one of CHARSETS) if that is given; ContentError if it is not text.

    Bytes that the encoding does not have become invalid UTF-8, so that their line is rejected.
    """
    head = file.read(HEAD)
    wrong = recognise_format(head)
    if wrong is not None:
        raise ContentError.at("", wrong)
    encoding, guessed = _find_encoding(file, head, charset)
    file.seek(0)
    feeds, returns, mixed = _count_line_ends(_recode(file, encoding))
    file.seek(0)
    _refuse_markup(_recode(file, encoding).read(HEAD))
    file.seek(0)
    text = _recode(file, encoding)
    if mixed:
        text = cast("BinaryIO", io.BufferedReader(_Mixed(text), _CHUNK))
    elif returns and not feeds:
        text = cast("BinaryIO", io.BufferedReader(_Feeding(text), _CHUNK))
    return Text(text, feeds + returns or 1, guessed)


def _count_line_ends(file: BinaryIO) -> tuple[int, int, bool]:
    """(line feeds, carriage returns alone, whether there are both, or several returns before a line feed)."""
    feeds = returns = 0
    several, left = False, b""
    for chunk in _chunks(file):
        piece, left = _hold_returns(left + chunk)
        feeds += piece.count(b"\n")
        if piece.count(b"\r") > piece.count(b"\r\n"):
            alone = _end_in_feeds(piece).count(b"\r")
            several = several or piece.count(b"\r") - piece.count(b"\r\n") > alone
            returns += alone
    returns += len(left)
    return feeds, returns, several or (feeds > 0 and returns > 0)


def _hold_returns(piece: bytes) -> tuple[bytes, bytes]:
    """A piece of a text without the carriage returns at its end, to which a line feed may follow; and these."""
    whole = piece.rstrip(b"\r")
    if len(piece) - len(whole) > _MOST_HELD:
        whole = piece[:-1]
    return whole, piece[len(whole) :]


def _end_in_feeds(piece: bytes) -> bytes:
    """A piece of a text without the carriage returns before its line feeds."""
    *lines, rest = piece.split(b"\n")
    return b"\n".join((*(line.rstrip(b"\r") for line in lines), rest))


def _refuse_markup(head: bytes) -> None:
    text = head.decode("utf-8", "replace").lstrip("\ufeff")
    wrong = recognise_markup(text)
    if wrong is None and "\0" in text.split("\n", 1)[0]:
        wrong = _NO_TEXT
    if wrong is not None:
        raise ContentError.at("", wrong)


def _find_encoding(file: BinaryIO, head: bytes, charset: str | None) -> tuple[str, str | None]:
    """The encoding, and a second time if it was guessed, else None."""
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked is not None:
        return marked, None
    if charset not in (None, "utf-8"):
        _refuse_misnamed(file, charset)
        return charset, None
    wide = next((name for name, beginning in _WIDE if beginning.match(head)), None)
    if wide is not None:
        return wide, wide
    file.seek(0)
    if _is_utf8(file):
        return "utf-8", None
    file.seek(0)
    damaged, first = _is_damaged(file)
    if damaged:
        return "utf-8", None
    file.seek(0)
    page = code_page_of(_lines(file))
    if page is None:
        raise ContentError.at("", _UNSURE.format(first))
    return page, page


def _refuse_misnamed(file: BinaryIO, charset: str) -> None:
    """Raise ContentError if a text in a code page is UTF-8 beyond ASCII, which no such text is by chance."""
    file.seek(0)
    if charset.startswith("utf-") or all(chunk.isascii() for chunk in _chunks(file)):
        return
    file.seek(0)
    if _is_utf8(file):
        raise ContentError.at("", _MISNAMED.format(charset))


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(file):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged(file: BinaryIO) -> tuple[bool, int]:
    """Whether a text is UTF-8 in most lines and damaged in some, and the first line that is not UTF-8."""
    whole = broken = first = 0
    for number, line in enumerate(_lines(file), 1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            whole += 1
        except UnicodeDecodeError:
            broken += 1
            first = first or number
    return broken < _DAMAGED * whole, first


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; a long line comes in pieces."""
    while line := file.readline(_CHUNK):
        yield line


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(_CHUNK), b"")


def _recode(file: BinaryIO, encoding: str) -> BinaryIO:
    if encoding == "utf-8":
        return file
    return cast("BinaryIO", io.BufferedReader(_Recoding(file, encoding), _CHUNK))


class _Piecewise(io.RawIOBase):
    """The content of a file, converted piece by piece."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._left = b""

    def readable(self) -> bool:
        """True: it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with the bytes at hand; returns their number."""
        while not self._left:
            raw = self._file.read(_CHUNK)
            self._left = self._convert(raw)
            if not raw:
                break
        taken, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)

    @abstractmethod
    def _convert(self, raw: bytes) -> bytes:
        """Convert a piece of the file; an empty piece is the end."""


class _Recoding(_Piecewise):
    """A text in another encoding, converted to UTF-8."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        super().__init__(file)
        self._decoder = codecs.getincrementaldecoder(encoding)(_UNREADABLE)

    def _convert(self, raw: bytes) -> bytes:
        return self._decoder.decode(raw, final=not raw).encode("utf-8", "surrogateescape")


class _Mixed(_Piecewise):
    """A text in which some lines end in a line feed, and others, or cells, in a carriage return alone.

    A carriage return alone becomes LONE_RETURN, which the reader of a table tells from the other line ends.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._held = b""

    def _convert(self, raw: bytes) -> bytes:
        piece, self._held = _hold_returns(self._held + raw)
        if not raw:
            piece, self._held = piece + self._held, b""
        return _end_in_feeds(piece).replace(b"\r", LONE_RETURN)


class _Feeding(_Piecewise):
    """A text with carriage returns alone at line ends, converted to line feeds."""

    def _convert(self, raw: bytes) -> bytes:
        return raw.replace(b"\r", b"\n")
