from __future__ import annotations

from dataclasses import replace

import pytest

from domain.proof.certificate import AbsentResult, Certificate, DigestResult
from domain.proof.checkpoint import Checkpoint
from domain.proof.note import NoteError, sign_note
from domain.time.instant import parse_cut
from infrastructure.proofs.ed25519 import Ed25519Signer, Ed25519Verifier

ORIGIN = "example.com/talks"
SIGNER = Ed25519Signer.of(ORIGIN, bytes(range(32)))
OTHER = Ed25519Signer.of(ORIGIN, bytes(32))
CHECKPOINT = Checkpoint(ORIGIN, 147, bytes(32)).sign([SIGNER])
CERTIFICATE = Certificate(
    origin=ORIGIN,
    question="/v1/negotiations/us-belarus?as_of=2025-11-22T23%3A59%3A59.999999Z&position=147",
    reader="anonymous",
    time=parse_cut("2025-11-26T17:44:02.000001Z"),
    position=147,
    result=DigestResult("9f" * 32),
    checkpoint=CHECKPOINT,
    reading=2,
)
TEXT = f"""\
example.com/talks/certificate/v2
question /v1/negotiations/us-belarus?as_of=2025-11-22T23%3A59%3A59.999999Z&position=147
reader anonymous
time 2025-11-26T17:44:02.000001Z
position 147
reading 2
result 200 sha256:{"9f" * 32}

{CHECKPOINT}"""


def read(note: str) -> Certificate:
    return Certificate.verify_note(note, [Ed25519Verifier(SIGNER.key)])


def test_a_certificate_is_written_line_by_line_and_read_back() -> None:
    assert CERTIFICATE.text == TEXT
    for each in (
        CERTIFICATE,
        replace(CERTIFICATE, result=AbsentResult("unknown"), position=0),
        replace(CERTIFICATE, result=AbsentResult("withdrawn"), reader="key:desk"),
        replace(CERTIFICATE, reading=1),
    ):
        assert read(each.sign(SIGNER)) == each
    assert "\nresult 404 not-yet-known\n" in replace(
        CERTIFICATE, result=AbsentResult("not-yet-known")
    ).sign(SIGNER)


def test_one_of_the_first_reading_is_written_as_those_always_were() -> None:
    first = TEXT.replace("certificate/v2", "certificate/v1").replace("reading 2\n", "")
    assert replace(CERTIFICATE, reading=1).text == first
    assert read(sign_note(first, [SIGNER])).reading == 1


def test_every_changed_character_is_noticed() -> None:
    note = CERTIFICATE.sign(SIGNER)
    for at, character in enumerate(note):
        with pytest.raises(NoteError):
            read(note[:at] + chr(ord(character) ^ 1) + note[at + 1 :])
    with pytest.raises(NoteError):
        read(CERTIFICATE.sign(OTHER))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("certificate/v2", "certificate/v1"),
        ("certificate/v2", "certificate/v3"),
        ("reading 2\n", ""),
        ("reading 2\n", "reading 02\n"),
        ("reader anonymous\n", ""),
        ("reader anonymous", "reader a b"),
        ("position 147\n", "position 0147\n"),
        ("position 147\n", "position 148\n"),
        ("position 147\n", "position -1\n"),
        ("2025-11-26T17:44:02.000001Z", "2025-13-26T17:44:02.000001Z"),
        ("200 sha256:9f", "200 sha256:9F"),
        (f"200 sha256:{'9f' * 32}", "410 unknown"),
        (f"200 sha256:{'9f' * 32}", "404 nonsense"),
        ("question /v1/", "question /v2/"),
        ("example.com/talks/", "example.com/walks/"),
        ("\n\nexample.com/talks\n", "\n\nexample.com/walks\n"),
        (CHECKPOINT, "nothing\n"),
    ],
)
def test_a_signed_text_in_another_form_is_no_certificate(before: str, after: str) -> None:
    assert before in TEXT
    with pytest.raises(NoteError):
        read(sign_note(TEXT.replace(before, after), [SIGNER]))


def test_a_checkpoint_that_another_signed_is_not_rested_on() -> None:
    elsewhere = Checkpoint(ORIGIN, 147, bytes(32)).sign([OTHER])
    with pytest.raises(NoteError):
        read(replace(CERTIFICATE, checkpoint=elsewhere).sign(SIGNER))


def test_no_checkpoint_is_a_certificate_and_no_certificate_a_checkpoint() -> None:
    with pytest.raises(NoteError):
        read(CHECKPOINT)
    with pytest.raises(NoteError):
        Checkpoint.verify_note(CERTIFICATE.sign(SIGNER), [Ed25519Verifier(SIGNER.key)])


def test_what_nobody_knew_of_may_become_known_and_nothing_else_may_change() -> None:
    unknown, early = AbsentResult("unknown"), AbsentResult("not-yet-known")
    assert unknown.is_confirmed_by(unknown)
    assert unknown.is_confirmed_by(early)
    assert not early.is_confirmed_by(unknown)
    assert not early.is_confirmed_by(DigestResult("00" * 32))
    assert DigestResult("00" * 32).is_confirmed_by(DigestResult("00" * 32))
    assert not DigestResult("00" * 32).is_confirmed_by(DigestResult("01" * 32))
