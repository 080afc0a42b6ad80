"""Answers about who was freed or pardoned in the course of some days have the last of these days in their rows.

A row `outdated` of `projection` says that they are derived from the log again. Who upgrades does so, and takes the row
away.
"""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

MARK = "INSERT INTO projection (name, position, state) SELECT 'outdated', 0, '' FROM log_head WHERE position > 0"
UNMARK = "DELETE FROM projection WHERE name = 'outdated'"


def upgrade() -> None:
    """Mark the tables of a log that has events."""
    op.execute(UNMARK)
    op.execute(MARK)


def downgrade() -> None:
    """Leave the tables: an older version derives its own with `parley rebuild`."""
    op.execute(UNMARK)
