"""Seals a payload and the secret of its salt under its stream's data key; it opens only in its own row.

Sealed bytes are nonce ‖ AES-256-GCM ciphertext of secret ‖ payload. The nonce is random, because a version may be
recorded again after an older backup was restored. The wrapped data key stands in the first row that it sealed;
`key_version` names that row. Data keys are not kept in memory after the statement that needed them, so that no process
can open anything once its data key is destroyed. As soon as anything is stamped or sealed, a database has keys of its
own, and a process that lacks one of them writes nothing.
"""

from __future__ import annotations

import secrets
import struct
from typing import TYPE_CHECKING, Any, Final, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, LargeBinary, and_, bindparam, func, literal, select, union_all

from infrastructure.sealing.key_source import NoKeys
from infrastructure.sealing.wrapping import (
    NONCE_SIZE,
    BrokenSealError,
    KeyWrapping,
    SealKeyError,
    WrappingKeySource,
    new_key,
)
from infrastructure.tables.record import TEXT, event, idempotency_answer, log_head, stamp
from infrastructure.transaction_memo import read_once

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import RowMapping

SEALS: Final = "parley_seals"
"""The execution option that holds the seals of a connection's database."""
STREAMS_A_QUERY: Final = 500
SECRET_SIZE: Final = 16
"""Bytes of the secret that keeps a payload's digest from being guessed; it precedes the payload in the plain text."""

_PLACE: Final = struct.Struct(">qqqHH")
_KEY_IDS: Final = select(event.c.key_id).where(event.c.key_id.is_not(None)).limit(1)
_ENDS: Final = (_KEY_IDS.order_by(event.c.position), _KEY_IDS.order_by(event.c.position.desc()))

_first, _last, _keyed, _any = (event.alias(name) for name in ("first", "last", "keyed", "any"))
_NEWEST: Final = (
    select(func.max(_any.c.version)).where(_any.c.stream == _first.c.stream).scalar_subquery()
)
_KEYS_OF: Final = (
    select(_keyed.c.stream, _keyed.c.version, _keyed.c.key_id, _keyed.c.data_key)
    .join_from(_first, _last, and_(_last.c.stream == _first.c.stream, _last.c.version == _NEWEST))
    .join(_keyed, and_(_keyed.c.stream == _last.c.stream, _keyed.c.version == _last.c.key_version))
    .where(
        _first.c.stream.in_(bindparam("streams", expanding=True)),
        _first.c.version == 1,
        _keyed.c.data_key.is_not(None),
    )
)
"""The data keys that sealed the last events of streams."""
_HEAD: Final = select(log_head.c.position).scalar_subquery()
OWN_KEYS: Final = union_all(
    select(stamp.c.of, stamp.c.key_id, stamp.c.stamp),
    select(
        literal(idempotency_answer.name, TEXT), log_head.c.total_key_id, log_head.c.total_stamp
    ).where(log_head.c.total_key_id.is_not(None), log_head.c.total_stamp.is_not(None)),
    select(literal(None, TEXT), _keyed.c.key_id, literal(None, LargeBinary))
    .join_from(
        _last,
        _keyed,
        and_(_keyed.c.stream == _last.c.stream, _keyed.c.version == _last.c.key_version),
    )
    # A subquery, because PostgreSQL may take log_head for a long table, and would read all events to join it.
    .where(_last.c.position == _HEAD, _keyed.c.key_id.is_not(None)),
)
"""The keys that a database needs: the key of each stamp, with the stamp, and the key of the last event."""


