"""Versions that show only a part of their fact's events are found by an index, for searches on the published clock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TABLES = ("fact_version", "fact_version_spare")
PARTS = sa.text("variant > 0")


def upgrade() -> None:
    """Create the index on both sides."""
    for table in TABLES:
        op.create_index(
            f"ix_{table}_parts",
            table,
            ["negotiation_id", "published_from"],
            sqlite_where=PARTS,
            postgresql_where=PARTS,
        )


def downgrade() -> None:
    """Drop it."""
    for table in TABLES:
        op.drop_index(f"ix_{table}_parts", table)
