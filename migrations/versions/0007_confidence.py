"""Add a table of confidential parts beside the log, and mark the versions of erased facts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ERASING = sa.text("event = 'fact.erased'")
SIDES = ("fact_version", "fact_version_spare")


def upgrade() -> None:
    """Add both."""
    op.create_table(
        "confidential_part",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", TEXT, nullable=True),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("position", "ordinal", name=op.f("pk_confidential_part")),
    )
    op.create_index(op.f("ix_confidential_part_stream"), "confidential_part", ["stream"])
    for side in SIDES:
        op.add_column(
            side, sa.Column("erased", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        op.create_index(
            f"ix_{side}_erased",
            side,
            ["negotiation_id", "known_from"],
            sqlite_where=ERASING,
            postgresql_where=ERASING,
        )


def downgrade() -> None:
    """Drop both; refuse if an older schema would lose a source or report an erased event as damage."""
    connection = op.get_bind()
    for wanted in (
        "SELECT 1 FROM confidential_part LIMIT 1",
        "SELECT 1 FROM event WHERE type IN ('fact.erased', 'fact.sources_erased') LIMIT 1",
    ):
        if connection.execute(sa.text(wanted)).first() is not None:
            raise RuntimeError(
                "the record has confidential sources or erasures: restore a backup of before"
            )
    for side in SIDES:
        op.drop_index(f"ix_{side}_erased", side)
        with op.batch_alter_table(side) as version:
            version.drop_column("erased")
    op.drop_table("confidential_part")
