"""Drop the library's tables for snapshots and tracked positions: Parley does not use them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Drop both."""
    op.drop_table("aggregate_snapshot")
    op.drop_table("tracking")


def downgrade() -> None:
    """Create both again, empty."""
    op.create_table(
        "tracking",
        sa.Column("application_name", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("application_name", name=op.f("pk_tracking")),
    )
    op.create_table(
        "aggregate_snapshot",
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "version", name=op.f("pk_aggregate_snapshot")),
    )
