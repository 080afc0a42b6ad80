from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from domain.errors import ContentError, UnknownError
from infrastructure.errors import DatabaseRefusedError
from infrastructure.identity.keys import Keys, is_key
from infrastructure.tables.record import api_key

if TYPE_CHECKING:
    from infrastructure.database.database import Database

NOON = 1_763_812_800_000_000
ANN = "Ann Other"


@pytest.fixture
def now() -> list[int]:
    return [NOON]


@pytest.fixture
def keys(database: Database, now: list[int]) -> Keys:
    return Keys(database, lambda: now[0])


def test_a_key_opens_what_it_was_made_for(keys: Keys) -> None:
    text, key = keys.create(ANN, ["fact:write", "fact:read"])
    principal = keys.principal(text)
    assert principal is not None
    assert principal.person == principal.actor == ANN
    assert principal.scopes == {"fact:read", "fact:write"}
    assert principal.caller == f"key:{key.id}"
    assert not principal.sees_all
    assert is_key(text)


def test_the_database_never_holds_the_secret(keys: Keys, database: Database) -> None:
    text, _ = keys.create(ANN, ["admin"])
    secret = text.split("_")[2]
    assert len(secret) * 5 >= 128
    with database.reading() as connection:
        row = connection.execute(select(api_key)).one()
    assert secret not in repr(row)
    assert secret.encode() not in bytes(row.secret_sha256)


def test_no_two_keys_are_alike(keys: Keys) -> None:
    made = {keys.create(ANN, ["admin"])[0] for _ in range(20)}
    assert len({part for text in made for part in text.split("_")[1:]}) == 40


def test_any_other_character_opens_nothing(keys: Keys) -> None:
    text, _ = keys.create(ANN, ["admin"])
    for place, letter in enumerate(text):
        other = "b" if letter == "a" else "a"
        assert keys.principal(text[:place] + other + text[place + 1 :]) is None
    for wrong in ("", "parley_", text[:-1], text + "a", text.upper(), f" {text}", f"{text}\n"):
        assert keys.principal(wrong) is None


def test_another_key_s_secret_opens_nothing(keys: Keys) -> None:
    one, other = keys.create(ANN, ["admin"])[0], keys.create(ANN, ["admin"])[0]
    swapped = "_".join([*one.split("_")[:2], other.split("_")[2]])
    assert keys.principal(swapped) is None


def test_a_revoked_key_opens_nothing_from_then_on(keys: Keys, now: list[int]) -> None:
    text, key = keys.create(ANN, ["admin"])
    assert keys.any_open()
    now[0] += 1
    assert keys.revoke(key.id).revoked_at == now[0]
    assert keys.principal(text) is None
    assert not keys.any_open()
    now[0] += 1
    assert keys.revoke(key.id).revoked_at == NOON + 1
    with pytest.raises(UnknownError):
        keys.revoke("nobody")


def test_a_key_expires(keys: Keys, now: list[int]) -> None:
    text, _ = keys.create(ANN, ["admin"], NOON + 10)
    now[0] = NOON + 9
    assert keys.principal(text) is not None
    now[0] = NOON + 10
    assert keys.principal(text) is None
    assert not keys.any_open()


@pytest.mark.parametrize("person", ["", "  ", "a\nb", "x" * 256, "a\x7f", "a\U0001d159"])
def test_a_key_is_somebody_s(keys: Keys, person: str) -> None:
    with pytest.raises(ContentError):
        keys.create(person, ["admin"])


def test_a_key_is_for_something_and_for_a_time_to_come(keys: Keys) -> None:
    with pytest.raises(ContentError):
        keys.create(ANN, [])
    with pytest.raises(ContentError):
        keys.create(ANN, ["admin"], NOON)
    assert keys.all() == []


IGNORED = {
    "sqlite": ("CREATE TRIGGER kept BEFORE UPDATE ON api_key BEGIN SELECT RAISE(IGNORE); END",),
    "postgresql": (
        "CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER kept BEFORE UPDATE ON api_key FOR EACH ROW EXECUTE FUNCTION kept()",
    ),
}


def test_a_key_that_the_database_keeps_open_is_not_said_to_be_revoked(
    keys: Keys, database: Database
) -> None:
    text_, key = keys.create(ANN, ["admin"])
    with database.writing() as connection:
        for statement in IGNORED["sqlite" if database.is_sqlite else "postgresql"]:
            connection.execute(text(statement))
    with pytest.raises(DatabaseRefusedError, match="still valid"):
        keys.revoke(key.id)
    assert keys.principal(text_) is not None
