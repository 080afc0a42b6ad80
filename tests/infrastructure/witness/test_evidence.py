from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.proof.checkpoint import Checkpoint
from domain.proof.continuation import ForkError, check_continued, tiles_needed
from infrastructure.proofs.ed25519 import Ed25519Verifier
from infrastructure.witness import evidence
from tests.infrastructure.witness.keys import LOG
from tests.infrastructure.witness.logs import HONEST, history

if TYPE_CHECKING:
    from pathlib import Path

    from domain.proof.subtrees import Hashes, NamedTile
    from tests.infrastructure.witness.conftest import Watching
    from tests.infrastructure.witness.logs import FakeLog

FORK = history(other_from=200)


def find_case(watching: Watching, refusal: str) -> Path:
    """The folder that a refusal names at its end."""
    folder = watching.folder / "evidence" / refusal.rpartition("/")[2]
    assert refusal.endswith(f"; both checkpoints are kept in {folder}")
    return folder


def read_both_signed(folder: Path) -> tuple[Checkpoint, Checkpoint]:
    """The checkpoints that the log signed before and after, from the kept evidence."""
    notes = [(folder / name).read_text() for name in ("cosigned", "shown")]
    checkpoints = [Checkpoint.verify_note(note, [Ed25519Verifier(LOG.key)]) for note in notes]
    return checkpoints[0], checkpoints[1]


def read_kept_tiles(folder: Path, tiles: list[NamedTile]) -> Hashes:
    """The tiles in the kept evidence."""
    kept = {}
    for level, path in tiles:
        content = (folder / "tile" / str(level) / path.text).read_bytes()
        hashes = [content[at : at + 32] for at in range(0, len(content), 32)]
        kept[level, path.index] = hashes
    return lambda level, index: kept[level, index]


def test_a_fork_is_refused_and_anybody_can_check_what_is_kept_of_it(
    log: FakeLog, watching: Watching
) -> None:
    log.grow(300)
    watching.watch()
    for size in (301, 400, 512, 1_500):
        log.grow(size, FORK)
        refusal = watching.find_refusal()
        said = f"the first 300 of the log's {size} events are not those that it had signed; both"
        assert refusal.startswith(said)
        folder = find_case(watching, refusal)
        before, now = read_both_signed(folder)
        assert (before.size, now.size) == (300, size)
        with pytest.raises(ForkError):
            check_continued(before, now, read_kept_tiles(folder, tiles_needed(before, now)))


def test_two_roots_of_one_size_are_kept(log: FakeLog, watching: Watching) -> None:
    log.grow(300)
    watching.watch()
    log.grow(300, FORK)
    refusal = watching.find_refusal()
    assert "two roots of its first 300 events" in refusal
    before, now = read_both_signed(find_case(watching, refusal))
    assert before.size == now.size
    assert before.root != now.root


@pytest.mark.parametrize("size", [0, 1, 256, 299])
def test_a_roll_back_is_refused_and_kept(log: FakeLog, watching: Watching, size: int) -> None:
    log.grow(300)
    watching.watch()
    log.grow(size)
    refusal = watching.find_refusal()
    assert refusal.startswith(f"the log shows {size} events, but it had 300 before; ")
    before, now = read_both_signed(find_case(watching, refusal))
    assert (before.size, now.size) == (300, size)


def test_a_log_never_recovers_onto_its_fork(log: FakeLog, watching: Watching) -> None:
    log.grow(300)
    watching.watch()
    for size in (100, 250, 300, 301, 600, 1_000, 1_001):
        log.grow(size, FORK)
        for _ in range(2):
            watching.find_refusal()
    assert watching.read_cosigned() == HONEST.checkpoint(300).text
    log.grow(1_000, HONEST)
    assert watching.watch().new
    assert watching.read_cosigned() == HONEST.checkpoint(1_000).text
    log.grow(1_001, FORK)
    watching.find_refusal()


def test_a_case_is_kept_once_and_so_many_of_a_kind(
    log: FakeLog, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MOST", 3)
    log.grow(300)
    watching.watch()
    for size in (1, 2, 2, 3, 4, 4):
        log.grow(size)
        refusal = watching.find_refusal()
        assert ("this case is not kept" in refusal) == (size > 3)
    log.grow(400, FORK)
    assert "both checkpoints are kept" in watching.find_refusal()
    cases = evidence.Evidence(watching.folder).cases()
    assert [name.rpartition("-")[0] for name in cases] == [
        "fork-300-400", "roll-back-300-1", "roll-back-300-2", "roll-back-300-3",
    ]  # fmt: skip


def test_what_cannot_be_kept_is_refused_all_the_same(log: FakeLog, watching: Watching) -> None:
    log.grow(300)
    watching.watch()
    (watching.folder / "evidence").write_text("in the way")
    log.grow(400, FORK)
    assert "the checkpoints cannot be kept: " in watching.find_refusal()
