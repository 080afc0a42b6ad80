from __future__ import annotations

import pytest

from domain.proof.checkpoint import Checkpoint
from domain.proof.merkle import EMPTY_ROOT
from domain.proof.note import NoteError
from infrastructure.proofs.ed25519 import Ed25519Signer, Ed25519Verifier

#: The text of the example of the C2SP tlog-checkpoint page.
TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_example_of_the_specification_is_read_and_written() -> None:
    checkpoint = Checkpoint.read(TEXT)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.root.hex().startswith("0ac5186a")
    assert checkpoint.text == TEXT
    assert Checkpoint.read(TEXT + "an extension\n") == checkpoint


def test_a_checkpoint_is_opened_by_its_key_alone() -> None:
    signer = Ed25519Signer.of("example.com/log", bytes(32))
    note = Checkpoint("example.com/log", 0, EMPTY_ROOT).sign([signer])
    assert Checkpoint.verify_note(note, [Ed25519Verifier(signer.key)]).size == 0
    other = Ed25519Signer.of("example.com/log", bytes([1] * 32))
    with pytest.raises(NoteError):
        Checkpoint.verify_note(note, [Ed25519Verifier(other.key)])


@pytest.mark.parametrize(
    "text",
    ["", "a\n1\n", "a\n01\nAA==\n", "a\n-1\nAA==\n", "a\n1\nAA==\n", "\n1\nAA==\n",
     TEXT.replace("2085", "٢085"), TEXT.replace("q2I=", "q2J="), TEXT + "\nlate\n",
     TEXT.replace("20852163", "9" * 20)],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.read(text)
