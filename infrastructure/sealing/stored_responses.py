"""Keeps responses for idempotency keys, each with a stamp and a wrapped fingerprint of its request.

In clear the fingerprint would confirm a guess at what was sent, and some of that is confidential. What a key says is
for its sender alone: its digest takes a secret that is wrapped as data keys are.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, and_, bindparam, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from infrastructure.sealing.seals import seals_of
from infrastructure.sealing.stamps import (
    change_total,
    digest_of_answer,
    ensure_secret,
    forget_lost_secret,
    keys_of,
    secret_of_keys,
    share_of_answer,
    stamp_columns,
    stands_for,
)
from infrastructure.sealing.wrapping import BrokenSealError
from infrastructure.tables.record import idempotency_answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import RowMapping

    from infrastructure.sealing.wrapping import KeyWrapping

__all__ = [
    "IdempotencyClaim",
    "StoredResponse",
    "broken_responses",
    "change_responses",
    "digest_of_key",
    "drop_broken",
    "drop_some_before",
    "find_response",
    "read_response",
    "store_response",
    "wrap_responses",
]


@dataclass(frozen=True)
class IdempotencyClaim:
    """The answer to one request, to be kept under (caller, key) together with its events.

    `fact_id` is the stream of the fact that it tells of: an erasure of that takes it.
    """

    caller: str
    key: str
    fingerprint: str
    status: int
    headers: str
    body: bytes
    fact_id: str | None


@dataclass(frozen=True)
class StoredResponse(IdempotencyClaim):
    """A claim as kept, under the digest of its key.

    `answered_at` is the `recorded_at` of the request's last event (of the log's head, if it had
    none): `position_at(answered_at)` is the log as the first answer saw it. `kept_at` is what the clock showed when it
    was kept. The rest is its stamp.
    """

    answered_at: int
    kept_at: int
    key_id: str | None = None
    stamp: bytes | None = None


BATCH: Final = 500

_ANSWER: Final = idempotency_answer
_SAME: Final = and_(_ANSWER.c.caller == bindparam("by"), _ANSWER.c.key == bindparam("under"))
_KEPT: Final = select(_ANSWER).where(_SAME)
_KEEP: Final = {
    each.dialect.name: each.insert(_ANSWER)
    .on_conflict_do_nothing()
    .execution_options(preserve_rowcount=True)
    for each in (sqlite, postgresql)
}
_STAMP: Final = b"parley stamp\0idempotency_answer"
_FINGERPRINT: Final = b"parley fingerprint\0"
_WRAPPED: Final = "wrapped "
"""What a fingerprint begins with."""


def digest_of_key(secret: bytes, caller: str, key: str) -> str:
    """What a caller's idempotency key is kept as; no key that can be sent looks like it, as none has a blank."""
    said = f"{caller}\0{key}".encode()
    return f"hmac-sha256 {hmac.digest(secret, said, 'sha256').hex()}"


def find_response(connection: Connection, caller: str, key: str) -> StoredResponse | None:
    """The answer that is kept under a caller's key; raises as `read_response` does."""
    secret = secret_of_keys(connection)
    if secret is None:
        return None
    at = {"by": caller, "under": digest_of_key(secret, caller, key)}
    row = connection.execute(_KEPT, at).mappings().first()
    return None if row is None else read_response(connection, row)


def store_response(connection: Connection, answer: Mapping[str, Any]) -> int | None:
    """Keep an answer, whose key and fingerprint are in clear; what that adds to the total. The log is locked.

    Nothing is kept, and None returned, where one is kept under the key.
    """
    secret, added = ensure_secret(connection)
    digest = digest_of_key(secret, answer["caller"], answer["key"])
    kept = _stamped(keys_of(connection), {**answer, "key": digest})
    if connection.execute(_KEEP[connection.dialect.name], kept).rowcount != 1:
        return None
    return added + share_of_answer(kept)


def change_responses(
    connection: Connection, rows: Iterable[RowMapping], values: Mapping[str, Any]
) -> int:
    """Give kept answers other values under new stamps; what that adds to the total. The log is locked."""
    wrapping, added = keys_of(connection), 0
    for row in rows:
        changed = _stamped(wrapping, {**row, **values})
        at = {"by": row["caller"], "under": row["key"]}
        connection.execute(update(_ANSWER).where(_SAME).values(**changed), at)
        added += share_of_answer(changed) - share_of_answer(row)
    return added


