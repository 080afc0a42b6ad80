"""Idempotency keys are stored as digests; their responses are kept for a time, without the words of the request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from migrations.former_answers import (
    COUNT,
    SAID_0009,
    SAID_0011,
    SECRET,
    SECRET_OF,
    SIZE,
    TOTAL,
    as_of_0011,
    holds,
    in_clear,
    kept,
    made,
    made_secret,
    opened,
    put,
    stamped,
    total_of,
    wrapped,
    wrapping_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import RowMapping

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLE = "idempotency_answer"
INDEX = "ix_idempotency_answer_kept_at"
ANSWER = sa.table(TABLE, *(sa.column(name) for name in (*SAID_0011, "key_id", "stamp")))
FORMER = sa.select(*(ANSWER.c[name] for name in (*SAID_0009, "key_id", "stamp")))


def upgrade() -> None:
    """Rewrite the stored responses; stamp their total only if their number matched its stamp."""
    kept_at = sa.Column("kept_at", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    op.add_column(TABLE, kept_at)
    op.create_index(op.f(INDEX), TABLE, ["kept_at"])
    connection = op.get_bind()
    rows = connection.execute(FORMER).mappings().all()
    counted = kept(connection, TABLE)
    if rows or counted is not None:
        _rewrite(connection, rows)


def downgrade() -> None:
    """Keep the digests: an older version finds no response under them, and executes a repeated request again."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(ANSWER)).mappings().all()
    stamp = kept(connection, TABLE)
    if rows or stamp is not None:
        wrapping = wrapping_of(connection)
        secret = opened(wrapping, kept(connection, SECRET_OF), SECRET) or b""
        if opened(wrapping, stamp, TOTAL) in _totals(rows, secret):
            put(connection, TABLE, made(wrapping, len(rows).to_bytes(SIZE), COUNT))
        for row in rows:
            if holds(wrapping, row, SAID_0011):
                clear = {**row, "fingerprint": wrapped(wrapping, in_clear(wrapping, row))}
                _replace(connection, row, stamped(wrapping, clear, SAID_0009))
    op.drop_index(op.f(INDEX), table_name=TABLE)
    with op.batch_alter_table(TABLE) as answer:
        answer.drop_column("kept_at")


def _totals(rows: Sequence[RowMapping], secret: bytes) -> list[bytes]:
    """The totals that may be stamped: without any response it is 0 until there is a secret."""
    return [total_of(rows, secret)] if secret else [bytes(SIZE)] if not rows else []


def _rewrite(connection: sa.Connection, rows: Sequence[RowMapping]) -> None:
    wrapping, now = wrapping_of(connection), time.time_ns() // 1_000
    counted = opened(wrapping, kept(connection, TABLE), COUNT)
    secret = made_secret(connection, wrapping) if rows else b""
    after: list[dict[str, Any]] = []
    for row in rows:
        found = as_of_0011(wrapping, secret, row, now)
        _replace(connection, row, found)
        after += [] if found is None else [found]
    if counted == len(rows).to_bytes(SIZE):
        secret = secret or opened(wrapping, kept(connection, SECRET_OF), SECRET) or b""
        total = total_of(after, secret) if secret else bytes(SIZE)
        put(connection, TABLE, made(wrapping, total, TOTAL))


def _replace(connection: sa.Connection, row: RowMapping, after: dict[str, Any] | None) -> None:
    same = (ANSWER.c.caller == row["caller"], ANSWER.c.key == row["key"])
    if after is None:
        connection.execute(ANSWER.delete().where(*same))
    else:
        connection.execute(ANSWER.update().where(*same).values(**after))
