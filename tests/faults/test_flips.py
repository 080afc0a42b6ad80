"""If a changed byte of a database file changes an answer, `parley verify` finds it."""

from __future__ import annotations

import os
import sys
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from api.cli.keeping import verify
from infrastructure.projections.checking.soundness import OwnCheck
from tests.faults.forged.flips import flip_again_and_again, make_kept_files
from tests.faults.watched.trials import UndetectedError
from tests.forking import run
from tests.thorough import choose_count

if TYPE_CHECKING:
    from tests.faults.forged.flips import Files

pytestmark = pytest.mark.xdist_group("flips")
FLIPS: Final = choose_count(4, 48)
BESIDE: Final = choose_count(3, 24)
"""More in the long form; `python -m tests.faults` flips by the hundred."""
UNTIL_FOUND_OUT: Final = 300
SHARE: Final = 0.1


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Files, Files]:
    """The record in one file, and with its end in a write-ahead log."""
    return make_kept_files(tmp_path_factory.mktemp("flips"))


def test_no_flip_of_the_file_is_unseen_that_changes_an_answer(files: tuple[Files, Files]) -> None:
    figures = flip_again_and_again(files[0], FLIPS, Random(1), SHARE)
    assert figures.made == figures.detected + figures.harmless.total() == FLIPS
    assert figures.detected > FLIPS // 4


def test_no_flip_of_the_file_or_its_write_ahead_log_is_unseen_that_changes_an_answer(
    files: tuple[Files, Files],
) -> None:
    figures = flip_again_and_again(files[1], BESIDE, Random(2), SHARE)
    assert figures.made == BESIDE
    assert figures.detected > BESIDE // 4


@pytest.mark.control
def test_a_verify_that_looks_at_the_log_alone_is_found_out(
    files: tuple[Files, Files], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "_tables", lambda *_: [])
    monkeypatch.setattr(verify, "_flaw", lambda _: None)
    monkeypatch.setattr(verify, "run_own_check", lambda _: OwnCheck("nothing"))
    with pytest.raises(UndetectedError, match="unseen"):
        flip_again_and_again(files[0], UNTIL_FOUND_OUT, Random(3), SHARE)


@pytest.mark.parametrize("damaged", ["the header", "the schema's first page", "the middle"])
def test_the_command_itself_says_in_one_line_that_a_file_is_damaged(
    files: tuple[Files, Files], damaged: str
) -> None:
    name, content = next(iter(files[0].content.items()))
    at = {"the header": 16, "the schema's first page": content.index(b"CREATE TABLE") + 2}
    place = at.get(damaged, content.index(b"Ihar Losik", len(content) // 2))
    files[0].put_flipped(name, place, content[place] ^ 0xA0)
    record = files[0].record
    done = run(
        [
            sys.executable,
            "-c",
            "from api.cli.app import main; main()",
            "verify",
            "--checkpoint",
            str(record.saved_checkpoint),
        ],
        env=os.environ | record.settings,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("parley: ")
    assert len(done.stderr.splitlines()) == 1
