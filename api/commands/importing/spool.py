"""Keeps the facts of an import in a temporary file, so that memory does not grow with what they say."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Final, Self

from eventsourcing.persistence import OperationalError

from domain.fact import Fact
from domain.fact_checks import take_as_checked
from domain.kinds.envoys import Alias
from domain.views.notices import find_notices
from infrastructure.log.codec import encode_fact, restore_fact

if TYPE_CHECKING:
    from types import TracebackType

_IN_MEMORY: Final = 4_194_304
"""Bytes of facts that are kept in memory; of more, all are in a file."""
_WINDOW: Final = 65_536
"""Bytes that are read at once: an import reads its facts mostly in their order."""


class SpooledFact:
    """A checked fact in a spool, as JSON of `size` bytes; `noticed` says whether there may be notices on it."""

    __slots__ = ("_at", "_spool", "noticed", "size")

    def __init__(self, spool: FactSpool, at: int, size: int, *, noticed: bool) -> None:
        self._spool = spool
        self._at = at
        self.size = size
        self.noticed = noticed

    def load(self) -> Fact:
        """The fact."""
        return take_as_checked(restore_fact(self._spool.read(self._at, self.size)))


class FactSpool:
    """The facts of one import, until it is over."""

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

    def add(self, fact: Fact) -> SpooledFact:
        """Keep a fact that `check_fact` returned; OperationalError if there is no room for it."""
        content = encode_fact(fact)
        at = self._end
        try:
            self._file.seek(at)
            self._file.write(content)
        except OSError as error:
            raise OperationalError(
                f"the facts of an import cannot be kept in a temporary file: {error.strerror}"
            ) from error
        self._end = at + len(content)
        return SpooledFact(
            self, at, len(content), noticed=isinstance(fact, Alias) or bool(find_notices(fact))
        )

    def read(self, at: int, size: int) -> bytes:
        """The JSON that is kept at a place."""
        start = at - self._begin
        if start < 0 or start + size > len(self._window):
            self._file.seek(at)
            self._begin, start = at, 0
            self._window = self._file.read(max(size, _WINDOW))
        return self._window[start : start + size]
