"""An erasure is carried out in the transaction of its event: what it destroys, and its telling so, are one.

Of an erased stream the payloads, their secrets and their data key are gone; digests and leaves stay, and so does the
tree. What was answered under idempotency keys says nothing more of it. The projections see to their own rows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, delete, not_, or_, select, text, update

from domain.erasure import erased_streams
from domain.event import FactErased, SourcesErased
from domain.instant import END
from infrastructure.fact_tables import SIDES, served
from infrastructure.log_entry import stream_name
from infrastructure.sealing.kept_answers import stamped
from infrastructure.tables import (
    aggregate_snapshot,
    confidential_part,
    event,
    idempotency_answer,
)
from infrastructure.text_tables import fact_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import RowMapping

    from infrastructure.log_entry import LogEntry

__all__ = [
    "ERASED_ANSWER",
    "ERASING",
    "TABLES",
    "covered",
    "destroy",
    "is_erased",
    "was_any_erased",
]

ERASING: Final = frozenset({FactErased.stored_name, SourcesErased.stored_name})
"""The types of the events that erase."""
ERASED_ANSWER: Final = {"fingerprint": "", "body": b"", "headers": "{}"}
"""What is kept under an idempotency key whose answer told of something erased: sent again, it is told so."""

_STREAMS: Final = event.c.stream.in_(bindparam("streams", expanding=True))
_DESTROY: Final = (
    update(event).where(_STREAMS).values(payload=b"", salt=b"", key_id=None, data_key=None)
)
_FORGET: Final = delete(aggregate_snapshot).where(
    aggregate_snapshot.c.stream.in_(bindparam("streams", expanding=True))
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
            idempotency_answer.c.fact_id.in_([bindparam("fact"), bindparam("negotiation")]),
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
"""Those that tell of a fact, those that quote any of its negotiation, and those that are read from its events again.

Those that the same transaction keeps from the erasure on are as they have to be; earlier ones that a wrong clock dated
may lie after it.
"""
_ANSWER: Final = update(idempotency_answer).where(
    idempotency_answer.c.caller == bindparam("by"), idempotency_answer.c.key == bindparam("under")
)
_IS_ERASED: Final = select(event.c.position).where(
    event.c.stream == bindparam("stream"), event.c.type == FactErased.stored_name
)
_ANY_ERASED: Final = select(event.c.position).where(
    event.c.position > bindparam("since"), event.c.type.in_(sorted(ERASING))
)
TABLES: Final = (
    event.name,
    confidential_part.name,
    aggregate_snapshot.name,
    idempotency_answer.name,
    fact_text.name,
    *(table.name for side in SIDES.values() for table in side.all),
)
"""Where something is overwritten or deleted by an erasure."""


def covered(fact: str) -> tuple[str, ...]:
    """The streams, as the log names them, that the erasure of a fact destroys."""
    return tuple(stream.hex for stream in erased_streams(UUID(fact)))


def destroy(connection: Connection, erasing: LogEntry, reached: int) -> None:
    """Carry out what an entry says that is about to be recorded; all before it is in the log.

    `reached` is the last record time of its transaction.
    """
    name = stream_name(erasing.originator_id)
    streams = {"streams": covered(name)}
    negotiation, external_id = _named(connection, name)
    kept = {"erased_at": erasing.recorded_at, "reached": reached}
    about = {"fact": name, "negotiation": negotiation, **kept}
    _blank_answers(connection, {**streams, **about})
    _blank_mentions(connection, name, external_id)
    if erasing.topic == SourcesErased.stored_name:
        connection.execute(_DESTROY_PARTS, streams)
        return
    for statement in (_DESTROY, _FORGET, _DROP_PARTS):
        connection.execute(statement, streams)


def is_erased(connection: Connection, fact: str) -> bool:
    """Whether a stream, as the log names it, is that of an erased fact."""
    return connection.execute(_IS_ERASED, {"stream": fact}).first() is not None


def was_any_erased(connection: Connection, since: int) -> bool:
    """Whether something of any fact was erased past a position."""
    return connection.execute(_ANY_ERASED.limit(1), {"since": since}).first() is not None


def _named(connection: Connection, fact: str) -> tuple[str | None, str | None]:
    """The negotiation of a fact, as the log names it, and the fact's external id."""
    version = served(connection).version.c
    standing = select(version.negotiation_id, version.external_id).where(
        version.fact_id == fact, version.known_to == END
    )
    found = connection.execute(standing).one_or_none()
    return (None, None) if found is None else (found.negotiation_id, found.external_id)


def _blank_answers(connection: Connection, about: dict[str, object]) -> None:
    for row in connection.execute(_ANSWERS, about).mappings().all():
        _blank(connection, row)


def _blank_mentions(connection: Connection, fact: str, external_id: str | None) -> None:
    """Blank what was answered about no fact in particular, as a refusal of another's link to it, and names this one."""
    names = _written([str(UUID(fact))])
    if external_id is not None:
        forms = (external_id, f"external:{external_id}")
        quoted = [quote for each in forms for quote in (repr(each), f"'{each}'", f'"{each}"')]
        names += [*_written(quoted), json.dumps(external_id, ensure_ascii=False).encode()]
    holds = "instr(body, :name{0}) > 0"
    if connection.dialect.name == "postgresql":
        holds = "position(CAST(:name{0} AS bytea) in body) > 0"
    mentions = select(idempotency_answer).where(
        idempotency_answer.c.fact_id.is_(None),
        or_(*(text(holds.format(at)) for at in range(len(names)))),
    )
    given = {f"name{at}": name for at, name in enumerate(names)}
    for row in connection.execute(mentions, given).mappings().all():
        _blank(connection, row)


def _written(texts: Sequence[str]) -> list[bytes]:
    """Texts as they stand within one in JSON."""
    return [json.dumps(each, ensure_ascii=False)[1:-1].encode() for each in texts]


def _blank(connection: Connection, row: RowMapping) -> None:
    blank = stamped(connection, {**row, **ERASED_ANSWER})
    connection.execute(_ANSWER.values(blank), {"by": row["caller"], "under": row["key"]})
