"""Migrations run in one transaction, on the connection that is given or on one to the database of the settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from alembic import context

from infrastructure.database.database import Database
from infrastructure.database.schema import (
    lock_for_migration,
    make_table_filter,
    tables_to_compare,
)
from infrastructure.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection


def migrate(connection: Connection) -> None:
    """Run the requested revisions inside the transaction that is open on `connection`."""
    context.configure(
        connection=connection,
        target_metadata=tables_to_compare(connection),
        include_name=make_table_filter(connection),
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    database = Database(Settings.from_env(os.environ).database_url)
    with lock_for_migration(database) as connection:
        migrate(connection)
    database.close()
