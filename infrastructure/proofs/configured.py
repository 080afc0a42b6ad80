"""Makes the publisher of a process from its settings."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from infrastructure.key_files import BEFORE, key_file_of
from infrastructure.proofs.log_key import KeptSigner, LastSigned, LogKeyError, read_signer
from infrastructure.proofs.publishing import Publisher, last_signed_note

if TYPE_CHECKING:
    from infrastructure.database.database import Database
    from infrastructure.settings import Settings


def publisher_of(settings: Settings, database: Database) -> Publisher:
    """The publisher that signs the log of a database, as the settings say."""
    key_file = log_key_file(settings, database)
    return Publisher(database, KeptSigner(key_file, settings.log_origin), LastSigned(key_file))


def log_key_file(settings: Settings, database: Database) -> Path:
    """The file of the log's key: the one in the settings or, if missing, an older one that has signed this log."""
    path, before = Path(settings.log_key_file), Path(BEFORE["key"])
    named = settings.log_key_file == key_file_of(settings.database_url, "key")
    if path.exists() or not named or not before.exists():
        return path
    with suppress(LogKeyError, SQLAlchemyError), database.reading() as connection:
        signing = Publisher(database, read_signer(before, settings.log_origin), LastSigned(before))
        if signing.verify_own(last_signed_note(connection)) is not None:
            return before
    return path
