"""Keeps who is signed in to the pages: a session belongs to an API key, and ends with it.

The database has the SHA-256 of a session's token, which has 256 random bits, and never the token. Each session has a
stamp, so that nobody without the wrapping keys can make one by SQL.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, select

from domain.access import Principal
from infrastructure.hot_statements import HotStatement
from infrastructure.identity.keys import principal_of_row
from infrastructure.sealing.seals import seals_of
from infrastructure.sealing.stamps import digest_of, keys_of, open_stamp, stamp_columns
from infrastructure.tables.record import api_key, session

if TYPE_CHECKING:
    from infrastructure.clock import Clock
    from infrastructure.database.database import Database

_TOKEN_BYTES: Final = 32
_STAMP: Final = b"parley stamp\0session"
_SAID: Final = ("token_sha256", "api_key", "expires_at")
_OF_KEY: Final = (
    api_key.c.id,
    api_key.c.person,
    api_key.c.scopes,
    api_key.c.created_at,
    api_key.c.expires_at.label("key_expires_at"),
    api_key.c.revoked_at,
)
_FOUND: Final = HotStatement(
    select(session, *_OF_KEY)
    .join(api_key, api_key.c.id == session.c.api_key)
    .where(session.c.token_sha256 == bindparam("digest"))
)
_PAST: Final = session.c.expires_at <= bindparam("instant")


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is valid now, and who is signed in by it."""

    token: str
    principal: Principal


class Sessions:
    """The sessions of a database; each lasts `hours` at most."""

    def __init__(self, database: Database, clock: Clock, hours: int) -> None:
        self._database = database
        self._clock = clock
        self._microseconds = hours * 3_600_000_000

    def begin(self, key: str) -> str:
        """Begin a session of a key, by the key's id; returns its token, which is stored nowhere."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        row: dict[str, Any] = {
            "token_sha256": _digest(token),
            "api_key": key,
            "expires_at": self._clock() + self._microseconds,
        }
        with self._database.writing() as connection:
            stamped = stamp_columns(keys_of(connection), _digest_of(row), _STAMP)
            connection.execute(session.insert(), {**row, **stamped})
        return token

    def find(self, token: str) -> Session | None:
        """The session of a token; None if it or its key is unknown, expired, revoked or forged."""
        with self._database.reading() as connection:
            row = _FOUND.first(connection, {"digest": _digest(token)})
            if row is None or row.expires_at <= self._clock():
                return None
            columns = row._asdict()
            if open_stamp(
                seals_of(connection).read_wrapping(connection), columns, _STAMP
            ) != _digest_of(columns):
                return None
        principal = principal_of_row(row, row.key_expires_at, self._clock())
        return None if principal is None else Session(token, principal)

    def end(self, token: str) -> None:
        """End a session; there need be none."""
        with self._database.writing() as connection:
            connection.execute(delete(session).where(session.c.token_sha256 == _digest(token)))

    def drop_expired(self) -> None:
        """Delete the sessions that have expired."""
        now = {"instant": self._clock()}
        with self._database.reading() as connection:
            if (
                connection.execute(select(session.c.expires_at).where(_PAST).limit(1), now).first()
                is None
            ):
                return
        with self._database.writing() as connection:
            connection.execute(delete(session).where(_PAST), now)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _digest_of(row: dict[str, Any]) -> bytes:
    """The digest that a session's stamp holds."""
    return digest_of([row[name] for name in _SAID])
