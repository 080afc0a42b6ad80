"""Carries out an erasure in the transaction of its event, so that both happen or neither does.

The payloads, secrets and data key of an erased stream are destroyed; digests, leaves and the tree stay. Responses kept
under idempotency keys are emptied, too; they are found by the fact's id and by its events. The projections erase their
own rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, delete, not_, or_, select, update

from domain.streams.erasure import list_erased_streams
from domain.streams.event import FactErased, SourcesErased
from infrastructure.log.entry import stream_name
from infrastructure.sealing.stored_responses import change_responses
from infrastructure.tables.facts import SIDES
from infrastructure.tables.record import (
    confidential_part,
    event,
    idempotency_answer,
    log_head,
)
from infrastructure.tables.text import fact_text

if TYPE_CHECKING:
    from infrastructure.log.entry import LogEntry

ERASING: Final = frozenset({FactErased.stored_name, SourcesErased.stored_name})
"""The types of the events that erase."""
ERASED_ANSWER: Final = {"fingerprint": "", "body": b"", "headers": "{}"}
"""Replaces the content of a stored response that had erased content; a repeated request then gets 410 Gone."""

_STREAMS: Final = event.c.stream.in_(bindparam("streams", expanding=True))
_DESTROY: Final = (
    update(event).where(_STREAMS).values(payload=b"", salt=b"", key_id=None, data_key=None)
)
_DROP_PARTS: Final = delete(confidential_part).where(
    confidential_part.c.stream.in_(bindparam("streams", expanding=True))
)
_DESTROY_PARTS: Final = (
    update(confidential_part)
    .where(confidential_part.c.stream.in_(bindparam("streams", expanding=True)))
    .values(sealed=None, key_id=None, data_key=None)
)
_ANSWERS: Final = select(idempotency_answer).where(
    or_(
        and_(
            idempotency_answer.c.fact_id == bindparam("fact"),
            not_(
                idempotency_answer.c.answered_at.between(
                    bindparam("erased_at"), bindparam("reached")
                )
            ),
        ),
        and_(
            idempotency_answer.c.answered_at.in_(select(event.c.recorded_at).where(_STREAMS)),
            idempotency_answer.c.body == b"",
        ),
    )
)
"""The stored responses about a fact, and those that are stored without a body and made again from its events.

Responses dated between the erasure and the end of its transaction were stored by that transaction, and are right
already. Later dates are included, because a wrong clock may have dated an earlier response so.
"""
_IS_ERASED: Final = select(event.c.position).where(
    event.c.stream == bindparam("stream"), event.c.type == FactErased.stored_name
)
_ERASED_AFTER: Final = (
    select(event.c.position)
    .where(event.c.position > bindparam("after"), event.c.type.in_(sorted(ERASING)))
    .limit(1)
)
_HEAD: Final = select(log_head.c.position)
TABLES: Final = (
    event.name,
    confidential_part.name,
    idempotency_answer.name,
    fact_text.name,
    *(table.name for side in SIDES.values() for table in side.all),
)
"""The tables in which an erasure overwrites or deletes rows."""


def streams_to_erase(fact: str) -> tuple[str, ...]:
    """The streams, as the log names them, that the erasure of a fact destroys."""
    return tuple(stream.hex for stream in list_erased_streams(UUID(fact)))


def erase_rows(connection: Connection, erasing: LogEntry, reached: int) -> int:
    """Carry out the erasure that an entry orders. The entry is not yet in the log; all entries before it are.

    `reached` is the last record time of its transaction. Returns by how much the total of all kept answers changes,
    because some of them are emptied.
    """
    name = stream_name(erasing.originator_id)
    streams = {"streams": streams_to_erase(name)}
    kept = {"erased_at": erasing.recorded_at, "reached": reached}
    emptied = connection.execute(_ANSWERS, {**streams, "fact": name, **kept}).mappings().all()
    added = change_responses(connection, emptied, ERASED_ANSWER)
    only_sources = erasing.topic == SourcesErased.stored_name
    for statement in (_DESTROY_PARTS,) if only_sources else (_DESTROY, _DROP_PARTS):
        connection.execute(statement, streams)
    return added


def look_for_erasures(connection: Connection, after: int) -> tuple[int, bool]:
    """The log's last position, and whether anything was erased after a position."""
    last = int(connection.execute(_HEAD).scalar_one())
    erased = (
        last > after and connection.execute(_ERASED_AFTER, {"after": after}).first() is not None
    )
    return last, erased


def is_erased(connection: Connection, fact: str) -> bool:
    """Whether a stream, as the log names it, is that of an erased fact."""
    return connection.execute(_IS_ERASED, {"stream": fact}).first() is not None
