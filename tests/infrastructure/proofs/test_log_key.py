from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from domain.proof.note import NoteError, open_note, sign_note
from infrastructure.proofs.ed25519 import Ed25519Verifier
from infrastructure.proofs.log_key import (
    KeptSigner,
    LastSigned,
    LogKeyError,
    ensure_signer,
    read_signer,
)

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = "parley.local/log"


def test_a_missing_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "parley.key"
    before = os.umask(0)
    try:
        made = ensure_signer(path, ORIGIN)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ensure_signer(path, ORIGIN).key == made.key == read_signer(path, ORIGIN).key
    assert ensure_signer(tmp_path / "other.key", ORIGIN).key != made.key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o700, 0o660])
def test_a_key_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "parley.key"
    ensure_signer(path, ORIGIN)
    path.chmod(mode)
    with pytest.raises(LogKeyError, match="chmod 600"):
        ensure_signer(path, ORIGIN)
    path.chmod(0o400)
    read_signer(path, ORIGIN)


def test_a_file_without_an_ed25519_key_is_refused_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "parley.key"
    other = X25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    for content in (b"", b"\xff\x00", b"-----BEGIN PRIVATE KEY-----\n", other):
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(LogKeyError):
            ensure_signer(path, ORIGIN)
        assert path.read_bytes() == content


def test_a_signer_does_not_show_its_secret(tmp_path: Path) -> None:
    signer = ensure_signer(tmp_path / "parley.key", ORIGIN)
    assert repr(signer) == f"Ed25519Signer({signer.key.text})"
    with pytest.raises(NoteError):
        ensure_signer(tmp_path / "parley.key", "two words")


def test_a_signer_keeps_its_key_with_its_first_signature_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "parley.key"
    signer, other = KeptSigner(path, ORIGIN), KeptSigner(path, ORIGIN)
    key, others = signer.key, other.key
    assert key != others
    assert not list(tmp_path.iterdir())
    signature = signer.sign(b"text\n")
    assert Ed25519Verifier(key).verifies(b"text\n", signature)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_signer(path, ORIGIN).key == key == other.key == KeptSigner(path, ORIGIN).key
    assert {each.name for each in tmp_path.iterdir()} == {path.name, f"{path.name}.checkpoint"}
    path.unlink()
    assert KeptSigner(path, ORIGIN).key not in {key, others}


def test_a_key_that_another_process_makes_meanwhile_is_the_signers_too(tmp_path: Path) -> None:
    path = tmp_path / "parley.key"
    signer = KeptSigner(path, ORIGIN)
    before = signer.key
    made = ensure_signer(path, ORIGIN)
    note = sign_note("text\n", [signer])
    assert open_note(note, [Ed25519Verifier(made.key)]) == "text\n"
    assert before != signer.key == made.key


def test_the_last_checkpoint_is_kept_beside_the_key(tmp_path: Path) -> None:
    kept = LastSigned(tmp_path / "parley.key")
    assert (kept.read(), kept.lost) == (None, False)
    kept.key_file.touch()
    assert kept.lost
    kept.begin()
    assert (kept.read(), kept.lost) == (None, False)
    kept.key_file.unlink()
    for note in ("first é\n", "second\n"):
        kept.write(note)
        assert LastSigned(tmp_path / "parley.key").read() == note
        kept.begin()
        assert kept.read() == note
    assert [path.name for path in tmp_path.iterdir()] == ["parley.key.checkpoint"]
