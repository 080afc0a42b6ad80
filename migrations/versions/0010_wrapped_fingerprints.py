"""The fingerprint of a request under an idempotency key is wrapped, and a missing stored response is detected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op
from eventsourcing.persistence import DataError

from migrations.former_answers import (
    SAID_0009,
    WRAPPED,
    holds,
    in_clear,
    kept,
    put_count,
    put_keys,
    stamped,
    wrapped,
    wrapping_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import RowMapping

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = (*SAID_0009, "key_id", "stamp")

USED = (
    "SELECT position FROM log_head",
    "SELECT 1 FROM api_key LIMIT 1",
    "SELECT 1 FROM idempotency_answer LIMIT 1",
)


def upgrade() -> None:
    """Wrap the fingerprints of rows that match their stamp, and count the rows; an empty record needs no keys."""
    _keep(_with_wrapped_fingerprint)
    connection = op.get_bind()
    if any(connection.execute(sa.text(used)).scalar() for used in USED):
        for of, put in (("api_key", put_keys), ("idempotency_answer", put_count)):
            if kept(connection, of) is None:
                put(connection)


def downgrade() -> None:
    """Store the fingerprints in clear, so that requests can still be replayed, and drop the count."""
    _keep(_with_clear_fingerprint)
    op.execute("DELETE FROM stamp WHERE of = 'idempotency_answer'")


def _with_wrapped_fingerprint(connection: sa.Connection, row: RowMapping) -> dict[str, Any]:
    wrapping = wrapping_of(connection)
    clear = row["fingerprint"] and not row["fingerprint"].startswith(WRAPPED)
    if not clear or not holds(wrapping, row, SAID_0009):
        return dict(row)
    fingerprint = wrapped(wrapping, row["fingerprint"])
    return stamped(wrapping, {**row, "fingerprint": fingerprint}, SAID_0009)


def _with_clear_fingerprint(connection: sa.Connection, row: RowMapping) -> dict[str, Any]:
    wrapping = wrapping_of(connection)
    if not holds(wrapping, row, SAID_0009):
        return dict(row)
    try:
        clear = {**row, "fingerprint": in_clear(wrapping, row)}
    except DataError:
        return dict(row)
    return stamped(wrapping, clear, SAID_0009)


def _keep(made: Callable[[sa.Connection, RowMapping], dict[str, Any]]) -> None:
    connection = op.get_bind()
    table = sa.table("idempotency_answer", *(sa.column(name) for name in COLUMNS))
    same = (table.c.caller == sa.bindparam("by"), table.c.key == sa.bindparam("under"))
    for row in connection.execute(sa.select(table)).mappings().all():
        at = {"by": row["caller"], "under": row["key"]}
        connection.execute(table.update().where(*same).values(**made(connection, row)), at)
