"""Computes and checks Merkle tree hashes and proofs (RFC 6962 §2.1, with SHA-256).

A tree's hash determines every leaf and the order of leaves. A proof is the hashes of a list of subtrees, each a
half-open range of leaves. Consistency is checked by the algorithm of RFC 9162 §2.1.4.2. Every hash is 32 bytes.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = sha256().digest()
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry as a leaf."""
    return sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the tree over two subtrees."""
    return sha256(_NODE + left + right).digest()


def split_size(size: int) -> int:
    """How many of `size` > 1 leaves are in the left subtree: the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The hash of the tree over leaves, or over complete subtrees of one size, given their hashes."""
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        paired = [node_hash(*level[at : at + 2]) for at in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0]


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The subtrees that prove leaf `index` (from 0) of a tree of `size`, nearest the leaf first."""
    if not 0 <= index < size:
        raise IndexError(f"a tree of {size} leaves has no leaf {index}")
    ranges = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split_size(end - start)
        ranges.append((middle, end) if index < middle else (start, middle))
        start, end = (start, middle) if index < middle else (middle, end)
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """The subtrees that prove that a tree of `new` leaves begins with one of `old`, 0 < old <= new."""
    if not 0 < old <= new:
        raise IndexError(f"a tree of {old} leaves is not the beginning of one of {new}")
    ranges = []
    start, end = 0, new
    while old != end:
        middle = start + split_size(end - start)
        ranges.append((middle, end) if old <= middle else (start, middle))
        start, end = (start, middle) if old <= middle else (middle, end)
    return ([(start, end)] if start else []) + ranges[::-1]


def verify_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether the proof shows that the tree of `new` leaves begins with the tree of `old`."""
    if not 0 <= old <= new:
        return False
    if old in {0, new}:
        return not proof and old_root == (new_root if old else EMPTY_ROOT)
    path = iter(proof if old & (old - 1) else [old_root, *proof])
    at, last = _climb(old - 1, new - 1, while_odd=True)
    first = next(path, None)
    return first is not None and _walk(path, at, last, first) == (old_root, new_root)


def _walk(path: Iterator[bytes], at: int, last: int, first: bytes) -> tuple[bytes, bytes] | None:
    """The old and the new root that a consistency proof gives; None if it has the wrong length."""
    old_root = new_root = first
    for sibling in path:
        if last == 0:
            return None
        if at % 2 or at == last:
            old_root, new_root = node_hash(sibling, old_root), node_hash(sibling, new_root)
            at, last = _climb(at, last)
        else:
            new_root = node_hash(new_root, sibling)
        at, last = at >> 1, last >> 1
    return (old_root, new_root) if last == 0 else None


def _climb(at: int, last: int, *, while_odd: bool = False) -> tuple[int, int]:
    """Go up past the levels that need no hash of the proof."""
    while at and (at % 2 == 1) is while_odd:
        at, last = at >> 1, last >> 1
    return at, last
