"""Reads wrapping keys from the environment or from a private file, never from the database."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from infrastructure.private_file import (
    PrivateFileError,
    create_private,
    lock_folder,
    read_private,
    replace_whole,
)
from infrastructure.sealing.wrapping import (
    Keyring,
    KeyWrapping,
    SealKeyError,
    format_keys,
    new_key,
    read_keys,
)

if TYPE_CHECKING:
    from pathlib import Path

_NONE: Final = "this database was opened without the keys that seal its payloads"


class NoKeys:
    """A source without keys: nothing can be sealed or opened."""

    def read(self) -> KeyWrapping | None:
        """None."""
        return None

    def make(self) -> KeyWrapping:
        """Refuse."""
        raise SealKeyError(_NONE)

    def add(self) -> None:
        """Refuse."""
        raise SealKeyError(_NONE)

    def look_for(self, _: str) -> bool:
        """There is nowhere to look."""
        return False


class GivenKeys:
    """Keys that do not change while the process runs."""

    def __init__(self, keys: KeyWrapping) -> None:
        self._keys = keys

    def read(self) -> KeyWrapping | None:
        """The keys."""
        return self._keys

    def make(self) -> KeyWrapping:
        """The keys: there are some."""
        return self._keys

    def add(self) -> None:
        """Refuse."""
        raise SealKeyError(
            "the environment gives the keys: append the newer key to PARLEY_SEAL_KEY"
        )

    def look_for(self, _: str) -> bool:
        """There is nowhere to look."""
        return False


class WrappingKeyFile:
    """A file with one base64 key a line, the newest last; it is read again whenever it has changed.

    Keys that were read stay in memory, so that removing the file stops no running process. If the file is missing and
    the older file `before` has a key that is looked for, that file is read instead.
    """

    def __init__(self, path: Path, before: Path | None = None) -> None:
        self.path = path
        self._before = before
        self._seen: tuple[int, ...] | None = None
        self._keys: Keyring | None = None

    def read(self) -> KeyWrapping | None:
        """The keys of the file; None if it never existed."""
        with suppress(FileNotFoundError):
            status = self.path.stat()
            mark = (status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode)
            if mark != self._seen:
                self._keys, self._seen = self._read(), mark
        return self._keys

    def make(self) -> KeyWrapping:
        """The keys of the file; a missing file is created with one key."""
        try:
            with suppress(FileExistsError):
                create_private(self.path, format_keys([new_key()]))
        except OSError as error:
            raise SealKeyError(f"no key can be written to {self.path}: {error.strerror}") from error
        keys = self.read()
        if keys is None:
            raise SealKeyError(f"{self.path} was removed as soon as it was created; start again")
        return keys

    def add(self) -> None:
        """Append a new key; every process that reads this file wraps with it from now on."""
        with lock_folder(self.path):
            replace_whole(self.path, self._content() + format_keys([new_key()]))

    def look_for(self, key_id: str) -> bool:
        """Whether the older file `before` has the key; if so, that file is read from now on."""
        if self._before is None or self._keys is not None or self.path.exists():
            return False
        keys = WrappingKeyFile(self._before).read()
        if keys is None or key_id not in keys.ids:
            return False
        self.path, self._before = self._before, None
        return True

    def _read(self) -> Keyring:
        try:
            return read_keys(self._content().decode())
        except ValueError as error:
            raise SealKeyError(f"{self.path} holds no keys: {error}") from error

    def _content(self) -> bytes:
        try:
            return read_private(self.path)
        except PrivateFileError as error:
            raise SealKeyError(str(error)) from error
