from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from api.composition import compose
from infrastructure.proofs.publishing import InconsistentLogError, Publisher
from infrastructure.settings import Settings
from tests.cli.conftest import Shell
from tests.importing.lines import SLUG, custody

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.either_database


def test_a_backup_is_restored_into_an_empty_database_and_answers_the_same(
    parley: Shell, empty_database_url: str, tmp_path: Path
) -> None:
    parley.out("import", SLUG, parley.file(custody("B", person="Nina")), "--batch", "spring")
    target = tmp_path / "backup"
    manifest = json.loads(parley.out("backup", str(target), "--json"))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    other = Shell(empty_database_url, tmp_path)
    assert json.loads(other.out("restore", str(target), "--json")) == manifest
    pinned = ("--position", str(manifest["position"]), "--as-of", "2026-01-01", "--json")
    for command in (("show", SLUG), ("timeline", SLUG), ("audit", SLUG)):
        assert other.out(*command, *pinned) == parley.out(*command, *pinned)
    for labelled in (("changes", "--batch", "spring"), ("timeline", SLUG, "--batch", "spring")):
        restored = other.out(*labelled, "--json")
        assert len(json.loads(restored)["items"]) == 1
        assert json.loads(restored)["items"] == json.loads(parley.out(*labelled, "--json"))["items"]
    assert json.loads(other.out("rebuild", "--json"))["differences"] == []


def test_a_restore_is_refused_where_there_is_a_record_or_no_whole_backup(light: Shell) -> None:
    target = light.folder / "backup"
    assert "holds the record" in light.out("backup", str(target))
    assert "empty" in light("restore", str(target)).stderr
    assert "exists" in light("backup", str(target)).stderr
    target.write_bytes(target.read_bytes()[:-20])
    unmade = light.folder / "other.db"
    other = Shell(f"sqlite:///{unmade}", light.folder)
    for source in (target, light.folder / "none"):
        refused = other("restore", str(source))
        assert refused.exit_code == 1
        assert refused.stderr.startswith("parley: ")
    assert not unmade.exists()


def test_a_restore_says_that_keys_are_to_be_made_anew(light: Shell) -> None:
    target = light.folder / "backup"
    light.out("backup", str(target))
    other = Shell(f"sqlite:///{light.folder / 'other.db'}", light.folder)
    assert "Backups have no API keys" in other.out("restore", str(target))


def test_a_restore_without_the_keys_that_seal_leaves_no_database(light: Shell) -> None:
    target, unmade = light.folder / "backup", light.folder / "other.db"
    light.out("backup", str(target))
    other = Shell(f"sqlite:///{unmade}", light.folder)
    refused = other("restore", str(target), PARLEY_SEAL_KEY_FILE=str(light.folder / "none"))
    assert refused.exit_code == 1
    assert "which is not given: PARLEY_SEAL_KEY_FILE" in refused.stderr
    assert not unmade.exists()
    assert not (light.folder / "none").exists()
    assert "is restored" in other.out("restore", str(target))


def test_a_backup_goes_into_no_database_that_a_server_or_a_key_has_made_its_own(
    light: Shell, database_url: str, tmp_path: Path
) -> None:
    target = tmp_path / "backup"
    light.out("backup", str(target))
    (tmp_path / "own").mkdir()
    other = Shell(database_url, tmp_path / "own")
    other.out("keys", "create", "ann", "--scope", "admin")
    for seal_file in (other.folder / "parley.seal", light.folder / "parley.seal"):
        refused = other("restore", str(target), PARLEY_SEAL_KEY_FILE=str(seal_file))
        assert refused.exit_code == 1
    assert "restore into a new database" in refused.stderr
    assert "0 events" in other.out("verify")


def test_an_older_backup_beside_the_kept_key_is_signed_by_another_key_alone(light: Shell) -> None:
    target = light.folder / "backup"
    light.out("backup", str(target))
    light.out("settings", SLUG, "--review-record")
    publisher(light).publish()
    older = Shell(f"sqlite:///{light.folder / 'other.db'}", light.folder)
    older.out("restore", str(target))
    with pytest.raises(InconsistentLogError, match=r"docs/reliability\.md says what to do"):
        publisher(older).publish()
    publisher(older, PARLEY_LOG_KEY_FILE=str(light.folder / "other.key")).publish()
    assert "other.key.checkpoint" in older(
        "verify", PARLEY_LOG_KEY_FILE=str(light.folder / "other.key")
    ).stdout.replace("\n", "")


def publisher(shell: Shell, **env: str) -> Publisher:
    """The publisher that signs the log as a server would."""
    found = compose(Settings.from_env({**shell.settings, **env}), signs=True).publisher
    assert found is not None
    return found


def test_a_backup_says_why_it_cannot_be_written(light: Shell) -> None:
    refused = light("backup", str(light.folder / "no" / "such" / "folder"))
    assert refused.exit_code == 1
    assert refused.stderr.startswith("parley: ")
