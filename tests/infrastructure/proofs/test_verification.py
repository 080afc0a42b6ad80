"""Verification finds a forgery of the log, and its position. (`tests/faults` shows that no forgery changes answers.)"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import Connection, select, update

from domain.proof.checkpoint import Checkpoint
from domain.proof.merkle import root_of
from infrastructure.log.leaves import hash_row
from infrastructure.proofs.integration import _complete
from infrastructure.proofs.verification import verify
from infrastructure.tables.record import event, log_head, projection, signed_checkpoint, tile
from tests.infrastructure.proofs.logs import ORIGIN, STREAMS, grow, leaves
from tests.infrastructure.recording import NOON

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Delete, Insert, Update

    from infrastructure.database.database import Database

pytestmark = pytest.mark.either_database

SIZE: Final = 600
SAVED: Final = (100, 550)
EACH: Final = 3


class _Undo(Exception):  # noqa: N818 -- it undoes
    """Rolls the forgery back."""


@pytest.fixture
def checkpoints(database: Database) -> list[Checkpoint]:
    """The saved checkpoints of a log of SIZE events."""
    grow(database, SIZE)
    all_leaves = leaves(database)
    return [Checkpoint(ORIGIN, size, root_of(all_leaves[:size])) for size in SAVED]


def row(connection: Connection, position: int) -> dict[str, Any]:
    wanted = select(event).where(event.c.position == position)
    return dict(connection.execute(wanted).mappings().one())


def change(connection: Connection, position: int, **values: object) -> None:
    connection.execute(update(event).where(event.c.position == position).values(**values))


def change_column(name: str, connection: Connection, random: Random) -> tuple[int, int]:
    """Change one column of one row."""
    position = random.randint(1, SAVED[-1])
    before = row(connection, position)
    new = {
        "payload": before["payload"][:-1] + b" }",
        "actor": before["actor"] + "?",
        "recorded_at": NOON + 10**6 + random.randrange(10**6),
        "type": "fact.retracted",
        "stream": f"{random.getrandbits(128):032x}",
        "version": before["version"] + 100,
        "salt": random.randbytes(16),
        "digest": random.randbytes(32),
        "leaf": random.randbytes(32),
    }[name]
    change(connection, position, **{name: new})
    return position, position


def flip_bit(connection: Connection, random: Random) -> tuple[int, int]:
    position = random.randint(1, SAVED[-1])
    payload = bytearray(row(connection, position)["payload"])
    payload[random.randrange(len(payload))] ^= 1 << random.randrange(8)
    change(connection, position, payload=bytes(payload))
    return position, position


def change_key(connection: Connection, random: Random) -> tuple[int, int]:
    """Change the key of a stream: the data key, or the names of its wrapping key and of its row."""
    position = random.randint(1, STREAMS)
    new = {"data_key": random.randbytes(60), "key_id": "0123456789abcdef", "key_version": 2}
    name = random.choice(sorted(new))
    change(connection, position, **{name: new[name]})
    return position, position


def open_payload(connection: Connection, random: Random) -> tuple[int, int]:
    """Mark a sealed payload as one in clear."""
    position = random.randint(1, SAVED[-1])
    change(connection, position, key_version=None, salt=random.randbytes(16))
    return position, position


def empty_payload(connection: Connection, random: Random) -> tuple[int, int]:
    position = random.randint(1, SAVED[-1])
    change(connection, position, payload=b"", salt=b"")
    return position, position


def delete_event(connection: Connection, random: Random) -> tuple[int, int]:
    position = random.randint(1, SAVED[-1])
    connection.execute(event.delete().where(event.c.position == position))
    return position, position


def swap_columns(names: tuple[str, ...], connection: Connection, random: Random) -> tuple[int, int]:
    one, other = sorted(random.sample(range(1, SAVED[-1] + 1), 2))
    first, second = row(connection, one), row(connection, other)
    change(connection, one, **{name: second[name] for name in names})
    change(connection, other, **{name: first[name] for name in names})
    return one, one


def rehash_payload(connection: Connection, random: Random) -> tuple[int, int]:
    """Change a payload, with a digest and leaf that match it."""
    position = random.randint(1, SAVED[-1])
    forged = {**row(connection, position), "payload": b'{"forged":true}'}
    clear = {"payload": forged["payload"], "key_version": None, "salt": random.randbytes(16)}
    change(connection, position, **{**hash_row(forged, clear["salt"]), **clear})
    tile_start = 256 if position <= 512 else 0  # the third tile is not complete
    return max(n + 1 for n in (0, SAVED[0], tile_start) if n < position), position


def rehash_with_tiles(connection: Connection, random: Random) -> tuple[int, int]:
    """Make everything in the database match the forgery."""
    _, position = rehash_payload(connection, random)
    connection.execute(tile.delete())
    _complete(connection, 0, SIZE)
    connection.execute(update(signed_checkpoint).values(size=-1, note=""))
    return 1 if position <= SAVED[0] else SAVED[0] + 1, position


def renumber_events(connection: Connection, random: Random) -> tuple[int, int]:
    """Delete one event, and move later ones to its place."""
    position, _ = delete_event(connection, random)
    for later in range(position + 1, SIZE + 1):
        closer = update(event).values(position=later - 1)
        connection.execute(closer.where(event.c.position == later))
    connection.execute(update(log_head).values(position=SIZE - 1))
    return position, position


def truncate_log(connection: Connection, random: Random) -> tuple[int, int]:
    """Delete the last events and all rows about them."""
    last = random.randint(0, SAVED[-1] - 1)
    connection.execute(event.delete().where(event.c.position > last))
    connection.execute(tile.delete())
    _complete(connection, 0, last)
    connection.execute(update(log_head).values(position=last))
    connection.execute(update(projection).values(position=last).where(projection.c.name == "tile"))
    connection.execute(update(signed_checkpoint).values(size=-1, note=""))
    return last + 1, last + 1


def change_tile(connection: Connection, random: Random) -> tuple[int, int]:
    index = random.randint(0, 1)
    connection.execute(update(tile).values(root=random.randbytes(32)).where(tile.c.index == index))
    position = max(256 * index, SAVED[0]) + 1
    return position, position


COLUMNS: Final = (
    "payload", "actor", "recorded_at", "type", "stream", "version", "salt", "digest", "leaf",
)  # fmt: skip
CONTENT: Final = ("payload", "salt", "digest")
KINDS: Final[dict[str, Callable[[Connection, Random], tuple[int, int]]]] = {
    **{f"change of {name}": partial(change_column, name) for name in COLUMNS},
    "one bit": flip_bit,
    "key changed": change_key,
    "opened up": open_payload,
    "emptied": empty_payload,
    "deleted": delete_event,
    "payloads swapped": partial(swap_columns, ("payload",)),
    "contents swapped": partial(swap_columns, CONTENT),
    "rows swapped": partial(swap_columns, (*CONTENT, "actor", "type", "leaf")),
    "rehashed": rehash_payload,
    "rehashed with tiles": rehash_with_tiles,
    "renumbered": renumber_events,
    "truncated": truncate_log,
    "tile changed": change_tile,
}


def test_a_log_as_recorded_is_whole(database: Database, checkpoints: list[Checkpoint]) -> None:
    reached: list[tuple[int, int]] = []
    with database.reading() as connection:
        verification = verify(connection, checkpoints, lambda at, last: reached.append((at, last)))
    assert verification.wrong is None
    assert (verification.events, verification.root) == (SIZE, root_of(leaves(database)))


def test_an_empty_log_is_whole(database: Database) -> None:
    with database.reading() as connection:
        assert verify(connection).wrong is None
        other = Checkpoint(ORIGIN, 0, bytes(32))
        assert verify(connection, [other]).wrong is not None


def assert_found(
    database: Database, checkpoints: list[Checkpoint], kind: str, random: Random
) -> None:
    """Forge, check that verification finds it, and roll back."""
    with suppress(_Undo), database.writing() as connection:
        position, forged = KINDS[kind](connection, random)
        wrong = verify(connection, checkpoints).wrong
        assert wrong is not None, (kind, forged)
        assert wrong.position == position <= forged, (kind, wrong, forged)
        raise _Undo


def test_a_forgery_is_found_at_its_first_position(
    database: Database, checkpoints: list[Checkpoint]
) -> None:
    random = Random(20251122)
    for kind in KINDS:
        for _ in range(EACH):
            assert_found(database, checkpoints, kind, random)
    with database.reading() as connection:
        assert verify(connection, checkpoints).wrong is None


def test_what_lies_past_what_was_signed_is_held_to_its_own_hashes(
    database: Database, checkpoints: list[Checkpoint]
) -> None:
    with database.writing() as connection:
        change(connection, SIZE, payload=b"{}")
        verification = verify(connection, checkpoints)
    assert verification.wrong is not None
    assert verification.wrong.position == SIZE


@pytest.mark.parametrize(
    ("forge", "position"),
    [
        (update(log_head).values(position=SIZE - 1), SIZE),
        (update(log_head).values(position=SIZE + 1), SIZE + 1),
        (update(projection).values(position=SIZE + 1).where(projection.c.name == "tile"), SIZE + 1),
        (tile.insert().values(level=3, index=0, root=bytes(32)), SIZE + 1),
        (tile.delete().where(tile.c.index == 1), 257),
    ],
)
def test_what_follows_from_the_log_must_follow(
    database: Database,
    checkpoints: list[Checkpoint],
    forge: Update | Insert | Delete,
    position: int,
) -> None:
    with database.writing() as connection:
        connection.execute(forge)
        wrong = verify(connection, checkpoints).wrong
    assert wrong is not None
    assert wrong.position == position


def test_tiles_that_are_yet_to_be_made_are_no_forgery(
    database: Database, checkpoints: list[Checkpoint]
) -> None:
    with database.writing() as connection:
        connection.execute(tile.delete())
        connection.execute(update(projection).values(position=0).where(projection.c.name == "tile"))
        assert verify(connection, checkpoints).wrong is None
