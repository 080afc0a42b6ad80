"""Stamps rows that no event implies, so that nobody without the wrapping keys can forge or change one.

A stamp is the digest of some content, wrapped as a data key is. Each stored response has a stamp in its row, and the
sum of all their digests has another one, in the row of the log's head; all API keys together have one. So a deleted row
is noticed, and so is an older state of a row that was put back. Once the log has an event, both tables have their
stamps.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import Connection, Table, bindparam, select, update

from infrastructure.sealing.seals import read_own_keys, seals_of
from infrastructure.sealing.wrapping import KEY_SIZE, BrokenSealError
from infrastructure.tables.record import api_key, idempotency_answer, log_head, stamp
from infrastructure.transaction_memo import forget, read_once

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from infrastructure.sealing.wrapping import KeyWrapping

_KEYS: Final = select(api_key).order_by(api_key.c.id)
_CONTEXTS: Final = {
    api_key: b"parley stamp\0api_key",
    idempotency_answer: b"parley total\0idempotency_answer",
}
_KEYED_BY: Final = "idempotency_answer.key"
"""The name of the row, among the stamps, that holds the secret of the idempotency keys' digests."""
_KEYED_CONTEXT: Final = b"parley secret\0idempotency_answer"
_SAID: Final = tuple(
    column.name for column in idempotency_answer.c if column.name not in {"key_id", "stamp"}
)
_WRAP: Final = 1 << 8 * KEY_SIZE
_IN_HEAD: Final = {"key_id": "total_key_id", "stamp": "total_stamp"}
_PUT: Final = update(stamp).where(stamp.c.of == bindparam("named"))


def keys_of(connection: Connection) -> KeyWrapping:
    """The wrapping keys of a database; the first one is made if nothing is sealed yet."""
    return seals_of(connection).ensure_wrapping(connection)


def digest_of(content: Sequence[Any]) -> bytes:
    """The SHA-256 of values in MessagePack, which distinguishes bytes, texts, numbers and null."""
    return sha256(msgspec.msgpack.encode(content)).digest()


def digest_of_answer(row: Mapping[Any, Any]) -> bytes:
    """The digest of a stored response's row, without its stamp."""
    return digest_of([row[name] for name in _SAID])


def share_of_answer(row: Mapping[Any, Any]) -> int:
    """The number that a stored response adds to the total of all."""
    return int.from_bytes(digest_of_answer(row))


def stamp_columns(wrapping: KeyWrapping, digest: bytes, context: bytes) -> dict[str, Any]:
    """The columns of a stamp."""
    return {"key_id": wrapping.newest, "stamp": wrapping.wrap(digest, context)}


def open_stamp(
    wrapping: KeyWrapping | None, kept: Mapping[Any, Any] | None, context: bytes
) -> bytes | None:
    """The digest inside a stamp; None if the stamp is missing, or was not made by one of these keys."""
    if wrapping is None or kept is None or kept["stamp"] is None:
        return None
    if kept["key_id"] not in wrapping.ids:
        return None
    try:
        return wrapping.unwrap(kept["key_id"], bytes(kept["stamp"]), context)
    except BrokenSealError:
        return None


def stamp_tables(connection: Connection) -> None:
    """Stamp the API keys and the total of the responses as they are; the log is locked."""
    for table in _CONTEXTS:
        digest = _digest_now(connection, table)
        if digest is not None:
            _put(connection, table, digest)


def begin_stamps(connection: Connection, added: int) -> None:
    """Begin the stamps with a log's first event, or first stored responses, which add `added`; the log is locked.

    Rows that were put there before, without a stamp, are not stamped.
    """
    _begin_keys(connection)
    if _find_stamp(connection, idempotency_answer.name) is not None:
        change_total(connection, added)
    elif _digest_now(connection, idempotency_answer) == _total(added):
        _put(connection, idempotency_answer, _total(added))


def change_total(connection: Connection, added: int) -> None:
    """Add to the total of the stored responses, while the log is locked; a stamp that cannot be opened is left."""
    columns = total_columns(connection, added)
    if columns:
        _put_total(connection, columns)


def total_columns(connection: Connection, added: int) -> dict[str, Any]:
    """The columns of the log's head once `added` is in the total; none if its stamp cannot be opened."""
    counted = _digest_kept(connection, idempotency_answer)
    if counted is None:
        return {}
    total = _total(int.from_bytes(counted) + added)
    columns = stamp_columns(keys_of(connection), total, _CONTEXTS[idempotency_answer])
    return {_IN_HEAD[name]: value for name, value in columns.items()}


def _put_total(connection: Connection, columns: Mapping[str, Any]) -> None:
    connection.execute(update(log_head).values(columns))
    forget(connection, read_own_keys)


def secret_of_keys(connection: Connection) -> bytes | None:
    """The secret of the idempotency keys' digests; None before its first use.

    SealKeyError or BrokenSealError if it cannot be opened.
    """
    kept = _find_stamp(connection, _KEYED_BY)
    if kept is None:
        return None
    return keys_of(connection).unwrap(kept["key_id"], bytes(kept["stamp"]), _KEYED_CONTEXT)


