"""Keeps responses for idempotency keys, each with a stamp and a wrapped fingerprint of its request.

An unencrypted fingerprint would confirm a guess at the request, parts of which are confidential. Idempotency keys are
stored as HMAC digests only, because a sender may write anything into them; the HMAC's secret is wrapped, too.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, and_, bindparam, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from infrastructure.hot_statements import HotStatement
from infrastructure.sealing.seals import seals_of
from infrastructure.sealing.stamps import (
    change_total,
    digest_of_answer,
    ensure_secret,
    forget_lost_secret,
    keys_of,
    open_stamp,
    secret_of_keys,
    share_of_answer,
    stamp_columns,
)
from infrastructure.sealing.wrapping import BrokenSealError
from infrastructure.tables.record import idempotency_answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import RowMapping

    from infrastructure.sealing.wrapping import KeyWrapping


@dataclass(frozen=True)
class IdempotencyClaim:
    """The response to one request, to be kept under (caller, key) together with its events.

    `fact_id` is the stream of the fact that the response shows; the fact's erasure empties the response.
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
    """A claim as it is stored, under the digest of its key.

    `answered_at` is the `recorded_at` of the request's last event, or of the log's head if it had none:
    `position_at(answered_at)` is the position that the first response saw. `kept_at` is the clock's time when the
    response was stored. `key_id` and `stamp` are its stamp.
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
    database.dialect.name: HotStatement(database.insert(_ANSWER).on_conflict_do_nothing())
    for database in (sqlite, postgresql)
}
_STAMP: Final = b"parley stamp\0idempotency_answer"
_FINGERPRINT: Final = b"parley fingerprint\0"
_WRAPPED: Final = "wrapped "
"""The prefix of a wrapped fingerprint."""


def digest_of_key(secret: bytes, caller: str, key: str) -> str:
    """The digest that stands for a caller's idempotency key; it has a blank, which no key that can be sent has."""
    message = f"{caller}\0{key}".encode()
    return f"hmac-sha256 {hmac.digest(secret, message, 'sha256').hex()}"


def find_response(connection: Connection, caller: str, key: str) -> StoredResponse | None:
    """The response that is stored under a caller's key; raises as `read_response` does."""
    secret = secret_of_keys(connection)
    if secret is None:
        return None
    at = {"by": caller, "under": digest_of_key(secret, caller, key)}
    row = connection.execute(_KEPT, at).mappings().first()
    return None if row is None else read_response(connection, row)


def store_response(connection: Connection, answer: Mapping[str, Any]) -> int | None:
    """Store a response, given with its unhashed key and fingerprint; the log is locked.

    Returns what it adds to the total, or None if another response is stored under the key: then nothing is stored.
    """
    secret, added = ensure_secret(connection)
    digest = digest_of_key(secret, answer["caller"], answer["key"])
    kept = _stamp_response(keys_of(connection), {**answer, "key": digest})
    if _KEEP[connection.dialect.name].run(connection, kept) != 1:
        return None
    return added + share_of_answer(kept)


def change_responses(
    connection: Connection, rows: Iterable[RowMapping], values: Mapping[str, Any]
) -> int:
    """Change values of stored responses and stamp them again; returns what it adds to the total. The log is locked."""
    wrapping, added = keys_of(connection), 0
    for row in rows:
        changed = _stamp_response(wrapping, {**row, **values})
        at = {"by": row["caller"], "under": row["key"]}
        connection.execute(update(_ANSWER).where(_SAME).values(**changed), at)
        added += share_of_answer(changed) - share_of_answer(row)
    return added


def read_response(connection: Connection, row: Mapping[Any, Any]) -> StoredResponse:
    """Read a response from its row; SealKeyError or BrokenSealError if its fingerprint cannot be opened."""
    opened = _fingerprint(keys_of(connection), row)
    return StoredResponse(**{**row, "fingerprint": opened})


def find_broken_responses(connection: Connection) -> Iterator[RowMapping]:
    """The rows whose stamp is missing or wrong."""
    wrapping = seals_of(connection).read_wrapping(connection)
    ordered = select(_ANSWER).order_by(_ANSWER.c.caller, _ANSWER.c.key)
    for row in connection.execute(ordered).mappings():
        if not _holds(wrapping, row):
            yield row


def drop_broken(connection: Connection) -> int:
    """Delete the rows whose stamp is wrong, or all rows if their secret is lost; returns how many."""
    if forget_lost_secret(connection):
        return connection.execute(delete(_ANSWER)).rowcount
    broken = list(find_broken_responses(connection))
    _delete_rows(connection, broken)
    return len(broken)


def drop_some_before(connection: Connection, instant: int) -> int:
    """Delete some of the responses stored before an instant; returns how many. The log is locked.

    A response with a wrong stamp stays, because deleting it would hide that it was changed.
    """
    older = select(_ANSWER).where(_ANSWER.c.kept_at < instant).order_by(_ANSWER.c.kept_at)
    rows = connection.execute(older.limit(BATCH)).mappings().all()
    wrapping = keys_of(connection)
    dropped = [row for row in rows if _holds(wrapping, row)]
    _delete_rows(connection, dropped)
    if dropped:
        change_total(connection, -sum(map(share_of_answer, dropped)))
    return len(dropped)


def wrap_responses(connection: Connection, after: tuple[str, str]) -> tuple[str, str] | None:
    """Wrap some responses after a (caller, key) with the newest key; returns the last (caller, key).

    Responses with a wrong stamp are left as they are.
    """
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


def _delete_rows(connection: Connection, rows: Iterable[RowMapping]) -> None:
    named = [{"by": row["caller"], "under": row["key"]} for row in rows]
    if named:
        connection.execute(delete(_ANSWER).where(_SAME), named)


def _stamp_response(wrapping: KeyWrapping, answer: Mapping[Any, Any]) -> dict[str, Any]:
    """The row of a response; `answer` has its fingerprint unencrypted, or empty."""
    fingerprint = answer["fingerprint"]
    if fingerprint:
        wrapped = wrapping.wrap(fingerprint.encode(), _FINGERPRINT)
        fingerprint = f"{_WRAPPED}{b64encode(wrapped).decode()}"
    kept = {**answer, "fingerprint": fingerprint}
    return {**kept, **stamp_columns(wrapping, digest_of_answer(kept), _STAMP)}


def _holds(wrapping: KeyWrapping | None, row: Mapping[Any, Any]) -> bool:
    return open_stamp(wrapping, row, _STAMP) == digest_of_answer(row)


def _fingerprint(wrapping: KeyWrapping, row: Mapping[Any, Any]) -> str:
    """The unencrypted fingerprint; empty for a response that an erasure emptied."""
    if not row["fingerprint"]:
        return ""
    try:
        wrapped = b64decode(row["fingerprint"].removeprefix(_WRAPPED), validate=True)
    except ValueError as error:
        raise BrokenSealError("a stored response is not the one that was wrapped") from error
    return wrapping.unwrap(row["key_id"] or "", wrapped, _FINGERPRINT).decode()
