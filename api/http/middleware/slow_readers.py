"""Bounds the bytes that wait in memory because clients do not read their answers."""

from __future__ import annotations

from typing import Final, Protocol

MOST_BYTES: Final = 134_217_728
"""How many bytes may wait for all slow readers together."""


class SlowReader(Protocol):
    """A connection whose client is behind in reading."""

    @property
    def waiting(self) -> int:
        """How many bytes wait for the client."""

    def cut_off(self) -> None:
        """Close the connection at once."""


class SlowReaders:
    """The connections whose clients are behind in reading.

    If more than `most` bytes wait in all, the connections that have been behind longest are closed.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most = most
        self._sizes: dict[SlowReader, int] = {}

    def add(self, connection: SlowReader) -> None:
        """Count the bytes that wait for a client, and close connections if there are too many."""
        self._sizes[connection] = connection.waiting
        waiting = sum(self._sizes.values())
        for behind, size in list(self._sizes.items()):
            if waiting <= self.most:
                break
            waiting -= size
            self.discard(behind)
            behind.cut_off()

    def discard(self, connection: SlowReader) -> None:
        """Forget a connection: its client has read what waited, or is gone."""
        self._sizes.pop(connection, None)
