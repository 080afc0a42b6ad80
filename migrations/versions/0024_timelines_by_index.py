"""Indexes give facts of a kind, of a matter and public by a day in the order of a timeline."""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TABLES = ("fact_version", "fact_version_spare")
ORDER = ("start_earliest", "start_latest", "first_position")


def upgrade() -> None:
    """Create the indexes on both sides; that of matters gets the order of a timeline."""
    for table in TABLES:
        op.drop_index(f"ix_{table}_matter", table)
        for column in ("kind", "matter"):
            op.create_index(f"ix_{table}_{column}", table, ["negotiation_id", column, *ORDER])
        op.create_index(f"ix_{table}_public", table, ["negotiation_id", "published_from"])


def downgrade() -> None:
    """Put back the index of matters alone."""
    for table in TABLES:
        for name in ("public", "kind", "matter"):
            op.drop_index(f"ix_{table}_{name}", table)
        op.create_index(f"ix_{table}_matter", table, ["negotiation_id", "matter"])
