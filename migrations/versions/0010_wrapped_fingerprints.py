"""Under an idempotency key what was sent is known by a wrapped fingerprint, and one that is gone is missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from infrastructure.sealing.kept_answers import with_clear_fingerprint, with_wrapped_fingerprint
from infrastructure.sealing.stamps import stamp_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import RowMapping

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = (
    *("caller", "key", "fingerprint", "status", "body", "headers", "answered_at", "fact_id"),
    *("key_id", "stamp"),
)

USED = (
    "SELECT position FROM log_head",
    "SELECT 1 FROM api_key LIMIT 1",
    "SELECT 1 FROM idempotency_answer LIMIT 1",
)


def upgrade() -> None:
    """Wrap the fingerprints of the answers whose stamp holds, and count them; an empty record needs no keys for it."""
    _keep(with_wrapped_fingerprint)
    connection = op.get_bind()
    if any(connection.execute(sa.text(used)).scalar() for used in USED):
        stamp_tables(connection, again=False)


def downgrade() -> None:
    """Keep them in clear, which answers a request that is sent again, and uncounted."""
    _keep(with_clear_fingerprint)
    op.execute("DELETE FROM stamp WHERE of = 'idempotency_answer'")


def _keep(made: Callable[[sa.Connection, RowMapping], dict[str, Any]]) -> None:
    connection = op.get_bind()
    table = sa.table("idempotency_answer", *(sa.column(name) for name in COLUMNS))
    same = (table.c.caller == sa.bindparam("by"), table.c.key == sa.bindparam("under"))
    for row in connection.execute(sa.select(table)).mappings().all():
        at = {"by": row["caller"], "under": row["key"]}
        connection.execute(table.update().where(*same).values(**made(connection, row)), at)
