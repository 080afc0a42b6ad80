"""Reads the settings from environment variables and checks them before anything starts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import TYPE_CHECKING, Final, Self

from limits import RateLimitItem, parse_many
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from domain.access import OPEN_TO_ANYBODY, Scope
from domain.characters import is_blank
from infrastructure.database.lanes import TimeLimits
from infrastructure.identity.algorithms import ALGORITHMS
from infrastructure.key_files import key_file_of
from infrastructure.outbound.address import AddressError, address
from infrastructure.sealing.wrapping import read_keys
from infrastructure.setting_table import value_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["OidcSettings", "Settings", "SettingsError"]

DATABASE_URL: Final = "PARLEY_DATABASE_URL"
HOST: Final = "PARLEY_HOST"
PORT: Final = "PARLEY_PORT"
ACTOR: Final = "PARLEY_ACTOR"
MAX_BODY_BYTES: Final = "PARLEY_MAX_BODY_BYTES"
MAX_IMPORT_BYTES: Final = "PARLEY_MAX_IMPORT_BYTES"
LOG_ORIGIN: Final = "PARLEY_LOG_ORIGIN"
LOG_KEY_FILE: Final = "PARLEY_LOG_KEY_FILE"
MAX_WAITING: Final = "PARLEY_MAX_WAITING"
MAX_WRITING: Final = "PARLEY_MAX_WRITING"
STATEMENT_SECONDS: Final = "PARLEY_STATEMENT_SECONDS"
LOG_SECONDS: Final = "PARLEY_LOG_SECONDS"
ANONYMOUS_SCOPES: Final = "PARLEY_ANONYMOUS_SCOPES"
OIDC_ISSUER: Final = "PARLEY_OIDC_ISSUER"
OIDC_AUDIENCE: Final = "PARLEY_OIDC_AUDIENCE"
OIDC_JWKS: Final = "PARLEY_OIDC_JWKS"
OIDC_ALGORITHMS: Final = "PARLEY_OIDC_ALGORITHMS"
OIDC_PERSON_CLAIM: Final = "PARLEY_OIDC_PERSON_CLAIM"
RATE_READS: Final = "PARLEY_RATE_READS"
RATE_WRITES: Final = "PARLEY_RATE_WRITES"
RATE_WORK: Final = "PARLEY_RATE_WORK"
RATE_REFUSALS: Final = "PARLEY_RATE_REFUSALS"
RATE_STORAGE: Final = "PARLEY_RATE_STORAGE"
ALLOWED_HOSTS: Final = "PARLEY_ALLOWED_HOSTS"
TRUSTED_PROXIES: Final = "PARLEY_TRUSTED_PROXIES"
CHANGE_REQUEST_DAYS: Final = "PARLEY_CHANGE_REQUEST_DAYS"
_FORMER_DAYS: Final = "PARLEY_PROPOSAL_DAYS"
IDEMPOTENCY_HOURS: Final = "PARLEY_IDEMPOTENCY_HOURS"
CACHE_SECONDS: Final = "PARLEY_CACHE_SECONDS"
SEAL_KEY: Final = "PARLEY_SEAL_KEY"
SEAL_KEY_FILE: Final = "PARLEY_SEAL_KEY_FILE"

SCHEMES: Final = frozenset(
    {"memory", "memcached", "redis", "rediss", "redis+unix", "redis+cluster"}
)
_HOST: Final = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")


class SettingsError(ValueError):
    """An environment variable, `name`, holds what it cannot mean."""

    def __init__(self, name: str, value: str, reason: str) -> None:
        super().__init__(f"{name}={value!r}: {reason}")
        self.name = name
        self.value = value
        self.reason = reason


@dataclass(frozen=True)
class OidcSettings:
    """Whose access tokens are accepted.

    `issuer` and `audience` are compared exactly with a token's `iss` and `aud`; `jwks` is where the issuer's keys are,
    a file or a URL. `person_claim` is the claim that names the person, which nobody may be able to choose.
    """

    issuer: str
    audience: str
    jwks: str
    algorithms: tuple[str, ...]
    person_claim: str


@dataclass(frozen=True)
class Settings:
    """How one process runs; `setting_table` says what each value means.

    `limits` says how long the database is waited for. `oidc` is None if no access tokens are accepted, and a rate is
    None if it is not limited. `rate_storage` is empty if the record itself counts.
    """

    database_url: str
    host: str
    port: int
    actor: str
    max_body_bytes: int
    max_import_bytes: int
    log_origin: str
    log_key_file: str
    max_waiting: int
    max_writing: int
    limits: TimeLimits
    anonymous_scopes: tuple[Scope, ...]
    oidc: OidcSettings | None
    rate_reads: RateLimitItem | None
    rate_writes: RateLimitItem | None
    rate_work: RateLimitItem | None
    rate_refusals: RateLimitItem | None
    rate_storage: str
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    seal_key: str = field(repr=False)
    seal_key_file: str
    change_request_days: int
    idempotency_hours: int
    cache_seconds: int

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the `PARLEY_…` variables, or raise `SettingsError` for the first that is wrong."""
        url = _database_url(value_of(DATABASE_URL, environ))
        if _FORMER_DAYS in environ:
            environ = {CHANGE_REQUEST_DAYS: environ[_FORMER_DAYS], **environ}
        waiting = _integer(MAX_WAITING, environ, 1, 1_000_000)
        if MAX_WRITING not in environ:
            environ = {**environ, MAX_WRITING: str(min(64, waiting))}
        return cls(
            database_url=url,
            host=_text(HOST, value_of(HOST, environ)),
            port=_integer(PORT, environ, 0, 65_535),
            actor=_text(ACTOR, value_of(ACTOR, environ)),
            max_body_bytes=_integer(MAX_BODY_BYTES, environ, 1, 2**40),
            max_import_bytes=_integer(MAX_IMPORT_BYTES, environ, 1, 2**40),
            log_origin=_word(LOG_ORIGIN, value_of(LOG_ORIGIN, environ)),
            log_key_file=_file(LOG_KEY_FILE, environ, key_file_of(url, "key")),
            max_waiting=waiting,
            max_writing=_integer(MAX_WRITING, environ, 1, 1_000_000),
            limits=TimeLimits(
                _integer(STATEMENT_SECONDS, environ, 1, 86_400),
                _integer(LOG_SECONDS, environ, 1, 86_400),
            ),
            anonymous_scopes=_anonymous(value_of(ANONYMOUS_SCOPES, environ)),
            oidc=_oidc(environ),
            rate_reads=_rate(RATE_READS, value_of(RATE_READS, environ)),
            rate_writes=_rate(RATE_WRITES, value_of(RATE_WRITES, environ)),
            rate_work=_rate(RATE_WORK, value_of(RATE_WORK, environ)),
            rate_refusals=_rate(RATE_REFUSALS, value_of(RATE_REFUSALS, environ)),
            rate_storage=_storage(value_of(RATE_STORAGE, environ)),
            allowed_hosts=_hosts(value_of(ALLOWED_HOSTS, environ)),
            trusted_proxies=_networks(value_of(TRUSTED_PROXIES, environ)),
            seal_key=_keys(value_of(SEAL_KEY, environ)),
            seal_key_file=_file(SEAL_KEY_FILE, environ, key_file_of(url, "seal")),
            change_request_days=_integer(CHANGE_REQUEST_DAYS, environ, 1, 3_650),
            idempotency_hours=_integer(IDEMPOTENCY_HOURS, environ, 24, 8_760),
            cache_seconds=_integer(CACHE_SECONDS, environ, 0, 31_536_000),
        )


