from __future__ import annotations

import pytest

from domain.proof.merkle import leaf_hash, root_of
from domain.proof.tiles import CompleteTile, TileBuilder, TilePath

#: Examples of the C2SP page on tlog-tiles, and edge cases.
PATHS = {
    "x001/x234/067": TilePath(1_234_067, 256),
    "000": TilePath(0, 256),
    "273.p/112": TilePath(273, 112),
    "x001/000": TilePath(1_000, 256),
    "000.p/1": TilePath(0, 1),
    "000.p/255": TilePath(0, 255),
}


def test_a_path_is_read_and_written_in_groups_of_three() -> None:
    for text, path in PATHS.items():
        assert TilePath.read(text) == path
        assert path.text == text


@pytest.mark.parametrize(
    "text",
    ["", "0", "0000", "x000/001", "001/001", "x001/x001", "000.p/0", "000.p/256", "000.p/01",
     "000.p", "000.p/", "000/", "/000", "000.p/1000", "00a", "\u0660\u0660\u0660", "000\n", "-01"],
)  # fmt: skip
def test_a_path_has_one_form(text: str) -> None:
    assert TilePath.read(text) is None


def test_a_tree_of_70_000_has_the_tiles_that_the_specification_lists() -> None:
    size = 70_000
    widths = {
        (level, index): max(fitting)
        for level in range(4)
        for index in (0, 1, 272, 273)
        if (fitting := [w for w in range(1, 257) if TilePath(index, w).within(level, size)])
    }
    assert widths == {(0, 0): 256, (0, 1): 256, (0, 272): 256, (0, 273): 112} | {
        (1, 0): 256, (1, 1): 17, (2, 0): 1,
    }  # fmt: skip


def test_a_builder_gives_complete_tiles_and_the_root_of_any_size() -> None:
    leaves = [leaf_hash(str(number).encode()) for number in range(256 * 257 + 3)]
    builder, completed = TileBuilder(), []
    for leaf in leaves:
        completed += builder.add(leaf)
        telling = builder.size % 97 == 0 or builder.size % 256 < 2
        if telling and not 600 < builder.size < 256 * 256 - 2:
            assert builder.root() == root_of(leaves[: builder.size]), builder.size
    below = [root_of(leaves[at : at + 256]) for at in range(0, 256 * 257, 256)]
    assert [each for each in completed if each.level == 0] == [
        CompleteTile(0, index, root) for index, root in enumerate(below)
    ]
    assert [each for each in completed if each.level] == [
        CompleteTile(1, 0, root_of(leaves[: 256 * 256]))
    ]
    assert TileBuilder().root() == root_of([])
