"""`parley seal` changes the keys, and says which are still needed; without its keys a record is not served."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from domain.proof.note import base64_of
from infrastructure.database.schema import upgrade
from infrastructure.tables.record import api_key
from tests.cli.conftest import LINES, Shell
from tests.databases import open_database
from tests.importing.lines import SLUG

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.either_database

EVENTS = len(LINES) + 1


def seal_file(shell: Shell) -> Path:
    return shell.folder / "parley.seal"


def test_the_key_file_is_made_with_the_first_event_and_not_before(empty: Shell) -> None:
    empty.out("verify")
    assert not seal_file(empty).exists()
    empty.fill()
    assert stat.S_IMODE(seal_file(empty).stat().st_mode) == 0o600
    assert f"{EVENTS} events" in empty.out("verify")


def test_a_new_key_takes_the_place_of_the_old_one(parley: Shell) -> None:
    before = seal_file(parley).read_text()
    root = json.loads(parley.out("verify", "--json"))["root"]
    report = json.loads(parley.out("seal", "--new-key", "--json"))
    first, newest = seal_file(parley).read_text().splitlines(keepends=True)
    assert first == before
    assert (report["sealed"], report["wrapped"]) == (0, sum(report["keys"].values()))
    assert list(report["keys"]) == [report["newest"]]
    seal_file(parley).write_text(newest)
    assert json.loads(parley.out("verify", "--json"))["root"] == root
    assert "0 data keys wrapped again" in parley.out("seal")
    assert f"The key {report['newest']} (the newest) wraps" in parley.out("seal")


def test_a_record_whose_key_is_missing_is_neither_served_nor_written_nor_given_another(
    parley: Shell,
) -> None:
    key = seal_file(parley).read_bytes()
    seal_file(parley).unlink()
    for command in (
        ("serve", "--port", "0"),
        ("verify",),
        ("seal",),
        ("seal", "--new-key"),
        ("import", SLUG, parley.file({**LINES[0], "external_id": "new"})),
    ):
        refused = parley(*command)
        assert refused.exit_code == 1, command
        assert "PARLEY_SEAL_KEY_FILE" in refused.stderr
        assert len(refused.stderr.splitlines()) == 1
    assert not seal_file(parley).exists()
    parley.out("backup", str(parley.folder / "backup"))
    seal_file(parley).write_bytes(key)
    seal_file(parley).chmod(0o640)
    assert "chmod 600" in parley("verify").stderr
    seal_file(parley).chmod(0o600)
    assert f"{EVENTS} events" in parley.out("verify")


def test_a_record_that_is_empty_but_for_a_key_belongs_to_who_made_it(
    database_url: str, tmp_path: Path
) -> None:
    own = Shell(database_url, tmp_path)
    own.out("keys", "create", "Ann", "--scope", "admin")
    unmade = str(tmp_path / "b.seal")
    for command in (
        ("serve", "--port", "0"),
        ("verify",),
        ("keys", "create", "Ben", "--scope", "admin"),
        ("import", SLUG, own.file(*LINES), "--title", "Talks", "--party", "Belarus"),
    ):
        refused = own(*command, PARLEY_SEAL_KEY_FILE=unmade)
        assert refused.exit_code == 1, command
        assert "which is not given" in refused.stderr, command
        assert len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / "b.seal").exists()
    own.fill().out("verify")


def test_the_key_may_come_from_the_environment_and_then_no_file_is_made(empty: Shell) -> None:
    old, new = base64_of(bytes(32)), base64_of(bytes(range(32)))
    lines = empty.file(*LINES)
    imported = empty("import", SLUG, lines, "--title", "Talks", PARLEY_SEAL_KEY=old)
    assert imported.exit_code == 0
    assert not seal_file(empty).exists()
    assert empty("verify", PARLEY_SEAL_KEY=old).exit_code == 0
    assert "environment" in empty("seal", "--new-key", PARLEY_SEAL_KEY=old).stderr
    assert empty("seal", PARLEY_SEAL_KEY=f"{old} {new}").exit_code == 0
    assert empty("verify", PARLEY_SEAL_KEY=new).exit_code == 0
    assert "not given" in empty("verify", PARLEY_SEAL_KEY=old).stderr


def test_a_restore_without_the_key_leaves_the_database_empty(
    parley: Shell, empty_database_url: str, tmp_path: Path
) -> None:
    parley.out("backup", str(tmp_path / "backup"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = Shell(empty_database_url, elsewhere)
    refused = other("restore", str(tmp_path / "backup"))
    assert refused.exit_code == 1
    assert "PARLEY_SEAL_KEY_FILE" in refused.stderr
    database = open_database(empty_database_url)
    upgrade(database)
    database.close()
    seal_file(other).write_bytes(seal_file(parley).read_bytes())
    seal_file(other).chmod(0o600)
    other.out("restore", str(tmp_path / "backup"))
    assert f"{EVENTS} events" in other.out("verify")


def test_keys_that_somebody_has_looked_at_are_taken_for_what_they_are(parley: Shell) -> None:
    parley.out("keys", "create", "Ann", "--scope", "fact:read")
    database = open_database(parley.url)
    with database.writing() as connection:
        connection.execute(update(api_key).values(scopes="fact:read admin"))
    database.close()
    refused = parley("verify")
    assert refused.exit_code == 1
    assert "api_key" in refused.stderr
    assert "parley seal --as-is" in refused.stderr
    assert parley("keys", "create", "Ben", "--scope", "fact:read").exit_code == 0
    assert parley("verify").exit_code == 1, "another key hides nothing"
    assert "stored responses deleted: 0" in parley.out("seal", "--as-is")
    assert f"{EVENTS} events" in parley.out("verify")
    assert json.loads(parley.out("seal", "--as-is", "--json"))["dropped"] == 0