def _database_url(value: str) -> str:
    try:
        backend = make_url(value).get_backend_name()
    except (ArgumentError, ValueError):
        reason = "write a SQLAlchemy URL, such as sqlite:///parley.db"
        raise SettingsError(DATABASE_URL, "…", reason) from None
    if backend not in {"sqlite", "postgresql"}:
        raise SettingsError(DATABASE_URL, "…", f"use SQLite or PostgreSQL, not {backend}")
    return value


def _oidc(environ: Mapping[str, str]) -> OidcSettings | None:
    needed = (OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS)
    algorithms = _algorithms(value_of(OIDC_ALGORITHMS, environ))
    person_claim = _word(OIDC_PERSON_CLAIM, value_of(OIDC_PERSON_CLAIM, environ))
    if not any(name in environ for name in needed):
        return None
    for name in needed:
        if name not in environ:
            raise SettingsError(name, "", f"set all of {', '.join(needed)}, or none of them")
    return OidcSettings(
        issuer=_text(OIDC_ISSUER, environ[OIDC_ISSUER]),
        audience=_text(OIDC_AUDIENCE, environ[OIDC_AUDIENCE]),
        jwks=_key_place(_text(OIDC_JWKS, environ[OIDC_JWKS])),
        algorithms=algorithms,
        person_claim=person_claim,
    )


