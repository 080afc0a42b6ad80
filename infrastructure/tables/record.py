"""`event` and `log_head` are the record; the other tables are derived from it, or kept beside it.

Instants are BIGINT microseconds since 1970-01-01 UTC; positions are BIGINT. Text sorts by code
point on both databases (`COLLATE "C"` on PostgreSQL), so that an order never depends on a locale.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING_CONVENTION)

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
HEX_ID = String(32).with_variant(String(32, collation="C"), "postgresql")
ROW_POSITION = BigInteger().with_variant(Integer(), "sqlite")
"""INTEGER on SQLite, which makes the position the row id."""

log_head = Table(
    "log_head",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("total_key_id", TEXT),
    Column("total_stamp", LargeBinary),
    CheckConstraint("id = 1", name="one_row"),
)
"""`total_stamp` is the stamp of all stored responses together, wrapped by the key `total_key_id`."""

event = Table(
    "event",
    metadata,
    Column("position", ROW_POSITION, primary_key=True, autoincrement=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("stream", TEXT, nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", TEXT, nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("key_version", Integer),
    Column("key_id", TEXT),
    Column("data_key", LargeBinary),
    UniqueConstraint("recorded_at"),
    UniqueConstraint("stream", "version"),
)
"""`payload` is sealed, together with the salt; `salt` is then empty. The row of the stream's version `key_version` has
the `data_key`, wrapped by the key `key_id`. Without a `key_version`, payload and salt are not encrypted."""

confidential_part = Table(
    "confidential_part",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("ordinal", SmallInteger, primary_key=True, autoincrement=False),
    Column("stream", TEXT, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),
    Column("key_id", TEXT),
    Column("data_key", LargeBinary),
    Index(None, "stream"),
)
"""The confidential parts of events, each sealed under its own key; of an erased part only the digest is left."""

idempotency_answer = Table(
    "idempotency_answer",
    metadata,
    Column("caller", TEXT, primary_key=True),
    Column("key", TEXT, primary_key=True),
    Column("fingerprint", TEXT, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("headers", TEXT, nullable=False),
    Column("answered_at", BigInteger, nullable=False),
    Column("fact_id", TEXT),
    Column("kept_at", BigInteger, nullable=False, server_default=text("0")),
    Column("key_id", TEXT),
    Column("stamp", LargeBinary),
    Index(None, "answered_at"),
    Index(None, "kept_at"),
)
"""`key` is the digest of an idempotency key, and `kept_at` the time when the response was stored. `stamp` is the digest
of the other columns, wrapped by the key `key_id`; every response has one."""

negotiation = Table(
    "negotiation",
    metadata,
    Column("id", HEX_ID, primary_key=True),
    Column("slug", TEXT, nullable=False),
    Column("title", TEXT, nullable=False),
    Column("summary", TEXT),
    Column("parties", TEXT, nullable=False),
    Column("opened_position", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("private", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("slug"),
    Index(None, "private"),
)

negotiation_correction = Table(
    "negotiation_correction",
    metadata,
    Column("negotiation_id", HEX_ID, ForeignKey("negotiation.id"), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("why", TEXT, nullable=False),
    Column("title", TEXT, nullable=False),
    Column("summary", TEXT),
    Column("parties", TEXT, nullable=False),
)
"""A negotiation's title, summary and parties after each correction; `negotiation` has those of its opening."""

negotiation_member = Table(
    "negotiation_member",
    metadata,
    Column("negotiation_id", HEX_ID, ForeignKey("negotiation.id"), primary_key=True),
    Column("person", TEXT, primary_key=True),
)
"""The people who may see a private negotiation."""

snapshot = Table(
    "snapshot",
    metadata,
    Column("negotiation_id", HEX_ID, ForeignKey("negotiation.id"), primary_key=True),
    Column("name", TEXT, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("perspective", TEXT, nullable=False),
    Column("sha256", TEXT, nullable=False),
)

change_request = Table(
    "proposal",
    metadata,
    Column("id", HEX_ID, primary_key=True),
    Column("negotiation_id", HEX_ID, ForeignKey("negotiation.id"), nullable=False),
    Column("fact_id", HEX_ID, nullable=False),
    Column("stream", HEX_ID, nullable=False),
    Column("fact_version", Integer, nullable=False),
    Column("op", TEXT, nullable=False),
    Column("content_position", BigInteger, nullable=False),
    Column("proposer", TEXT, nullable=False),
    Column("proposed_position", BigInteger, nullable=False),
    Column("proposed_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("decision", TEXT),
    Column("decided_by", TEXT),
    Column("decided_position", BigInteger),
    Column("decided_at", BigInteger),
    Index(None, "negotiation_id", "proposed_position"),
    Index(None, "stream"),
)
"""Changes that need a second person. Their content, and the reasons of the decision, are sealed in the log alone."""

projection = Table(
    "projection",
    metadata,
    Column("name", TEXT, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("state", TEXT, nullable=False),
)

tile = Table(
    "tile",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
)
"""The complete tiles of the log's tree; `root` is the hash over a tile's 256 hashes."""

signed_checkpoint = Table(
    "signed_checkpoint",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("note", TEXT, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
"""The checkpoint that was signed last; `size` is -1 before the first."""

api_key = Table(
    "api_key",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("secret_sha256", LargeBinary, nullable=False),
    Column("person", TEXT, nullable=False),
    Column("scopes", TEXT, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
)
"""The API keys; they are not part of the record, and in no backup of it."""

session = Table(
    "session",
    metadata,
    Column("token_sha256", TEXT, primary_key=True),
    Column("api_key", TEXT, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("key_id", TEXT, nullable=False),
    Column("stamp", LargeBinary, nullable=False),
    Index(None, "expires_at"),
)
"""The sessions of the pages, each with the API key that began it; in no backup. `stamp` is the digest of the
other columns, wrapped by the key `key_id`."""

stamp = Table(
    "stamp",
    metadata,
    Column("of", TEXT, primary_key=True),
    Column("key_id", TEXT, nullable=False),
    Column("stamp", LargeBinary, nullable=False),
)
"""The stamp of the API keys, by the table's name, and the secret of idempotency keys, wrapped in the same way."""
