"""Names the key files of a database after it, so that two databases in one folder have different keys."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote

from sqlalchemy import URL, make_url

__all__ = ["BEFORE", "database_file", "key_file_of"]

BEFORE: Final = {"key": "parley.key", "seal": "parley.seal"}
"""What the files of every database were called once, in the folder that a process was started in."""
_DEFAULT_PORT: Final = 5_432
_LONGEST: Final = 200


def key_file_of(database_url: str, what: Literal["key", "seal"]) -> str:
    """The file of a database's log `key`, or of the keys that it is sealed by (`seal`).

    Beside a SQLite file: talks.db has talks.key, and talks.sqlite has talks.sqlite-key. For a PostgreSQL in the folder
    that the process was started in: parley@db.example+5432.key, what is no letter or digit percent-encoded.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return f"{_named(url)}.{what}"
    file = (url.database or "").removeprefix("file:")
    if not file or ":memory:" in file or {"memory", "memdb"} & set(map(str, url.query.values())):
        return BEFORE[what]
    return f"{file.removesuffix('.db')}.{what}" if file.endswith(".db") else f"{file}-{what}"


def database_file(database_url: str) -> Path | None:
    """The file of a SQLite database that a path names; None of any other."""
    url = make_url(database_url)
    plain = url.get_backend_name() == "sqlite" and url.database and "uri" not in url.query
    return Path(str(url.database)) if plain and url.database != ":memory:" else None


def _named(url: URL) -> str:
    """A PostgreSQL database by its name, host and port, as far as the URL says them."""
    parts = [url.database or "", url.host or _asked(url, "host"), url.port or _asked(url, "port")]
    database, host, port = (quote(str(part), safe="") for part in parts)
    name = f"{database}@{host or 'localhost'}+{port or _DEFAULT_PORT}"
    return name if len(name) <= _LONGEST else sha256(name.encode()).hexdigest()


def _asked(url: URL, name: str) -> str:
    found = url.query.get(name, "")
    return found if isinstance(found, str) else ",".join(found)
