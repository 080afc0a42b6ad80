"""A signed note is text that some key has signed: C2SP signed-note, with Ed25519 (types 0x01 and, for witnesses, 0x04).

The text ends in a newline; a blank line parts it from the signatures, each "— name base64(key id ‖ signature)".
Base64 is standard, padded, and read in its one canonical form. Who signs and who verifies is passed in.
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

__all__ = [
    "COSIGNATURE",
    "ED25519",
    "NoteError",
    "Signer",
    "Verifier",
    "VerifierKey",
    "base64_of",
    "countersign_note",
    "keep_one_signature",
    "open_note",
    "sign_note",
    "signature_by",
    "strict_base64",
]

ED25519: Final = b"\x01"
COSIGNATURE: Final = b"\x04"
"""Ed25519 too, over a time and the text: domain/proof/cosignature.py."""
KEY_ID_SIZE: Final = 4
KEY_SIZE: Final = 32
MOST_SIGNATURES: Final = 100
LONGEST: Final = 1_000_000
_DASH: Final = "— "
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY: Final = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+(\S+)")


class NoteError(ValueError):
    """A text that is no note, key or checkpoint, or that nobody trusted has signed; says why."""


class Signer(Protocol):
    """Signs as `key`."""

    @property
    def key(self) -> VerifierKey:
        """The key that its signatures are verified by."""

    def sign(self, text: bytes) -> bytes:
        """The signature of a text."""


class Verifier(Protocol):
    """Verifies the signatures of `key`."""

    @property
    def key(self) -> VerifierKey:
        """The key."""

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Whether the key has signed the text."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The name of a signer and its 32 bytes of Ed25519 public key; NoteError where they can be none.

    `algorithm` says what it signs: ED25519 the text itself, COSIGNATURE the text with a time.
    """

    name: str
    public: bytes
    algorithm: bytes = ED25519

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or self.name.split() != [self.name]:
            raise NoteError(f"a key's name has no blanks and no plus sign: {self.name!r}")
        if len(self.public) != KEY_SIZE:
            raise NoteError(f"an Ed25519 key has {KEY_SIZE} bytes, not {len(self.public)}")

    @property
    def id(self) -> bytes:
        """The four bytes that name the key in a signature."""
        hashed = self.name.encode() + b"\n" + self.algorithm + self.public
        return sha256(hashed).digest()[:KEY_ID_SIZE]

    @property
    def text(self) -> str:
        """The key as one word: "name+id+base64(algorithm ‖ public key)"."""
        return f"{self.name}+{self.id.hex()}+{base64_of(self.algorithm + self.public)}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The key that `text` gave, or NoteError."""
        found = _KEY.fullmatch(text)
        if found is None:
            raise NoteError("a verifier key is written name+id+key")
        encoded = strict_base64(found[3])
        key = cls(found[1], encoded[1:], encoded[:1])
        if key.algorithm not in {ED25519, COSIGNATURE} or key.id.hex() != found[2]:
            raise NoteError("the verifier key's id is not that of its name and Ed25519 key")
        return key


def sign_note(text: str, signers: Sequence[Signer]) -> str:
    """The note of a text and its signatures, in the order of the signers."""
    _check_text(text)
    return f"{text}\n{''.join(_line(signer, text) for signer in signers)}"


def countersign_note(note: str, signer: Signer) -> str:
    """A note that has been opened, with one signature more."""
    return note + _line(signer, note.rpartition("\n\n")[0] + "\n")


def _line(signer: Signer, text: str) -> str:
    return _written(signer.key, signer.sign(text.encode()))


def _written(key: VerifierKey, signature: bytes) -> str:
    return f"{_DASH}{key.name} {base64_of(key.id + signature)}\n"


def open_note(note: str, verifiers: Sequence[Verifier]) -> str:
    """The text of a note that at least one of the keys has signed.

    NoteError where it is malformed, where a known key's signature is wrong, or where none is known.
    """
    if len(note) > LONGEST:
        raise NoteError("the note is too long")
    body, blank, tail = note.rpartition("\n\n")
    text = body + "\n"
    lines = tail.removesuffix("\n").split("\n")
    if not blank or not tail.endswith("\n") or len(lines) > MOST_SIGNATURES:
        raise NoteError("a note is text, a blank line, and one signature or more, a line each")
    _check_text(text)
    known = {(each.key.name, each.key.id): each for each in verifiers}
    found = [(known.get(signer), signature) for signer, signature in map(_signature, lines)]
    verdicts = [each.verifies(text.encode(), signature) for each, signature in found if each]
    if not verdicts:
        raise NoteError("no known key has signed the note")
    if not all(verdicts):
        raise NoteError("the note is not what the key has signed")
    return text


def keep_one_signature(note: str, verifier: Verifier) -> str:
    """The note with the signature of one key, and without what anyone else has written under it; NoteError."""
    signature = signature_by(note, verifier)
    return f"{open_note(note, [verifier])}\n{_written(verifier.key, signature)}"


def signature_by(note: str, verifier: Verifier) -> bytes:
    """The signature of one key under a note, the first if there are more; NoteError where there is none."""
    open_note(note, [verifier])
    key = verifier.key
    found = map(_signature, note.rpartition("\n\n")[2].removesuffix("\n").split("\n"))
    return next(signature for signer, signature in found if signer == (key.name, key.id))


def _check_text(text: str) -> None:
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("a note's text ends in a newline and has no other control characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NoteError("a note's text is UTF-8") from error


def _signature(line: str) -> tuple[tuple[str, bytes], bytes]:
    """((key name, key id), signature) of a line."""
    name, blank, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not blank or not name or "+" in name or name.split() != [name]:
        raise NoteError("a signature is written: — name base64")
    signature = strict_base64(encoded)
    if len(signature) <= KEY_ID_SIZE:
        raise NoteError("a signature has four bytes of key id, and more")
    return (name, signature[:KEY_ID_SIZE]), signature[KEY_ID_SIZE:]


def base64_of(content: bytes) -> str:
    """Standard base64 (RFC 4648 §4), padded."""
    return b64encode(content).decode()


def strict_base64(text: str) -> bytes:
    """What `base64_of` gave this very text for, or NoteError."""
    try:
        found = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("not base64") from error
    if base64_of(found) != text:
        raise NoteError("base64 in another form than its canonical one")
    return found
