"""The tables of facts get a row for each fact that another one denies by a link, so they are derived again.

A row `outdated` of `projection` asks for this. The upgrade derives the tables again, and removes the row.
"""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

MARK = "INSERT INTO projection (name, position, state) SELECT 'outdated', 0, '' FROM log_head WHERE position > 0"
UNMARK = "DELETE FROM projection WHERE name = 'outdated'"


def upgrade() -> None:
    """Mark the tables of a log that has events."""
    op.execute(UNMARK)
    op.execute(MARK)


def downgrade() -> None:
    """Mark the tables: an older version derives its own before it answers."""
    op.execute(UNMARK)
    op.execute(MARK)
