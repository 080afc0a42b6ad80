"""A witness cosigns a checkpoint that continues the last one that it remembers, and publishes what it remembers."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from domain.proof.note import sign_note
from infrastructure.proofs.ed25519 import Ed25519Signer
from infrastructure.witness.memory import Memory
from infrastructure.witness.refusals import FolderError
from tests.infrastructure.identity.publishing import answer_with
from tests.infrastructure.witness.conftest import NOON
from tests.infrastructure.witness.keys import LOG, NAME, OTHER, STRANGER
from tests.infrastructure.witness.logs import HONEST, LARGEST, history

if TYPE_CHECKING:
    from tests.infrastructure.witness.conftest import Watching
    from tests.infrastructure.witness.logs import FakeLog

FORK = history(other_from=2)
SIZES = (1, 2, 3, 100, 255, 256, 257, 511, 513, 65_280, 65_535, 65_536, 65_537, LARGEST)


def test_what_continues_is_co_signed_and_given_out(log: FakeLog, watching: Watching) -> None:
    for number, size in enumerate(SIZES):
        log.grow(size)
        watching.time = NOON + number
        asked = len(log.asked_paths)
        outcome = watching.watch()
        assert (outcome.checkpoint.size, outcome.new, outcome.time) == (size, True, NOON + number)
        assert watching.read_cosigned() == HONEST.checkpoint(size).text
        assert len(log.asked_paths) - asked <= 1 + 2 * 3
    assert stat.S_IMODE(watching.out.stat().st_mode) == 0o644
    assert {path.partition("/")[2].partition("/")[0] for path in log.asked_paths} == {
        "checkpoint",
        "tile",
    }


@pytest.mark.parametrize("first", [0, 1, 255, 256, 257, 1_000])
def test_a_log_that_has_begun_long_ago_can_be_watched_from_now_on(
    log: FakeLog, watching: Watching, first: int
) -> None:
    log.grow(first)
    assert watching.watch().new
    assert watching.read_cosigned() == HONEST.checkpoint(first).text


def test_what_is_not_new_is_not_co_signed_again(log: FakeLog, watching: Watching) -> None:
    log.grow(300)
    watching.watch()
    note, asked = watching.out.read_text(), len(log.asked_paths)
    watching.time += 60
    outcome = watching.watch()
    assert (outcome.new, outcome.time, outcome.note) == (False, NOON, note)
    assert watching.out.read_text() == note
    assert log.asked_paths[asked:] == ["/checkpoint"]


def test_a_cosigned_checkpoint_has_the_logs_signature_and_no_stranger_s(
    log: FakeLog, watching: Watching
) -> None:
    log.grow(10)
    posing = Ed25519Signer.of(NAME, bytes(32))
    log.signers = [STRANGER, OTHER, LOG, posing, LOG]
    watching.watch()
    assert watching.read_cosigned() == HONEST.checkpoint(10).text


def test_lines_that_the_log_adds_are_co_signed_as_it_signed_them(
    log: FakeLog, watching: Watching
) -> None:
    log.grow(10)
    log.extension = "a line\nand another\n"
    watching.watch()
    assert watching.read_cosigned() == f"{HONEST.checkpoint(10).text}{log.extension}"
    log.extension = "something else\n"
    assert not watching.watch().new


def test_what_was_remembered_is_given_out_whatever_became_of_the_log(
    log: FakeLog, watching: Watching
) -> None:
    """As after a kill between remembering and publishing."""
    log.grow(300)
    watching.watch()
    for left in (None, b"half", b"x" * 1_000):
        watching.out.unlink()
        if left is not None:
            watching.out.write_bytes(left)
        log.answers["/checkpoint"] = answer_with(b"", 503)
        with pytest.raises(Exception, match="out of reach"):
            watching.watch()
        assert watching.read_cosigned() == HONEST.checkpoint(300).text
    watching.out.unlink()
    log.answers.clear()
    assert not watching.watch().new
    assert watching.read_cosigned() == HONEST.checkpoint(300).text


def test_what_cannot_be_given_out_is_given_out_later(log: FakeLog, watching: Watching) -> None:
    log.grow(300)
    watching.out.mkdir()
    with pytest.raises(IsADirectoryError):
        watching.watch()
    watching.out.rmdir()
    log.grow(300, FORK)
    assert "two roots" in refusal_of(watching)
    assert watching.read_cosigned() == HONEST.checkpoint(300).text


def refusal_of(watching: Watching) -> str:
    with pytest.raises(Exception, match="the log") as refusal:
        watching.watch()
    return str(refusal.value)


def test_a_memory_of_another_log_or_key_is_not_signed_over(
    log: FakeLog, watching: Watching
) -> None:
    log.grow(300)
    watching.watch()
    last = watching.folder / "last"
    kept = last.read_text()
    log.grow(400)
    other = sign_note(HONEST.checkpoint(300).text, [OTHER]) + kept.splitlines(keepends=True)[-1]
    alone = sign_note(HONEST.checkpoint(300).text, [LOG])
    for wrong in (other, alone, kept[:-5], kept.replace("\n300\n", "\n299\n"), "nothing"):
        last.write_text(wrong)
        with pytest.raises(FolderError, match="does not belong to this log and witness"):
            watching.watch()
        assert last.read_text() == wrong
    last.write_text(kept)
    assert watching.watch().new


def test_two_processes_do_not_work_in_one_folder(log: FakeLog, watching: Watching) -> None:
    log.grow(300)
    watching.watch()
    with Memory.lock(watching.folder), pytest.raises(FolderError, match="another process"):
        watching.watch()
    assert not watching.watch().new
