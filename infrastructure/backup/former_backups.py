"""Restores backups made before idempotency keys were stored as digests, as a schema upgrade would convert them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, Self

from infrastructure.sealing.seals import seals_of
from migrations import former_answers as former

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from infrastructure.backup.file import Opening

LAST_FORMAT: Final = 4
"""The last format with unhashed idempotency keys."""


class FormerAnswers:
    """Converts the stored responses of one older backup to the present form."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sent = 0
        self._after: list[dict[str, Any]] = []
        self._secret = b""

    @classmethod
    def of(cls, connection: Connection, opening: Opening) -> Self | None:
        """The converter for a backup with this opening; None if its responses need no conversion."""
        return cls(connection) if opening.format <= LAST_FORMAT else None

    def rows(self, sent: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Convert some responses; certificates are left out."""
        wrapping = seals_of(self._connection).ensure_wrapping(self._connection)
        self._secret = former.made_secret(self._connection, wrapping)
        now = time.time_ns() // 1_000
        converted = [former.as_of_0011(wrapping, self._secret, row, now) for row in sent]
        kept = [row for row in converted if row is not None]
        self._sent += len(sent)
        self._after += kept
        return kept

    def stamps(self, counted: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The stamp of all converted responses; none if the number in the old stamp is wrong."""
        wrapping = seals_of(self._connection).ensure_wrapping(self._connection)
        count = former.opened(wrapping, counted, former.COUNT)
        if count != self._sent.to_bytes(former.SIZE):
            return []
        total = former.total_of(self._after, self._secret) if self._secret else bytes(former.SIZE)
        stamp = former.made(wrapping, total, former.TOTAL)
        return [{"of": "idempotency_answer", **stamp}]
