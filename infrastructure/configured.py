"""Makes the seals and keys of a process from its settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from infrastructure.key_files import BEFORE, key_file_of
from infrastructure.sealing.key_source import GivenKeys, WrappingKeyFile
from infrastructure.sealing.seals import Seals
from infrastructure.sealing.wrapping import read_keys

if TYPE_CHECKING:
    from infrastructure.sealing.wrapping import WrappingKeySource
    from infrastructure.settings import Settings


def seals_by(settings: Settings) -> Seals:
    """Make seals with the keys of the settings."""
    return Seals(keys_by(settings))


def keys_by(settings: Settings) -> WrappingKeySource:
    """The keys of the environment or, if it gives none, of the key file.

    The key file has a name of its own for each database; an older file, with one name for all, is still found.
    """
    if settings.seal_key:
        return GivenKeys(read_keys(settings.seal_key))
    named = settings.seal_key_file == key_file_of(settings.database_url, "seal")
    return WrappingKeyFile(Path(settings.seal_key_file), Path(BEFORE["seal"]) if named else None)
