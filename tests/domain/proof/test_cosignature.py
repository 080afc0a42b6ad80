from __future__ import annotations

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.proof.checkpoint import Checkpoint
from domain.proof.cosignature import CosignatureVerifier, Cosigner, time_of_cosignature
from domain.proof.note import (
    COSIGNATURE,
    NoteError,
    Verifier,
    VerifierKey,
    base64_of,
    countersign_note,
    open_note,
    strict_base64,
)
from infrastructure.proofs.ed25519 import Ed25519Signer, Ed25519Verifier

#: The example of the C2SP tlog-cosignature page; its keys are not published.
PAGE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1g"
    "GzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin"
    "1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
PAGE_TIME = 1_679_315_147
SEED = bytes(range(32))
NAME = "witness.example.com/w1"
LOG = Ed25519Signer.of("example.com/behind-the-sofa", bytes(32))
WITNESS = Ed25519Signer.of(NAME, SEED)
TEXT = PAGE.partition("\n\n")[0] + "\n"


def verifier(key: VerifierKey) -> CosignatureVerifier:
    return CosignatureVerifier(key, Ed25519Verifier(VerifierKey(key.name, key.public)))


def test_a_cosignature_is_what_the_specification_says_byte_for_byte() -> None:
    note = countersign_note(Checkpoint.read(TEXT).sign([LOG]), Cosigner(WITNESS, PAGE_TIME))
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    public = private.public_key().public_bytes_raw()
    message = b"cosignature/v1\ntime 1679315147\n" + TEXT.encode()
    expected = (
        sha256(NAME.encode() + b"\n\x04" + public).digest()[:4]
        + (1679315147).to_bytes(8, "big")
        + private.sign(message)
    )
    assert note.splitlines()[-1] == f"— {NAME} {base64_of(expected)}"
    key = Cosigner(WITNESS, 0).key
    encoded = base64_of(b"\x04" + public)
    assert key.text == f"{NAME}+{expected[:4].hex()}+{encoded}"
    assert VerifierKey.read(key.text) == key


def test_the_example_of_the_specification_has_its_parts_where_they_are_looked_for() -> None:
    signature = strict_base64(PAGE.splitlines()[-1].rpartition(" ")[2])
    assert len(signature) == 4 + 8 + 64
    assert int.from_bytes(signature[4:12]) == PAGE_TIME
    with pytest.raises(NoteError, match="no known key"):
        open_note(PAGE, [verifier(Cosigner(WITNESS, 0).key)])


def test_a_note_has_the_log_s_and_the_witness_s_word_apart() -> None:
    alone = Checkpoint.read(TEXT).sign([LOG])
    both = countersign_note(alone, Cosigner(WITNESS, PAGE_TIME))
    witness = verifier(Cosigner(WITNESS, 0).key)
    sets: list[list[Verifier]] = [
        [witness],
        [Ed25519Verifier(LOG.key)],
        [Ed25519Verifier(LOG.key), witness],
    ]
    for verifiers in sets:
        assert open_note(both, verifiers) == TEXT
    with pytest.raises(NoteError, match="no known key"):
        open_note(alone, [witness])


def test_a_cosignature_says_when_it_was_given() -> None:
    witness = verifier(Cosigner(WITNESS, 0).key)
    alone = Checkpoint.read(TEXT).sign([LOG])
    assert (
        time_of_cosignature(countersign_note(alone, Cosigner(WITNESS, PAGE_TIME)), witness)
        == PAGE_TIME
    )
    with pytest.raises(NoteError):
        time_of_cosignature(alone, witness)


def test_another_time_or_text_is_not_what_was_cosigned() -> None:
    witness = verifier(Cosigner(WITNESS, 0).key)
    signature = Cosigner(WITNESS, PAGE_TIME).sign(TEXT.encode())
    assert witness.verifies(TEXT.encode(), signature)
    for at in range(len(signature)):
        changed = bytearray(signature)
        changed[at] ^= 1
        assert not witness.verifies(TEXT.encode(), bytes(changed))
    assert not witness.verifies(TEXT.encode() + b"more\n", signature)
    assert not witness.verifies(TEXT.encode(), signature[:-1])
    assert not witness.verifies(TEXT.encode(), b"")
    late = 2**63
    assert not witness.verifies(TEXT.encode(), Cosigner(WITNESS, late).sign(TEXT.encode()))


def test_a_plain_signature_of_a_witness_is_no_cosignature() -> None:
    note = Checkpoint.read(TEXT).sign([WITNESS])
    with pytest.raises(NoteError):
        open_note(note, [verifier(Cosigner(WITNESS, 0).key)])
    with pytest.raises(NoteError):
        verifier(WITNESS.key)
    assert Cosigner(WITNESS, 0).key.algorithm == COSIGNATURE
