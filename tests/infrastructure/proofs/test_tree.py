from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from domain.proof.merkle import EMPTY_ROOT, root_of, verify_consistency
from infrastructure.proofs import integration
from infrastructure.proofs.tree import BrokenTreeError, Tree
from infrastructure.tables.record import event, tile
from tests.domain.proof.inclusion import verify_inclusion
from tests.infrastructure.proofs.logs import grow, leaves
from tests.thorough import some_of

if TYPE_CHECKING:
    from infrastructure.database.database import Database

pytestmark = pytest.mark.either_database


def test_every_leaf_and_every_beginning_of_every_size_is_proven(database: Database) -> None:
    grow(database, 200)
    all_leaves = leaves(database)
    roots = [root_of(all_leaves[:size]) for size in range(201)]
    with database.reading() as connection:
        for size in range(1, 201):
            tree = Tree(connection, size)
            assert tree.root() == roots[size]
            for index in some_of(range(size), 12):
                proof = tree.inclusion(index)
                assert verify_inclusion(all_leaves[index], index, size, proof, roots[size])
            for old in some_of(range(1, size + 1), 12):
                proof = tree.consistency(old)
                assert verify_consistency(old, size, proof, roots[old], roots[size])
        assert Tree(connection, 0).root() == EMPTY_ROOT


def test_across_tiles_and_levels_the_tree_is_that_of_its_leaves(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integration, "BATCH", 300)
    sizes = (1, 255, 256, 257, 511, 512, 1_023, 1_300)
    for size in sizes:
        grow(database, size)
    all_leaves = leaves(database)
    with database.reading() as connection:
        tree = Tree(connection, 1_300)
        for size in sizes:
            before = Tree(connection, size).root()
            assert before == root_of(all_leaves[:size])
            proof = tree.consistency(size)
            assert verify_consistency(size, 1_300, proof, before, tree.root())
        for index in (0, 255, 256, 1_023, 1_024, 1_299):
            assert verify_inclusion(
                all_leaves[index], index, 1_300, tree.inclusion(index), tree.root()
            )
        assert tree.hashes(0, 5) == all_leaves[1_280:]
        assert tree.hashes(1, 0) == [root_of(all_leaves[a : a + 256]) for a in range(0, 1_280, 256)]
        assert tree.hashes(2, 0) == []


def test_a_proof_reads_a_few_tiles_and_not_the_log(database: Database) -> None:
    grow(database, 1_300)
    with database.reading() as connection:
        tree = Tree(connection, 1_300)
        tree.inclusion(3)
        assert len(tree._tiles) <= 3


def test_a_tile_that_is_missing_is_an_error_and_never_another_root(database: Database) -> None:
    grow(database, 600)
    with database.writing() as connection:
        connection.execute(tile.delete().where(tile.c.index == 1))
        with pytest.raises(BrokenTreeError):
            Tree(connection, 600).root()
    with database.writing() as connection:
        connection.execute(event.delete().where(event.c.position == 600))
        with pytest.raises(BrokenTreeError):
            Tree(connection, 600).hashes(0, 2)


def test_tiles_are_made_anew_and_are_the_same(database: Database) -> None:
    grow(database, 700)
    wanted = select(tile).order_by(tile.c.level, tile.c.index)
    with database.reading() as connection:
        before = connection.execute(wanted).all()
    with database.writing() as connection:
        connection.execute(tile.update().values(root=bytes(32)))
    integration.rebuild(database)
    with database.reading() as connection:
        assert connection.execute(wanted).all() == before
        assert len(before) == 2
        assert integration.integrated_size(connection) == 700
    grow(database, 800)
    with database.reading() as connection:
        assert Tree(connection, 800).root() == root_of(leaves(database))
