"""A command that is refused leaves no file behind: no key, no database and no folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from infrastructure.tables.record import signed_checkpoint
from tests.cli.conftest import LINES
from tests.databases import open_database
from tests.importing.lines import SLUG
from tests.infrastructure.witness.keys import LOG, NAME, OTHER
from tests.infrastructure.witness.logs import FakeLog, serve_log

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Shell


def files_in(folder: Path) -> dict[str, bytes]:
    """{path: content} of every file below a folder, except SQLite's, whose log comes and goes."""
    return {
        str(each.relative_to(folder)): each.read_bytes() if each.is_file() else b""
        for each in sorted(folder.rglob("*"))
        if "parley_0.db" not in each.name
    }


def read_refusal(parley: Shell, *arguments: str, **env: str) -> str:
    """The error of a refused command; checks that the command left all files as they were."""
    before = files_in(parley.folder)
    result = parley(*arguments, stdin=None, **env)
    assert result.exit_code in {1, 2}, result.output
    assert files_in(parley.folder) == before
    return result.stderr


@pytest.mark.either_database
def test_no_key_is_made_for_a_log_that_another_has_signed(parley: Shell) -> None:
    note = parley.out("checkpoint")
    other = str(parley.folder / "other.key")
    told = read_refusal(parley, "checkpoint", PARLEY_LOG_KEY_FILE=other)
    assert f"another key has signed the log, and there is no key in {other}" in told
    assert "run: parley checkpoint --new-key" in told
    assert parley.out("checkpoint") == note
    assert parley("checkpoint", "--new-key", PARLEY_LOG_KEY_FILE=other).exit_code == 0
    assert parley("checkpoint", PARLEY_LOG_KEY_FILE=other).exit_code == 0
    assert "the log's key is not" in read_refusal(parley, "checkpoint")


@pytest.mark.either_database
def test_no_key_is_made_where_nothing_can_be_signed_or_served(parley: Shell) -> None:
    assert "another key" not in read_refusal(parley, "checkpoint", PARLEY_LOG_ORIGIN="two words")
    read_refusal(parley, "serve", "--host", "192.0.2.1", "--port", "0")
    parley.out("checkpoint")
    database = open_database(parley.url)
    with database.writing() as connection:
        connection.execute(update(signed_checkpoint).values(note="no note"))
    database.close()
    other = str(parley.folder / "other.key")
    for more in ((), ("--new-key",)):
        read_refusal(parley, "checkpoint", *more, PARLEY_LOG_KEY_FILE=other)


def test_a_record_whose_key_is_missing_gets_no_other(light: Shell) -> None:
    (light.folder / "parley.seal").unlink()
    for arguments in (
        ("serve", "--port", "0"),
        ("seal", "--new-key"),
        ("seal", "--as-is"),
        ("import", SLUG, light.file({**LINES[0], "external_id": "new"})),
        ("keys", "create", "Ann", "--scope", "fact:read"),
    ):
        read_refusal(light, *arguments)


def test_a_database_that_is_to_be_made_for_what_is_refused_is_not_made(
    light: Shell, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/none.db"
    file = light.file({"kind": "nothing"})
    for arguments in (
        ("import", "new", f"{file}.gz"),
        ("keys", "create", "Ann", "--scope", "all"),
        ("restore", file),
        ("checkpoint",),
        ("seal", "--new-key"),
    ):
        read_refusal(light, *arguments, PARLEY_DATABASE_URL=url)


@pytest.fixture
def log() -> Iterator[FakeLog]:
    with serve_log() as log:
        yield log


def test_a_witness_of_a_log_that_it_cannot_watch_is_not_made(light: Shell, log: FakeLog) -> None:
    folder = str(light.folder / "witness")
    watched = ("--log-key", LOG.key.text, "--state", folder, "--name", NAME)
    read_refusal(light, "witness", "http://127.0.0.1:1", *watched)
    log.grow(3)
    read_refusal(light, "witness", log.url, "--log-key", OTHER.key.text, *watched[2:])
    read_refusal(light, "witness", log.url, *watched[:4])
    read_refusal(light, "witness", log.url, *watched[:4], "--name", "two words")
    assert light("witness", log.url, *watched).exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", SLUG, "wrong.ndjson"),
        ("import", SLUG, "wrong.ndjson", "--title", ""),
        ("import", SLUG, "right.ndjson", "--dry-run"),
        ("keys", "create", "", "--scope", "admin"),
        ("keys", "create", "Ann", "--scope", "nothing"),
    ],
)
def test_no_database_is_made_where_nothing_is_recorded(
    light: Shell, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(light.folder)
    light.file(LINES[0], name="right.ndjson")
    light.file({"kind": "nothing"}, name="wrong.ndjson")
    before = {each.name for each in light.folder.iterdir()}
    result = light(*arguments, PARLEY_DATABASE_URL="sqlite:///new.db")
    assert (result.exit_code == 0) == ("--dry-run" in arguments), result.output
    assert {each.name for each in light.folder.iterdir()} == before


def test_an_import_makes_the_database_that_is_missing(
    light: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(light.folder)
    right = light.file(LINES[0], name="right.ndjson")
    new = "sqlite:///new.db"
    result = light("import", SLUG, right, PARLEY_DATABASE_URL=new)
    assert result.exit_code == 0, result.output
    assert SLUG in light("list", PARLEY_DATABASE_URL=new).stdout
