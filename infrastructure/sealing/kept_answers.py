"""An answer is kept under a stamp, and knows its request by a wrapped fingerprint.

In clear the fingerprint would confirm a guess at what was sent, and some of that is confidential.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, delete, select, tuple_, update

from infrastructure.log_entry import IdempotencyAnswer
from infrastructure.log_rows import seals_of
from infrastructure.sealing.stamps import digest_of, keys_of, made, stands_for
from infrastructure.sealing.wrapping import BrokenSealError
from infrastructure.tables import idempotency_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import RowMapping

    from infrastructure.sealing.wrapping import KeyWrapping

__all__ = [
    "broken_answers",
    "drop_broken",
    "kept_answer",
    "stamped",
    "with_clear_fingerprint",
    "with_wrapped_fingerprint",
    "wrap_answers",
]

BATCH: Final = 500

_ANSWER: Final = idempotency_answer
_SAID: Final = tuple(each.name for each in _ANSWER.c if each.name not in {"key_id", "stamp"})
_SAME: Final = (_ANSWER.c.caller == bindparam("by"), _ANSWER.c.key == bindparam("under"))
_STAMP: Final = b"parley stamp\0idempotency_answer"
_FINGERPRINT: Final = b"parley fingerprint\0"
_WRAPPED: Final = "wrapped "
"""What a fingerprint begins with; in former times they were kept in clear."""


def stamped(connection: Connection, answer: Mapping[Any, Any]) -> dict[str, Any]:
    """An answer that is to be kept, whose fingerprint is in clear."""
    return _stamped(keys_of(connection), answer)


def with_wrapped_fingerprint(connection: Connection, row: Mapping[Any, Any]) -> dict[str, Any]:
    """An answer as it is kept now; one whose stamp does not hold is left as it is."""
    wrapping = keys_of(connection)
    return _stamped(wrapping, row) if _is_clear(row) and _holds(wrapping, row) else dict(row)


def with_clear_fingerprint(connection: Connection, row: Mapping[Any, Any]) -> dict[str, Any]:
    """An answer as former times kept it; one whose stamp does not hold is left as it is."""
    wrapping = keys_of(connection)
    if not _holds(wrapping, row):
        return dict(row)
    clear = {**row, "fingerprint": _fingerprint(wrapping, row)}
    return {**clear, **made(wrapping, _digest(clear), _STAMP)}


def kept_answer(connection: Connection, row: Mapping[Any, Any]) -> IdempotencyAnswer:
    """What is kept in a row; SealKeyError or BrokenSealError where its fingerprint cannot be opened."""
    opened = _fingerprint(keys_of(connection), row)
    return IdempotencyAnswer(**{**row, "fingerprint": opened})


def broken_answers(connection: Connection) -> Iterator[RowMapping]:
    """The rows whose stamp is not there, or is not their own."""
    wrapping = seals_of(connection).check(connection)
    ordered = select(_ANSWER).order_by(_ANSWER.c.caller, _ANSWER.c.key)
    for row in connection.execute(ordered).mappings():
        if not _holds(wrapping, row):
            yield row


def drop_broken(connection: Connection) -> int:
    """Take away the rows whose stamp does not hold, and say how many."""
    broken = [{"by": row["caller"], "under": row["key"]} for row in broken_answers(connection)]
    if broken:
        connection.execute(delete(_ANSWER).where(*_SAME), broken)
    return len(broken)


def wrap_answers(connection: Connection, after: tuple[str, str]) -> tuple[str, str] | None:
    """Wrap some that an older key wraps, past a (caller, key), and give the last; a broken one is left as it is."""
    wrapping = keys_of(connection)
    older = select(_ANSWER).where(
        _ANSWER.c.key_id != wrapping.newest, tuple_(_ANSWER.c.caller, _ANSWER.c.key) > after
    )
    ordered = older.order_by(_ANSWER.c.caller, _ANSWER.c.key).limit(BATCH)
    rows = connection.execute(ordered).mappings().all()
    for row in rows:
        if _holds(wrapping, row):
            again = _stamped(wrapping, {**row, "fingerprint": _fingerprint(wrapping, row)})
            at = {"by": row["caller"], "under": row["key"]}
            connection.execute(update(_ANSWER).where(*_SAME).values(**again), at)
    return (rows[-1]["caller"], rows[-1]["key"]) if rows else None


def _stamped(wrapping: KeyWrapping, answer: Mapping[Any, Any]) -> dict[str, Any]:
    fingerprint = answer["fingerprint"]
    if fingerprint:
        wrapped = wrapping.wrap(fingerprint.encode(), _FINGERPRINT)
        fingerprint = f"{_WRAPPED}{b64encode(wrapped).decode()}"
    kept = {**answer, "fingerprint": fingerprint}
    return {**kept, **made(wrapping, _digest(kept), _STAMP)}


def _holds(wrapping: KeyWrapping | None, row: Mapping[Any, Any]) -> bool:
    return stands_for(wrapping, row, _STAMP) == _digest(row)


def _fingerprint(wrapping: KeyWrapping, row: Mapping[Any, Any]) -> str:
    """The fingerprint in clear; of an answer that an erasure emptied there is none."""
    if not row["fingerprint"] or _is_clear(row):
        return str(row["fingerprint"])
    try:
        wrapped = b64decode(row["fingerprint"].removeprefix(_WRAPPED), validate=True)
    except ValueError as error:
        raise BrokenSealError("a kept answer is not the one that was wrapped") from error
    return wrapping.unwrap(row["key_id"] or "", wrapped, _FINGERPRINT).decode()


def _is_clear(row: Mapping[Any, Any]) -> bool:
    return bool(row["fingerprint"]) and not row["fingerprint"].startswith(_WRAPPED)


def _digest(row: Mapping[Any, Any]) -> bytes:
    return digest_of([row[name] for name in _SAID])
