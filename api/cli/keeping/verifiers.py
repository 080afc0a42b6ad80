"""Reads the keys that a command verifies with, from its options or from the log's key file."""

from __future__ import annotations

from pathlib import Path

from api.cli.session import CommandRefusedError
from domain.proof.cosignature import CosignatureVerifier
from domain.proof.note import ED25519, NoteError, VerifierKey
from infrastructure.proofs.ed25519 import Ed25519Verifier
from infrastructure.proofs.log_key import read_signer

_LONGEST: int = 2_000_000


def log_verifier(key: str | None, file: Path, origin: str) -> Ed25519Verifier | None:
    """The key from --key, or from the key file; None if there is neither."""
    if key is not None:
        return log_key(key, "--key")
    try:
        return Ed25519Verifier(read_signer(file, origin).key)
    except FileNotFoundError:
        return None


def log_key(text: str, option: str) -> Ed25519Verifier:
    """The key from an option; CommandRefusedError if it is not a log's key."""
    key = _read(text, option)
    if key.algorithm != ED25519:
        raise CommandRefusedError(f"{option}: this is the key of a witness: give the key of a log")
    return Ed25519Verifier(key)


def witness_verifier(text: str) -> CosignatureVerifier:
    """The key from --witness; CommandRefusedError if it is not a witness's key."""
    key = _read(text, "--witness")
    try:
        return CosignatureVerifier(key, Ed25519Verifier(key))
    except NoteError as error:
        raise CommandRefusedError(f"--witness: {error}") from error


def note_in(path: Path) -> str:
    """The text of a file; CommandRefusedError if it is too long or not UTF-8."""
    with path.open("rb") as file:
        content = file.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        raise CommandRefusedError(f"{path} is longer than {_LONGEST} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise CommandRefusedError(f"{path} is not UTF-8") from error


def _read(text: str, option: str) -> VerifierKey:
    try:
        return VerifierKey.read(text)
    except NoteError as error:
        raise CommandRefusedError(f"{option}: {error}") from error
