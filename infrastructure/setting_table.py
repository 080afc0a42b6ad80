"""Every setting has one entry here: its default, and what it means; README's table is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from infrastructure.identity.algorithms import DEFAULT_ALGORITHMS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SETTINGS", "Setting", "value_of"]


@dataclass(frozen=True, slots=True)
class Setting:
    """An environment variable. `shown` is its default in words, where the default depends on other settings."""

    default: str
    meaning: str
    shown: str | None = None


SETTINGS: Final[Mapping[str, Setting]] = {
    "PARLEY_DATABASE_URL": Setting(
        "sqlite:///parley.db", "a SQLAlchemy URL of SQLite or PostgreSQL (15 or newer)"
    ),
    "PARLEY_HOST": Setting("127.0.0.1", "the address at which `parley serve` listens"),
    "PARLEY_PORT": Setting("8000", "its port"),
    "PARLEY_ACTOR": Setting(
        "editor", "the person who is named as the author of a change made on the command line"
    ),
    "PARLEY_ANONYMOUS_SCOPES": Setting(
        "fact:read audit:read",
        "what anybody may do with public negotiations, without a key: these two, one of them or none",
    ),
    "PARLEY_MAX_BODY_BYTES": Setting("1048576", "the largest request body, except for imports"),
    "PARLEY_MAX_IMPORT_BYTES": Setting(
        "268435456",
        "the largest import by HTTP, which is streamed to disk; `parley import` has no limit",
    ),
    "PARLEY_LOG_ORIGIN": Setting(
        "parley.local/log",
        "the name of the log in the checkpoints that it signs: one word, best an address without `https://`",
    ),
    "PARLEY_LOG_KEY_FILE": Setting(
        "",
        "the Ed25519 key that signs the checkpoints. `parley serve` makes it if it is missing. It signs with"
        " another key than the log's only after `parley checkpoint --new-key`. Keep the file, and the"
        " `.checkpoint` beside it, apart from backups of the database",
        "named after the database: `parley.key` for `parley.db`, `talks@db.example+5432.key` for a PostgreSQL",
    ),
    "PARLEY_SEAL_KEY_FILE": Setting(
        "",
        "the keys that seal payloads, one in base64 a line, the newest last. It is made with the first event or"
        " the first key, never for a record that is sealed already. No backup can be read without it: keep it"
        " apart from them",
        "named in the same way: `parley.seal` for `parley.db`",
    ),
    "PARLEY_SEAL_KEY": Setting("", "the same keys, separated by blanks, instead of a file"),
    "PARLEY_MAX_WAITING": Setting(
        "256",
        "how many requests may be under way or wait at once, and how many bodies may be coming in, a quarter of"
        " them from one address; one address has three quarters of the questions. More are answered 503 with"
        " `Retry-After`",
    ),
    "PARLEY_MAX_WRITING": Setting(
        "64",
        "how many requests that may change something may be under way or wait at once. They are counted apart from"
        " questions; more are answered 503 with `Retry-After`",
        "`64`, or `PARLEY_MAX_WAITING` where that is less",
    ),
    "PARLEY_LOG_SECONDS": Setting(
        "10",
        "how long such a request waits for its turn, and as long again for the log while others write it. Then it is"
        " answered 503 with `Retry-After`, and nothing was done",
    ),
    "PARLEY_STATEMENT_SECONDS": Setting(
        "15",
        "how long PostgreSQL may take for one statement of a request, and be silent. What an operator begins"
        " (`parley rebuild`, `backup`, `verify` and the like) has no limit",
    ),
    "PARLEY_CHANGE_REQUEST_DAYS": Setting(
        "7", "how many days a change request waits for a second person"
    ),
    "PARLEY_IDEMPOTENCY_HOURS": Setting(
        "48",
        "how many hours a response is kept under its `Idempotency-Key`, at least 24. A request that is sent again later"
        " is done again",
    ),
    "PARLEY_CACHE_SECONDS": Setting(
        "600",
        "how many seconds caches may keep a fixed answer that needs no credentials. Raise it only if you purge the"
        " `Cache-Tag` (the slug, `changes` and `negotiations`) after an erasure, and after a negotiation is made"
        " private. Browsers keep an answer as long",
    ),
    "PARLEY_OIDC_ISSUER": Setting(
        "",
        "the OpenID Connect issuer whose access tokens are accepted: exactly the `iss` that they carry. Set this"
        " and the next two together",
    ),
    "PARLEY_OIDC_AUDIENCE": Setting("", "a value that the `aud` of every token must have"),
    "PARLEY_OIDC_JWKS": Setting(
        "",
        "the issuer's public keys, a JWK Set: an https URL (http on this machine alone), or a file",
    ),
    "PARLEY_OIDC_ALGORITHMS": Setting(
        " ".join(DEFAULT_ALGORITHMS),
        "the signatures that are accepted. RS, PS and ES of 256, 384 and 512 may be named; HMAC and `none` may not",
    ),
    "PARLEY_OIDC_PERSON_CLAIM": Setting(
        "sub",
        "the claim that names the person. Take one that people cannot choose for themselves; `email` counts only"
        " if it is verified",
    ),
    "PARLEY_RATE_READS": Setting(
        "12000/minute",
        "how many requests one caller may read with. A caller is a key, or without one an address (of IPv6 its /64)."
        " More are answered 429 with `Retry-After`. Empty: no limit",
    ),
    "PARLEY_RATE_WORK": Setting(
        "30000/minute",
        "how many milliseconds of the processor one caller's questions may take; 16 KiB of answers count as one"
        " more. It is counted after each answer, and a caller who is over the limit waits. Empty: no limit",
    ),
    "PARLEY_RATE_WRITES": Setting(
        "6000/minute", "how many requests one caller may write with; an import counts once"
    ),
    "PARLEY_RATE_REFUSALS": Setting(
        "60/minute",
        "how often one address may send credentials that are refused, before its credentials are no longer looked at",
    ),
    "PARLEY_RATE_STORAGE": Setting(
        "",
        "where rates are counted, as a URI of the library [limits](https://limits.readthedocs.io) (`redis://…`)."
        " Empty: on the record's PostgreSQL, or in a file `…-limits` beside its SQLite file, which may be deleted",
    ),
    "PARLEY_ALLOWED_HOSTS": Setting(
        "",
        "the host names of the server, separated by commas (`parley.example, *.parley.example`), besides"
        " `localhost` and its own addresses; `*` is any",
    ),
    "PARLEY_TRUSTED_PROXIES": Setting(
        "",
        "addresses and networks, separated by commas, whose `X-Forwarded-For` and `X-Forwarded-Proto` are"
        " believed. Such a proxy must set both. Empty: none",
    ),
}


def value_of(name: str, environ: Mapping[str, str]) -> str:
    """The value of a setting in an environment, or its default; KeyError for a name that is no setting."""
    return environ.get(name, SETTINGS[name].default)
