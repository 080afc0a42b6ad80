"""What follows from no event is stamped: whoever has not the wrapping keys can make no such row, nor change one.

A stamp is the digest of what it stands for, wrapped as a data key is. A kept answer has one of its own; the keys that
people come in with have one together, so that one that is gone is missed. The fingerprint of the request that an answer
was given to is wrapped too: it would confirm a guess at what was sent, and some of that is confidential.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import Connection, Table, bindparam, select, update

from infrastructure.log_entry import IdempotencyAnswer
from infrastructure.log_rows import seals_of
from infrastructure.sealing.wrapping import BrokenSealError
from infrastructure.tables import api_key, idempotency_answer, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from infrastructure.sealing.wrapping import KeyWrapping

__all__ = [
    "broken",
    "in_clear",
    "kept_answer",
    "stamp_again",
    "stamp_keys",
    "stamped",
    "wrap_again",
]

BATCH: Final = 500

_ANSWER: Final = idempotency_answer
_SAID: Final = tuple(each.name for each in _ANSWER.c if each.name not in {"key_id", "stamp"})
_KEYS: Final = select(api_key).order_by(api_key.c.id)
_OF_KEYS: Final = stamp.c.of == api_key.name
_FINGERPRINT: Final = b"parley fingerprint\0"
_WRAPPED: Final = "wrapped "
"""What a fingerprint begins with; in former times they were kept in clear."""


def stamped(connection: Connection, answer: Mapping[Any, Any]) -> dict[str, Any]:
    """An answer that is to be kept, with its stamp."""
    return _stamped(_keys(connection), answer)


def stamp_again(connection: Connection, row: Mapping[Any, Any]) -> dict[str, Any]:
    """An answer as former times kept it, as it is kept now; one whose stamp does not hold is left."""
    if row.get("stamp") is None:
        former = _is_clear(row) or not row["fingerprint"]
    else:
        former = _is_clear(row) and _holds(_keys(connection), row, _ANSWER, _said(row))
    return stamped(connection, row) if former else dict(row)


def in_clear(connection: Connection, row: Mapping[Any, Any]) -> dict[str, Any]:
    """An answer as former times kept it: its fingerprint in clear, under a stamp."""
    clear = {**row, "fingerprint": kept_answer(connection, row).fingerprint}
    return {**clear, **_stamp(_keys(connection), _ANSWER, _said(clear))}


def kept_answer(connection: Connection, row: Mapping[Any, Any]) -> IdempotencyAnswer:
    """What is kept in a row; SealKeyError or BrokenSealError where its fingerprint cannot be opened."""
    if not row["fingerprint"] or _is_clear(row):
        return IdempotencyAnswer(**row)
    opened = _fingerprint(_keys(connection), row)
    return IdempotencyAnswer(**{**row, "fingerprint": opened})


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
        if not _holds(wrapping, row, _ANSWER, _said(row)):
            yield _ANSWER, (row["caller"], row["key"])
            break
    kept = connection.execute(select(stamp).where(_OF_KEYS)).mappings().one_or_none()
    found = _all_keys(connection)
    if (kept or found) and not _holds(wrapping, kept, api_key, found):
        yield api_key, ()


def wrap_again(connection: Connection) -> int:
    """Wrap some stamps by the newest key that another wraps, and say how many; one that does not hold is left."""
    wrapping = _keys(connection)
    changed = 0
    for table in (_ANSWER, stamp):
        same = [column == bindparam(f"at_{column.name}") for column in table.primary_key]
        older = select(table).where(table.c.key_id != wrapping.newest, table.c.stamp.is_not(None))
        rows = connection.execute(older.limit(BATCH)).mappings().all()
        for row in rows:
            again = _wrapped_again(connection, table, row)
            at = {f"at_{column.name}": row[column.name] for column in table.primary_key}
            connection.execute(update(table).where(*same).values(**again), at)
        changed += len(rows)
    return changed


def _wrapped_again(connection: Connection, table: Table, row: Mapping[Any, Any]) -> dict[str, Any]:
    wrapping = _keys(connection)
    if table is _ANSWER and _holds(wrapping, row, table, _said(row)):
        clear = row if _is_clear(row) else {**row, "fingerprint": _fingerprint(wrapping, row)}
        return _stamped(wrapping, clear)
    if table is stamp and _holds(wrapping, row, api_key, _all_keys(connection)):
        return _stamp(wrapping, api_key, _all_keys(connection))
    return {"key_id": wrapping.newest}


def _stamped(wrapping: KeyWrapping, answer: Mapping[Any, Any]) -> dict[str, Any]:
    """An answer whose fingerprint is in clear, with it wrapped, and with a stamp."""
    fingerprint = answer["fingerprint"]
    if fingerprint:
        wrapped = wrapping.wrap(fingerprint.encode(), _FINGERPRINT)
        fingerprint = f"{_WRAPPED}{b64encode(wrapped).decode()}"
    made = {**answer, "fingerprint": fingerprint}
    return {**made, **_stamp(wrapping, _ANSWER, _said(made))}


def _fingerprint(wrapping: KeyWrapping, row: Mapping[Any, Any]) -> str:
    try:
        wrapped = b64decode(row["fingerprint"].removeprefix(_WRAPPED), validate=True)
    except ValueError as error:
        raise BrokenSealError("a kept answer is not the one that was wrapped") from error
    return wrapping.unwrap(row["key_id"] or "", wrapped, _FINGERPRINT).decode()


def _is_clear(row: Mapping[Any, Any]) -> bool:
    return bool(row["fingerprint"]) and not row["fingerprint"].startswith(_WRAPPED)


def _said(row: Mapping[Any, Any]) -> list[Any]:
    return [row[name] for name in _SAID]


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
