"""Reads and writes signed notes (C2SP signed-note), with Ed25519: type 0x01 and, for witnesses, type 0x04.

The text ends in a newline; a blank line separates it from the signatures, each "— name base64(key id ‖ signature)".
Base64 is standard and padded, and only its canonical form is read. Signers and verifiers are passed in.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

ED25519: Final = b"\x01"
COSIGNATURE: Final = b"\x04"
"""The type of Ed25519 over a time and the text: domain/proof/cosignature.py."""
KEY_ID_SIZE: Final = 4
KEY_SIZE: Final = 32
MOST_SIGNATURES: Final = 100
LONGEST: Final = 1_000_000
_DASH: Final = "— "
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY: Final = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+(\S+)")


class NoteError(ValueError):
    """A text is not a note, key or checkpoint, or no trusted key has signed it; the message says why."""


class Signer(Protocol):
    """Signs as `key`."""

    @property
    def key(self) -> VerifierKey:
        """The key that verifies its signatures."""

    def sign(self, text: bytes) -> bytes:
        """Sign a text, and return the signature."""


class Verifier(Protocol):
    """Verifies the signatures of `key`."""

    @property
    def key(self) -> VerifierKey:
        """The key."""

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Whether the key has signed the text."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A signer's name and its Ed25519 public key (32 bytes); NoteError if one of them is malformed.

    `algorithm` says what the key signs: ED25519 the text itself, COSIGNATURE the text with a time.
    """

    name: str
    public: bytes
    algorithm: bytes = ED25519

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or self.name.split() != [self.name]:
            raise NoteError(f"a key's name must be one word without a plus sign, not {self.name!r}")
        if len(self.public) != KEY_SIZE:
            raise NoteError(f"an Ed25519 key has {KEY_SIZE} bytes, not {len(self.public)}")

    @property
    def id(self) -> bytes:
        """The four bytes that identify the key in a signature."""
        hashed = self.name.encode() + b"\n" + self.algorithm + self.public
        return sha256(hashed).digest()[:KEY_ID_SIZE]

    @property
    def text(self) -> str:
        """The key as one word: "name+id+base64(algorithm ‖ public key)"."""
        return f"{self.name}+{self.id.hex()}+{base64_of(self.algorithm + self.public)}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a key as `text` writes it; NoteError if it is malformed."""
        match = _KEY.fullmatch(text)
        if match is None:
            raise NoteError("write a verifier key as name+id+key")
        encoded = strict_base64(match[3])
        key = cls(match[1], encoded[1:], encoded[:1])
        if key.algorithm not in {ED25519, COSIGNATURE} or key.id.hex() != match[2]:
            raise NoteError("the verifier key's id does not match its name and Ed25519 key")
        return key


def sign_note(text: str, signers: Sequence[Signer]) -> str:
    """The note of a text with its signatures, in the order of the signers."""
    _check_text(text)
    return f"{text}\n{''.join(_line(signer, text) for signer in signers)}"


def countersign_note(note: str, signer: Signer) -> str:
    """Add a signature to a note, which must have been verified."""
    return note + _line(signer, note.rpartition("\n\n")[0] + "\n")


def _line(signer: Signer, text: str) -> str:
    signature = signer.sign(text.encode())  # first, because the key may change until it first signs
    return _format_signature(signer.key, signature)


def _format_signature(key: VerifierKey, signature: bytes) -> str:
    return f"{_DASH}{key.name} {base64_of(key.id + signature)}\n"


def open_note(note: str, verifiers: Sequence[Verifier]) -> str:
    """Verify a note, and return its text; at least one of the keys must have signed it.

    NoteError if the note is malformed, if a known key's signature is wrong, or if no known key has signed it.
    """
    if len(note) > LONGEST:
        raise NoteError("the note is too long")
    body, blank, tail = note.rpartition("\n\n")
    text = body + "\n"
    lines = tail.removesuffix("\n").split("\n")
    if not blank or not tail.endswith("\n") or len(lines) > MOST_SIGNATURES:
        raise NoteError(
            "a note must have a text, a blank line, and one or more signatures, one a line"
        )
    _check_text(text)
    known = {(verifier.key.name, verifier.key.id): verifier for verifier in verifiers}
    signatures = [(known.get(signer), signature) for signer, signature in map(_signature, lines)]
    verdicts = [
        verifier.verifies(text.encode(), signature)
        for verifier, signature in signatures
        if verifier
    ]
    if not verdicts:
        raise NoteError("no known key has signed the note")
    if not all(verdicts):
        raise NoteError("the note was changed: its signature does not match its text")
    return text


def keep_one_signature(note: str, verifier: Verifier) -> str:
    """The note with one key's signature only; NoteError if that key has not signed it."""
    signature = signature_by(note, verifier)
    return f"{open_note(note, [verifier])}\n{_format_signature(verifier.key, signature)}"


def signature_by(note: str, verifier: Verifier) -> bytes:
    """A key's signature under a note, the first if there are several; NoteError if there is none."""
    open_note(note, [verifier])
    key = verifier.key
    signatures = map(_signature, note.rpartition("\n\n")[2].removesuffix("\n").split("\n"))
    return next(signature for signer, signature in signatures if signer == (key.name, key.id))


def _check_text(text: str) -> None:
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("a note's text must end in a newline and have no other control characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NoteError("a note's text must be UTF-8") from error


def _signature(line: str) -> tuple[tuple[str, bytes], bytes]:
    """((key name, key id), signature) of a line."""
    name, blank, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not blank or not name or "+" in name or name.split() != [name]:
        raise NoteError("write a signature as: — name base64")
    signature = strict_base64(encoded)
    if len(signature) <= KEY_ID_SIZE:
        raise NoteError("a signature must have more than the four bytes of the key id")
    return (name, signature[:KEY_ID_SIZE]), signature[KEY_ID_SIZE:]


def base64_of(content: bytes) -> str:
    """Standard base64 (RFC 4648 §4), padded."""
    return b64encode(content).decode()


def strict_base64(text: str) -> bytes:
    """The bytes of a canonical base64 text, as `base64_of` writes it; NoteError for any other text."""
    try:
        content = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("not base64") from error
    if base64_of(content) != text:
        raise NoteError("not base64 in its canonical form")
    return content
