"""Makes, revokes and checks API keys; the database keeps a key's id and the SHA-256 of its secret, never the secret.

A key is written `parley_<id>_<secret>`. The secret has 160 random bits, too many to be guessed from a plain hash. A
revoked or expired key is treated like an unknown one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b32encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, exists, or_, select, update

from domain.access import SCOPES, Principal, Scope
from domain.characters import UNSEEN, is_printable_line
from domain.errors import ContentError, UnknownError
from infrastructure.errors import DatabaseRefusedError
from infrastructure.hot_statements import HotStatement
from infrastructure.log.append import lock_log
from infrastructure.readers import access
from infrastructure.sealing.stamps import change_keys
from infrastructure.tables.record import api_key, negotiation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infrastructure.clock import Clock
    from infrastructure.database.database import Database

LONGEST_PERSON: Final = 255
_KEY: Final = re.compile(r"parley_([a-z2-7]{10})_([a-z2-7]{32})", re.ASCII)
_BY_ID: Final = select(api_key).where(api_key.c.id == bindparam("key"))
_KEY_ALONE: Final = HotStatement(_BY_ID)
_KEY_AND_SIGHT: Final = HotStatement(
    _BY_ID.add_columns(
        exists().where(negotiation.c.id == bindparam("negotiation"), access.SHOWN).label("sees")
    )
)
_ID_BYTES: Final = 6
_SECRET_BYTES: Final = 20


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key without its secret; times are in microseconds UTC."""

    id: str
    person: str
    scopes: tuple[Scope, ...]
    created_at: int
    expires_at: int | None
    revoked_at: int | None


@dataclass(slots=True)
class Sight:
    """Whether a principal sees a negotiation; `seen` is None until their key is read, and the answer with it."""

    negotiation_id: UUID
    principal: Principal
    seen: bool | None = None


@dataclass(frozen=True, slots=True)
class ReadKey:
    """A row with the columns of a key, which a statement about something else has just read."""

    row: Any


