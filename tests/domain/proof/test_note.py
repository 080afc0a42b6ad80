from __future__ import annotations

from base64 import b64decode

import pytest

from domain.proof.note import (
    NoteError,
    VerifierKey,
    keep_one_signature,
    open_note,
    sign_note,
    signature_by,
    strict_base64,
)
from infrastructure.proofs.ed25519 import Ed25519Signer, Ed25519Verifier

#: The key and note with which the reference implementation (golang.org/x/mod/sumdb/note) tests itself.
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)
NOTE = f"{TEXT}\n{SIGNATURE}"
#: The example of the C2SP signed-note page, whose key is not published.
PAGE = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0"
    "xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)


@pytest.fixture
def verifier() -> Ed25519Verifier:
    return Ed25519Verifier(VerifierKey.read(KEY))


def test_the_reference_key_signs_the_reference_note_to_the_byte() -> None:
    signer = Ed25519Signer.of("PeterNeumann", SEED)
    assert signer.key.text == KEY
    assert signer.key.id.hex() == "c74f20a3"
    assert sign_note(TEXT, [signer]) == NOTE


def test_the_reference_note_is_opened(verifier: Ed25519Verifier) -> None:
    assert open_note(NOTE, [verifier]) == TEXT


def test_the_note_of_the_specification_is_well_formed_and_signed_by_nobody_known(
    verifier: Ed25519Verifier,
) -> None:
    with pytest.raises(NoteError, match="no known key"):
        open_note(PAGE, [verifier])
    text = PAGE.rpartition("\n\n")[0] + "\n"
    signer = Ed25519Signer.of("quasimodo.example/salvatore", SEED)
    mine = sign_note(text, [signer])
    assert open_note(mine, [Ed25519Verifier(signer.key)]) == text
    assert text.count("\n\n") == 1


def test_every_changed_character_is_noticed(verifier: Ed25519Verifier) -> None:
    for at, character in enumerate(NOTE):
        changed = NOTE[:at] + chr(ord(character) ^ 1) + NOTE[at + 1 :]
        with pytest.raises(NoteError):
            open_note(changed, [verifier])
        with pytest.raises(NoteError):
            open_note(NOTE[:at], [verifier])


def test_a_note_may_have_unknown_signatures_and_no_wrong_known_one(
    verifier: Ed25519Verifier,
) -> None:
    other = Ed25519Signer.of("Enoch", bytes(32))
    peter = Ed25519Signer.of("PeterNeumann", SEED)
    both = sign_note(TEXT, [other, peter])
    assert open_note(both, [verifier]) == TEXT
    assert open_note(both, [Ed25519Verifier(other.key)]) == TEXT
    forged = f"{TEXT}\n{SIGNATURE}".replace("x08go/ZJ", "x08go/ZK")
    with pytest.raises(NoteError, match="its signature does not match"):
        open_note(
            forged + both.splitlines(keepends=True)[-2], [verifier, Ed25519Verifier(other.key)]
        )
    with pytest.raises(NoteError):
        open_note(NOTE + SIGNATURE * 100, [verifier])
    assert open_note(f"{TEXT}\n" + SIGNATURE * 16, [verifier]) == TEXT


def test_only_the_signature_of_one_key_is_kept_from_a_note(
    verifier: Ed25519Verifier,
) -> None:
    others = [Ed25519Signer.of(name, bytes(32)) for name in ("Enoch", "Quasimodo")]
    peter = Ed25519Signer.of("PeterNeumann", SEED)
    note = sign_note(TEXT, [others[0], peter, others[1], peter])
    assert keep_one_signature(note, verifier) == NOTE
    assert signature_by(note, verifier) == strict_base64(SIGNATURE.rsplit(maxsplit=1)[-1])[4:]
    for wrong in (sign_note(TEXT, others), NOTE.replace("cryptography", "Cryptography")):
        for reads in (keep_one_signature, signature_by):
            with pytest.raises(NoteError):
                reads(wrong, verifier)


@pytest.mark.parametrize(
    "note",
    ["", "\n", "\n\n", TEXT, f"{TEXT}\n", f"{TEXT}{SIGNATURE}", NOTE.replace("—", "-"), NOTE + "\n",
     NOTE.replace("\n", "\r\n"), NOTE.replace("you ", "you\t"), NOTE.replace("— P", "—  P"),
     NOTE.replace("PeterNeumann ", "PeterNeumann  "), NOTE.replace("AM=", "AN="),
     NOTE.replace("AM=", "AM"), f"{TEXT}\n— PeterNeumann x08gow==\n", f"{TEXT}\n— x08gow==\n",
     f"{TEXT}\n— Peter+Neumann x08go/ZJ\n", "\ud800" + NOTE, "x" * 1_000_001],
)  # fmt: skip
def test_a_malformed_note_is_refused(note: str, verifier: Ed25519Verifier) -> None:
    with pytest.raises(NoteError):
        open_note(note, [verifier])


@pytest.mark.parametrize("text", ["no newline", "tab\there\n", "nul\0\n", "\ud800\n"])
def test_a_text_that_can_be_no_note_is_not_signed(text: str) -> None:
    with pytest.raises(NoteError):
        sign_note(text, [Ed25519Signer.of("PeterNeumann", SEED)])


def test_a_verifier_key_has_one_form() -> None:
    for at in range(len(KEY)):
        for wrong in (KEY[:at], KEY[at + 1 :], KEY[:at] + chr(ord(KEY[at]) + 1) + KEY[at + 1 :]):
            with pytest.raises(NoteError):
                VerifierKey.read(wrong)
    # A longer key, and another algorithm, each with the right id for it.
    for wrong in (
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ):
        with pytest.raises(NoteError):
            VerifierKey.read(wrong)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", " a"])
def test_a_key_has_a_name_of_one_word(name: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey(name, bytes(32))


@pytest.mark.parametrize("text", ["A", "AA", "AB==", "AA==\n", " AA==", "A-_=", "AA=A", "é==="])
def test_base64_has_one_form(text: str) -> None:
    assert strict_base64("AA==") == b"\0"
    with pytest.raises(NoteError):
        strict_base64(text)
