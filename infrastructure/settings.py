"""Every setting is an environment variable with a default, checked before anything starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from infrastructure.sealing.wrapping import read_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Settings", "SettingsError"]

DATABASE_URL: Final = "PARLEY_DATABASE_URL"
HOST: Final = "PARLEY_HOST"
PORT: Final = "PARLEY_PORT"
ACTOR: Final = "PARLEY_ACTOR"
MAX_BODY_BYTES: Final = "PARLEY_MAX_BODY_BYTES"
LOG_ORIGIN: Final = "PARLEY_LOG_ORIGIN"
LOG_KEY_FILE: Final = "PARLEY_LOG_KEY_FILE"
MAX_WAITING: Final = "PARLEY_MAX_WAITING"
SEAL_KEY: Final = "PARLEY_SEAL_KEY"
SEAL_KEY_FILE: Final = "PARLEY_SEAL_KEY_FILE"

HIGHEST_PORT: Final = 65_535


class SettingsError(ValueError):
    """An environment variable, `name`, holds what it cannot mean."""

    def __init__(self, name: str, value: str, reason: str) -> None:
        super().__init__(f"{name}={value!r}: {reason}")
        self.name = name
        self.value = value
        self.reason = reason


@dataclass(frozen=True)
class Settings:
    """How one process runs.

    `database_url` is a SQLAlchemy URL; `max_body_bytes` bounds the body of one request, and
    `max_waiting` the requests that are under way or wait at once. `log_origin` names the log in what it
    signs, by the key in `log_key_file`. Payloads are sealed by the keys of `seal_key`, in base64, or, where that is
    empty, of the file `seal_key_file`.
    """

    database_url: str
    host: str
    port: int
    actor: str
    max_body_bytes: int
    log_origin: str
    log_key_file: str
    max_waiting: int
    seal_key: str = field(repr=False)
    seal_key_file: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the `PARLEY_…` variables, or raise `SettingsError` for the first that is wrong."""
        return cls(
            database_url=_database_url(environ.get(DATABASE_URL, "sqlite:///parley.db")),
            host=_text(HOST, environ.get(HOST, "127.0.0.1")),
            port=_integer(PORT, environ.get(PORT, "8000"), 0, HIGHEST_PORT),
            actor=_text(ACTOR, environ.get(ACTOR, "editor")),
            max_body_bytes=_integer(
                MAX_BODY_BYTES, environ.get(MAX_BODY_BYTES, "1048576"), 1, 2**40
            ),
            log_origin=_word(LOG_ORIGIN, environ.get(LOG_ORIGIN, "parley.local/log")),
            log_key_file=_text(LOG_KEY_FILE, environ.get(LOG_KEY_FILE, "parley.key")),
            max_waiting=_integer(MAX_WAITING, environ.get(MAX_WAITING, "256"), 1, 1_000_000),
            seal_key=_keys(environ.get(SEAL_KEY, "")),
            seal_key_file=_text(SEAL_KEY_FILE, environ.get(SEAL_KEY_FILE, "parley.seal")),
        )


def _database_url(value: str) -> str:
    try:
        backend = make_url(value).get_backend_name()
    except (ArgumentError, ValueError):
        raise SettingsError(DATABASE_URL, "…", "not a SQLAlchemy URL") from None
    if backend not in {"sqlite", "postgresql"}:
        raise SettingsError(DATABASE_URL, "…", f"SQLite or PostgreSQL is needed, not {backend}")
    return value


def _keys(value: str) -> str:
    try:
        if value:
            read_keys(value)
    except ValueError as error:
        raise SettingsError(SEAL_KEY, "…", str(error)) from None
    return value


def _text(name: str, value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise SettingsError(name, value, "one printable line is needed")
    return value


def _word(name: str, value: str) -> str:
    if value.split() != [value] or not value.isprintable() or "+" in value:
        raise SettingsError(name, value, "one word without a plus sign is needed")
    return value


def _integer(name: str, value: str, low: int, high: int) -> int:
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise SettingsError(name, value, f"a whole number from {low} to {high} is needed")
    return int(value)
