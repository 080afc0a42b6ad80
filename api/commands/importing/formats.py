"""Recognises a file that is not text by its first bytes; the refusal says what it is and how to save it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

HEAD: Final = 4_096
"""How many bytes of a file's beginning are examined."""
AS_CSV: Final = "save its table as CSV UTF-8 (comma delimited) and import that"
_UNPACK: Final = "unpack it, and import the text in it"

_PACKED: Final[Sequence[tuple[bytes, str]]] = (
    (b"opendocument.spreadsheet", f"this is an OpenDocument spreadsheet (.ods): {AS_CSV}"),
    (b"opendocument.", f"this is an OpenDocument file: {AS_CSV}"),
    (b"xl/", f"this is an Excel workbook (.xlsx): {AS_CSV}"),
    (b"word/", f"this is a Word document (.docx): {AS_CSV}"),
    (b"[Content_Types].xml", f"this is an Office file such as Excel's .xlsx: {AS_CSV}"),
    (b"Index/", f"this is a Numbers or Pages file: {AS_CSV}"),
)
_BINARY: Final[Sequence[tuple[bytes, str]]] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"this is an old Excel or Office file (.xls): {AS_CSV}"),
    (b"\x09\x08", f"this is an old Excel file (.xls): {AS_CSV}"),
    (b"%PDF-", "this is a PDF: copy its table into a spreadsheet, and save that as CSV UTF-8"),
    (b"{\\rtf", "this is rich text (.rtf): copy its table into a spreadsheet, and save that as CSV UTF-8"),
    (b"\x1f\x8b", f"this is packed by gzip: {_UNPACK}; parley import reads it if its name ends in .gz"),
    (b"BZh", f"this is packed by bzip2: {_UNPACK}"),
    (b"\xfd7zXZ\x00", f"this is packed by xz: {_UNPACK}"),
    (b"\x28\xb5\x2f\xfd", f"this is packed by zstd: {_UNPACK}"),
    (b"7z\xbc\xaf\x27\x1c", f"this is a 7z archive: {_UNPACK}"),
    (b"Rar!\x1a\x07", f"this is a RAR archive: {_UNPACK}"),
    (b"SQLite format 3\x00", "this is an SQLite database: export its facts as text, one fact a line"),
    (b"PAR1", "this is a Parquet file: save it as CSV UTF-8, or one JSON object a line"),
    (b"\x89PNG", "this is a picture: facts are imported as text"),
    (b"\xff\xd8\xff", "this is a picture: facts are imported as text"),
    (b"GIF8", "this is a picture: facts are imported as text"),
)  # fmt: skip
_MARKUP: Final = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?P<name>!doctype|[a-z][\w:.-]*)",
    re.IGNORECASE | re.DOTALL,
)
_MARKED: Final = "copy its table into a spreadsheet, and save that as CSV UTF-8"


def recognise_format(head: bytes) -> str | None:
    """The format of a file with these first bytes, and what to do with it; None if it may be text."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        archive = f"this is a ZIP archive: {_UNPACK}"
        return next((detail for sign, detail in _PACKED if sign in head), archive)
    return next((detail for sign, detail in _BINARY if head.startswith(sign)), None)


def recognise_markup(head: str) -> str | None:
    """The format of a text with this beginning, as a web page, and what to do with it; None if it may be facts."""
    match = _MARKUP.match(head)
    if match is None:
        return None
    page = match["name"].casefold() in ("!doctype", "html", "head", "body", "table", "meta")
    return f"this is {'a web page (HTML)' if page else 'XML'}: {_MARKED}"
