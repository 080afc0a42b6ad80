"""Seals unencrypted payloads and wraps every data key with the newest key, while others read and write.

Neither changes a digest or a leaf, so earlier checkpoints and proofs stay valid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, func, select

from infrastructure.log.append import lock_log
from infrastructure.log.rows import LOGGED
from infrastructure.log.under_lock import LOCK_HEAD
from infrastructure.sealing.confidential_parts import context_of_part
from infrastructure.sealing.seals import context_of, seals_of
from infrastructure.sealing.stamps import stamp_tables, wrap_tables
from infrastructure.sealing.stored_responses import drop_broken, wrap_responses
from infrastructure.tables.record import confidential_part, event, log_head

if TYPE_CHECKING:
    from infrastructure.database.database import Database

BATCH: Final = 500
"""Events in one transaction: few, so that writers of the log hardly wait."""
PATIENCE_SECONDS: Final = 30
"""How long to wait for others who use SQLite's write-ahead log, which may still hold unencrypted payloads."""


@dataclass(frozen=True)
class _Keyed:
    """A table whose rows have data keys, and the authenticated context of each key."""

    table: Table
    context: Callable[[Mapping[Any, Any]], bytes]

    @property
    def at(self) -> ColumnElement[bool]:
        """The condition that selects a row by its primary key."""
        return and_(
            *(column == bindparam(f"at_{column.name}") for column in self.table.primary_key)
        )


_KEYED: Final = (
    _Keyed(event, lambda row: context_of(row["stream"])),
    _Keyed(confidential_part, context_of_part),
)


@dataclass(frozen=True, slots=True)
class SealReport:
    """How many payloads were sealed, how many data keys were wrapped again, and the data keys of each wrapping key."""

    sealed: int
    wrapped: int
    newest: str
    keys: dict[str, int]


def reseal(database: Database, progress: Callable[[int, int], None] | None = None) -> SealReport:
    """Seal all payloads and wrap all data keys; `progress` is called with (events done, events in total).

    The last events come first: a stream takes the key of its last event, and so has one key. Raises SealKeyError if a
    data key is wrapped by a key that is not given; the batches before are kept.
    """
    with database.reading() as connection:
        last = int(connection.execute(select(log_head.c.position)).scalar_one())
    sealed = wrapped = 0
    batches = range(0, last, BATCH)
    for done, after in enumerate(reversed(batches), start=1):
        with database.writing() as connection:
            lock_log(connection)
            sealed += _seal(connection, after, after + BATCH)
            wrapped += sum(_wrap(connection, keyed, after, after + BATCH) for keyed in _KEYED)
        if progress is not None:
            progress(min(done * BATCH, last), last)
    _wrap_stamps(database)
    database.drop_overwritten(*(keyed.table.name for keyed in _KEYED), patience=PATIENCE_SECONDS)
    with database.reading() as connection:
        keys = seals_of(connection).check(connection)
        wrapped_by: Counter[str] = Counter()
        for keyed in _KEYED:
            key_id = keyed.table.c.key_id
            counted = select(key_id, func.count().label("wrapped")).group_by(key_id)
            used = connection.execute(counted.where(key_id.is_not(None)))
            wrapped_by.update({row.key_id: int(row.wrapped) for row in used})
    return SealReport(sealed, wrapped, "" if keys is None else keys.newest, dict(wrapped_by))


def take_as_is(database: Database) -> int:
    """Stamp the API keys as they are, and delete changed responses; returns how many. This hides tampering.

    The wrapping keys of the old stamps are not needed, because they may be lost.
    """
    with database.writing() as connection:
        connection.execute(LOCK_HEAD)
        dropped = drop_broken(connection)
        stamp_tables(connection)
    return dropped


def _seal(connection: Connection, after: int, until: int) -> int:
    """Seal the unencrypted payloads from `after` (excluded) to `until`."""
    clear = LOGGED.where(
        event.c.position > after,
        event.c.position <= until,
        event.c.key_version.is_(None),
        event.c.payload != b"",
    )
    rows = connection.execute(clear.order_by(event.c.position)).mappings().all()
    if not rows:
        return 0
    streams = list({row["stream"]: None for row in rows})
    keys = seals_of(connection).keys_for_batch(connection, streams)
    changed = [
        {"at_position": row["position"], **keys.seal_payload({**row, "secret": row["salt"]})}
        for row in rows
    ]
    connection.execute(event.update().where(_KEYED[0].at), changed)
    return len(changed)


def _wrap_stamps(database: Database) -> None:
    last: tuple[str, str] | None = ("", "")
    while last is not None:
        with database.writing() as connection:
            lock_log(connection)
            if seals_of(connection).read_wrapping(connection) is None:
                return
            last = wrap_responses(connection, last)
            wrap_tables(connection)


def _wrap(connection: Connection, keyed: _Keyed, after: int, until: int) -> int:
    """Wrap the data keys from `after` (excluded) to `until` that the newest key does not wrap yet."""
    wrapping = seals_of(connection).read_wrapping(connection)
    if wrapping is None:
        return 0
    columns = keyed.table.c
    older = select(
        *keyed.table.primary_key, columns.stream, columns.key_id, columns.data_key
    ).where(
        columns.data_key.is_not(None),
        columns.position > after,
        columns.position <= until,
        columns.key_id != wrapping.newest,
    )
    changed: list[dict[str, Any]] = []
    for row in connection.execute(older).mappings():
        context = keyed.context(row)
        key = wrapping.unwrap(row["key_id"], bytes(row["data_key"]), context)
        place = {f"at_{column.name}": row[column.name] for column in keyed.table.primary_key}
        wrapped = {"key_id": wrapping.newest, "data_key": wrapping.wrap(key, context)}
        changed.append({**place, **wrapped})
    if changed:
        connection.execute(keyed.table.update().where(keyed.at), changed)
    return len(changed)
