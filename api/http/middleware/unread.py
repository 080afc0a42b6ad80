"""Bounds what waits in memory because clients do not read it."""

from __future__ import annotations

from typing import Final, Protocol

MOST_BYTES: Final = 134_217_728


class Behind(Protocol):
    """A connection whose client is behind in reading."""

    @property
    def waiting(self) -> int:
        """How many bytes wait for the client."""

    def cut_off(self) -> None:
        """Close the connection at once."""


class Unread:
    """The connections whose clients are behind in reading.

    If more than `most` bytes wait in all, those that have been behind longest are closed.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most = most
        self._sizes: dict[Behind, int] = {}

    def add(self, connection: Behind) -> None:
        """Count the bytes that wait for a client, and close connections if there are too many."""
        self._sizes[connection] = connection.waiting
        waiting = sum(self._sizes.values())
        for behind, size in list(self._sizes.items()):
            if waiting <= self.most:
                break
            waiting -= size
            self.discard(behind)
            behind.cut_off()

    def discard(self, connection: Behind) -> None:
        """Forget a connection, as its client has read what waited, or is gone."""
        self._sizes.pop(connection, None)
