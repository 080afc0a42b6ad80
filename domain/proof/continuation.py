"""Checks from a log's tiles whether it continues what it has signed before; tiles are not trusted.

Every hash that is used is checked against a root that the log has signed. So a wrong tile alone is not a fork: a fork
is reported only if the new root itself begins differently from the old one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.proof.merkle import EMPTY_ROOT, consistency_ranges, verify_consistency
from domain.proof.subtrees import subtree_hash, tiles_under

if TYPE_CHECKING:
    from domain.proof.checkpoint import Checkpoint
    from domain.proof.subtrees import Hashes, NamedTile


class ContinuationError(ValueError):
    """A checkpoint is not proven to continue another; the message says why."""


class ForkError(ContinuationError):
    """The log has signed two histories."""


class RollBackError(ContinuationError):
    """The log has fewer leaves than before."""


class UnfoundedError(ContinuationError):
    """The log's tiles do not give the root that it has signed."""


def tiles_needed(before: Checkpoint | None, now: Checkpoint) -> list[NamedTile]:
    """The tiles of the tree of `now` that `check_continued` needs: at most two a level, and sixteen in all."""
    old = 0 if before is None else before.size
    if now.size <= old:
        return []
    ranges = consistency_ranges(old, now.size) if old else []
    return tiles_under([(0, old or now.size), *ranges], now.size)


def check_continued(before: Checkpoint | None, now: Checkpoint, hashes: Hashes) -> None:
    """Raise ContinuationError unless the tree of `now` is proven to begin with the tree of `before`.

    For the first checkpoint `before` is None: then only the root must follow from the tiles.
    """
    if before is not None and now.size <= before.size:
        _check_not_grown(before, now)
    elif before is None or before.size == 0:
        if now.root != (subtree_hash(0, now.size, hashes) if now.size else EMPTY_ROOT):
            raise _make_unfounded_error(now)
    else:
        _check_grown(before, now, hashes)


def _check_not_grown(before: Checkpoint, now: Checkpoint) -> None:
    if now.size < before.size:
        raise RollBackError(f"the log shows {now.size} events, but it had {before.size} before")
    if now.root != before.root:
        raise ForkError(f"the log has signed two roots of its first {now.size} events")


def _check_grown(before: Checkpoint, now: Checkpoint, hashes: Hashes) -> None:
    sizes = before.size, now.size
    proof = [subtree_hash(*leaves, hashes) for leaves in consistency_ranges(*sizes)]
    if verify_consistency(*sizes, proof, before.root, now.root):
        return
    if verify_consistency(*sizes, proof, subtree_hash(0, before.size, hashes), now.root):
        raise ForkError(
            f"the first {before.size} of the log's {now.size} events are not those that it had signed"
        )
    raise _make_unfounded_error(now)


def _make_unfounded_error(now: Checkpoint) -> UnfoundedError:
    return UnfoundedError(
        f"the log's tiles do not give the root that it has signed for {now.size} events"
    )
