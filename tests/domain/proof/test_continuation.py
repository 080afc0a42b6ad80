from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.proof.checkpoint import Checkpoint
from domain.proof.continuation import (
    ContinuationError,
    ForkError,
    RollBackError,
    UnfoundedError,
    check_continued,
    tiles_needed,
)
from domain.proof.merkle import EMPTY_ROOT
from tests.domain.proof.test_merkle import CONSISTENCIES, LEAVES, ROOTS
from tests.domain.proof.trees import ORIGIN, Tiled, make_leaves
from tests.thorough import choose_count, some_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.proof.subtrees import Hashes

SMALL = 270
EDGES = (1, 255, 256, 257, 511, 512, 513, 65_279, 65_280, 65_535, 65_536, 65_537, 65_792, 65_793)
LARGEST = 10**19 - 1
"""The largest size that can be written in a checkpoint."""
TREE = Tiled(make_leaves(EDGES[-1]))
OTHER = bytes(32)
CHECKPOINTS = [TREE.checkpoint(size) for size in range(SMALL)]
FORKED = [
    Tiled(make_leaves(size, other_from=max(0, size - 1 - size % 13))).checkpoint(size)
    for size in range(SMALL)
]
"""Checkpoints of logs whose last event, or last few, differ."""


def refuse_tile(_level: int, _index: int) -> Sequence[bytes]:
    raise AssertionError("no tile is needed for this")


def check(before: Checkpoint | None, now: Checkpoint, tree: Tiled) -> None:
    """Check the checkpoint with only the tiles that `tiles_needed` names."""
    check_continued(before, now, tree.fetch_tiles(tiles_needed(before, now)))


def test_the_reference_trees_continue_each_other() -> None:
    tree = Tiled(LEAVES)
    for old, new in CONSISTENCIES:
        before, now = (Checkpoint(ORIGIN, size, ROOTS[size]) for size in (old, new))
        check(before, now, tree)
        if old < new:
            with pytest.raises(ForkError):
                check(replace(before, root=OTHER), now, tree)
            with pytest.raises(UnfoundedError):
                check(before, replace(now, root=OTHER), tree)


@pytest.mark.parametrize("about", range(1, SMALL + 1, 30))
def test_every_small_tree_continues_every_one_before_and_no_other(about: int) -> None:
    """All trees are the new one; each run draws some older trees for each, and `make faults` takes all."""
    for new in range(about, about + 30):
        now = TREE.checkpoint(new)
        check(None, now, TREE)
        for old in some_of(range(new), 8):
            check(CHECKPOINTS[old], now, TREE)
            if old:
                with pytest.raises(ForkError):
                    check(FORKED[old], now, TREE)


@pytest.mark.parametrize("old", EDGES)
def test_trees_continue_each_other_over_the_ends_of_tiles(old: int) -> None:
    before = TREE.checkpoint(old)
    forked = Tiled(make_leaves(old, other_from=old - 1)).checkpoint(old)
    for new in EDGES:
        now = TREE.checkpoint(new)
        if new < old:
            with pytest.raises(RollBackError):
                check(before, now, TREE)
        else:
            check(before, now, TREE)
            with pytest.raises(ForkError):
                check(forked, now, TREE)


@given(st.integers(0, LARGEST), st.integers(0, LARGEST))
def test_few_tiles_are_needed_however_large_the_log_says_that_it_is(old: int, new: int) -> None:
    before, now = (Checkpoint(ORIGIN, size, OTHER) for size in (old, new))
    for tiles in (tiles_needed(before, now), tiles_needed(None, now)):
        levels = Counter(tile.level for tile in tiles)
        assert set(levels) <= set(range(8))
        assert set(levels.values()) <= {1, 2}
        for level, path in tiles:
            assert 1 <= path.width <= 256
            assert path.within(level, new)
            whole = (path.index + 1) * 256 <= new >> 8 * level
            assert path.width == (256 if whole else (new >> 8 * level) % 256)
        assert len({(tile.level, tile.path.index) for tile in tiles}) == len(tiles)


@settings(max_examples=choose_count(25, 100))
@given(st.data())
def test_a_wrong_tile_proves_nothing_and_accuses_nobody(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 2_000) | st.sampled_from(EDGES[1:]))
    old = data.draw(st.integers(0, new - 1))
    before, now = TREE.checkpoint(old), TREE.checkpoint(new)
    tiles = tiles_needed(before, now)
    hashes = TREE.fetch_tiles(tiles)
    wrong = data.draw(st.sampled_from(tiles))
    at = data.draw(st.integers(0, wrong.path.width - 1))

    def change_hash(level: int, index: int) -> list[bytes]:
        changed = list(hashes(level, index))
        if (level, index) == (wrong.level, wrong.path.index):
            changed[at] = bytes(each ^ 1 for each in changed[at])
        return changed

    forked = Checkpoint(ORIGIN, new, hash_another(new))
    with pytest.raises(UnfoundedError):
        check_continued(before, forked, change_hash)
    if is_used(before, now, hashes, (wrong.level, wrong.path.index, at)):
        with pytest.raises(UnfoundedError):
            check_continued(before, now, change_hash)
    else:
        check_continued(before, now, change_hash)


@cache
def hash_another(size: int) -> bytes:
    """The root of a tree that has no leaf in common with the others."""
    return Tiled(make_leaves(size, other_from=0)).checkpoint(size).root


def is_used(before: Checkpoint, now: Checkpoint, hashes: Hashes, one: tuple[int, int, int]) -> bool:
    """Whether the check that one checkpoint continues another reads a given hash of a tile."""
    taken: set[tuple[int, int, int]] = set()

    class Watched(list[bytes]):
        def __init__(self, level: int, index: int) -> None:
            super().__init__(hashes(level, index))
            self.place = level, index

        def __getitem__(self, wanted: slice) -> list[bytes]:  # type: ignore[override]
            taken.update((*self.place, at) for at in range(len(self))[wanted])
            return super().__getitem__(wanted)

    check_continued(before, now, Watched)
    return one in taken


def test_what_has_not_grown_needs_no_tile_and_is_the_same_or_refused() -> None:
    before = TREE.checkpoint(300)
    check_continued(before, before, refuse_tile)
    assert tiles_needed(before, before) == []
    with pytest.raises(ForkError, match="two roots of its first 300"):
        check_continued(before, replace(before, root=OTHER), refuse_tile)
    smaller = TREE.checkpoint(299)
    assert tiles_needed(before, smaller) == []
    with pytest.raises(RollBackError, match="shows 299 events, but it had 300 before"):
        check_continued(before, smaller, refuse_tile)


def test_an_empty_log_has_the_root_of_nothing_and_is_continued_by_any() -> None:
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    for before in (None, empty):
        assert tiles_needed(before, empty) == []
        check_continued(before, empty, refuse_tile)
        with pytest.raises(ContinuationError):
            check_continued(before, replace(empty, root=OTHER), refuse_tile)
        check(before, TREE.checkpoint(257), TREE)
        with pytest.raises(UnfoundedError):
            check(before, replace(TREE.checkpoint(257), root=OTHER), TREE)
