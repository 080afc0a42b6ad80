"""Add the members of negotiations, and the keys of people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
HEX_ID = sa.String(32).with_variant(sa.String(32, collation="C"), "postgresql")


def upgrade() -> None:
    """Add the tables; every negotiation that is there is public."""
    op.add_column(
        "negotiation", sa.Column("private", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_index(op.f("ix_negotiation_private"), "negotiation", ["private"])
    op.create_table(
        "negotiation_member",
        sa.Column("negotiation_id", HEX_ID, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("negotiation_id", "person", name=op.f("pk_negotiation_member")),
        sa.ForeignKeyConstraint(
            ["negotiation_id"],
            ["negotiation.id"],
            name=op.f("fk_negotiation_member_negotiation_id_negotiation"),
        ),
    )
    op.create_table(
        "api_key",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("scopes", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )


def downgrade() -> None:
    """Drop keys and members; refuse if a negotiation is private, since an older version would show it to everybody."""
    private = op.get_bind().execute(sa.text("SELECT slug FROM negotiation WHERE private")).first()
    if private is not None:
        raise RuntimeError(f"{private.slug} is private, which an older version does not know")
    op.drop_table("api_key")
    op.drop_table("negotiation_member")
    op.drop_index(op.f("ix_negotiation_private"), "negotiation")
    with op.batch_alter_table("negotiation") as negotiation:
        negotiation.drop_column("private")
