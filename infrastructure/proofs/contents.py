"""Checks that each payload matches its digest, or that a later event says that it was erased."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, select

from domain.streams.event import SourcesErased
from infrastructure.log.erasure import ERASING, streams_to_erase
from infrastructure.log.leaves import digest_of
from infrastructure.log.rows import open_row
from infrastructure.sealing.confidential_parts import open_part
from infrastructure.sealing.seals import SECRET_SIZE, seals_of
from infrastructure.tables.record import confidential_part, event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import RowMapping

_STRAY: Final = (
    select(confidential_part.c.position)
    .join_from(
        confidential_part,
        event,
        (event.c.position == confidential_part.c.position)
        & (event.c.stream == confidential_part.c.stream),
        isouter=True,
    )
    .where(event.c.position.is_(None))
    .order_by(confidential_part.c.position)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Erasures:
    """The last position at which each stream's payloads, or its confidential parts, were erased."""

    payloads: Mapping[str, int]
    parts: Mapping[str, int]

    @classmethod
    def of(cls, connection: Connection) -> Erasures:
        """Read the erasures of the whole log."""
        wanted = select(event.c.position, event.c.stream, event.c.type).where(
            event.c.type.in_(ERASING)
        )
        payloads: dict[str, int] = {}
        parts: dict[str, int] = {}
        for row in connection.execute(wanted.order_by(event.c.position)):
            erased = parts if row.type == SourcesErased.stored_name else payloads
            with suppress(
                ValueError
            ):  # a stream that is not a fact's is reported when its row is checked
                erased.update(dict.fromkeys(streams_to_erase(row.stream), row.position))
        return cls(payloads, parts)


def stray_part(connection: Connection) -> int | None:
    """The first position of a confidential part that belongs to no event; None if there is none."""
    return connection.execute(_STRAY).scalar()


def content_fault(
    connection: Connection, row: Mapping[Any, Any], parts: Sequence[RowMapping], erasures: Erasures
) -> str | None:
    """What is wrong with an event's payload and confidential parts; None if nothing is.

    Raises SealKeyError if a key is not given, BrokenSealError if something is not what was sealed.
    """
    erased_at = erasures.payloads.get(row["stream"], 0)
    if not row["payload"]:
        return _find_erasure_fault(row, parts, erased_at)
    if erased_at > row["position"]:
        return f"it was erased at position {erased_at}, but is still there"
    opened = open_row(connection, row, parts)
    if not _is_bound(row, opened):
        return "its payload is not the one whose digest was recorded"
    return _parts_fault(connection, row, parts, erasures.parts.get(row["stream"], 0))


def _find_erasure_fault(
    row: Mapping[Any, Any], parts: Sequence[RowMapping], erased_at: int
) -> str | None:
    if erased_at <= row["position"]:
        return "its payload is gone, but no event says that it was erased"
    if row["salt"] or row["data_key"] or parts:
        return f"it was erased at position {erased_at}, but something of it is still there"
    return None


def _is_bound(row: Mapping[Any, Any], opened: Mapping[str, Any]) -> bool:
    """Whether the digest is that of salt and payload.

    With a short salt the payload must be JSON: else bytes of a longer salt could be moved to the front of the payload.
    """
    salt, payload = opened["salt"], opened["payload"]
    if len(salt) == SECRET_SIZE and not _is_text(payload):
        return False
    known = len(salt) == SECRET_SIZE or row["key_version"] is not None
    return known and digest_of(salt, payload) == row["digest"]


def _is_text(payload: bytes) -> bool:
    with suppress(UnicodeDecodeError):
        return payload.decode().startswith("{")
    return False


def _parts_fault(
    connection: Connection, row: Mapping[Any, Any], parts: Sequence[RowMapping], erased_at: int
) -> str | None:
    """What is wrong with the confidential parts, whose digests the leaf has confirmed; None if nothing is."""
    if not parts:
        return None
    wrapping = seals_of(connection).check(connection)
    for ordinal, part in enumerate(parts):
        if part["ordinal"] != ordinal or part["stream"] != row["stream"]:
            return "its confidential parts are not in their places"
        erased = part["sealed"] is None
        if erased and erased_at <= row["position"]:
            return "a confidential part of it is gone, but no event says that it was erased"
        if not erased and erased_at > row["position"]:
            return (
                f"a confidential part of it was erased at position {erased_at}, but is still there"
            )
        if not erased and wrapping is not None:
            open_part(wrapping, part)
    return None
