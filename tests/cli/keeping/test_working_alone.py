"""Two commands that work on a whole database run one after the other, and neither leaves work half done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.composition import compose
from infrastructure.database.schema import upgrade
from infrastructure.database.working_alone import NotAloneError, work_alone
from infrastructure.projections import rebuild as rebuilding
from infrastructure.settings import Settings
from tests.cli.conftest import Shell
from tests.databases import open_database

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.either_database

COMMANDS = (("rebuild",), ("seal",), ("seal", "--new-key"), ("seal", "--as-is"), ("compact",))
UNDER_WAY = "parley: a restore is under way on this database; run this again when that is done\n"


def test_a_command_is_refused_in_one_line_while_another_is_under_way(parley: Shell) -> None:
    keys = parley.folder.joinpath("parley.seal").read_bytes()
    database = open_database(parley.url)
    with work_alone(database, "restore"):
        for command in COMMANDS:
            refused = parley(*command)
            assert (refused.exit_code, refused.stderr) == (1, UNDER_WAY), command
            assert refused.stdout == ""
        parley.out("db", "upgrade")
        parley.out("backup", str(parley.folder / "backup"))
    database.close()
    assert parley.folder.joinpath("parley.seal").read_bytes() == keys
    for command in COMMANDS:
        parley.out(*command)


def test_a_restore_during_a_rebuild_is_refused_and_leaves_the_database_empty(
    light: Shell, database_url: str, tmp_path: Path
) -> None:
    light.out("backup", str(tmp_path / "backup"))
    other = Shell(database_url, tmp_path)
    database = open_database(database_url)
    with work_alone(database, "rebuild"):
        refused = other("restore", str(tmp_path / "backup"))
    database.close()
    assert refused.exit_code == 1
    assert "a rebuild is under way" in refused.stderr
    other.out("restore", str(tmp_path / "backup"))


def test_a_schema_is_upgraded_when_nothing_else_is_under_way(
    empty_database_url: str, tmp_path: Path
) -> None:
    shell = Shell(empty_database_url, tmp_path)
    database = open_database(empty_database_url)
    upgrade(database, "0009")
    with work_alone(database, "rebuild"):
        for command in (("db", "upgrade"), ("serve", "--port", "0")):
            refused = shell(*command)
            assert refused.exit_code == 1
            assert refused.stderr.startswith("parley: a rebuild is under way on this database")
    database.close()
    shell.out("db", "upgrade")


def test_of_two_rebuilds_at_once_the_second_is_refused_and_the_first_is_whole(
    parley: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", 2)
    monkeypatch.setattr(rebuilding, "NEAR", 4)
    before = parley.out("timeline", "talks", "--as-of", "2026", "--json")
    first, second = (compose(Settings.from_env(parley.settings)) for _ in range(2))
    refused = []

    def rebuild_again(reached: int, last: int) -> None:
        if last - reached > 4:
            with pytest.raises(NotAloneError, match="another rebuild is under way") as refusal:
                second.rebuild()
            refused.append(refusal)

    assert first.rebuild(rebuild_again).differences == ()
    assert len(refused) > 1
    assert second.rebuild().differences == ()
    for each in (first, second):
        each.close()
    monkeypatch.undo()
    assert parley.out("timeline", "talks", "--as-of", "2026", "--json") == before
    parley.out("verify")
