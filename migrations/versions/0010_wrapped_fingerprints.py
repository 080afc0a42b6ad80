"""Under an idempotency key what was sent is known by a wrapped fingerprint, which confirms no guess at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from infrastructure.sealing.stamps import in_clear, stamp_again

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


def upgrade() -> None:
    """Wrap the fingerprints of the answers whose stamp holds; keys are needed only where there are any."""
    _keep(stamp_again)


def downgrade() -> None:
    """Keep them in clear, which answers a request that is sent again."""
    _keep(in_clear)


def _keep(made: Callable[[sa.Connection, RowMapping], dict[str, Any]]) -> None:
    connection = op.get_bind()
    table = sa.table("idempotency_answer", *(sa.column(name) for name in COLUMNS))
    same = (table.c.caller == sa.bindparam("by"), table.c.key == sa.bindparam("under"))
    for row in connection.execute(sa.select(table)).mappings().all():
        at = {"by": row["caller"], "under": row["key"]}
        connection.execute(table.update().where(*same).values(**made(connection, row)), at)
