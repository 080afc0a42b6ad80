"""Rows about people freed or pardoned in the course of several days have the last of these days.

The terms by which facts are found are in the order of a timeline. Their tables are created anew, and stay empty until
all tables are derived from the log again. A row `outdated` of `projection` asks for this. The upgrade derives the
tables again, and removes the row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Sequence

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
HEX_ID = sa.String(32).with_variant(sa.String(32, collation="C"), "postgresql")
TABLES = ("fact_term", "fact_term_spare")
ORDER = ("start_earliest", "start_latest", "first_position")
FOUND = ("negotiation_id", "field", "term", "fact_id", "version", "variant")
MARK = "INSERT INTO projection (name, position, state) SELECT 'outdated', 0, '' FROM log_head WHERE position > 0"
UNMARK = "DELETE FROM projection WHERE name = 'outdated'"


def upgrade() -> None:
    """Create the tables of terms anew, and mark the tables of a log that has events."""
    for name in TABLES:
        op.drop_table(name)
        _make_table(name, (*FOUND[:3], *ORDER, *FOUND[3:]), sqlite_with_rowid=False)
    op.execute(UNMARK)
    op.execute(MARK)


def downgrade() -> None:
    """Create the terms without that order; mark the tables: an older version derives other rows before it answers."""
    columns = ", ".join(FOUND)
    for name in TABLES:
        op.execute(f"CREATE TEMPORARY TABLE kept_term AS SELECT {columns} FROM {name}")  # noqa: S608 -- names written here
        op.drop_table(name)
        _make_table(name, FOUND)
        op.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM kept_term")  # noqa: S608 -- the same
        op.execute("DROP TABLE kept_term")
    op.execute(UNMARK)
    op.execute(MARK)


def _make_table(name: str, key: Sequence[str], **options: bool) -> None:
    kinds: dict[str, Any] = {
        **dict.fromkeys(("negotiation_id", "fact_id"), HEX_ID),
        **dict.fromkeys(("field", "term"), TEXT),
        **dict.fromkeys(ORDER, sa.BigInteger()),
        **dict.fromkeys(("version", "variant"), sa.Integer()),
    }
    op.create_table(
        name,
        *(sa.Column(each, kinds[each], autoincrement=False, nullable=False) for each in key),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
        **options,
    )
