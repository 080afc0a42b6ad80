"""A forger with every key: changes events, hashes, seals and signs them anew, and makes the tables match.

Only a checkpoint that was saved elsewhere reveals it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, select, update

from infrastructure.log.leaves import hash_row, new_secret, salt_of
from infrastructure.log.rows import LOGGED, open_row, parts_between
from infrastructure.proofs.integration import TILE, _complete
from infrastructure.sealing.seals import seals_of
from infrastructure.tables.record import event, log_head, projection, signed_checkpoint, tile
from tests.faults.forged.forging import Forge, UnforgeableError, make_other

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_ENTRY: Final = ("actor", "type", "recorded_at", "stream", "version")
_WORDS: Final = ("summary", "title", "why", "person", "note")
_CONTENT: Final = ("payload", "salt", "digest", "actor", "type")


def _row(connection: Connection, position: int) -> dict[str, Any]:
    found = connection.execute(LOGGED.where(event.c.position == position)).mappings().one()
    return open_row(
        connection, found, parts_between(connection, position - 1, position).get(position, ())
    )


def _last(connection: Connection) -> int:
    return int(connection.execute(select(log_head.c.position)).scalar_one())


def _put(connection: Connection, row: dict[str, Any]) -> None:
    """Store a row given in clear as if it had been recorded: hashed and sealed."""
    place, secret = row["position"], new_secret()
    parts = parts_between(connection, place - 1, place).get(place, ())
    whole = row | hash_row(row, salt_of(secret, [bytes(part["digest"]) for part in parts]))
    keys = seals_of(connection).keys_for_batch(connection, [row["stream"]])
    sealed = keys.seal_payload(whole | {"secret": secret})
    kept = {name: whole[name] for name in (*_ENTRY, "digest", "leaf")}
    kept |= {name: sealed[name] for name in ("payload", "salt", "key_version")}
    at = event.c.position == row["position"]
    connection.execute(update(event).where(at).values(**kept))


def _reword_event(connection: Connection, random: Random) -> None:
    """A word in an event is changed."""
    row = _row(connection, random.randint(1, _last(connection)))
    if not row["payload"]:
        raise UnforgeableError
    content = json.loads(row["payload"])
    inner = content.get("fact") if isinstance(content.get("fact"), dict) else content
    texts = [at for at in _WORDS if isinstance(inner.get(at), str)]
    if not texts:
        raise UnforgeableError
    inner[random.choice(texts)] += " forged"
    payload = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    _put(connection, row | {"payload": payload})


@dataclass(frozen=True)
class _Restated:
    """A field of an event's entry is changed, and its leaf matches."""

    column: str

    def __call__(self, connection: Connection, random: Random) -> None:
        row = _row(connection, random.randint(1, _last(connection)))
        new = make_other(row[self.column], random)
        if self.column == "stream":
            new = f"{random.getrandbits(128):032x}"
        _put(connection, row | {self.column: new})


def _exchange_content(connection: Connection, random: Random) -> None:
    """Two events exchange their content."""
    places = random.sample(range(1, _last(connection) + 1), 2)
    one, two = (_row(connection, place) for place in places)
    _put(connection, one | {name: two[name] for name in _CONTENT})
    _put(connection, two | {name: one[name] for name in _CONTENT})


def _cut_to(connection: Connection, last: int) -> None:
    head = select(event.c.recorded_at).where(event.c.position == last).scalar_subquery()
    connection.execute(event.delete().where(event.c.position > last))
    connection.execute(update(log_head).values(position=last, recorded_at=head))
    connection.execute(update(projection).where(projection.c.position > last).values(position=last))


def _truncate_log(connection: Connection, random: Random) -> None:
    """The last events are deleted, and the head of the log is moved back."""
    _cut_to(connection, random.randrange(_last(connection) // 2, _last(connection)))


def _close_gap(connection: Connection, random: Random) -> None:
    """One event is deleted, and later ones move to its place."""
    last = _last(connection)
    gone = random.randint(last - 40, last)
    connection.execute(event.delete().where(event.c.position == gone))
    for position in range(gone + 1, last + 1):
        row = _row(connection, position) | {"position": position - 1}
        at = event.c.position == position
        connection.execute(update(event).where(at).values(position=position - 1))
        _put(connection, row)
    _cut_to(connection, last - 1)


def _with_tiles(forge: Forge) -> Forge:
    """The forgery, with tiles that match and without a checkpoint that could reveal it."""

    def forge_with_tiles(connection: Connection, random: Random) -> None:
        forge(connection, random)
        last = _last(connection)
        connection.execute(tile.delete())
        _complete(connection, 0, last)
        moved = update(projection).where(projection.c.name == TILE)
        connection.execute(moved.values(position=last))
        connection.execute(update(signed_checkpoint).values(size=-1, note=""))

    return forge_with_tiles


def _name_forgeries() -> dict[str, Callable[[Connection, Random], None]]:
    alone: dict[str, Forge] = {
        "event: reworded": _reword_event,
        **{f"event: {column} restated": _Restated(column) for column in _ENTRY},
        "event: exchanged": _exchange_content,
        "event: truncated": _truncate_log,
        "event: closed up": _close_gap,
    }
    return alone | {f"{name}, with tiles": _with_tiles(forge) for name, forge in alone.items()}


LOG_FORGERIES: Final = _name_forgeries()
