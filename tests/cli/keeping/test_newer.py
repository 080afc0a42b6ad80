"""Every command leaves a database of a newer Parley alone, and says so in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import typer
from sqlalchemy import text
from starlette.testclient import TestClient

from api.cli.commands import app
from api.composition import compose
from api.http.app import create_app
from infrastructure.settings import Settings
from tests.api.asking import FACTS, TALKS, Client, authorize, fact
from tests.cli.conftest import LINES, Shell
from tests.databases import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMER = "DeprecationWarning: The command 'proposals' is deprecated.\n"
WITHOUT_A_DATABASE = {("witness",), ("kinds",), ("columns",)}
ID = "0192f0c4-0000-7000-8000-000000000000"
GIVEN = {
    "slug": "talks",
    "name": "then",
    "what": "released",
    "q": "freed",
    "fact": "R",
    "kind": "release",
    "id_": ID,
    "person": "Ann",
    "key_id": "a",
    "chart": "held",
    "--output": "held.svg",
    "--from": "2025",
    "--reason": "refinement",
    "--why": "wrong",
    "--scope": "fact:read",
}


def commands(
    group: Any = None,  # noqa: ANN401 -- typer's
    path: tuple[str, ...] = (),
) -> Iterator[tuple[tuple[str, ...], Any]]:
    whole: Any = group or typer.main.get_command(app)
    for name, command in whole.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        elif (*path, name) not in WITHOUT_A_DATABASE:
            yield (*path, name), command


def words_of(path: tuple[str, ...], command: Any, given: dict[str, str]) -> list[str]:  # noqa: ANN401 -- the same
    """A command line with all arguments that the command needs."""
    words = list(path)
    for each in command.params:
        if each.required or (path, each.name) == (("tally",), "what"):
            named = each.opts[0]
            words += [given[named]] if each.param_type_name == "argument" else [named, given[named]]
    return words


def mark_as_newer(shell: Shell, revision: str = "9001") -> None:
    database = open_database(shell.url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": revision})
    database.close()


@pytest.mark.either_database
def test_every_command_says_so_in_one_line_and_leaves_it_alone(parley: Shell) -> None:
    given = {
        **GIVEN,
        "file": parley.file(*LINES),
        "source": str(parley.folder / "backup"),
        "target": str(parley.folder / "another"),
    }
    parley.out("backup", given["source"])
    mark_as_newer(parley)
    lines = [words_of(path, command, given) for path, command in commands()]
    lines += [["serve", "--no-upgrade"], ["db", "upgrade", "--json"], ["verify", "--log-only"]]
    before = {path.name for path in parley.folder.iterdir()}
    assert len(lines) > 25
    for line in lines:
        refused = parley(*line)
        assert (refused.exit_code, refused.stdout) == (1, ""), line
        said = refused.stderr.removeprefix(FORMER)
        assert said.startswith("parley: a newer Parley made this database: "), line
        assert said.endswith("install a newer Parley\n"), line
        assert said.count("\n") == 1, line
        assert "upgrade" not in said, line
    assert {path.name for path in parley.folder.iterdir()} == before


@pytest.mark.parametrize("revision", ["9001", "0011_later", "é\n"])
def test_whatever_its_revision_is_called(light: Shell, revision: str) -> None:
    mark_as_newer(light, revision)
    refused = light("db", "upgrade")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("parley: a newer Parley made this database: ")
    assert refused.stderr.count("\n") == 1


def test_a_server_whose_database_a_newer_one_has_upgraded_is_not_ready_and_records_nothing(
    parley: Shell,
) -> None:
    composed = compose(Settings.from_env(parley.settings))
    client = Client(TestClient(create_app(composed), headers=authorize(composed)))
    client.record(summary="Before")
    mark_as_newer(parley)
    ready = client.get("/readyz")
    refused = client.post(FACTS, fact(summary="After"))
    read = client.get(f"{TALKS}/timeline?q=after")
    composed.close()
    assert (ready.status, refused.status, read.json["items"]) == (503, 503, [])
    assert "a newer Parley made this database" in ready.json["lacks"][0]
    assert refused.headers["retry-after"]


def test_a_database_that_says_no_revision_is_not_advised_to_be_upgraded(parley: Shell) -> None:
    database = open_database(parley.url)
    said = {
        "DELETE FROM alembic_version": "does not say which revision its schema has",
        "DROP TABLE alembic_version": "has tables of another program",
    }
    for statement, told in said.items():
        with database.writing() as connection:
            connection.execute(text(statement))
        for command in (("list",), ("db", "upgrade"), ("verify",), ("serve", "--port", "0")):
            refused = parley(*command)
            assert (refused.exit_code, refused.stdout) == (1, ""), command
            assert told in refused.stderr
            assert refused.stderr.count("\n") == 1
    database.close()
