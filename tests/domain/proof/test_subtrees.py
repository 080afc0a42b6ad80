from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.proof.merkle import consistency_ranges, inclusion_ranges, root_of
from domain.proof.subtrees import NamedTile, subtree_hash, tiles_under
from domain.proof.tiles import TilePath
from tests.domain.proof.trees import Tiled, make_leaves
from tests.thorough import choose_count

SIZE = 65_536 + 256 + 1
LEAVES = make_leaves(SIZE)
TREE = Tiled(LEAVES)
EDGES = (1, 2, 3, 255, 256, 257, 511, 512, 513, 65_279, 65_280, 65_535, 65_536, 65_537, SIZE)


def test_the_example_of_the_specification_has_one_tile_at_the_end_of_each_level() -> None:
    assert tiles_under([(0, 70_000)], 70_000) == [
        NamedTile(0, TilePath(273, 112)),
        NamedTile(1, TilePath(1, 17)),
        NamedTile(2, TilePath(0, 1)),
    ]
    assert tiles_under([(0, 256)], 256) == [NamedTile(1, TilePath(0, 1))]
    assert tiles_under([], 256) == []


@pytest.mark.parametrize("size", EDGES)
def test_a_root_is_hashed_from_the_tiles_at_its_end(size: int) -> None:
    tiles = tiles_under([(0, size)], size)
    assert subtree_hash(0, size, TREE.fetch_tiles(tiles)) == root_of(LEAVES[:size])


@settings(max_examples=choose_count(25, 100))
@given(st.data())
def test_any_subtree_is_hashed_from_the_tiles_that_are_named(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 3_000) | st.sampled_from(EDGES))
    subtrees = inclusion_ranges(data.draw(st.integers(0, size - 1)), size)
    subtrees += consistency_ranges(data.draw(st.integers(1, size)), size)
    hashes = TREE.fetch_tiles(tiles_under(subtrees, size))
    for start, end in subtrees:
        assert subtree_hash(start, end, hashes) == root_of(LEAVES[start:end])