class Seals:
    """Seals and opens the payloads of one database, with the keys of a source."""

    def __init__(self, source: WrappingKeySource | None = None) -> None:
        self._source = source or NoKeys()
        self._checked: frozenset[str] = frozenset()

    def check(self, connection: Connection) -> KeyWrapping | None:
        """The keys, as `read_wrapping`; MissingKeyError if one that the database needs by now is not among them."""
        self._require({row["key_id"] for row in read_once(connection, read_own_keys)})
        return self.read_wrapping(connection)

    def read_wrapping(self, connection: Connection) -> KeyWrapping | None:
        """The keys; None if there are none and nothing is sealed.

        When these keys are first used here, MissingKeyError if the first or the last sealed payload was sealed by a
        key that is not among them. A writer has to call `check` instead, under the log's lock.
        """
        keys = self._source.read()
        if keys is None or keys.ids != self._checked:
            ends = (connection.execute(end).scalar() for end in _ENDS)
            self._require(used for used in ends if used is not None)
            keys = self._source.read()
            self._checked = frozenset() if keys is None else keys.ids
        return keys

    def _require(self, used: Iterable[str]) -> None:
        """Raise MissingKeyError for the first used key that no source has."""
        for key_id in used:
            keys = self._source.read()
            is_there = keys is not None and key_id in keys.ids
            if not (is_there or self._source.look_for(key_id)):
                raise SealKeyError.missing(key_id)

    def add_key(self) -> None:
        """Make a new wrapping key, which wraps from now on."""
        self._source.add()

    def ensure_wrapping(self, connection: Connection) -> KeyWrapping:
        """The keys; the first one is made only if nothing in the database is sealed yet."""
        return self.read_wrapping(connection) or self._source.make()

    def keys_for_batch(self, connection: Connection, older: Sequence[str]) -> BatchKeys:
        """The data keys for a batch of events; `older` names its streams that already had events."""
        wrapping = self.ensure_wrapping(connection)
        keys: dict[str, tuple[int, AESGCM]] = {}
        for start in range(0, len(older), STREAMS_A_QUERY):
            streams = {"streams": older[start : start + STREAMS_A_QUERY]}
            for row in connection.execute(_KEYS_OF, streams):
                cipher = _unwrap_data_key(wrapping, row.stream, row.key_id, row.data_key)
                keys[row.stream] = (row.version, cipher)
        return BatchKeys(wrapping, keys)

    def open_payload(self, row: Mapping[Any, Any]) -> tuple[bytes, bytes]:
        """The payload and secret of an event's row, which has its data key as `opened_by`, wrapped by the key `by`.

        Raises SealKeyError if the wrapping key is missing, BrokenSealError if the row is not what was sealed.
        """
        if row["key_version"] is None or not row["payload"]:
            return bytes(row["payload"]), bytes(row["salt"])
        if row["opened_by"] is None:
            raise BrokenSealError(f"the data key of position {row['position']} is gone")
        if row["salt"]:
            raise BrokenSealError(f"position {row['position']} has a salt beside the sealed one")
        wrapping = self._source.read()
        if wrapping is None and self._source.look_for(row["by"]):
            wrapping = self._source.read()
        if wrapping is None:
            raise SealKeyError.missing(row["by"])
        cipher = _unwrap_data_key(wrapping, row["stream"], row["by"], row["opened_by"])
        sealed = bytes(row["payload"])
        try:
            plain = cipher.decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], _place_of(row))
        except (InvalidTag, ValueError, struct.error) as error:
            where = f"position {row['position']}"
            raise BrokenSealError(f"the payload of {where} is not the one sealed there") from error
        return plain[SECRET_SIZE:], plain[:SECRET_SIZE]


class BatchKeys:
    """The data keys of one batch: those that exist, and new ones for streams without one."""

    def __init__(self, wrapping: KeyWrapping, keys: dict[str, tuple[int, AESGCM]]) -> None:
        self._wrapping = wrapping
        self._keys = keys

    @property
    def wrapping(self) -> KeyWrapping:
        """The keys that wrap the data keys."""
        return self._wrapping

    def seal_payload(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        """The columns that replace or join the unencrypted payload and secret of an event's row."""
        stream = row["stream"]
        stored: dict[str, Any] = {"salt": b"", "key_id": None, "data_key": None}
        if stream not in self._keys:
            key = new_key()
            self._keys[stream] = (row["version"], AESGCM(key))
            stored["key_id"] = self._wrapping.newest
            stored["data_key"] = self._wrapping.wrap(key, context_of(stream))
        stored["key_version"], cipher = self._keys[stream]
        nonce = secrets.token_bytes(NONCE_SIZE)
        plain = row["secret"] + row["payload"]
        stored["payload"] = nonce + cipher.encrypt(nonce, plain, _place_of(row))
        return stored


def read_own_keys(connection: Connection) -> list[RowMapping]:
    """The rows of the stamps, and one with only the key of the last event; they change under the log's lock."""
    return list(connection.execute(OWN_KEYS).mappings())


def context_of(stream: str) -> bytes:
    """The authenticated context of a stream's wrapped data key."""
    return f"parley data key\0{stream}".encode()


def _unwrap_data_key(wrapping: KeyWrapping, stream: str, key_id: str, data_key: bytes) -> AESGCM:
    return AESGCM(wrapping.unwrap(key_id, bytes(data_key), context_of(stream)))


def _place_of(row: Mapping[Any, Any]) -> bytes:
    """The authenticated context of a payload: all other columns of its event, which differ between any two rows."""
    texts = [row[name].encode() for name in ("stream", "type", "actor")]
    numbers = (row["position"], row["recorded_at"], row["version"])
    return b"".join([_PLACE.pack(*numbers, len(texts[0]), len(texts[1])), *texts])


def seals_of(connection: Connection) -> Seals:
    """The seals of a connection's database."""
    return cast("Seals", connection.get_execution_options()[SEALS])