def read_response(connection: Connection, row: Mapping[Any, Any]) -> StoredResponse:
    """What is kept in a row; SealKeyError or BrokenSealError where its fingerprint cannot be opened."""
    opened = _fingerprint(keys_of(connection), row)
    return StoredResponse(**{**row, "fingerprint": opened})


def broken_responses(connection: Connection) -> Iterator[RowMapping]:
    """The rows whose stamp is not there, or is not their own."""
    wrapping = seals_of(connection).given(connection)
    ordered = select(_ANSWER).order_by(_ANSWER.c.caller, _ANSWER.c.key)
    for row in connection.execute(ordered).mappings():
        if not _holds(wrapping, row):
            yield row


def drop_broken(connection: Connection) -> int:
    """Delete the rows whose stamp is wrong, or all rows if their secret is lost; returns how many."""
    if forget_lost_secret(connection):
        return connection.execute(delete(_ANSWER)).rowcount
    broken = list(broken_responses(connection))
    _drop(connection, broken)
    return len(broken)


def drop_some_before(connection: Connection, instant: int) -> int:
    """Take away some of the answers kept before an instant, and say how many. The log is locked.

    One whose stamp does not hold stays: that it was changed is not to be hidden.
    """
    older = select(_ANSWER).where(_ANSWER.c.kept_at < instant).order_by(_ANSWER.c.kept_at)
    rows = connection.execute(older.limit(BATCH)).mappings().all()
    wrapping = keys_of(connection)
    dropped = [row for row in rows if _holds(wrapping, row)]
    _drop(connection, dropped)
    if dropped:
        change_total(connection, -sum(map(share_of_answer, dropped)))
    return len(dropped)


def wrap_responses(connection: Connection, after: tuple[str, str]) -> tuple[str, str] | None:
    """Wrap some responses with the newest key, past a (caller, key); returns the last, and leaves broken ones."""
    wrapping = keys_of(connection)
    older = select(_ANSWER).where(
        _ANSWER.c.key_id != wrapping.newest, tuple_(_ANSWER.c.caller, _ANSWER.c.key) > after
    )
    ordered = older.order_by(_ANSWER.c.caller, _ANSWER.c.key).limit(BATCH)
    rows = connection.execute(ordered).mappings().all()
    added = 0
    for row in rows:
        if _holds(wrapping, row):
            clear = {"fingerprint": _fingerprint(wrapping, row)}
            added += change_responses(connection, [row], clear)
    if added:
        change_total(connection, added)
    return (rows[-1]["caller"], rows[-1]["key"]) if rows else None


def _drop(connection: Connection, rows: Iterable[RowMapping]) -> None:
    named = [{"by": row["caller"], "under": row["key"]} for row in rows]
    if named:
        connection.execute(delete(_ANSWER).where(_SAME), named)


def _stamped(wrapping: KeyWrapping, answer: Mapping[Any, Any]) -> dict[str, Any]:
    """The row of a response; `answer` has its fingerprint unencrypted, or empty."""
    fingerprint = answer["fingerprint"]
    if fingerprint:
        wrapped = wrapping.wrap(fingerprint.encode(), _FINGERPRINT)
        fingerprint = f"{_WRAPPED}{b64encode(wrapped).decode()}"
    kept = {**answer, "fingerprint": fingerprint}
    return {**kept, **stamp_columns(wrapping, digest_of_answer(kept), _STAMP)}


def _holds(wrapping: KeyWrapping | None, row: Mapping[Any, Any]) -> bool:
    return stands_for(wrapping, row, _STAMP) == digest_of_answer(row)


def _fingerprint(wrapping: KeyWrapping, row: Mapping[Any, Any]) -> str:
    """The fingerprint in clear; of an answer that an erasure emptied there is none."""
    if not row["fingerprint"]:
        return ""
    try:
        wrapped = b64decode(row["fingerprint"].removeprefix(_WRAPPED), validate=True)
    except ValueError as error:
        raise BrokenSealError("a kept answer is not the one that was wrapped") from error
    return wrapping.unwrap(row["key_id"] or "", wrapped, _FINGERPRINT).decode()
