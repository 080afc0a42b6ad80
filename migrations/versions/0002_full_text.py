"""Create the full text of every version of a fact; it is filled from the beginning of the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The "ascii" tokenizer splits words at ASCII blanks and punctuation only; rows hold no punctuation.
FTS5 = (
    "CREATE VIRTUAL TABLE fact_text USING fts5("
    "body, fact_id UNINDEXED, version UNINDEXED, negotiation_id UNINDEXED, tokenize = 'ascii')"
)
DISTINCT_WORDS = "array_to_tsvector(string_to_array(btrim(body), ' '::text))"


def upgrade() -> None:
    """Create the table, empty, in the form that each database searches best."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(FTS5)
    else:
        _make_fact_text()
    op.execute("INSERT INTO projection (name, position, state) VALUES ('fact_text', 0, '')")


def downgrade() -> None:
    """Drop the full text; the log and the other tables stay."""
    op.execute("DELETE FROM projection WHERE name = 'fact_text'")
    op.drop_table("fact_text")


def _make_fact_text() -> None:
    hex_id = sa.String(32, collation="C")
    op.create_table(
        "fact_text",
        sa.Column("fact_id", hex_id, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("negotiation_id", hex_id, nullable=False),
        sa.Column("body", sa.Text(collation="C"), nullable=False),
        sa.Column("words", TSVECTOR, sa.Computed(DISTINCT_WORDS, persisted=True), nullable=False),
        sa.PrimaryKeyConstraint("fact_id", "version", name=op.f("pk_fact_text")),
    )
    # Rows come in batches: a list of pending rows would only make the index seem expensive to the planner.
    op.create_index(
        op.f("ix_fact_text_words"),
        "fact_text",
        ["words"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
