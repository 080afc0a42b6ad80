"""Add a table that counts the requests of callers; a SQLite record counts them in a file of its own instead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table on PostgreSQL, where several machines may serve one record."""
    if op.get_bind().dialect.name == "sqlite":
        return
    op.create_table(
        "rate_count",
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_count")),
        prefixes=["UNLOGGED"],
        postgresql_with={"fillfactor": 50},
    )


def downgrade() -> None:
    """Drop the table."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_table("rate_count")
