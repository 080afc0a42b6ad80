"""Add columns for sealed payloads and their data keys; older payloads stay in clear until they are sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns; this needs no wrapping key."""
    op.add_column("event", sa.Column("key_version", sa.Integer(), nullable=True))
    op.add_column("event", sa.Column("key_id", TEXT, nullable=True))
    op.add_column("event", sa.Column("data_key", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Drop them; refuse if anything is sealed, since an older version could not read it."""
    sealed = sa.text("SELECT 1 FROM event WHERE key_version IS NOT NULL LIMIT 1")
    if op.get_bind().execute(sealed).first() is not None:
        raise RuntimeError(
            "the record is sealed, and an older schema would lose the keys: restore a backup"
        )
    with op.batch_alter_table("event") as event:
        for name in ("key_version", "key_id", "data_key"):
            event.drop_column(name)
