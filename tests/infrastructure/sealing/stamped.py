"""Change rows of a database that are not derived from its log, and find those without a valid stamp."""

from __future__ import annotations

import os
from base64 import b64encode
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from infrastructure.projections.checking.comparison import find_unstamped
from infrastructure.sealing.stored_responses import IdempotencyClaim, find_response
from infrastructure.tables.record import idempotency_answer
from tests.databases import SEAL_KEY

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, RowMapping

ANSWER = IdempotencyClaim("key:a", "sent", "f" * 64, 201, "{}", b"the answer", None)
NEWER = f"{SEAL_KEY} {b64encode(os.urandom(32)).decode()}"


def list_responses(connection: Connection) -> list[RowMapping]:
    ordered = select(idempotency_answer).order_by(idempotency_answer.c.key)
    return list(connection.execute(ordered).mappings())


def match_key(connection: Connection, key: str) -> ColumnElement[bool]:
    """The condition that a row is the response under a key."""
    response = find_response(connection, ANSWER.caller, key)
    assert response is not None
    return idempotency_answer.c.key == response.key


def list_unstamped_tables(connection: Connection) -> list[str]:
    return [each.table for each in find_unstamped(connection)]
