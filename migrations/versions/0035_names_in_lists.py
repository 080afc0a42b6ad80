"""Tables list the names of each negotiation, and facts are found by the bodies that they name.

A row `outdated` of `projection` says that the tables are to be derived again. The upgrade derives them,
and removes the row.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
HEX_ID = sa.String(32).with_variant(sa.String(32, collation="C"), "postgresql")
TABLES = ("fact_name", "fact_name_spare")
MARK = "INSERT INTO projection (name, position, state) SELECT 'outdated', 0, '' FROM log_head WHERE position > 0"
UNMARK = "DELETE FROM projection WHERE name = 'outdated'"


def upgrade() -> None:
    """Make the tables, and mark the tables as outdated if the log has events."""
    for name in TABLES:
        columns = [sa.Column(column, TEXT, nullable=False) for column in ("list", "name", "text")]
        op.create_table(
            name,
            sa.Column("negotiation_id", HEX_ID, nullable=False),
            *columns,
            sa.PrimaryKeyConstraint(
                "negotiation_id", "list", "name", "text", name=op.f(f"pk_{name}")
            ),
            sqlite_with_rowid=False,
        )
    op.execute(UNMARK)
    op.execute(MARK)


def downgrade() -> None:
    """Drop the tables: an older version derives its own before it answers."""
    for name in TABLES:
        op.drop_table(name)
    op.execute(UNMARK)
    op.execute(MARK)
