"""Reads wrapping keys from the environment or from a file of their owner's, never from the database."""

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
    new_key,
    read_keys,
    written_keys,
)

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["GivenKeys", "NoKeys", "WrappingKeyFile"]


_NONE: Final = "this database was opened without the keys that its payloads are sealed by"


class NoKeys:
    """No key is given: nothing can be sealed or opened."""

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
    """The file that has a key in base64 a line, the newest last; read again whenever it has changed.

    Keys once read stay known, so that a file that is taken away stops no process that has begun. While the file is
    missing, that of `before` stands in for it once a key is looked for that it has.
    """

    def __init__(self, path: Path, before: Path | None = None) -> None:
        self.path = path
        self._before = before
        self._seen: tuple[int, ...] | None = None
        self._keys: Keyring | None = None

    def read(self) -> KeyWrapping | None:
        """The keys of the file; None where there is none and was none."""
        with suppress(FileNotFoundError):
            found = self.path.stat()
            seen = (found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode)
            if seen != self._seen:
                self._keys, self._seen = self._read(), seen
        return self._keys

    def make(self) -> KeyWrapping:
        """The keys of the file, which is made with one where it is missing."""
        try:
            with suppress(FileExistsError):
                create_private(self.path, written_keys([new_key()]))
        except OSError as error:
            raise SealKeyError(f"no key can be kept in {self.path}: {error.strerror}") from error
        found = self.read()
        if found is None:
            raise SealKeyError(f"{self.path} was taken away as soon as it was made")
        return found

    def add(self) -> None:
        """Have a new key wrap from now on, in every process that has this file."""
        with lock_folder(self.path):
            replace_whole(self.path, self._content() + written_keys([new_key()]))

    def look_for(self, key_id: str) -> bool:
        """Whether the key was found in the file of before, which is read from now on."""
        if self._before is None or self._keys is not None or self.path.exists():
            return False
        found = WrappingKeyFile(self._before).read()
        if found is None or key_id not in found.ids:
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
