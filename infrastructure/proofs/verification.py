"""Hashes every stored event again, in order, and finds the first that differs from what was signed.

A log is intact if its positions are dense; its record times rise, unless it says that they are wrong; each stream's
versions follow one another; each leaf is that of its row; each payload and confidential part is the one that was
sealed, or was erased by a later event; each tile is that of its leaves; and each signed checkpoint has the root
computed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Row, and_, func, or_, select

from domain.proof.merkle import leaf_hash
from domain.proof.tiles import TILE_WIDTH, CompleteTile, TileBuilder
from domain.streams.event import ClockCorrected, ClockCorrectionWithdrawn
from domain.time.instant import BEGINNING
from infrastructure.log.clock_corrections import correction_fault
from infrastructure.log.leaves import entry_of
from infrastructure.log.rows import LOGGED, parts_between
from infrastructure.proofs import integration
from infrastructure.proofs.contents import Erasures, content_fault, stray_part
from infrastructure.sealing.wrapping import BrokenSealError, SealKeyError
from infrastructure.tables.record import event, log_head, tile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import RowMapping

    from domain.proof.checkpoint import Checkpoint

BATCH: Final = 1_000
FIRST_VERSIONS: Final = (0, 1)


_OF_CLOCK: Final = (ClockCorrected.stored_name, ClockCorrectionWithdrawn.stored_name)


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first position that was changed, and what is wrong with it."""

    position: int
    what: str


@dataclass(frozen=True, slots=True)
class Verification:
    """How many events were checked, the root over them, and the first that is wrong, if any is."""

    events: int
    root: bytes
    wrong: Wrong | None


_FOLLOWING: Final = select(
    event.c.position,
    event.c.version,
    func.lag(event.c.version)
    .over(partition_by=event.c.stream, order_by=event.c.position)
    .label("last"),
).subquery()
_FIRST_OUT_OF_ORDER: Final = (
    select(_FOLLOWING)
    .where(
        or_(
            and_(_FOLLOWING.c.last.is_(None), _FOLLOWING.c.version.not_in(FIRST_VERSIONS)),
            _FOLLOWING.c.version != _FOLLOWING.c.last + 1,
        )
    )
    .order_by(_FOLLOWING.c.position)
    .limit(1)
)
"""The first event whose version does not follow that of the event before it in its stream. The database looks for it,
because the versions of all streams would not fit into memory."""


@dataclass(slots=True)
class _Progress:
    """The position and record time that the rows so far have reached, and the first event out of its stream's order."""

    position: int = 0
    recorded_at: int = BEGINNING
    out_of_order: Row[Any] | None = None


