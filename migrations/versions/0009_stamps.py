"""Rows that no event gives get stamps, made by the wrapping keys; rows that are there are stamped as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.former_answers import SAID_0009, put_keys, stamped, wrapping_of

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the stamps; keys are needed only if there are rows to stamp."""
    op.add_column("idempotency_answer", sa.Column("key_id", TEXT, nullable=True))
    op.add_column("idempotency_answer", sa.Column("stamp", sa.LargeBinary(), nullable=True))
    op.create_table(
        "stamp",
        sa.Column("of", TEXT, nullable=False),
        sa.Column("key_id", TEXT, nullable=False),
        sa.Column("stamp", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("of", name=op.f("pk_stamp")),
    )
    connection = op.get_bind()
    _stamp_answers(connection)
    if connection.execute(sa.text("SELECT 1 FROM api_key LIMIT 1")).first() is not None:
        put_keys(connection)


def downgrade() -> None:
    """Drop the stamps."""
    op.drop_table("stamp")
    with op.batch_alter_table("idempotency_answer") as answer:
        for name in ("key_id", "stamp"):
            answer.drop_column(name)


def _stamp_answers(connection: sa.Connection) -> None:
    names = (*SAID_0009, "key_id", "stamp")
    table = sa.table("idempotency_answer", *(sa.column(name) for name in names))
    same = (table.c.caller == sa.bindparam("by"), table.c.key == sa.bindparam("under"))
    kept = connection.execute(sa.select(*(table.c[name] for name in SAID_0009))).mappings().all()
    for row in kept:
        at = {"by": row["caller"], "under": row["key"]}
        values = stamped(wrapping_of(connection), row, SAID_0009)
        connection.execute(table.update().where(*same).values(**values), at)
