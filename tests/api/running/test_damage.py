"""A damaged database is reported: by the response that meets the damage, and from then on by `/readyz`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.api.asking import TALKS

if TYPE_CHECKING:
    from api.composition import Parley
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database

SENTENCE = "a part of the database is damaged: run parley verify, which says what"


def damage(parley: Parley, statement: str) -> None:
    with parley.database.writing() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "asked"),
    [
        ("UPDATE fact_version SET content = '{]'", TALKS),
        ("""UPDATE fact_version SET content = '{"kind":"relaese"}'""", TALKS),
        ("UPDATE negotiation SET parties = '[3'", TALKS),
        ("UPDATE negotiation SET parties = '3'", "/v1/negotiations"),
        ("UPDATE fact_version SET fact_id = 'x'", f"{TALKS}/timeline"),
        ("UPDATE event SET payload = payload || payload", "/v1/changes"),
    ],
)
def test_what_is_stored_and_cannot_be_read_is_damage(
    client: Client, parley: Parley, statement: str, asked: str
) -> None:
    client.open()
    client.record()
    assert client.get("/readyz").status == 200
    damage(parley, statement)
    answer = client.get(asked)
    assert (answer.status, answer.json["type"]) == (500, "urn:parley:problem:integrity")
    for _ in range(2):
        ready = client.get("/readyz")
        assert (ready.status, ready.json["lacks"]) == (503, [SENTENCE])
    assert client.get("/healthz").status == 200