class Keys:
    """The API keys of a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(
        self, person: str, scopes: Iterable[Scope], expires_at: int | None = None
    ) -> tuple[str, ApiKey]:
        """Make a key; returns its text, which is stored nowhere, and the key without its secret.

        ContentError for a malformed name, no scope, or a past expiry.
        """
        text, kept, row = self._new(person, scopes, expires_at)
        with self._database.writing() as connection:
            lock_log(connection)
            _insert(connection, row)
        return text, kept

    def create_first(self, person: str, scopes: Iterable[Scope]) -> str | None:
        """Make a key if no valid key exists, and return its text; else None. Of several servers, only one makes it."""
        text, _, row = self._new(person, scopes, None)
        with self._database.writing() as connection:
            lock_log(connection)
            if self._is_any_open(connection):
                return None
            _insert(connection, row)
        return text

    def _new(
        self, person: str, scopes: Iterable[Scope], expires_at: int | None
    ) -> tuple[str, ApiKey, dict[str, Any]]:
        """Prepare a key: its text, the key without its secret, and the row to store."""
        check_person(person)
        id_, secret = _random(_ID_BYTES), _random(_SECRET_BYTES)
        ordered = tuple(scope for scope in SCOPES if scope in set(scopes))
        if not ordered:
            raise ContentError.at("/scopes", f"write at least one of {', '.join(SCOPES)}")
        now = self._clock()
        if expires_at is not None and expires_at <= now:
            raise ContentError.at("/expires_at", "write a time in the future")
        kept = ApiKey(id_, person, ordered, now, expires_at, None)
        row = {
            "id": id_,
            "secret_sha256": _hash(secret),
            "person": person,
            "scopes": " ".join(ordered),
            "created_at": now,
            "expires_at": expires_at,
            "revoked_at": None,
        }
        return f"parley_{id_}_{secret}", kept, row

    def all(self) -> list[ApiKey]:
        """Every key, oldest first, revoked and expired ones too."""
        statement = select(api_key).order_by(api_key.c.created_at, api_key.c.id)
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(statement)]

    def revoke(self, id_: str) -> ApiKey:
        """Revoke a key; a key that is revoked already stays as it is.

        UnknownError if there is no such key, DatabaseRefusedError if it is not revoked afterwards.
        """
        stored = select(api_key).where(api_key.c.id == id_)
        change = update(api_key).where(api_key.c.id == id_, api_key.c.revoked_at.is_(None))
        with self._database.writing() as connection:
            lock_log(connection)
            if connection.execute(stored).first() is None:
                raise UnknownError("key", id_)
            with change_keys(connection):
                connection.execute(change.values(revoked_at=self._clock()))
        with self._database.reading() as connection:
            row = connection.execute(stored).one()
        if row.revoked_at is None:
            raise DatabaseRefusedError(
                f"the key {id_} is still valid, because the database was changed; run: parley verify"
            )
        return _key(row)

    def any_open(self) -> bool:
        """Whether there is a valid key."""
        with self._database.reading() as connection:
            return self._is_any_open(connection)

    def _is_any_open(self, connection: Connection) -> bool:
        statement = select(api_key.c.id).where(
            api_key.c.revoked_at.is_(None),
            or_(api_key.c.expires_at.is_(None), api_key.c.expires_at > self._clock()),
        )
        return connection.execute(statement.limit(1)).first() is not None

    def principal(self, text: str, beside: Sight | ReadKey | None = None) -> Principal | None:
        """The principal of a key; None for an unknown, revoked or expired key.

        A Sight is answered by the look at the key, which a ReadKey spares.
        """
        match = _KEY.fullmatch(text)
        if match is None:
            return None
        id_, secret = match.groups()
        if isinstance(beside, ReadKey):
            row = beside.row
        else:
            with self._database.looking() as connection:
                row = _read(connection, id_, beside)
        is_there = row is not None and row.id == id_
        right = hmac.compare_digest(row.secret_sha256 if is_there else bytes(32), _hash(secret))
        if not is_there or not right:
            return None
        return principal_of_row(row, row.expires_at, self._clock())


def principal_of_row(row: Any, expires_at: int | None, now: int) -> Principal | None:  # noqa: ANN401 -- a row
    """The principal of a key, by its row; None if it is revoked, or expired by now."""
    if row.revoked_at is not None or (expires_at is not None and expires_at <= now):
        return None
    return Principal(person=row.person, caller=f"key:{row.id}", scopes=frozenset(_scopes(row)))


def _read(connection: Connection, id_: str, sight: Sight | None) -> Any:  # noqa: ANN401 -- a row
    if sight is None:
        return _KEY_ALONE.first(connection, {"key": id_})
    values = {
        "key": id_,
        "negotiation": sight.negotiation_id.hex,
        **access.bind_principal(sight.principal),
    }
    row = _KEY_AND_SIGHT.first(connection, values)
    sight.seen = None if row is None else row.sees
    return row


def _insert(connection: Connection, row: dict[str, Any]) -> None:
    with change_keys(connection):
        connection.execute(api_key.insert(), row)


def is_key(text: str) -> bool:
    """Whether a credential has the form of a key."""
    return text.startswith("parley_")


def key_id(text: str) -> str | None:
    """The id in the text of a key; None for any other text."""
    match = _KEY.fullmatch(text)
    return None if match is None else match[1]


def _random(size: int) -> str:
    return b32encode(secrets.token_bytes(size)).decode().rstrip("=").lower()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def check_person(person: str) -> None:
    """Raise ContentError for a name that no key can have."""
    seen = is_printable_line(person) and not UNSEEN.search(person)
    if not seen or len(person) > LONGEST_PERSON:
        raise ContentError.at(
            "/person", f"write one printable line of at most {LONGEST_PERSON} characters"
        )


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(row.id, row.person, _scopes(row), row.created_at, row.expires_at, row.revoked_at)


def _scopes(row: Any) -> tuple[Scope, ...]:  # noqa: ANN401 -- a row
    kept = set(row.scopes.split())
    return tuple(scope for scope in SCOPES if scope in kept)
