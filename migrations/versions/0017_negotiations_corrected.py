"""Negotiations can be corrected; the corrections are stored beside the opening."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
HEX_ID = sa.String(32).with_variant(sa.String(32, collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table, empty: nothing has been corrected yet."""
    op.create_table(
        "negotiation_correction",
        sa.Column("negotiation_id", HEX_ID, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("summary", TEXT, nullable=True),
        sa.Column("parties", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "negotiation_id", "position", name=op.f("pk_negotiation_correction")
        ),
        sa.ForeignKeyConstraint(
            ["negotiation_id"],
            ["negotiation.id"],
            name=op.f("fk_negotiation_correction_negotiation_id_negotiation"),
        ),
    )


def downgrade() -> None:
    """Drop the table; refuse if the log has events that an older version does not know."""
    found = op.get_bind().execute(sa.text("SELECT position FROM negotiation_correction")).first()
    if found is not None:
        raise RuntimeError("negotiations were corrected, which an older version does not know")
    op.drop_table("negotiation_correction")
