"""What follows from no event is stamped: whoever has not the wrapping keys can make no such row, nor change one.

A stamp is the digest of what it stands for, wrapped as a data key is. A kept answer has one of its own; the keys that
people come in with have one together, so that one that is gone is missed.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import Connection, Table, bindparam, select, update

from infrastructure.log_rows import seals_of
from infrastructure.sealing.wrapping import BrokenSealError
from infrastructure.tables import api_key, idempotency_answer, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from infrastructure.sealing.wrapping import KeyWrapping

__all__ = ["broken", "stamp_keys", "stamped", "wrap_again"]

BATCH: Final = 500

_ANSWER: Final = idempotency_answer
_SAID: Final = tuple(each.name for each in _ANSWER.c if each.name not in {"key_id", "stamp"})
_KEYS: Final = select(api_key).order_by(api_key.c.id)
_OF_KEYS: Final = stamp.c.of == api_key.name


def stamped(connection: Connection, answer: Mapping[Any, Any]) -> dict[str, Any]:
    """An answer that is to be kept, with its stamp."""
    return {**answer, **_stamp(_keys(connection), _ANSWER, [answer[name] for name in _SAID])}


def stamp_keys(connection: Connection) -> None:
    """Stamp the keys that people come in with as they are now; whoever changes them holds the lock of the log."""
    made = _stamp(_keys(connection), api_key, _all_keys(connection))
    connection.execute(stamp.delete().where(_OF_KEYS))
    connection.execute(stamp.insert(), {"of": api_key.name, **made})


def broken(connection: Connection) -> Iterator[tuple[Table, tuple[Any, ...]]]:
    """The first of each table whose stamp is not there, or is not its own: the table and the row's key."""
    wrapping = seals_of(connection).check(connection)
    ordered = select(_ANSWER).order_by(_ANSWER.c.caller, _ANSWER.c.key)
    for row in connection.execute(ordered).mappings():
        if not _holds(wrapping, row, _ANSWER, [row[name] for name in _SAID]):
            yield _ANSWER, (row["caller"], row["key"])
            break
    kept = connection.execute(select(stamp).where(_OF_KEYS)).mappings().one_or_none()
    found = _all_keys(connection)
    if (kept or found) and not _holds(wrapping, kept, api_key, found):
        yield api_key, ()


def wrap_again(connection: Connection) -> int:
    """Wrap some stamps by the newest key that another wraps, and say how many; one that does not hold is left."""
    newest = _keys(connection).newest
    changed = 0
    for table, context in ((_ANSWER, _ANSWER), (stamp, api_key)):
        same = [column == bindparam(f"at_{column.name}") for column in table.primary_key]
        older = select(table).where(table.c.key_id != newest, table.c.stamp.is_not(None))
        rows = connection.execute(older.limit(BATCH)).mappings().all()
        for row in rows:
            again = _wrapped_again(_keys(connection), row, context)
            at = {f"at_{column.name}": row[column.name] for column in table.primary_key}
            connection.execute(update(table).where(*same).values(**again), at)
        changed += len(rows)
    return changed


def _wrapped_again(wrapping: KeyWrapping, row: Mapping[Any, Any], table: Table) -> dict[str, Any]:
    context = _context(table)
    try:
        digest = wrapping.unwrap(row["key_id"], bytes(row["stamp"]), context)
    except BrokenSealError:
        return {"key_id": wrapping.newest}
    return {"key_id": wrapping.newest, "stamp": wrapping.wrap(digest, context)}


def _keys(connection: Connection) -> KeyWrapping:
    return seals_of(connection).wrapping(connection)


def _all_keys(connection: Connection) -> list[list[Any]]:
    return [list(row) for row in connection.execute(_KEYS)]


def _stamp(wrapping: KeyWrapping, table: Table, content: Sequence[Any]) -> dict[str, Any]:
    return {"key_id": wrapping.newest, "stamp": wrapping.wrap(_digest(content), _context(table))}


def _holds(
    wrapping: KeyWrapping | None,
    kept: Mapping[Any, Any] | None,
    table: Table,
    content: Sequence[Any],
) -> bool:
    """Whether a stamp is that of the content, by a key that is given."""
    if wrapping is None or kept is None or kept["stamp"] is None:
        return False
    if kept["key_id"] not in wrapping.ids:
        return False
    try:
        digest = wrapping.unwrap(kept["key_id"], bytes(kept["stamp"]), _context(table))
    except BrokenSealError:
        return False
    return digest == _digest(content)


def _digest(content: Sequence[Any]) -> bytes:
    """MessagePack tells bytes, texts, numbers and nothing apart."""
    return sha256(msgspec.msgpack.encode(content)).digest()


def _context(table: Table) -> bytes:
    return f"parley stamp\0{table.name}".encode()
