"""Names the key files of a database after it, so that two databases in one folder have different keys."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy import URL, make_url

BEFORE: Final = {"key": "parley.key", "seal": "parley.seal"}
"""The former names of the files, the same for every database, in the process's working folder."""
_DEFAULT_PORT: Final = 5_432
_LONGEST: Final = 200


def key_file_of(database_url: str, what: Literal["key", "seal"]) -> str:
    """The path of the key that signs a database's log (`key`), or of the keys that seal its payloads (`seal`).

    For a SQLite file it is beside that: talks.db has talks.key, and talks.sqlite has talks.sqlite-key. A link to a
    file has the keys of that file, unless there are keys that are named after the link. For PostgreSQL it is in the
    working folder: parley@db.example+5432.key, with special characters percent-encoded.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return f"{_name_server(url)}.{what}"
    file = database_file(url)
    if file is None:
        return BEFORE[what]
    named = _name_beside(str(file), what)
    followed = file.is_symlink() and not Path(named).exists()
    return _name_beside(os.path.realpath(file), what) if followed else named


def database_file(database_url: str | URL) -> Path | None:
    """The file of a SQLite database, also of a `file:` URI; None for a database in memory, and for PostgreSQL."""
    url = make_url(database_url)
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or {"memory", "memdb"} & set(
        map(str, url.query.values())
    ):
        return None
    if name.startswith("file:") and "uri" in url.query:
        name = unquote(urlsplit(name).path)
    return Path(name) if name not in {"", ":memory:"} else None


def _name_beside(file: str, what: Literal["key", "seal"]) -> str:
    return f"{file.removesuffix('.db')}.{what}" if file.endswith(".db") else f"{file}-{what}"


def _name_server(url: URL) -> str:
    """The name, host and port of a PostgreSQL database, as far as its URL gives them."""
    parts = [
        url.database or "",
        url.host or _query_value(url, "host"),
        url.port or _query_value(url, "port"),
    ]
    database, host, port = (quote(str(part), safe="") for part in parts)
    name = f"{database}@{host or 'localhost'}+{port or _DEFAULT_PORT}"
    return name if len(name) <= _LONGEST else sha256(name.encode()).hexdigest()


def _query_value(url: URL, name: str) -> str:
    value = url.query.get(name, "")
    return value if isinstance(value, str) else ",".join(value)
