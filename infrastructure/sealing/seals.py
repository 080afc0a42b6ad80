"""Seals a payload and the secret of its salt under its stream's data key; it opens only in its own row.

Sealed bytes are nonce ‖ AES-256-GCM ciphertext of secret ‖ payload; the nonce is random, as a version may be recorded
again after an older backup was restored. The data key stands, wrapped, in the row that was sealed with it first:
`key_version` says which. No data key outlives the statement that it was read for: once it is destroyed, nothing
opens, in any process. From the first thing that is stamped or sealed a database has keys of its own: a process that
lacks one writes nothing.
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
from infrastructure.tables.record import TEXT, event, log_head, stamp
from infrastructure.transaction_memo import remembered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import RowMapping

__all__ = [
    "OWN_KEYS",
    "SEALS",
    "SECRET_SIZE",
    "BatchKeys",
    "Seals",
    "context_of",
    "own_keys",
    "seals_of",
]

SEALS: Final = "parley_seals"
"""The execution option by which a connection has the seals of its database."""
STREAMS_A_QUERY: Final = 500
SECRET_SIZE: Final = 16
"""Bytes of the secret by which a payload's digest cannot be guessed; it stands in front of what is sealed."""

_PLACE: Final = struct.Struct(">qqqHH")
_KEY_IDS: Final = select(event.c.key_id).where(event.c.key_id.is_not(None)).limit(1)
_ENDS: Final = (_KEY_IDS.order_by(event.c.position), _KEY_IDS.order_by(event.c.position.desc()))

_first, _last, _keyed, _each = (event.alias(name) for name in ("first", "last", "keyed", "each"))
_NEWEST: Final = (
    select(func.max(_each.c.version)).where(_each.c.stream == _first.c.stream).scalar_subquery()
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
"""The data keys that the last events of streams were sealed with."""
OWN_KEYS: Final = union_all(
    select(stamp.c.of, stamp.c.key_id, stamp.c.stamp),
    select(literal(None, TEXT), _keyed.c.key_id, literal(None, LargeBinary))
    .join_from(log_head, _last, _last.c.position == log_head.c.position)
    .join(_keyed, and_(_keyed.c.stream == _last.c.stream, _keyed.c.version == _last.c.key_version))
    .where(_keyed.c.key_id.is_not(None)),
)
"""What a database says are its own keys: those of its stamps, each with its stamp, and that of its last event."""


class Seals:
    """Seals and opens the payloads of one database, by the keys that a source has."""

    def __init__(self, source: WrappingKeySource | None = None) -> None:
        self._source = source or NoKeys()
        self._checked: frozenset[str] = frozenset()

    def check(self, connection: Connection) -> KeyWrapping | None:
        """The keys, as `given`; MissingKeyError where the database's own, as it says by now, are not among them."""
        self._require({row["key_id"] for row in remembered(connection, own_keys)})
        return self.given(connection)

    def given(self, connection: Connection) -> KeyWrapping | None:
        """The keys; None where there are none and nothing is sealed.

        MissingKeyError where what was sealed first, or last, when these keys were first used here, was sealed by a key
        that is not among them. Who writes has to `check`, under the log's lock.
        """
        found = self._source.read()
        if found is None or found.ids != self._checked:
            ends = (connection.execute(end).scalar() for end in _ENDS)
            self._require(used for used in ends if used is not None)
            found = self._source.read()
            self._checked = frozenset() if found is None else found.ids
        return found

    def _require(self, used: Iterable[str]) -> None:
        """Refuse where one of the keys that were used is not there."""
        for key_id in used:
            found = self._source.read()
            is_there = found is not None and key_id in found.ids
            if not (is_there or self._source.look_for(key_id)):
                raise SealKeyError.missing(key_id)

    def add_key(self) -> None:
        """Have a new wrapping key wrap from now on."""
        self._source.add()

    def wrapping(self, connection: Connection) -> KeyWrapping:
        """The keys; one is made only where the database holds nothing that was sealed by another."""
        return self.given(connection) or self._source.make()

    def writing(self, connection: Connection, older: Sequence[str]) -> BatchKeys:
        """The data keys for a batch of events, given those streams in it that had events before."""
        wrapping = self.wrapping(connection)
        keys: dict[str, tuple[int, AESGCM]] = {}
        for start in range(0, len(older), STREAMS_A_QUERY):
            streams = {"streams": older[start : start + STREAMS_A_QUERY]}
            for row in connection.execute(_KEYS_OF, streams):
                cipher = _unwrapped(wrapping, row.stream, row.key_id, row.data_key)
                keys[row.stream] = (row.version, cipher)
        return BatchKeys(wrapping, keys)

    def opened(self, row: Mapping[Any, Any]) -> tuple[bytes, bytes]:
        """The payload and secret of an event's row that has the id and bytes of its data key as `by` and `opened_by`.

        Raises SealKeyError where no key is there to open it, BrokenSealError where it is not what was sealed.
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
        cipher = _unwrapped(wrapping, row["stream"], row["by"], row["opened_by"])
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
        """What data keys are wrapped by."""
        return self._wrapping

    def sealed(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        """What is to be stored of an event's row with payload and secret in clear, in their place and beside them."""
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


def own_keys(connection: Connection) -> list[RowMapping]:
    """The rows of the stamps, and without name and stamp the key of the last event; they change under its lock."""
    return list(connection.execute(OWN_KEYS).mappings())


def context_of(stream: str) -> bytes:
    """What the wrapped data key of a stream is bound to."""
    return f"parley data key\0{stream}".encode()


def _unwrapped(wrapping: KeyWrapping, stream: str, key_id: str, data_key: bytes) -> AESGCM:
    return AESGCM(wrapping.unwrap(key_id, bytes(data_key), context_of(stream)))


def _place_of(row: Mapping[Any, Any]) -> bytes:
    """Everything that an event's row says besides the payload, and no two rows alike."""
    texts = [row[name].encode() for name in ("stream", "type", "actor")]
    numbers = (row["position"], row["recorded_at"], row["version"])
    return b"".join([_PLACE.pack(*numbers, len(texts[0]), len(texts[1])), *texts])


def seals_of(connection: Connection) -> Seals:
    """What seals and opens on the database of a connection."""
    return cast("Seals", connection.get_execution_options()[SEALS])
