"""How each revision stored and stamped responses under idempotency keys; frozen together with the revisions.

`KEYS`, the wrapping keys, need only: newest, ids, wrap(bytes, context) and unwrap(id, bytes, context).
"""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec
import sqlalchemy as sa
from eventsourcing.persistence import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SAID_0009: Final = (
    *("caller", "key", "fingerprint", "status", "body", "headers", "answered_at", "fact_id"),
)
SAID_0011: Final = (*SAID_0009, "kept_at")
STAMP: Final = b"parley stamp\0idempotency_answer"
COUNT: Final = b"parley count\0idempotency_answer"
TOTAL: Final = b"parley total\0idempotency_answer"
KEYS: Final = b"parley stamp\0api_key"
SECRET: Final = b"parley secret\0idempotency_answer"
SECRET_OF: Final = "idempotency_answer.key"  # noqa: S105 -- the name of a row
FINGERPRINT: Final = b"parley fingerprint\0"
WRAPPED: Final = "wrapped "
REFUSED: Final = 400
SIZE: Final = 32
STAMPS: Final = sa.table("stamp", *(sa.column(name) for name in ("of", "key_id", "stamp")))
API_KEYS: Final = sa.text(
    "SELECT id, secret_sha256, person, scopes, created_at, expires_at, revoked_at FROM api_key ORDER BY id"
)


def wrapping_of(connection: sa.Connection) -> Any:  # noqa: ANN401 -- of the version that runs
    """The wrapping keys of a connection's database."""
    return connection.get_execution_options()["parley_seals"].ensure_wrapping(connection)


def digest(row: Mapping[Any, Any], said: Sequence[str]) -> bytes:
    """The digest of the named columns of a row; a stamp wraps it."""
    return sha256(msgspec.msgpack.encode([row[name] for name in said])).digest()


def made(wrapping: Any, content: bytes, context: bytes) -> dict[str, Any]:  # noqa: ANN401 -- as above
    """The columns of a new stamp."""
    return {"key_id": wrapping.newest, "stamp": wrapping.wrap(content, context)}


def opened(wrapping: Any, row: Mapping[Any, Any] | None, context: bytes) -> bytes | None:  # noqa: ANN401 -- as above
    """The bytes that a stamp wraps; None if there is no stamp or it does not open."""
    if row is None or row["stamp"] is None or row["key_id"] not in wrapping.ids:
        return None
    try:
        found: bytes = wrapping.unwrap(row["key_id"], bytes(row["stamp"]), context)
    except DataError:
        return None
    return found


def kept(connection: sa.Connection, of: str) -> Mapping[Any, Any] | None:
    """The row that holds the stamp of a whole table."""
    return connection.execute(sa.select(STAMPS).where(STAMPS.c.of == of)).mappings().one_or_none()


def put(connection: sa.Connection, of: str, columns: Mapping[str, Any]) -> None:
    """Write the row that holds the stamp of a whole table."""
    if not connection.execute(STAMPS.update().where(STAMPS.c.of == of), columns).rowcount:
        connection.execute(STAMPS.insert(), {"of": of, **columns})


def put_keys(connection: sa.Connection) -> None:
    """Stamp the keys of people as they are."""
    content = [list(row) for row in connection.execute(API_KEYS)]
    taken = sha256(msgspec.msgpack.encode(content)).digest()
    put(connection, "api_key", made(wrapping_of(connection), taken, KEYS))


def put_count(connection: sa.Connection) -> None:
    """Stamp the number of stored responses as it is."""
    count = connection.execute(sa.text("SELECT count(*) FROM idempotency_answer")).scalar_one()
    stamp = made(wrapping_of(connection), count.to_bytes(SIZE), COUNT)
    put(connection, "idempotency_answer", stamp)


def stamped(wrapping: Any, row: Mapping[Any, Any], said: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401 -- as above
    """A row with a stamp by the newest key."""
    return {**row, **made(wrapping, digest(row, said), STAMP)}


def holds(wrapping: Any, row: Mapping[Any, Any], said: Sequence[str]) -> bool:  # noqa: ANN401 -- as above
    """Whether a row still matches its stamp."""
    return opened(wrapping, row, STAMP) == digest(row, said)


def in_clear(wrapping: Any, row: Mapping[Any, Any]) -> str:  # noqa: ANN401 -- as above
    """The fingerprint, in clear, of a row that matches its stamp."""
    text = str(row["fingerprint"])
    if not text.startswith(WRAPPED):
        return text
    found: bytes = wrapping.unwrap(
        row["key_id"], b64decode(text.removeprefix(WRAPPED)), FINGERPRINT
    )
    return found.decode()


def wrapped(wrapping: Any, fingerprint: str) -> str:  # noqa: ANN401 -- as above
    """A fingerprint as it is stored: wrapped."""
    if not fingerprint:
        return ""
    return f"{WRAPPED}{b64encode(wrapping.wrap(fingerprint.encode(), FINGERPRINT)).decode()}"


def made_secret(connection: sa.Connection, wrapping: Any) -> bytes:  # noqa: ANN401 -- as above
    """The secret by which idempotency keys are hashed from 0011 on; a new one if there is none that opens."""
    found = opened(wrapping, kept(connection, SECRET_OF), SECRET)
    if found is None:
        found = secrets.token_bytes(SIZE)
        put(connection, SECRET_OF, made(wrapping, found, SECRET))
    return found


def as_of_0011(
    wrapping: Any,  # noqa: ANN401 -- as above
    secret: bytes,
    row: Mapping[Any, Any],
    now: int,
) -> dict[str, Any] | None:
    """A row in the form of 0011: its key is a digest, and it holds nothing of the request.

    None for a certificate, since its question cannot be told without the words of the request. A row that does not
    match its stamp gets a stamp that does not match either.
    """
    held = holds(wrapping, row, SAID_0009)
    body = reduced(row["body"] or b"", row["status"])
    if body is None and held:
        return None
    key = str(row["key"])
    if " " not in key:
        said = f"{row['caller']}\0{key}".encode()
        key = f"hmac-sha256 {hmac.digest(secret, said, 'sha256').hex()}"
    after = {**row, "key": key, "body": body or b"", "kept_at": now}
    if not held:
        return after
    after["fingerprint"] = wrapped(wrapping, in_clear(wrapping, row))
    return stamped(wrapping, after, SAID_0011)


def reduced(body: bytes, status: int) -> bytes | None:
    """A stored body without the details of a refusal; None for a certificate."""
    try:
        content = json.loads(body) if body else None
    except ValueError:
        return b""
    if not isinstance(content, dict):
        return body
    if "certificate" in content:
        return None
    if status >= REFUSED:
        named = {name: content.get(name) for name in ("type", "title", "status")}
        content = {**named, "detail": "", "errors": []}
    elif "rejected" in content:
        content = {**content, "rejected": []}
    else:
        return body
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def total_of(rows: Sequence[Mapping[Any, Any]], secret: bytes) -> bytes:
    """What 0011 stamps for all stored responses together: the sum of their digests and of the digest of the secret."""
    taken = sha256(msgspec.msgpack.encode([SECRET_OF, secret])).digest()
    shares = [int.from_bytes(taken), *(int.from_bytes(digest(row, SAID_0011)) for row in rows)]
    return (sum(shares) % (1 << 8 * SIZE)).to_bytes(SIZE)
