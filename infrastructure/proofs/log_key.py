"""Keeps the key that signs the log in a private file, outside the database.

Beside it, `<key file>.checkpoint` has the last checkpoint that the key signed, which shows when an older database has
replaced a newer one. This file is created before the key, and is empty until something is signed.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from domain.proof.note import NoteError, VerifierKey
from infrastructure.private_file import (
    PrivateFileError,
    create_private,
    read_private,
    replace_whole,
)
from infrastructure.proofs.ed25519 import Ed25519Signer

if TYPE_CHECKING:
    from pathlib import Path

ANYONE_MAY_READ: Final = 0o644


class LogKeyError(Exception):
    """The key file has no usable key, or others may read it."""


def ensure_signer(path: Path, origin: str) -> Ed25519Signer:
    """The signer of a key file; a missing file is created. LogKeyError if the file cannot be used."""
    if not path.exists():
        with suppress(FileExistsError):
            create_private(path, _format_pem(Ed25519PrivateKey.generate()))
    return read_signer(path, origin)


def _format_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_signer(path: Path, origin: str) -> Ed25519Signer:
    """The signer of a key file; LogKeyError if it cannot be used, FileNotFoundError if it is missing."""
    try:
        pem = read_private(path)
    except PrivateFileError as error:
        raise LogKeyError(str(error)) from error
    try:
        private = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise LogKeyError(f"{path} holds no private key in PEM form") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise LogKeyError(f"{path} has a key of another kind: use an Ed25519 key")
    return Ed25519Signer(VerifierKey(origin, private.public_key().public_bytes_raw()), private)


class KeptSigner:
    """Signs with the key of a file; a missing file is created when something is signed, and not before.

    If another process creates the file meanwhile, its key is this signer's. Raises LogKeyError as `read_signer` does.
    """

    def __init__(self, path: Path, origin: str) -> None:
        self._path = path
        self._origin = origin
        self._kept: Ed25519Signer | None = None
        self._new = Ed25519PrivateKey.generate()
        self._look()

    @property
    def key(self) -> VerifierKey:
        """The key of the file, or the one that the file will have unless another process creates it."""
        self._look()
        if self._kept is None:
            return VerifierKey(self._origin, self._new.public_key().public_bytes_raw())
        return self._kept.key

    def sign(self, text: bytes) -> bytes:
        """Sign a text; creates the file, and the one beside it that says what the key has signed."""
        self._look()
        if self._kept is None:
            LastSigned(self._path).begin()
            with suppress(FileExistsError):
                create_private(self._path, _format_pem(self._new))
            self._kept = read_signer(self._path, self._origin)
        return self._kept.sign(text)

    def _look(self) -> None:
        """Read the file once it exists."""
        if self._kept is None and self._path.exists():
            self._kept = read_signer(self._path, self._origin)


class LastSigned:
    """The file that keeps the note of the last signed checkpoint beside a key file."""

    def __init__(self, key_file: Path) -> None:
        self.key_file = key_file
        self.path = key_file.with_name(f"{key_file.name}.checkpoint")

    def leave_out_folder(self, words: str) -> str:
        """The same words with the names of the key's files but not the path of their folder."""
        return words.replace(f"{self.key_file.parent}/", "")

    def begin(self) -> None:
        """Create the empty file, which says that the key has signed nothing, unless the file exists."""
        with suppress(FileExistsError):
            create_private(self.path, b"")

    @property
    def lost(self) -> bool:
        """Whether the key file exists without this one, which is made before it."""
        return self.key_file.exists() and not self.path.exists()

    def read(self) -> str | None:
        """The note; None before the first one. NoteError if the file is not UTF-8."""
        try:
            return self.path.read_text(encoding="utf-8") or None
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise NoteError(f"{self.path} is not UTF-8") from error

    def write(self, note: str) -> None:
        """Replace the note; after a crash the file has the old note or the new one."""
        replace_whole(self.path, note.encode(), ANYONE_MAY_READ)
