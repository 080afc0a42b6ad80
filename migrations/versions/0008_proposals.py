"""Add a table by which the change requests of a negotiation are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
HEX_ID = sa.String(32).with_variant(sa.String(32, collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table, empty: nothing has been proposed yet."""
    op.create_table(
        "proposal",
        sa.Column("id", HEX_ID, nullable=False),
        sa.Column("negotiation_id", HEX_ID, nullable=False),
        sa.Column("fact_id", HEX_ID, nullable=False),
        sa.Column("stream", HEX_ID, nullable=False),
        sa.Column("fact_version", sa.Integer(), nullable=False),
        sa.Column("op", TEXT, nullable=False),
        sa.Column("content_position", sa.BigInteger(), nullable=False),
        sa.Column("proposer", TEXT, nullable=False),
        sa.Column("proposed_position", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("decision", TEXT, nullable=True),
        sa.Column("decided_by", TEXT, nullable=True),
        sa.Column("decided_position", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.ForeignKeyConstraint(
            ["negotiation_id"],
            ["negotiation.id"],
            name=op.f("fk_proposal_negotiation_id_negotiation"),
        ),
    )
    op.create_index(
        op.f("ix_proposal_negotiation_id_proposed_position"),
        "proposal",
        ["negotiation_id", "proposed_position"],
    )
    op.create_index(op.f("ix_proposal_stream"), "proposal", ["stream"])


def downgrade() -> None:
    """Drop the table; refuse if the log has events that an older version does not know."""
    found = op.get_bind().execute(sa.text("SELECT id FROM proposal")).first()
    if found is not None:
        raise RuntimeError("changes were proposed, which an older version does not know")
    op.drop_table("proposal")
