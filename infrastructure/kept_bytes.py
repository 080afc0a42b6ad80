"""Bytes that cost more to make than to keep: at most so many in one process; an erasure drops those of its negotiation.

Each process keeps its own. No process gives what it kept before an erasure, because each request says which erasure of
the negotiation was the last one.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable


class Sized(Protocol):
    """What has a size in bytes."""

    def __len__(self) -> int:
        """Its size."""


T = TypeVar("T", bound=Sized)


class KeptBytes(Generic[T]):
    """Keeps values by a negotiation's name and a key, `most` bytes in all; those used longest ago go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[Hashable, Hashable], T] = OrderedDict()
        self._erased: dict[Hashable, int] = {}
        self._size = 0
        self._lock = Lock()

    def find(self, owner: Hashable, erased: int, key: Hashable) -> T | None:
        """What is kept for a negotiation under a key; `erased` is the position of the negotiation's last erasure."""
        with self._lock:
            self._drop(owner, erased)
            kept = self._kept.get((owner, key))
            if kept is not None:
                self._kept.move_to_end((owner, key))
            return kept

    def keep(self, owner: Hashable, erased: int, key: Hashable, value: T) -> None:
        """Keep a value that was made after the erasure at `erased`, unless another came since, or it is too large."""
        with self._lock:
            self._remove((owner, key))
            if self._erased.get(owner, 0) != erased or len(value) > self._most:
                return
            self._kept[owner, key] = value
            self._size += len(value)
            while self._size > self._most:
                self._remove(next(iter(self._kept)))

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return self._size

    def _drop(self, owner: Hashable, erased: int) -> None:
        if self._erased.get(owner, 0) < erased:
            self._erased[owner] = erased
            for key in [key for key in self._kept if key[0] == owner]:
                self._remove(key)

    def _remove(self, key: tuple[Hashable, Hashable]) -> None:
        gone = self._kept.pop(key, None)
        if gone is not None:
            self._size -= len(gone)
