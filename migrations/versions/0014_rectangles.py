"""Versions of facts are stored as rectangles: positions of the log by cuts of the published clock.

The tables are derived from the log again: a row `outdated` of `projection` asks for this. Until then they are empty,
so that no answer comes from the rows that an older version derived for the published clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Sequence

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
HEX_ID = sa.String(32).with_variant(sa.String(32, collation="C"), "postgresql")
SUFFIXES = ("", "_spare")
ERASING = sa.text("event = 'fact.erased'")
UNMARK = "DELETE FROM projection WHERE name = 'outdated'"
MARK = "INSERT INTO projection (name, position, state) SELECT 'outdated', 0, '' FROM log_head WHERE position > 0"
END = 2**62
EDGES = ("known_from", "known_to", "published_from", "published_to")
BIGINTS = (
    *EDGES,
    "recorded_at",
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
)
SEEN = ("start_latest", "possible_from", "certain_from", "certain_to", "possible_to")
ANSWERED = ("negotiation_id", "rule", "question", "vague", "start_earliest", "known_from")
SAID = (
    *("kind", "status", "standing", "corrected", "preferred", "erased", "actor", "event"),
    *("matter", "external_id", "reason", "why", "content"),
)
FOUND = ("negotiation_id", "field", "term", "fact_id", "version")

FORMER = {
    "version": ("fact_id", "version", "negotiation_id", *BIGINTS, *SAID),
    "term": FOUND,
    "answer": (
        *ANSWERED,
        "known_to",
        "published_from",
        "published_to",
        *SEEN,
        "fact_id",
        "version",
    ),
}
"""The columns that the tables had before, by the rest of their names after `fact_`."""
KEPT = {
    "version": (
        "SELECT "  # noqa: S608 -- names written here
        + ", ".join(f"each.{name}" for name in FORMER["version"] if name not in EDGES)
        + ", each.position AS known_from, each.published_at AS published_from,"
        " coalesce((SELECT min(later.position) FROM fact_version{suffix} AS later"
        "  WHERE later.fact_id = each.fact_id AND later.version > each.version), {end}) AS known_to,"
        " coalesce((SELECT min(later.published_at) FROM fact_version{suffix} AS later"
        "  WHERE later.fact_id = each.fact_id AND later.version > each.version), {end}) AS published_to"
        " FROM fact_version{suffix} AS each"
        " WHERE each.known_from = each.position AND each.published_to = {end}"
    ),
    "term": "SELECT " + ", ".join(FOUND) + " FROM fact_term{suffix} WHERE variant = 0",  # noqa: S608 -- names written here
    "answer": (
        "SELECT "  # noqa: S608 -- names written here
        + ", ".join(f"said.{name}" for name in FORMER["answer"] if name not in EDGES)
        + ", each.known_from, each.known_to, each.published_from, each.published_to"
        " FROM fact_answer{suffix} AS said JOIN kept_version AS each ON said.fact_id = each.fact_id"
        " AND said.version = each.version AND said.known_from = each.known_from"
        " WHERE said.published_to = {end}"
    ),
}


def upgrade() -> None:
    """Create the tables anew, and mark them as outdated if the log has events."""
    for suffix in SUFFIXES:
        _drop(suffix)
        _make_version(
            f"fact_version{suffix}",
            key=("fact_id", "known_from", "published_from"),
            more=("position", "published_at", "last_cited"),
            numbers=("version", "variant"),
            known=("published_to", "known_to", "known_from"),
        )
        _make_term(f"fact_term{suffix}", (*FOUND, "variant"))
        _make_answer(f"fact_answer{suffix}", (*ANSWERED, "published_from", "fact_id"))
    op.execute(UNMARK)
    op.execute(MARK)


def downgrade() -> None:
    """Create the tables as they were, with the row of each version that has every event up to it; and mark them."""
    for suffix in SUFFIXES:
        for table, kept in KEPT.items():
            kept = kept.format(suffix=suffix, end=END)  # noqa: PLW2901 -- with the names of this side
            op.execute(f"CREATE TEMPORARY TABLE kept_{table} AS {kept}")
        _drop(suffix)
        _make_version(
            f"fact_version{suffix}",
            key=("fact_id", "version"),
            more=(),
            numbers=("version",),
            known=("known_to", "known_from"),
        )
        _make_term(f"fact_term{suffix}", FOUND)
        _make_answer(f"fact_answer{suffix}", ANSWERED)
        for table, columns in FORMER.items():
            names = ", ".join(columns)
            op.execute(
                f"INSERT INTO fact_{table}{suffix} ({names}) SELECT {names} FROM kept_{table}"  # noqa: S608 -- names written here
            )
            op.execute(f"DROP TABLE kept_{table}")
    op.execute(UNMARK)
    op.execute(MARK)


def _drop(suffix: str) -> None:
    for table in ("fact_version", "fact_term", "fact_answer"):
        op.drop_table(f"{table}{suffix}")


def _make_version(
    name: str,
    *,
    key: Sequence[str],
    more: Sequence[str],
    numbers: Sequence[str],
    known: Sequence[str],
) -> None:
    op.create_table(
        name,
        sa.Column("fact_id", HEX_ID, nullable=False),
        *(sa.Column(each, sa.Integer(), autoincrement=False, nullable=False) for each in numbers),
        sa.Column("negotiation_id", HEX_ID, nullable=False),
        *(
            sa.Column(each, sa.BigInteger(), autoincrement=False, nullable=False)
            for each in (*BIGINTS, *more)
        ),
        *(sa.Column(each, TEXT, nullable=False) for each in ("kind", "status", "standing")),
        *(sa.Column(each, sa.Boolean(), nullable=False) for each in ("corrected", "preferred")),
        sa.Column("erased", sa.Boolean(), server_default=sa.false(), nullable=False),
        *(sa.Column(each, TEXT, nullable=False) for each in ("actor", "event")),
        *(sa.Column(each, TEXT) for each in ("matter", "external_id", "reason", "why")),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["negotiation_id"],
            ["negotiation.id"],
            name=op.f(f"fk_{name}_negotiation_id_negotiation"),
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
    )
    for index, columns in (
        ("known", known),
        ("valid", ("start_earliest", "start_latest", "first_position")),
        ("matter", ("matter",)),
        ("position", ("known_from",)),
    ):
        op.create_index(op.f(f"ix_{name}_{index}"), name, ["negotiation_id", *columns])
    op.create_index(
        op.f(f"ix_{name}_erased"),
        name,
        ["negotiation_id", "known_from"],
        sqlite_where=ERASING,
        postgresql_where=ERASING,
    )


def _make_term(name: str, key: Sequence[str]) -> None:
    numbers = [each for each in key if each in ("version", "variant")]
    op.create_table(
        name,
        sa.Column("negotiation_id", HEX_ID, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("term", TEXT, nullable=False),
        sa.Column("fact_id", HEX_ID, nullable=False),
        *(sa.Column(each, sa.Integer(), autoincrement=False, nullable=False) for each in numbers),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
    )


def _make_answer(name: str, key: Sequence[str]) -> None:
    op.create_table(
        name,
        sa.Column("negotiation_id", HEX_ID, nullable=False),
        sa.Column("rule", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("question", TEXT, nullable=False),
        sa.Column("vague", sa.Boolean(), nullable=False),
        sa.Column("start_earliest", sa.BigInteger(), autoincrement=False, nullable=False),
        *(
            sa.Column(each, sa.BigInteger(), autoincrement=False, nullable=False)
            for each in (*EDGES, *SEEN)
        ),
        sa.Column("fact_id", HEX_ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f(f"ix_{name}_fact"), name, ["fact_id", "version"])
