"""Keeps the facts of an import in a temporary file, with what is known of their lines, so that memory stays small."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Final, Self

from eventsourcing.persistence import OperationalError

from domain.fact import Fact
from domain.fact_checks import take_as_checked
from infrastructure.log.codec import encode_fact, restore_fact

if TYPE_CHECKING:
    from types import TracebackType

_IN_MEMORY: Final = 4_194_304
"""Bytes of facts that are kept in memory; of more, all are in a file."""
_WINDOW: Final = 65_536
"""Bytes that are read at once: an import reads its facts mostly in their order."""


_SIZES: Final = Struct(">II")
"""The bytes of what is known of a line, and of its fact, which follow in this order."""


@dataclass(frozen=True, slots=True)
class SpooledFact:
    """A checked fact in a spool, as JSON of `size` bytes; `noticed` says whether there may be notices on it."""

    _spool: FactSpool
    _at: int
    size: int
    noticed: bool

    def load(self) -> Fact:
        """The fact."""
        return take_as_checked(restore_fact(self._spool.read(self._at, self.size)))


class FactSpool:
    """The facts of one import, until it is over; a fact is found by its place."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 -- closed at the end of the block
        self._end = 0
        self._begin = 0
        self._window = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, fact: Fact, known: bytes) -> int:
        """Keep a fact that `check_fact` returned, with what is `known` of its line; gives its place.

        OperationalError if there is no room for it.
        """
        content, place = encode_fact(fact), self._end
        kept = _SIZES.pack(len(known), len(content)) + known + content
        try:
            self._file.seek(place)
            self._file.write(kept)
        except OSError as error:
            raise OperationalError(
                f"the facts of an import cannot be kept in a temporary file: {error.strerror}"
            ) from error
        self._end += len(kept)
        return place

    def find(self, place: int) -> tuple[bytes, int, int]:
        """What is known of the line at a place, and the place and size of its fact, for `SpooledFact`."""
        known, size = _SIZES.unpack(self.read(place, _SIZES.size))
        at = place + _SIZES.size
        return self.read(at, known), at + known, size

    def read(self, at: int, size: int) -> bytes:
        """The bytes that are kept at a place."""
        start = at - self._begin
        if start < 0 or start + size > len(self._window):
            self._file.seek(at)
            self._begin, start = at, 0
            self._window = self._file.read(max(size, _WINDOW))
        return self._window[start : start + size]
