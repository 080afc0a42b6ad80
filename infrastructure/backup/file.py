"""Reads and writes the file of a backup: gzipped JSON lines with a head, the log, kept responses and checksums.

Payloads and confidential parts are sealed as in the database; the keys that wrap the data keys are in neither. The file
does not depend on the database: a backup of SQLite can be restored into PostgreSQL, and the other way round.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from itertools import chain
from typing import TYPE_CHECKING, Final

import msgspec

from domain.streams.event import ClockCorrected
from infrastructure.log.under_lock import FIRST_VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import IO

FORMAT: Final = 5
FORMATS: Final = (1, 2, 3, 4, FORMAT)
"""The formats that can be read. Format 1 has unsealed payloads, 2 has no confidential parts and stamps, and 3 has no
stamp of the responses' number."""
HASHED_SINCE: Final = 5
"""The first format with hashed idempotency keys; responses in an older backup are not restored."""


class BackupError(Exception):
    """A file is not a backup, or not a complete one; the message says what is wrong."""


class Opening(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="line", tag="parley-backup"
):
    """The log's last position, and the instant (microseconds) that the next event has to exceed."""

    format: int
    position: int
    recorded_at: int


class EventLine(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="line", tag="event"
):
    """A row of the log, unchanged; bytes are in base64."""

    position: int
    recorded_at: int
    stream: str
    version: int
    type: str
    actor: str
    payload: bytes
    salt: bytes
    digest: bytes
    leaf: bytes
    key_version: int | None = None
    key_id: str | None = None
    data_key: bytes | None = None


class PartLine(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="line", tag="part"
):
    """A confidential part of the event before it, unchanged."""

    position: int
    ordinal: int
    stream: str
    digest: bytes
    sealed: bytes | None
    key_id: str | None
    data_key: bytes | None


class AnswerLine(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="line", tag="answer"
):
    """A response stored under an idempotency key, unchanged."""

    caller: str
    key: str
    fingerprint: str
    status: int
    body: bytes
    headers: str
    answered_at: int
    fact_id: str | None
    key_id: str | None = None
    stamp: bytes | None = None
    kept_at: int = 0


class CountLine(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="line", tag="count"
):
    """The stamp of the responses' total, or the secret of their keys' digests, unchanged; `of` says which."""

    key_id: str
    stamp: bytes
    of: str = "idempotency_answer"


class Manifest(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="line", tag="manifest"
):
    """The last line: how much the backup contains, and the SHA-256 of all lines before this one."""

    format: int
    position: int
    answers: int
    sha256: str


Row = EventLine | PartLine | AnswerLine | CountLine
Line = Opening | Row
_encode: Final = msgspec.json.Encoder().encode
_decoder: Final = msgspec.json.Decoder[Line | Manifest](Line | Manifest)


def write_backup(file: IO[bytes], opening: Opening, rows: Iterable[Row]) -> Manifest:
    """Write a backup, and return its manifest."""
    hashed, answers = hashlib.sha256(), 0
    with gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as lines:
        for row in chain[Line]([opening], rows):
            line = _encode(row) + b"\n"
            hashed.update(line)
            lines.write(line)
            answers += isinstance(row, AnswerLine)
        manifest = Manifest(FORMAT, opening.position, answers, hashed.hexdigest())
        lines.write(_encode(manifest) + b"\n")
    return manifest


def read_backup(path: Path) -> Iterator[Line | Manifest]:
    """Yield every line in order, the manifest last; BackupError at the first inconsistency.

    A caller must discard the lines before an error: only the manifest shows that the backup is complete.
    """
    hashed = hashlib.sha256()
    check = _Check()
    for text in _lines(path):
        line = _line(text)
        if isinstance(line, Manifest):
            check.complete(line, hashed.hexdigest())
        else:
            hashed.update(text)
            check.follow(line)
        yield line
    if not check.ended:
        raise BackupError("the backup is incomplete: copy it again")


class _Check:
    """Checks a backup line by line, as the log would check its events."""

    def __init__(self) -> None:
        self._opening: Opening | None = None
        self._position = 0
        self._recorded_at = 0
        self._answers = 0
        self._parts = 0
        self._counted: set[str] = set()
        self._versions: dict[str, int] = {}
        self.ended = False

    def follow(self, line: Line) -> None:
        if self.ended:
            raise BackupError("there are lines after the end of the backup")
        if isinstance(line, Opening) != (self._opening is None):
            raise BackupError("this file is not a backup of Parley")
        if isinstance(line, Opening):
            self._open(line)
        elif isinstance(line, AnswerLine):
            self._answers += 1
        elif isinstance(line, PartLine):
            self._part(line)
        elif isinstance(line, CountLine):
            self._count(line)
        else:
            self._event(line)

    def _open(self, opening: Opening) -> None:
        if opening.format not in FORMATS:
            raise BackupError(
                f"this backup has format {opening.format}, but this Parley reads formats up to {FORMAT}: install a"
                " newer Parley"
            )
        self._opening = opening

    def _event(self, line: EventLine) -> None:
        last = self._versions.get(line.stream)
        follows = line.version in FIRST_VERSIONS if last is None else line.version == last + 1
        dense = line.position == self._position + 1
        rises = line.recorded_at > self._recorded_at or line.type == ClockCorrected.stored_name
        if not (follows and dense and rises):
            raise BackupError(f"position {line.position} does not follow the lines before it")
        self._versions[line.stream] = line.version
        self._position, self._recorded_at = line.position, line.recorded_at
        self._parts = 0

    def _part(self, line: PartLine) -> None:
        if (line.position, line.ordinal) != (self._position, self._parts):
            raise BackupError(f"a part of position {line.position} is not in its place")
        self._parts += 1

    def _count(self, line: CountLine) -> None:
        if line.of in self._counted:
            raise BackupError("the backup has the stamp of its responses twice")
        self._counted.add(line.of)

    def complete(self, manifest: Manifest, sha256: str) -> None:
        opening = self._opening
        if self.ended or opening is None or self._recorded_at > opening.recorded_at:
            raise BackupError("this file is not a backup of Parley")
        counted = Manifest(opening.format, self._position, self._answers, sha256)
        if manifest != counted or opening.position != self._position:
            raise BackupError("the backup does not match its manifest: copy it again")
        self.ended = True


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as lines:
            yield from lines
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BackupError(f"the backup cannot be unpacked: {error}") from error


def _line(text: bytes) -> Line | Manifest:
    try:
        line: Line | Manifest = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BackupError(f"a line of the backup cannot be read: {error}") from error
    return line