def verify(
    connection: Connection,
    checkpoints: Sequence[Checkpoint] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Check the whole log, as one transaction sees it, against itself and against signed checkpoints.

    `progress` is called with (position checked, last position). A payload whose key is not given counts as wrong,
    because it cannot be checked.
    """
    head = connection.execute(select(log_head.c.position, log_head.c.recorded_at)).one()
    out_of_order = connection.execute(_FIRST_OUT_OF_ORDER).first()
    builder, seen = TileBuilder(), _Progress(out_of_order=out_of_order)
    signed = {
        checkpoint.size: checkpoint
        for checkpoint in sorted(checkpoints, key=lambda checkpoint: checkpoint.size)
    }
    proven = 0
    wrong = _check_root(builder, checkpoints, proven)
    erasures = Erasures.of(connection)
    for row, parts in _rows(connection):
        wrong = wrong or _check_row(connection, row, parts, erasures, seen)
        if wrong is None:
            completed = builder.add(leaf_hash(entry_of(row)))
            wrong = _check_tiles(connection, completed, proven)
        if wrong is None and builder.size in signed:
            wrong = _check_root(builder, checkpoints, proven)
            proven = builder.size
        if wrong is not None:
            return Verification(builder.size, builder.root(), wrong)
        if progress is not None and seen.position % BATCH == 0:
            progress(seen.position, head.position)
    wrong = wrong or _check_end(connection, seen, head, [*signed])
    return Verification(builder.size, builder.root(), wrong)


def _rows(connection: Connection) -> Iterator[tuple[Mapping[Any, Any], Sequence[RowMapping]]]:
    """Each event with its confidential parts."""
    after = BEGINNING
    while True:
        wanted = LOGGED.where(event.c.position > after).order_by(event.c.position)
        result = connection.execute(wanted.limit(BATCH))
        names = list(result.keys())
        rows = [dict(zip(names, row, strict=True)) for row in result]
        parts = parts_between(connection, after, rows[-1]["position"]) if rows else {}
        yield from ((row, parts.get(row["position"], ())) for row in rows)
        if len(rows) < BATCH:
            return
        after = rows[-1]["position"]


def _check_row(
    connection: Connection,
    row: Mapping[Any, Any],
    parts: Sequence[RowMapping],
    erasures: Erasures,
    seen: _Progress,
) -> Wrong | None:
    """What is wrong with an event, given those in `seen`; if nothing is, the event is added to `seen`."""
    position = seen.position + 1
    if row["position"] != position:
        return Wrong(position, f"it is missing: position {row['position']} comes next")
    try:
        what = _fault(row, seen) or content_fault(connection, row, parts, erasures)
        if what is None and row["type"] in _OF_CLOCK:
            what = correction_fault(connection, row)
    except (BrokenSealError, SealKeyError) as error:
        what = str(error)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        what = f"it cannot be read: {error}"
    if what is not None:
        return Wrong(position, what)
    seen.position, seen.recorded_at = position, row["recorded_at"]
    return None


def _fault(row: Mapping[Any, Any], seen: _Progress) -> str | None:
    wrong = seen.out_of_order
    corrects = row["type"] == ClockCorrected.stored_name
    if row["recorded_at"] <= seen.recorded_at and not corrects:
        return "it was recorded no later than the one before"
    if wrong is not None and wrong.position == row["position"]:
        return f"version {wrong.version} of its stream does not follow {wrong.last}"
    if leaf_hash(entry_of(row)) != row["leaf"]:
        return "its leaf does not match its row"
    return None


def _check_tiles(
    connection: Connection, completed: Sequence[CompleteTile], proven: int
) -> Wrong | None:
    for complete in completed:
        width = TILE_WIDTH ** (complete.level + 1)
        start, end = complete.index * width, (complete.index + 1) * width
        if end > integration.integrated_size(connection):
            continue
        kept = select(tile.c.root).where(
            tile.c.level == complete.level, tile.c.index == complete.index
        )
        root = connection.execute(kept).scalar()
        if root is None or bytes(root) != complete.root:
            what = f"tile {complete.index} of level {complete.level} does not match positions {start + 1} to {end}"
            return Wrong(max(start, proven) + 1, what)
    return None


def _check_root(
    builder: TileBuilder, checkpoints: Sequence[Checkpoint], proven: int
) -> Wrong | None:
    root = builder.root()
    for checkpoint in checkpoints:
        if checkpoint.size == builder.size and checkpoint.root != root:
            what = f"positions {proven + 1} to {checkpoint.size} do not give the root of the signed checkpoint"
            return Wrong(proven + 1, what)
    return None


def _check_end(
    connection: Connection, seen: _Progress, head: Row[Any, Any], signed: Sequence[int]
) -> Wrong | None:
    """What is missing after the log's last event, or is left over beside the log."""
    after = seen.position + 1
    missing = max([*signed, head.position, integration.integrated_size(connection)])
    if missing > seen.position:
        return Wrong(after, f"it is missing: the log went up to position {missing}")
    if head.position < seen.position or head.recorded_at < seen.recorded_at:
        return Wrong(head.position + 1, "it lies beyond the head of the log")
    stray = stray_part(connection)
    if stray is not None:
        return Wrong(stray, "it has a confidential part that belongs to no event")
    tiles = connection.execute(select(func.count()).select_from(tile)).scalar_one()
    if tiles != _tiles_of(integration.integrated_size(connection)):
        return Wrong(after, f"there are {tiles} tiles, which is not the number that the log needs")
    return None


def _tiles_of(size: int) -> int:
    return sum(size >> 8 * level for level in range(1, 8))
