"""Create the log, the tables derived from it, and the head of an empty log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
HEX_ID = sa.String(32).with_variant(sa.String(32, collation="C"), "postgresql")
ROW_POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "aggregate_snapshot",
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "version", name=op.f("pk_aggregate_snapshot")),
    )
    op.create_table(
        "event",
        sa.Column("position", ROW_POSITION, autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_event")),
        sa.UniqueConstraint("recorded_at", name=op.f("uq_event_recorded_at")),
        sa.UniqueConstraint("stream", "version", name=op.f("uq_event_stream_version")),
    )
    for suffix in ("", "_spare"):
        _make_fact_term(f"fact_term{suffix}")
    op.create_table(
        "idempotency_answer",
        sa.Column("caller", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("headers", TEXT, nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.Column("fact_id", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotency_answer")),
    )
    op.create_index(
        op.f("ix_idempotency_answer_answered_at"), "idempotency_answer", ["answered_at"]
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_head")),
    )
    op.create_table(
        "negotiation",
        sa.Column("id", HEX_ID, nullable=False),
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("summary", TEXT, nullable=True),
        sa.Column("parties", TEXT, nullable=False),
        sa.Column("opened_position", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_negotiation")),
        sa.UniqueConstraint("slug", name=op.f("uq_negotiation_slug")),
    )
    op.create_table(
        "projection",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_projection")),
    )
    op.create_table(
        "tracking",
        sa.Column("application_name", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("application_name", name=op.f("pk_tracking")),
    )
    for suffix in ("", "_spare"):
        _make_fact_version(f"fact_version{suffix}")
        _make_fact_answer(f"fact_answer{suffix}")
    op.create_table(
        "snapshot",
        sa.Column("negotiation_id", HEX_ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("perspective", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["negotiation_id"],
            ["negotiation.id"],
            name=op.f("fk_snapshot_negotiation_id_negotiation"),
        ),
        sa.PrimaryKeyConstraint("negotiation_id", "name", name=op.f("pk_snapshot")),
    )
    op.execute("INSERT INTO log_head (id, position, recorded_at) VALUES (1, 0, 0)")
    op.execute("INSERT INTO projection (name, position, state) VALUES ('facts', 0, 'first')")


def downgrade() -> None:
    """Drop every table."""
    op.drop_table("snapshot")
    for suffix in ("", "_spare"):
        op.drop_table(f"fact_version{suffix}")
        op.drop_table(f"fact_term{suffix}")
        op.drop_table(f"fact_answer{suffix}")
    op.drop_table("tracking")
    op.drop_table("projection")
    op.drop_table("negotiation")
    op.drop_table("log_head")
    op.drop_table("idempotency_answer")
    op.drop_table("event")
    op.drop_table("aggregate_snapshot")


def _make_fact_version(name: str) -> None:
    bigints = [
        "known_from",
        "known_to",
        "recorded_at",
        "published_from",
        "published_to",
        "start_earliest",
        "start_latest",
        "end_earliest",
        "end_latest",
        "possible_from",
        "certain_from",
        "certain_to",
        "possible_to",
        "happened_latest",
        "first_position",
        "recorded_count",
        "corrected_count",
        "retracted_count",
    ]
    op.create_table(
        name,
        sa.Column("fact_id", HEX_ID, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("negotiation_id", HEX_ID, nullable=False),
        *(sa.Column(column, sa.BigInteger(), nullable=False) for column in bigints),
        *(sa.Column(column, TEXT, nullable=False) for column in ("kind", "status", "standing")),
        *(sa.Column(column, sa.Boolean(), nullable=False) for column in ("corrected", "preferred")),
        *(sa.Column(column, TEXT, nullable=False) for column in ("actor", "event")),
        *(sa.Column(column, TEXT) for column in ("matter", "external_id", "reason", "why")),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["negotiation_id"],
            ["negotiation.id"],
            name=op.f(f"fk_{name}_negotiation_id_negotiation"),
        ),
        sa.PrimaryKeyConstraint("fact_id", "version", name=op.f(f"pk_{name}")),
    )
    for index, columns in (
        ("known", ("known_to", "known_from")),
        ("valid", ("start_earliest", "start_latest", "first_position")),
        ("matter", ("matter",)),
        ("position", ("known_from",)),
    ):
        op.create_index(op.f(f"ix_{name}_{index}"), name, ["negotiation_id", *columns])


def _make_fact_term(name: str) -> None:
    op.create_table(
        name,
        sa.Column("negotiation_id", HEX_ID, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("term", TEXT, nullable=False),
        sa.Column("fact_id", HEX_ID, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint(
            "negotiation_id", "field", "term", "fact_id", "version", name=op.f(f"pk_{name}")
        ),
    )


def _make_fact_answer(name: str) -> None:
    bigints = [
        "known_to",
        "published_from",
        "published_to",
        "start_latest",
        "possible_from",
        "certain_from",
        "certain_to",
        "possible_to",
    ]
    keys = ("negotiation_id", "rule", "question", "vague", "start_earliest", "known_from")
    op.create_table(
        name,
        sa.Column("negotiation_id", HEX_ID, nullable=False),
        sa.Column("rule", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("question", TEXT, nullable=False),
        sa.Column("vague", sa.Boolean(), nullable=False),
        sa.Column("start_earliest", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("known_from", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(column, sa.BigInteger(), nullable=False) for column in bigints),
        sa.Column("fact_id", HEX_ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f(f"ix_{name}_fact"), name, ["fact_id", "version"])
