"""Add a leaf for every event, the tiles of the log's tree, and the last signed checkpoint."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ADDED = ("salt", "digest", "leaf")
BATCH = 1_000


def upgrade() -> None:
    """Add the tables, and compute the leaves of the events that are there already."""
    for name in ADDED:
        op.add_column("event", sa.Column(name, sa.LargeBinary(), nullable=True))
    _seal_what_is_there()
    with op.batch_alter_table("event") as event:
        for name in ADDED:
            event.alter_column(name, existing_type=sa.LargeBinary(), nullable=False)
    op.create_table(
        "tile",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("pk_tile")),
    )
    op.create_table(
        "signed_checkpoint",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_signed_checkpoint_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_checkpoint")),
    )
    op.execute("INSERT INTO signed_checkpoint (id, size, note) VALUES (1, -1, '')")
    op.execute("INSERT INTO projection (name, position, state) VALUES ('tile', 0, '')")


def downgrade() -> None:
    """Drop the leaves, tiles and checkpoint."""
    op.execute("DELETE FROM projection WHERE name = 'tile'")
    op.drop_table("signed_checkpoint")
    op.drop_table("tile")
    with op.batch_alter_table("event") as event:
        for name in ADDED:
            event.drop_column(name)


def _seal_what_is_there() -> None:
    names = ("position", "recorded_at", "stream", "version", "type", "actor", "payload")
    event = sa.table("event", *(sa.column(name) for name in (*names, *ADDED)))
    connection = op.get_bind()
    after = 0
    while True:
        wanted = sa.select(*(event.c[name] for name in names)).where(event.c.position > after)
        rows = connection.execute(wanted.order_by(event.c.position).limit(BATCH)).mappings().all()
        if not rows:
            return
        change = event.update().where(event.c.position == sa.bindparam("at"))
        connection.execute(
            change.values({name: sa.bindparam(f"new_{name}") for name in ADDED}),
            [{"at": row["position"], **_added(row)} for row in rows],
        )
        after = rows[-1]["position"]


def _added(row: sa.RowMapping) -> dict[str, bytes]:
    salt = secrets.token_bytes(16)
    digest = sha256(salt + row["payload"]).digest()
    leaf = sha256(b"\0" + _entry(row, digest)).digest()
    return {"new_salt": salt, "new_digest": digest, "new_leaf": leaf}


def _entry(row: sa.RowMapping, digest: bytes) -> bytes:
    """The bytes whose hash is a leaf: canonical JSON, its members in the order of their names."""
    at = datetime(1970, 1, 1) + timedelta(microseconds=row["recorded_at"])  # noqa: DTZ001 -- UTC
    return msgspec.json.encode(
        {
            "actor": row["actor"],
            "payload": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "position": row["position"],
            "recorded_at": f"{at.isoformat(timespec='microseconds')}Z",
            "stream": row["stream"],
            "type": row["type"],
            "v": 1,
            "version": row["version"],
        }
    )
