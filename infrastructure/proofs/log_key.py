"""The key that signs the log lives in a file of its owner's alone, outside the database.

Beside it, `<key file>.checkpoint` is the last checkpoint that it signed: an older database put in the place of a
newer one is known by it.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from domain.proof.note import VerifierKey
from infrastructure.proofs.ed25519 import Ed25519Signer

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["LastSigned", "LogKeyError", "ensured_signer", "read_signer"]

OWNER_ALONE: Final = 0o600
_LONGEST: Final = 10_000


class LogKeyError(Exception):
    """The key file holds no key, or others may read it."""


def ensured_signer(path: Path, origin: str) -> Ed25519Signer:
    """The signer of a key file, which is made where it is missing; LogKeyError where it cannot be used."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ALONE)
    except FileExistsError:
        return read_signer(path, origin)
    made = Ed25519PrivateKey.generate()
    _write(descriptor, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    _sync_folder(path)
    return read_signer(path, origin)


def read_signer(path: Path, origin: str) -> Ed25519Signer:
    """The signer of a key file that is there; LogKeyError or FileNotFoundError."""
    descriptor = os.open(path, os.O_RDONLY)
    with os.fdopen(descriptor, "rb") as file:
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        if mode & ~OWNER_ALONE:
            raise LogKeyError(f"{path} may be read by others (mode {mode:04o}); run: chmod 600")
        pem = file.read(_LONGEST)
    try:
        private = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise LogKeyError(f"{path} holds no private key in PEM") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise LogKeyError(f"{path} holds a key, but none of Ed25519")
    return Ed25519Signer(VerifierKey(origin, private.public_key().public_bytes_raw()), private)


class LastSigned:
    """The file that keeps the note of the last signed checkpoint beside a key file."""

    def __init__(self, key_file: Path) -> None:
        self.path = key_file.with_name(f"{key_file.name}.checkpoint")

    def read(self) -> str | None:
        """The note; None before the first."""
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def write(self, note: str) -> None:
        """Keep a note instead of the one before, whatever happens meanwhile."""
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        _write(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), note.encode())
        beside.replace(self.path)
        _sync_folder(self.path)


def _write(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
