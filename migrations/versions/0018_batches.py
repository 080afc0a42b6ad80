"""The label of an import is stored with its events; older events have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TABLES = ("fact_version", "fact_version_spare")
BATCHED = sa.text("batch IS NOT NULL")


def upgrade() -> None:
    """Add the column and its index on both sides."""
    for table in TABLES:
        op.add_column(table, sa.Column("batch", TEXT, nullable=True))
        op.create_index(
            f"ix_{table}_batch",
            table,
            ["batch", "known_from"],
            sqlite_where=BATCHED,
            postgresql_where=BATCHED,
        )


def downgrade() -> None:
    """Drop both: the labels stay in the log, and an older version ignores them."""
    for table in TABLES:
        op.drop_index(f"ix_{table}_batch", table)
        op.drop_column(table, "batch")
