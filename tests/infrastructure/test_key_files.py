"""Each database has its own keys, from whatever folder it is used; keys of an older version still work."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from api.composition import Parley, compose
from api.http.app import create_app
from infrastructure.key_files import key_file_of
from infrastructure.settings import Settings
from tests.api.asking import TALKS, Client, authorize

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind

OLD = {"PARLEY_LOG_KEY_FILE": "parley.key", "PARLEY_SEAL_KEY_FILE": "parley.seal"}

both = pytest.mark.parametrize("kind", ["sqlite-file", "postgresql"])


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def compose_signing(url: str, **named: str) -> Parley:
    """The record of a process that gets only the database, or files with `named` keys."""
    settings = Settings.from_env({"PARLEY_DATABASE_URL": url, **named})
    return compose(settings, upgrade=False, signs=True)


def record_and_sign(parley: Parley, *, opens: bool = True) -> None:
    """Record and read something, and sign the log."""
    client = Client(TestClient(create_app(parley), headers=authorize(parley)))
    if opens:
        client.open()
    client.record()
    assert client.get(f"{TALKS}/timeline").json["items"]
    assert parley.publisher is not None
    parley.publisher.publish()


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///parley.db", "parley.key"),
        ("sqlite:////srv/talks.db", "/srv/talks.key"),
        ("sqlite:///file:/srv/talks.db?uri=true", "/srv/talks.key"),
        ("sqlite:///talks.sqlite", "talks.sqlite-key"),
        ("sqlite:///parley", "parley-key"),
        ("sqlite://", "parley.key"),
        ("postgresql://anna@db.example/talks", "talks@db.example+5432.key"),
        ("postgresql+psycopg://db.example:5433/talks", "talks@db.example+5433.key"),
        ("postgresql:///a%2Fb?host=/run/pg&port=6", "a%2Fb@%2Frun%2Fpg+6.key"),
        ("postgresql:///talks", "talks@localhost+5432.key"),
    ],
)
def test_the_files_are_named_after_the_database(url: str, file: str) -> None:
    assert key_file_of(url, "key") == file
    assert Settings.from_env({"PARLEY_DATABASE_URL": url}).log_key_file == file


def test_a_link_to_a_file_has_the_keys_of_that_file_or_those_that_it_had(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "now.db").symlink_to("kept/talks.db")
    assert key_file_of("sqlite:///now.db", "seal") == str(tmp_path / "kept" / "talks.seal")
    (tmp_path / "now.seal").touch()
    assert key_file_of("sqlite:///now.db", "seal") == "now.seal"
    assert key_file_of("sqlite:///now.db", "key") == str(tmp_path / "kept" / "talks.key")


def test_no_name_is_too_long_for_a_file() -> None:
    long = f"postgresql:///talks?host=/{'x' * 500}"
    assert len(key_file_of(long, "seal")) < 100
    assert key_file_of(long, "seal") != key_file_of(f"{long}x", "seal")


@both
def test_two_databases_used_from_one_folder_are_both_signed(
    fresh_database: Callable[[Kind], str], kind: Kind
) -> None:
    urls = [fresh_database(kind) for _ in range(2)]
    for opens in (True, False):
        for url in urls:
            with closing(compose_signing(url)) as parley:
                record_and_sign(parley, opens=opens)
    files = [(key_file_of(url, "key"), key_file_of(url, "seal")) for url in urls]
    assert len({*files[0], *files[1]}) == 4


@both
def test_the_files_of_before_go_on_working_for_their_own_database(
    fresh_database: Callable[[Kind], str], kind: Kind, tmp_path: Path
) -> None:
    url, another = (fresh_database(kind) for _ in range(2))
    with closing(compose_signing(url, **OLD)) as parley:
        record_and_sign(parley)
    with closing(compose_signing(another)) as parley:
        record_and_sign(parley)
    with closing(compose_signing(url)) as parley:
        record_and_sign(parley, opens=False)
    names = [(key_file_of(each, "key"), key_file_of(each, "seal")) for each in (url, another)]
    there = [[(tmp_path / name).exists() for name in pair] for pair in names]
    assert there == [[False, False], [True, True]]
