"""A server that fails on a request logs the failure without any value of the request."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from api.http.app import create_app
from infrastructure.projections import fact_text
from infrastructure.tables.record import idempotency_answer
from tests.api.asking import FACTS, Client, authorize, fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.composition import Parley

WORD = "zanzibarcanary"
CONFIDENTIAL = {"identity": WORD, "contact": WORD, "note": WORD}
SAID: dict[str, Any] = {
    "external_id": f"{WORD}-1",
    "summary": f"{WORD} was freed",
    "citations": [{"publisher": WORD, "published": "2025-09-12", "confidential": CONFIDENTIAL}],
}


@pytest.fixture
def client(parley: Parley) -> Iterator[Client]:
    """A client that raises the errors that the server would log."""
    with TestClient(create_app(parley), headers=authorize(parley)) as http:
        client = Client(http)
        client.open()
        yield client


@pytest.mark.parametrize(
    "column",
    ["event payload", "fact_version content", "fact_text body", "idempotency_answer body"],
)
def test_the_error_of_a_changed_table_quotes_no_value(
    parley: Parley, client: Client, column: str, caplog: pytest.LogCaptureFixture
) -> None:
    table, name = column.split()
    client.record(summary="In between")
    with parley.database.writing() as connection:
        change = f"ALTER TABLE {table} RENAME COLUMN {name} TO other"
        connection.execute(text("DROP TABLE fact_text" if table == "fact_text" else change))
    told = ""
    try:
        answer = client.post(FACTS, fact(**SAID), idempotency_key=WORD)
        assert table == "fact_text" or answer.status == 503
        fact_text.catch_up(parley.database)
    except Exception as error:  # noqa: BLE001 -- whatever it is, its text is what the test is about
        told = "".join(traceback.format_exception(error))
    assert table in told or parley.database.is_sqlite
    assert WORD not in told + caplog.text


def test_the_error_of_a_refused_row_quotes_none_of_its_values(parley: Parley) -> None:
    row = {"caller": WORD, "key": WORD, "fingerprint": WORD, "status": 200, "body": WORD.encode()}
    given = {**row, "headers": WORD, "answered_at": 1}
    refused = []
    for wrong in ([given, given], [{**given, "headers": None}]):
        with pytest.raises(DBAPIError) as error, parley.database.writing() as connection:
            connection.execute(idempotency_answer.insert(), wrong)
        refused.append("".join(traceback.format_exception(error.value)))
    assert all("idempotency_answer" in each for each in refused)
    assert [each for each in refused if WORD in each.casefold()] == []
