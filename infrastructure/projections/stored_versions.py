"""Reads the version of a fact from its row in `fact_version`, as `fact_rows.row_of` wrote it."""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from domain.streams.erasure import BLANK
from domain.streams.fact import FactRecord
from domain.views.versions import FactVersion
from infrastructure.database.damage import raise_damage
from infrastructure.log.codec import decode_fact

if TYPE_CHECKING:
    from sqlalchemy import CursorResult, Row

__all__ = ["version_of_row", "versions_in"]

_OF_RECORD: Final = ("status", "standing", "corrected", "preferred")
_OF_VERSION: Final = (
    *("position", "first_position", "recorded_at", "published_at"),
    *("actor", "event", "reason", "why", "batch"),
)
_READ: Final = (
    *("fact_id", "version", "negotiation_id", "content", "erased"),
    *_OF_RECORD,
    *_OF_VERSION,
)
_WHAT: Final = "a version of a fact"
_uuid: Final = lru_cache(maxsize=256)(UUID)


def version_of_row(row: Row[Any], *, erased: bool = False) -> FactVersion:
    """The version from which `row_of` made this row; DamagedError for any other row.

    What an `erased` one said is not read.
    """
    with raise_damage(_WHAT):
        return _version([getattr(row, name) for name in _READ], erased=erased)


def versions_in(result: CursorResult[Any]) -> list[FactVersion]:
    """The versions of all rows of a result; raises as `version_of_row` does."""
    columns = list(result.keys())
    read = itemgetter(*map(columns.index, _READ))
    with raise_damage(_WHAT):
        return [_version(read(row)) for row in result]


def _version(read: Any, *, erased: bool = False) -> FactVersion:  # noqa: ANN401 -- the values of _READ
    fact_id, number, negotiation_id, content, gone, *others = read
    erased = erased or gone
    of_record, of_version = others[: len(_OF_RECORD)], others[len(_OF_RECORD) :]
    record = FactRecord(
        id=UUID(fact_id),
        version=number,
        negotiation_id=_uuid(negotiation_id),
        fact=BLANK if erased else decode_fact(content),
        erased=erased,
        **dict(zip(_OF_RECORD, of_record, strict=True)),
    )
    return FactVersion(record=record, **dict(zip(_OF_VERSION, of_version, strict=True)))
