"""Add a table of the sessions of people who are signed in to the pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INDEX = "ix_session_expires_at"


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "session",
        sa.Column("token_sha256", TEXT, nullable=False),
        sa.Column("api_key", TEXT, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("key_id", TEXT, nullable=False),
        sa.Column("stamp", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_session")),
    )
    op.create_index(op.f(INDEX), "session", ["expires_at"])


def downgrade() -> None:
    """Drop it: everyone is signed out."""
    op.drop_index(op.f(INDEX), table_name="session")
    op.drop_table("session")