def _algorithms(value: str) -> tuple[str, ...]:
    named = tuple(value.replace(",", " ").split())
    if not named or not ALGORITHMS.issuperset(named):
        raise SettingsError(
            OIDC_ALGORITHMS, value, f"some of {', '.join(sorted(ALGORITHMS))} are needed"
        )
    return named


def _key_place(value: str) -> str:
    if "://" in value:
        try:
            address(value)
        except AddressError as error:
            raise SettingsError(OIDC_JWKS, "…", str(error)) from None
    return value


def _keys(value: str) -> str:
    try:
        if value:
            read_keys(value)
    except ValueError as error:
        raise SettingsError(SEAL_KEY, "…", str(error)) from None
    return value


def _text(name: str, value: str) -> str:
    if is_blank(value) or not value.isprintable():
        raise SettingsError(name, value, "write one printable line")
    return value


def _file(name: str, environ: Mapping[str, str], default: str) -> str:
    return _text(name, environ[name]) if name in environ else default


def _anonymous(value: str) -> tuple[Scope, ...]:
    words = value.replace(",", " ").split()
    if not set(words) <= set(OPEN_TO_ANYBODY):
        wanted = " and ".join(OPEN_TO_ANYBODY)
        raise SettingsError(ANONYMOUS_SCOPES, value, f"of {wanted} some or none is needed")
    return tuple(scope for scope in OPEN_TO_ANYBODY if scope in words)


def _word(name: str, value: str) -> str:
    if value.split() != [value] or not value.isprintable() or "+" in value:
        raise SettingsError(name, value, "write one word without a plus sign")
    return value


def _integer(name: str, environ: Mapping[str, str], low: int, high: int) -> int:
    value = value_of(name, environ)
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise SettingsError(name, value, f"write a whole number from {low} to {high}")
    return int(value)


def _rate(name: str, value: str) -> RateLimitItem | None:
    if not value.strip():
        return None
    try:
        found = parse_many(value)
    except ValueError:
        found = []
    if len(found) != 1 or found[0].amount < 1:
        raise SettingsError(name, value, "write one rate, such as 600/minute, or nothing")
    return found[0]


def _storage(value: str) -> str:
    scheme, separator, _ = value.partition("://")
    if value and not (separator and scheme in SCHEMES):
        known = ", ".join(sorted(SCHEMES))
        raise SettingsError(RATE_STORAGE, "…", f"write an address that begins with one of {known}")
    return value


def _hosts(value: str) -> tuple[str, ...]:
    found = tuple(each.strip().lower().rstrip(".") for each in value.split(",") if each.strip())
    for each in found:
        if each != "*" and not _HOST.fullmatch(each):
            reason = "write names with commas between: a.example, *.b.example, or * for any"
            raise SettingsError(ALLOWED_HOSTS, value, reason)
    return found


def _networks(value: str) -> tuple[str, ...]:
    found = tuple(each.strip() for each in value.split(",") if each.strip())
    for each in found:
        try:
            ip_network(each)
        except ValueError:
            reason = "write addresses or networks with commas between, such as 10.0.0.0/8"
            raise SettingsError(TRUSTED_PROXIES, value, reason) from None
    return found
