"""The stamp of all stored responses moves to the row of the log's head, which each change writes anyway."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
OF_TOTAL = "FROM stamp WHERE \"of\" = 'idempotency_answer'"
MOVE = f"UPDATE log_head SET total_key_id = (SELECT key_id {OF_TOTAL}), total_stamp = (SELECT stamp {OF_TOTAL})"  # noqa: S608 -- names written here
MOVE_BACK = (
    "INSERT INTO stamp (\"of\", key_id, stamp) SELECT 'idempotency_answer', total_key_id, total_stamp FROM log_head"
    " WHERE total_key_id IS NOT NULL AND total_stamp IS NOT NULL"
)


def upgrade() -> None:
    """Move the stamp to the head, valid or not."""
    op.add_column("log_head", sa.Column("total_key_id", TEXT))
    op.add_column("log_head", sa.Column("total_stamp", sa.LargeBinary()))
    op.execute(MOVE)
    op.execute(f"DELETE {OF_TOTAL}")


def downgrade() -> None:
    """Move it back."""
    op.execute(MOVE_BACK)
    op.drop_column("log_head", "total_stamp")
    op.drop_column("log_head", "total_key_id")
