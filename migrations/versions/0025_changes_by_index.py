"""Changes of facts are read by an index of their own, so that an audit reads no recording."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLES = ("fact_version", "fact_version_spare")
CHANGING = sa.text("event <> 'fact.recorded'")


def upgrade() -> None:
    """Create the index on both sides."""
    for table in TABLES:
        op.create_index(
            f"ix_{table}_changes",
            table,
            ["negotiation_id", "known_from"],
            sqlite_where=CHANGING,
            postgresql_where=CHANGING,
        )


def downgrade() -> None:
    """Drop it."""
    for table in TABLES:
        op.drop_index(f"ix_{table}_changes", table)
