"""Reads the version of a fact from its row in `fact_version`, as `fact_rows.row_of` wrote it."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import CursorResult

from domain.streams.erasure import BLANK
from domain.streams.fact import FactRecord
from domain.views.versions import FactVersion
from infrastructure.database.damage import raise_damage
from infrastructure.log.codec import decode_fact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row

_OF_RECORD: Final = (
    *("fact_id", "version", "negotiation_id", "content", "erased"),
    *("status", "standing", "corrected", "preferred"),
)
_OF_VERSION: Final = (
    *("position", "first_position", "recorded_at", "published_at"),
    *("actor", "event", "reason", "why", "batch"),
)
_READ: Final = (*_OF_RECORD, *_OF_VERSION)
_WHAT: Final = "a version of a fact"
_values: Final = attrgetter(*_READ)
_uuid: Final = lru_cache(maxsize=256)(UUID)


def version_of_row(row: Row[Any], *, erased: bool = False) -> FactVersion:
    """The version from which `row_of` made this row; DamagedError for any other row.

    What an `erased` one said is not read.
    """
    with raise_damage(_WHAT):
        return _version(_values(row), erased=erased)


def versions_in(rows: CursorResult[Any] | Iterable[Row[Any]]) -> list[FactVersion]:
    """The versions of all rows that one statement gave; raises as `version_of_row` does."""
    with raise_damage(_WHAT):
        remaining = iter(rows.all() if isinstance(rows, CursorResult) else rows)
        first = next(remaining, None)
        if first is None:
            return []
        read = itemgetter(*map(first._fields.index, _READ))
        return [_version(read(row)) for row in chain((first,), remaining)]


def _version(values: tuple[Any, ...], *, erased: bool = False) -> FactVersion:
    """The version that has these values of _READ."""
    identity, of_version = values[: len(_OF_RECORD)], values[len(_OF_RECORD) :]
    fact_id, number, negotiation_id, content, gone, *statuses = identity
    status, standing, corrected, preferred = statuses
    position, first_position, recorded_at, published_at, actor, event, reason, why, batch = (
        of_version
    )
    erased = erased or gone
    record = FactRecord(
        id=UUID(fact_id),
        version=number,
        negotiation_id=_uuid(negotiation_id),
        fact=BLANK if erased else decode_fact(content),
        status=status,
        standing=standing,
        corrected=corrected,
        preferred=preferred,
        erased=erased,
    )
    return FactVersion(
        record=record,
        position=position,
        first_position=first_position,
        recorded_at=recorded_at,
        published_at=published_at,
        actor=actor,
        event=event,
        reason=reason,
        why=why,
        batch=batch,
    )
