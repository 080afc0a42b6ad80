"""Stamps rows that no event implies, so that nobody without the wrapping keys can forge or change one.

A stamp is the digest of what it stands for, wrapped as a data key is. A kept answer has one in its row, and their
total, the sum of their digests, has another; the keys that people come in with have one together. So what is gone is
missed, too, and what stands there again as it once was. Once the log has an event, the stamps of both tables are there.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import Connection, Table, bindparam, select, update

from infrastructure.sealing.seals import own_keys, seals_of
from infrastructure.sealing.wrapping import KEY_SIZE, BrokenSealError
from infrastructure.tables.record import api_key, idempotency_answer, log_head, stamp
from infrastructure.transaction_memo import forget, remembered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from infrastructure.sealing.wrapping import KeyWrapping

__all__ = [
    "begin_stamps",
    "broken_tables",
    "change_keys",
    "change_total",
    "digest_of_answer",
    "ensure_secret",
    "forget_lost_secret",
    "keys_of",
    "missing_key",
    "restore_stamps",
    "secret_of_keys",
    "share_of_answer",
    "stamp_columns",
    "stamp_tables",
    "stamps_of_answers",
    "stands_for",
    "wrap_tables",
]

_KEYS: Final = select(api_key).order_by(api_key.c.id)
_CONTEXTS: Final = {
    api_key: b"parley stamp\0api_key",
    idempotency_answer: b"parley total\0idempotency_answer",
}
_KEYED_BY: Final = "idempotency_answer.key"
"""Where, beside the stamps, the secret stands by which idempotency keys are known."""
_KEYED_CONTEXT: Final = b"parley secret\0idempotency_answer"
_SAID: Final = tuple(
    each.name for each in idempotency_answer.c if each.name not in {"key_id", "stamp"}
)
_WRAP: Final = 1 << 8 * KEY_SIZE
_PUT: Final = update(stamp).where(stamp.c.of == bindparam("named"))


def keys_of(connection: Connection) -> KeyWrapping:
    """The wrapping keys of a database; some are made where it has nothing sealed yet."""
    return seals_of(connection).wrapping(connection)


def digest_of(content: Sequence[Any]) -> bytes:
    """The SHA-256 of values; MessagePack tells bytes, texts, numbers and nothing apart."""
    return sha256(msgspec.msgpack.encode(content)).digest()


def digest_of_answer(row: Mapping[Any, Any]) -> bytes:
    """The digest of all that a row of the kept answers says."""
    return digest_of([row[name] for name in _SAID])


def share_of_answer(row: Mapping[Any, Any]) -> int:
    """What a kept answer adds to the total of all."""
    return int.from_bytes(digest_of_answer(row))


def stamp_columns(wrapping: KeyWrapping, digest: bytes, context: bytes) -> dict[str, Any]:
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


def stamp_tables(connection: Connection) -> None:
    """Stamp the keys and the total of the answers as they are; the log is locked."""
    for table in _CONTEXTS:
        digest = _digest_now(connection, table)
        if digest is not None:
            _put(connection, table, digest)


def begin_stamps(connection: Connection, added: int) -> None:
    """Stamp what is there with the first event of a log, or kept answers that `added` so much; the log is locked.

    What was put there before and has no stamp gets none.
    """
    _begin_keys(connection)
    if _kept(connection, idempotency_answer.name) is not None:
        change_total(connection, added)
    elif _digest_now(connection, idempotency_answer) == _total(added):
        _put(connection, idempotency_answer, _total(added))


def change_total(connection: Connection, added: int) -> None:
    """Add to the total of the kept answers, while the log is locked; a stamp that does not open is left."""
    counted = _digest_kept(connection, idempotency_answer)
    if counted is not None:
        _put(connection, idempotency_answer, _total(int.from_bytes(counted) + added))


def secret_of_keys(connection: Connection) -> bytes | None:
    """The secret by which idempotency keys are known; None where none was needed yet.

    SealKeyError or BrokenSealError where it cannot be opened.
    """
    kept = _kept(connection, _KEYED_BY)
    if kept is None:
        return None
    return keys_of(connection).unwrap(kept["key_id"], bytes(kept["stamp"]), _KEYED_CONTEXT)


def ensure_secret(connection: Connection) -> tuple[bytes, int]:
    """The same, made where none was needed yet, and what making it added to the total. The log is locked.

    It is part of the total, so that another cannot take its place; BrokenSealError where it is gone.
    """
    found = secret_of_keys(connection)
    if found is not None:
        return found, 0
    if _has_rows(connection, idempotency_answer):
        raise BrokenSealError("the secret by which idempotency keys are known is gone")
    found = secrets.token_bytes(KEY_SIZE)
    _put_row(connection, _KEYED_BY, stamp_columns(keys_of(connection), found, _KEYED_CONTEXT))
    return found, _share_of_secret(found)


def forget_lost_secret(connection: Connection) -> bool:
    """Take away the secret where it does not open any more, and say whether answers cannot be found by it."""
    if _secret_held(connection) is not None:
        return False
    connection.execute(stamp.delete().where(stamp.c.of == _KEYED_BY))
    forget(connection, own_keys)
    return _has_rows(connection, idempotency_answer)


def stamps_of_answers(connection: Connection) -> list[Mapping[Any, Any]]:
    """The rows of the total of the kept answers, and of the secret by which their keys are known."""
    found = (_kept(connection, name) for name in (idempotency_answer.name, _KEYED_BY))
    return [row for row in found if row is not None]


def restore_stamps(connection: Connection, answers: Sequence[Mapping[str, Any]]) -> None:
    """Begin the stamp of the keys, and put back those of the `answers`, if they were kept; the log is locked."""
    _begin_keys(connection)
    for row in answers:
        _put_row(connection, row["of"], {name: row[name] for name in ("key_id", "stamp")})


def _begin_keys(connection: Connection) -> None:
    if _kept(connection, api_key.name) is None and not _has_rows(connection, api_key):
        _put(connection, api_key, _digest_of_keys(connection))


@contextmanager
def change_keys(connection: Connection) -> Iterator[None]:
    """Let the keys be changed, while the log is locked; their stamp follows if it held, and else stays broken."""
    held = not _is_broken(connection, api_key)
    yield
    if held:
        _put(connection, api_key, _digest_of_keys(connection))


def broken_tables(connection: Connection) -> list[Table]:
    """The tables whose stamp is not there, or not their own; a record that is empty needs none."""
    return [table for table in _CONTEXTS if _is_broken(connection, table)]


def wrap_tables(connection: Connection) -> None:
    """Wrap the stamps of tables, and the secret, by the newest key; one that does not hold goes on doing so."""
    wrapping = keys_of(connection)
    for table in _CONTEXTS:
        kept, digest = _kept(connection, table.name), _digest_kept(connection, table)
        if kept is not None and digest is not None and kept["key_id"] != wrapping.newest:
            _put(connection, table, digest)
    secret = _secret_held(connection)
    if secret is not None:
        _put_row(connection, _KEYED_BY, stamp_columns(wrapping, secret, _KEYED_CONTEXT))


def missing_key(connection: Connection, table: Table) -> str | None:
    """The id of the key that a table is stamped by, where that is not given."""
    wrapping, kept = seals_of(connection).given(connection), _kept(connection, table.name)
    if kept is None or (wrapping is not None and kept["key_id"] in wrapping.ids):
        return None
    return str(kept["key_id"])


def _is_broken(connection: Connection, table: Table) -> bool:
    begun = connection.execute(select(log_head.c.position)).scalar_one()
    used = begun or _kept(connection, table.name) or _has_rows(connection, table)
    return bool(used) and _digest_kept(connection, table) != _digest_now(connection, table)


def _digest_kept(connection: Connection, table: Table) -> bytes | None:
    wrapping = seals_of(connection).given(connection)
    return stands_for(wrapping, _kept(connection, table.name), _CONTEXTS[table])


def _digest_now(connection: Connection, table: Table) -> bytes | None:
    if table is api_key:
        return _digest_of_keys(connection)
    secret = _secret_held(connection)
    if secret is None and _has_rows(connection, table):
        return None
    rows = connection.execute(select(table)).mappings()
    shares = sum(share_of_answer(row) for row in rows)
    return _total(shares + (0 if secret is None else _share_of_secret(secret)))


def _digest_of_keys(connection: Connection) -> bytes:
    return digest_of([list(row) for row in connection.execute(_KEYS)])


def _secret_held(connection: Connection) -> bytes | None:
    """The secret, where it opens."""
    wrapping = seals_of(connection).given(connection)
    return stands_for(wrapping, _kept(connection, _KEYED_BY), _KEYED_CONTEXT)


def _share_of_secret(secret: bytes) -> int:
    return int.from_bytes(digest_of([_KEYED_BY, secret]))


def _has_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(table).limit(1)).first() is not None


def _kept(connection: Connection, name: str) -> Mapping[Any, Any] | None:
    return next((row for row in remembered(connection, own_keys) if row["of"] == name), None)


def _put(connection: Connection, table: Table, digest: bytes) -> None:
    _put_row(connection, table.name, stamp_columns(keys_of(connection), digest, _CONTEXTS[table]))


def _put_row(connection: Connection, name: str, columns: Mapping[str, Any]) -> None:
    if not connection.execute(_PUT, {"named": name, **columns}).rowcount:
        connection.execute(stamp.insert(), {"of": name, **columns})
    forget(connection, own_keys)


def _total(total: int) -> bytes:
    return (total % _WRAP).to_bytes(KEY_SIZE)
