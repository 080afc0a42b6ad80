"""What follows from no event is stamped: whoever has not the wrapping keys can make no such row, nor change one.

A stamp is the digest of what it stands for, wrapped as a data key is. A kept answer has one in its row, and their
number has another; the keys that people come in with have one together. So what is gone is missed, too. Once the log
has an event, the stamps of both tables are there.
"""

from __future__ import annotations

from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import Connection, Table, bindparam, func, select, update

from infrastructure.log_rows import seals_of
from infrastructure.sealing.wrapping import KEY_SIZE, BrokenSealError
from infrastructure.tables import api_key, idempotency_answer, log_head, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from infrastructure.sealing.wrapping import KeyWrapping

__all__ = [
    "begin_stamps",
    "broken_tables",
    "changing_keys",
    "count_answers",
    "digest_of",
    "keys_of",
    "made",
    "restore_stamps",
    "stamp_of_answers",
    "stamp_tables",
    "stands_for",
    "wrap_tables",
]

_KEYS: Final = select(api_key).order_by(api_key.c.id)
_ANSWERS: Final = select(func.count()).select_from(idempotency_answer)
_CONTEXTS: Final = {
    api_key: b"parley stamp\0api_key",
    idempotency_answer: b"parley count\0idempotency_answer",
}
_KEPT: Final = select(stamp).where(stamp.c.of == bindparam("table"))


def keys_of(connection: Connection) -> KeyWrapping:
    """The wrapping keys of a database; some are made where it has nothing sealed yet."""
    return seals_of(connection).wrapping(connection)


def digest_of(content: Sequence[Any]) -> bytes:
    """The SHA-256 of values; MessagePack tells bytes, texts, numbers and nothing apart."""
    return sha256(msgspec.msgpack.encode(content)).digest()


def made(wrapping: KeyWrapping, digest: bytes, context: bytes) -> dict[str, Any]:
    """The columns of a stamp."""
    return {"key_id": wrapping.newest, "stamp": wrapping.wrap(digest, context)}


def stands_for(
    wrapping: KeyWrapping | None, kept: Mapping[Any, Any] | None, context: bytes
) -> bytes | None:
    """The digest that a stamp is of; None where it is not there, or not made by a key that is given."""
    if wrapping is None or kept is None or kept["stamp"] is None:
        return None
    if kept["key_id"] not in wrapping.ids:
        return None
    try:
        return wrapping.unwrap(kept["key_id"], bytes(kept["stamp"]), context)
    except BrokenSealError:
        return None


def stamp_tables(connection: Connection, *, again: bool = True) -> None:
    """Stamp the keys and the number of answers as they are, `again` also where that was done; the log is locked."""
    for table in _CONTEXTS:
        if again or _kept(connection, table) is None:
            _put(connection, table, _digest_now(connection, table))


def begin_stamps(connection: Connection, answers: int) -> None:
    """Stamp what is there with the first event of a log, or as many kept `answers`; the log is locked.

    What was put there before and has no stamp gets none.
    """
    _begin_keys(connection)
    if stamp_of_answers(connection) is not None:
        count_answers(connection, answers)
    elif _digest_now(connection, idempotency_answer) == _number(answers):
        _put(connection, idempotency_answer, _number(answers))


def stamp_of_answers(connection: Connection) -> Mapping[Any, Any] | None:
    """The row that stands for the number of kept answers; None where it is not there."""
    return _kept(connection, idempotency_answer)


def restore_stamps(connection: Connection, answers: Mapping[str, Any] | None) -> None:
    """Begin the stamp of the keys, and put back the `answers`' own, if it was kept; the log is locked."""
    _begin_keys(connection)
    if answers is not None:
        _put_row(connection, idempotency_answer, answers)


def _begin_keys(connection: Connection) -> None:
    if _kept(connection, api_key) is None and not _has_rows(connection, api_key):
        _put(connection, api_key, _digest_now(connection, api_key))


@contextmanager
def changing_keys(connection: Connection) -> Iterator[None]:
    """Let the keys be changed, while the log is locked; their stamp follows if it held, and else stays broken."""
    held = api_key not in broken_tables(connection)
    yield
    if held:
        _put(connection, api_key, _digest_now(connection, api_key))


def count_answers(connection: Connection, more: int) -> None:
    """Count answers that are kept from now on, while the log is locked; a stamp that does not open is left."""
    counted = _digest_kept(connection, idempotency_answer)
    if counted is not None:
        _put(connection, idempotency_answer, _number(int.from_bytes(counted) + more))


def broken_tables(connection: Connection) -> list[Table]:
    """The tables whose stamp is not there, or not their own; a record that is empty needs none."""
    begun = connection.execute(select(log_head.c.position)).scalar_one()
    return [
        table
        for table in _CONTEXTS
        if (begun or _kept(connection, table) or _has_rows(connection, table))
        and _digest_kept(connection, table) != _digest_now(connection, table)
    ]


def wrap_tables(connection: Connection) -> None:
    """Wrap the stamps of tables by the newest key; one that does not hold goes on doing so."""
    newest = keys_of(connection).newest
    for table in _CONTEXTS:
        kept, digest = _kept(connection, table), _digest_kept(connection, table)
        if kept is not None and digest is not None and kept["key_id"] != newest:
            _put(connection, table, digest)


def _digest_kept(connection: Connection, table: Table) -> bytes | None:
    wrapping = seals_of(connection).check(connection)
    return stands_for(wrapping, _kept(connection, table), _CONTEXTS[table])


def _digest_now(connection: Connection, table: Table) -> bytes:
    if table is idempotency_answer:
        return _number(connection.execute(_ANSWERS).scalar_one())
    return digest_of([list(row) for row in connection.execute(_KEYS)])


def _has_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(table).limit(1)).first() is not None


def _kept(connection: Connection, table: Table) -> Mapping[Any, Any] | None:
    return connection.execute(_KEPT, {"table": table.name}).mappings().one_or_none()


def _put(connection: Connection, table: Table, digest: bytes) -> None:
    _put_row(connection, table, made(keys_of(connection), digest, _CONTEXTS[table]))


def _put_row(connection: Connection, table: Table, columns: Mapping[str, Any]) -> None:
    if not connection.execute(update(stamp).where(stamp.c.of == table.name), columns).rowcount:
        connection.execute(stamp.insert(), {"of": table.name, **columns})


def _number(count: int) -> bytes:
    return count.to_bytes(KEY_SIZE)
