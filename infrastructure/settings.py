"""The settings of a process; each is declared once, and `make docs` writes README's table from the declarations.

The environment variable of a setting is `PARLEY_` and its name in capitals. All variables are read and checked before
anything starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from limits import RateLimitItem

from domain.access import Scope
from infrastructure.database.lanes import TimeLimits
from infrastructure.database.server_sessions import PREPARE_THRESHOLD
from infrastructure.key_files import key_file_of
from infrastructure.nats_settings import NATS, NatsSettings
from infrastructure.oidc_settings import OIDC, OidcSettings
from infrastructure.setting_values import (
    Setting,
    database_url,
    host_names,
    line,
    networks,
    number_or_none,
    open_scopes,
    printable,
    rate,
    seal_keys,
    setting,
    settings_in,
    storage_address,
    true_or_false,
    values_of,
    variable,
    web_address,
    whole_number,
    word,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Settings:
    """The settings of one process.

    `oidc` is None if no access tokens are accepted; a rate is None if it has no limit.
    """

    oidc: OidcSettings | None
    nats: NatsSettings
    database_url: str = setting(
        database_url,
        "sqlite:///parley.db",
        "a SQLAlchemy URL of SQLite or PostgreSQL (15 or newer)",
        secret=True,
    )
    prepare_threshold: int | None = setting(
        number_or_none(1, 1_000_000),
        str(PREPARE_THRESHOLD),
        "how many times a connection to PostgreSQL runs a statement before the server prepares it. Empty: Parley"
        " prepares no statements, and leaves no settings in a session. A pooler in transaction mode other than"
        " PgBouncer needs the empty value; PgBouncer is recognised",
    )
    host: str = setting(
        line,
        "127.0.0.1",
        "the address at which `parley serve` listens",
    )
    port: int = setting(
        whole_number(0, 65_535),
        "8000",
        "the port at which `parley serve` listens",
    )
    workers: int = setting(
        whole_number(1, 256),
        "1",
        "how many processes of `parley serve` answer. If requests wait for one busy core while other cores are idle,"
        " raise it, up to the number of cores",
    )
    read_only: bool = setting(
        true_or_false,
        "false",
        "`true` or `false`: whether this process only reads, and refuses every change. Its database may then be a"
        " hot standby of PostgreSQL",
    )
    writer_url: str = setting(
        web_address,
        "",
        "the address of a server that takes changes; a server that only reads names it when it refuses a change",
    )
    actor: str = setting(
        line,
        "editor",
        "the person who is named as the author of a change made on the command line",
    )
    anonymous_scopes: tuple[Scope, ...] = setting(
        open_scopes,
        "fact:read audit:read",
        "the scopes of a request without a key, for public negotiations: these two, one of them, or none (empty)",
    )
    max_body_bytes: int = setting(
        whole_number(1, 2**40),
        "1048576",
        "the largest request body, except for imports",
    )
    max_import_bytes: int = setting(
        whole_number(1, 2**40),
        "268435456",
        "the largest import by HTTP, which is streamed to disk; `parley import` has no limit",
    )
    max_kept_bytes: int = setting(
        whole_number(0, 2**40),
        "134217728",
        "about how many bytes of facts each process keeps in memory for later requests. A fact takes about 6,000. If a"
        " negotiation would take more (with the default, one of more than 20,000 facts), only the facts that sums"
        " count are kept",
    )
    log_origin: str = setting(
        word,
        "parley.local/log",
        "the name of the log in the checkpoints that it signs: one word, preferably an address without `https://`",
    )
    log_key_file: str = setting(
        line,
        lambda values: key_file_of(values["database_url"], "key"),
        "the file of the Ed25519 key that signs the checkpoints. It is created when the log is first signed. A"
        " different key is used only after `parley checkpoint --new-key`. Keep the file, and the `.checkpoint`"
        " beside it, apart from backups of the database",
        shown="named after the database: `parley.key` for `parley.db`, `talks@db.example+5432.key` for a PostgreSQL"
        " database",
    )
    seal_key_file: str = setting(
        line,
        lambda values: key_file_of(values["database_url"], "seal"),
        "the file of the keys that seal payloads: one base64 key a line, the newest last. It is created with the"
        " first event or the first API key, never for a record that is sealed already. Backups cannot be read without"
        " it: keep it apart from them",
        shown="named in the same way: `parley.seal` for `parley.db`",
    )
    seal_key: str = setting(
        seal_keys,
        "",
        "the same keys instead of a file, with blanks between them",
        secret=True,
    )
    max_waiting: int = setting(
        whole_number(1, 1_000_000),
        "256",
        "how many requests may be under way or wait at once, how many bodies may be received at once, and how many"
        " requests may wait for the log with `wait`. One address may have a quarter of the bodies and of those that"
        " wait for the log, and three quarters of the reading requests. Further requests are answered 503 with"
        " `Retry-After`",
    )
    max_writing: int = setting(
        whole_number(1, 1_000_000),
        lambda values: str(min(64, values["max_waiting"])),
        "how many requests that may change something may be under way or wait at once. They are counted"
        " separately from reading requests; further requests are answered 503 with `Retry-After`",
        shown="`64`, or `PARLEY_MAX_WAITING` where that is less",
    )
    log_seconds: int = setting(
        whole_number(1, 86_400),
        "10",
        "how many seconds a request that may change something waits for its turn, and then at most as long again for"
        " the log while others write to it. After that it is answered 503 with `Retry-After`, and nothing was changed",
    )
    statement_seconds: int = setting(
        whole_number(1, 86_400),
        "15",
        "how many seconds PostgreSQL may take for one statement of a request, or send nothing. Commands of an"
        " operator (`parley rebuild`, `backup`, `verify` and the like) have no limit",
    )
    change_request_days: int = setting(
        whole_number(1, 3_650),
        "7",
        "how many days a change request waits for a second person",
        former="PARLEY_PROPOSAL_DAYS",
    )
    idempotency_hours: int = setting(
        whole_number(24, 8_760),
        "48",
        "how many hours a response is kept under its `Idempotency-Key`, at least 24. A request that is sent again"
        " after that is carried out again",
    )
    session_hours: int = setting(
        whole_number(1, 8_760),
        "12",
        "how many hours a person stays signed in to the pages. Revoking a key ends its sessions at once",
    )
    contact: str = setting(
        printable,
        "",
        "how readers report an error in the record: an email address, a web address or words, shown on every page."
        " Empty: nothing is shown",
    )
    index_people: bool = setting(
        true_or_false,
        "false",
        "whether search engines may list the pages about people: `true` or `false`",
    )
    cache_seconds: int = setting(
        whole_number(0, 31_536_000),
        "600",
        "how many seconds caches and browsers may keep a fixed answer that needs no credentials. Raise it only if the"
        " caches are purged by `Cache-Tag` (the slug, `changes`, `negotiations` and `entries`) after an erasure, and"
        " after a negotiation is made private; PARLEY_PURGE_URL does this",
    )
    purge_url: str = setting(
        web_address,
        "",
        "the address of a cache before the servers, to which Parley sends `PURGE` with the tags in `Cache-Tag` after"
        " each erasure, and after each change of a negotiation's settings, until it is answered with 2xx. Empty: none",
        secret=True,
    )
    rate_reads: RateLimitItem | None = setting(
        rate,
        "12000/minute",
        "how many reading requests one caller may send. A caller is an API key or, without one, an address (a /64"
        " network for IPv6). Further requests are answered 429 with `Retry-After`. Empty: no limit",
    )
    rate_work: RateLimitItem | None = setting(
        rate,
        "30000/minute",
        "how many milliseconds of processor time the reading requests of one caller may take; every 16 KiB of"
        " responses count as one millisecond more. The time is counted after each response, and a caller over the limit"
        " has to wait. Empty: no limit",
    )
    rate_writes: RateLimitItem | None = setting(
        rate,
        "6000/minute",
        "how many writing requests one caller may send; an import counts as one",
    )
    rate_refusals: RateLimitItem | None = setting(
        rate,
        "60/minute",
        "how many refused credentials one address may send; after that, its credentials are refused without a check",
    )
    rate_storage: str = setting(
        storage_address,
        "",
        "where rates are counted, as a URI of the library [limits](https://limits.readthedocs.io) (`redis://…`)."
        " Empty: in the record's PostgreSQL database, or in a file `…-limits` beside its SQLite file; that file may"
        " be deleted. A process that only reads counts its own requests, in memory",
        secret=True,
    )
    allowed_hosts: tuple[str, ...] = setting(
        host_names,
        "",
        "the host names of the server, separated by commas (`parley.example, *.parley.example`), besides"
        " `localhost` and its own addresses; `*` is any",
    )
    trusted_proxies: tuple[str, ...] = setting(
        networks,
        "",
        "addresses and networks, separated by commas, whose `X-Forwarded-For` and `X-Forwarded-Proto` are"
        " trusted. Such a proxy must set both. Empty: none",
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the `PARLEY_…` variables, or raise `SettingsError` for the first that is wrong."""
        oidc, nats = OidcSettings.from_env(environ), NatsSettings.from_env(environ)
        return cls(**values_of(cls, environ), oidc=oidc, nats=nats)

    @property
    def limits(self) -> TimeLimits:
        """How long the database is waited for."""
        return TimeLimits(self.statement_seconds, self.log_seconds)


SETTINGS: Final[Mapping[str, Setting]] = {
    **{variable(name): declared for name, declared in settings_in(Settings)},
    **{variable(OIDC + name): declared for name, declared in settings_in(OidcSettings)},
    **{variable(NATS + name): declared for name, declared in settings_in(NatsSettings)},
}
"""Every setting, by its environment variable."""