def ensure_secret(connection: Connection) -> tuple[bytes, int]:
    """Read or make the secret; returns it with what making it added to the total. The log is locked.

    It is part of the total, so that no other secret can replace it. BrokenSealError if it is gone.
    """
    secret = secret_of_keys(connection)
    if secret is not None:
        return secret, 0
    if _has_rows(connection, idempotency_answer):
        raise BrokenSealError("the secret that idempotency keys are hashed with is gone")
    secret = secrets.token_bytes(KEY_SIZE)
    _put_row(connection, _KEYED_BY, stamp_columns(keys_of(connection), secret, _KEYED_CONTEXT))
    return secret, _share_of_secret(secret)


def forget_lost_secret(connection: Connection) -> bool:
    """Delete a secret that cannot be opened any more; returns whether stored responses were lost with it."""
    if _secret_held(connection) is not None:
        return False
    connection.execute(stamp.delete().where(stamp.c.of == _KEYED_BY))
    forget(connection, read_own_keys)
    return _has_rows(connection, idempotency_answer)


def stamps_of_answers(connection: Connection) -> list[Mapping[Any, Any]]:
    """The rows of the stored responses' total and of the secret that their keys are hashed with."""
    rows = (_find_stamp(connection, name) for name in (idempotency_answer.name, _KEYED_BY))
    return [row for row in rows if row is not None]


def restore_stamps(connection: Connection, answers: Sequence[Mapping[str, Any]]) -> None:
    """Begin the stamp of the API keys, and put back those of the stored responses; the log is locked."""
    _begin_keys(connection)
    for row in answers:
        _put_row(connection, row["of"], {name: row[name] for name in ("key_id", "stamp")})


def _begin_keys(connection: Connection) -> None:
    if _find_stamp(connection, api_key.name) is None and not _has_rows(connection, api_key):
        _put(connection, api_key, _digest_of_keys(connection))


@contextmanager
def change_keys(connection: Connection) -> Iterator[None]:
    """Let the API keys be changed, while the log is locked; a valid stamp is renewed, a broken one stays broken."""
    was_valid = not _is_broken(connection, api_key)
    yield
    if was_valid:
        _put(connection, api_key, _digest_of_keys(connection))


def find_broken_tables(connection: Connection) -> list[Table]:
    """The tables whose stamp is missing or wrong; an empty record needs no stamps."""
    return [table for table in _CONTEXTS if _is_broken(connection, table)]


def wrap_tables(connection: Connection) -> None:
    """Wrap the stamps of tables, and the secret, with the newest key; a wrong stamp stays wrong."""
    wrapping = keys_of(connection)
    for table in _CONTEXTS:
        kept, digest = _find_stamp(connection, table.name), _digest_kept(connection, table)
        if kept is not None and digest is not None and kept["key_id"] != wrapping.newest:
            _put(connection, table, digest)
    secret = _secret_held(connection)
    if secret is not None:
        _put_row(connection, _KEYED_BY, stamp_columns(wrapping, secret, _KEYED_CONTEXT))


def missing_key(connection: Connection, table: Table) -> str | None:
    """The id of the key of a table's stamp, if that key is not given; None otherwise."""
    wrapping, kept = (
        seals_of(connection).read_wrapping(connection),
        _find_stamp(connection, table.name),
    )
    if kept is None or (wrapping is not None and kept["key_id"] in wrapping.ids):
        return None
    return str(kept["key_id"])


def _is_broken(connection: Connection, table: Table) -> bool:
    begun = connection.execute(select(log_head.c.position)).scalar_one()
    used = begun or _find_stamp(connection, table.name) or _has_rows(connection, table)
    if not used:
        return False
    kept = _digest_kept(connection, table)
    return kept is None or kept != _digest_now(connection, table)


def _digest_kept(connection: Connection, table: Table) -> bytes | None:
    wrapping = seals_of(connection).read_wrapping(connection)
    return open_stamp(wrapping, _find_stamp(connection, table.name), _CONTEXTS[table])


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
    """The secret; None if it is missing or cannot be opened."""
    wrapping = seals_of(connection).read_wrapping(connection)
    return open_stamp(wrapping, _find_stamp(connection, _KEYED_BY), _KEYED_CONTEXT)


def _share_of_secret(secret: bytes) -> int:
    return int.from_bytes(digest_of([_KEYED_BY, secret]))


def _has_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(table).limit(1)).first() is not None


def _find_stamp(connection: Connection, name: str) -> Mapping[Any, Any] | None:
    return next((row for row in read_once(connection, read_own_keys) if row["of"] == name), None)


def _put(connection: Connection, table: Table, digest: bytes) -> None:
    _put_row(connection, table.name, stamp_columns(keys_of(connection), digest, _CONTEXTS[table]))


def _put_row(connection: Connection, name: str, columns: Mapping[str, Any]) -> None:
    if name == idempotency_answer.name:
        _put_total(connection, {_IN_HEAD[each]: value for each, value in columns.items()})
        return
    if not connection.execute(_PUT, {"named": name, **columns}).rowcount:
        connection.execute(stamp.insert(), {"of": name, **columns})
    forget(connection, read_own_keys)


def _total(total: int) -> bytes:
    return (total % _WRAP).to_bytes(KEY_SIZE)
