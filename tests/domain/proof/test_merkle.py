from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.proof.merkle import (
    EMPTY_ROOT,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
)
from tests.domain.proof.inclusion import verify_inclusion
from tests.thorough import some_of

#: The reference trees of RFC 6962, with which every implementation of Certificate Transparency tests itself.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    bytes.fromhex(text)
    for text in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
#: (leaf from 1, size): the inclusion proof.
INCLUSIONS = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (3, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (2, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
#: (old size, new size): the consistency proof.
CONSISTENCIES = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 7): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
MANY = [leaf_hash(str(number).encode()) for number in range(200)]
OTHER = leaf_hash(b"another")


def hash_naively(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_ROOT
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(hash_naively(leaves[:k]), hash_naively(leaves[k:]))


def find_path_naively(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*find_path_naively(index, leaves[:k]), hash_naively(leaves[k:])]
    return [*find_path_naively(index - k, leaves[k:]), hash_naively(leaves[:k])]


def find_subproof_naively(old: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962 §2.1.2."""
    if old == len(leaves):
        return [] if whole else [hash_naively(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if old <= k:
        return [*find_subproof_naively(old, leaves[:k], whole=whole), hash_naively(leaves[k:])]
    return [*find_subproof_naively(old - k, leaves[k:], whole=False), hash_naively(leaves[:k])]


def hash_path(leaves: list[bytes], index: int) -> list[bytes]:
    return [root_of(leaves[a:b]) for a, b in inclusion_ranges(index, len(leaves))]


def hash_consistency(leaves: list[bytes], old: int) -> list[bytes]:
    return [root_of(leaves[a:b]) for a, b in consistency_ranges(old, len(leaves))]


def test_the_reference_trees_have_their_published_roots() -> None:
    assert [root_of(LEAVES[:size]) for size in range(9)] == ROOTS


def test_the_reference_trees_have_their_published_proofs() -> None:
    for (leaf, size), proof in INCLUSIONS.items():
        found = hash_path(LEAVES[:size], leaf - 1)
        assert [each.hex() for each in found] == proof
        assert verify_inclusion(LEAVES[leaf - 1], leaf - 1, size, found, ROOTS[size])
    for (old, new), proof in CONSISTENCIES.items():
        found = hash_consistency(LEAVES[:new], old)
        assert [each.hex() for each in found] == proof
        assert verify_consistency(old, new, found, ROOTS[old], ROOTS[new])


@pytest.mark.parametrize("about", range(1, 201, 40))
def test_leaves_and_beginnings_of_every_small_tree_are_proven(about: int) -> None:
    """Each run draws some trees, and `make faults` takes all."""
    for size in range(about, about + 40):
        _is_proven(size)


def _is_proven(size: int) -> None:
    leaves = MANY[:size]
    root = hash_naively(leaves)
    assert root_of(leaves) == root
    for index in some_of(range(size), 12):
        assert verify_inclusion(leaves[index], index, size, hash_path(leaves, index), root)
    for old in some_of(range(1, size + 1), 12):
        proof = hash_consistency(leaves, old)
        assert verify_consistency(old, size, proof, root_of(MANY[:old]), root)
        assert not verify_consistency(old, size, proof, OTHER, root)
        assert not verify_consistency(old, size, proof, root_of(MANY[:old]), OTHER)


@given(st.integers(1, 200), st.data())
def test_a_proof_is_the_one_of_the_definition_and_no_other_is_taken(
    size: int, data: st.DataObject
) -> None:
    leaves = MANY[:size]
    root = hash_naively(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = hash_path(leaves, index)
    assert path == find_path_naively(index, leaves)
    old = data.draw(st.integers(1, size))
    steps = hash_consistency(leaves, old)
    assert steps == find_subproof_naively(old, leaves)
    for forged in forgeries(path, data):
        assert not verify_inclusion(leaves[index], index, size, forged, root)
    for forged in forgeries(steps, data):
        assert not verify_consistency(old, size, forged, root_of(MANY[:old]), root)
    assert not verify_inclusion(OTHER, index, size, path, root)
    another = data.draw(st.integers(-1, size))
    assert verify_inclusion(leaves[index], another, size, path, root) == (another == index)


def forgeries(proof: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    """Wrong variants of a proof: longer, shorter, and with a bit flipped."""
    found = [[*proof, OTHER], [OTHER, *proof]]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        bit = data.draw(st.integers(0, 255))
        flipped = (int.from_bytes(proof[at]) ^ 1 << bit).to_bytes(32)
        found += [proof[:-1], proof[1:], [*proof[:at], flipped, *proof[at + 1 :]]]
    return found


def test_what_cannot_be_proven_is_refused() -> None:
    for index, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(IndexError):
            inclusion_ranges(index, size)
        assert not verify_inclusion(OTHER, index, size, [], OTHER)
    for old, new in ((0, 3), (4, 3), (-1, 3)):
        with pytest.raises(IndexError):
            consistency_ranges(old, new)
    assert verify_consistency(0, 3, [], EMPTY_ROOT, ROOTS[3])
    assert not verify_consistency(0, 3, [], OTHER, ROOTS[3])
    assert not verify_consistency(4, 3, [], ROOTS[4], ROOTS[3])
    assert not verify_consistency(2, 3, [], ROOTS[2], ROOTS[3])
