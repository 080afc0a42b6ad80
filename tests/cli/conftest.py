"""Fixtures for the command line, which runs on a database of its own with one imported negotiation."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import make_url
from typer.testing import CliRunner, Result

from api.cli.commands import app
from tests.databases import sqlite_file_url
from tests.importing.lines import CITATION, EVERY_OP, SLUG, custody, encode_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.databases import Kind, PostgreSQL

APPOINTED = {
    "external_id": "P",
    "kind": "appointment",
    "valid": "2025-11-09",
    "summary": "John Coale becomes special envoy",
    "citations": [CITATION],
    "person": "John Coale",
    "post": "special envoy",
}
FREED = {
    "external_id": "R",
    "kind": "release",
    "valid": "2025-09-11",
    "summary": "Fifty-two freed",
    "citations": [CITATION],
    "quantities": [{"what": "released", "value": 52, "basis": "increment"}],
    "people": ["Ales Bialiatski"],
}
HELD = custody(
    None,
    person="Maria Kalesnikava",
    valid="2026",
    citations=[{**CITATION, "published": "2026-01"}],
)
LINES = [*EVERY_OP, APPOINTED, FREED, HELD]


@dataclass(frozen=True)
class Shell:
    """Runs `parley` on one database."""

    url: str
    folder: Path

    def __call__(self, *arguments: str, stdin: bytes | None = None, **env: str) -> Result:
        settings = {**self.settings, "COLUMNS": "200", **env}
        return CliRunner().invoke(app, list(arguments), input=stdin, env=settings)

    @property
    def settings(self) -> dict[str, str]:
        """The environment variables of each command."""
        return {
            "PARLEY_DATABASE_URL": self.url,
            "PARLEY_LOG_KEY_FILE": str(self.key_file),
            "PARLEY_SEAL_KEY_FILE": str(self.folder / "parley.seal"),
        }

    @property
    def key_file(self) -> Path:
        """The file of the log's key, after a server has made it."""
        return self.folder / "parley.key"

    def out(self, *arguments: str, stdin: bytes | None = None) -> str:
        """What a command prints; checks that it succeeds."""
        result = self(*arguments, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    def file(self, *lines: dict[str, Any] | bytes, name: str = "lines.ndjson") -> str:
        """Write lines to a file; gives its path."""
        path = self.folder / name
        path.write_bytes(b"".join(encode_lines(lines)))
        return str(path)

    def fill(self) -> Shell:
        """Import the lines; gives this shell."""
        self.out("import", SLUG, self.file(*LINES), "--title", "Talks", "--party", "Belarus")
        return self

    def copy_to(self, folder: Path, postgresql: PostgreSQL | None = None) -> Shell:
        """The same on a copy of the database, with copies of the keys in another folder."""
        for each in self.folder.iterdir():
            shutil.copy2(each, folder)
        if postgresql is not None:
            return Shell(postgresql.copy_of(self.url), folder)
        path = folder / "parley_0.db"
        shutil.copyfile(str(make_url(self.url).database), path)
        return Shell(sqlite_file_url(path), folder)


@pytest.fixture(scope="module")
def open_filled(
    lasting_database: Callable[[Kind], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Kind], Shell]:
    """The filled record on a kind of database, made once for all tests of a module, which copy it."""
    return cache(
        lambda kind: Shell(lasting_database(kind), tmp_path_factory.mktemp("filled")).fill()
    )


@pytest.fixture(params=["sqlite-file", "postgresql"])
def parley(
    request: pytest.FixtureRequest, open_filled: Callable[[Kind], Shell], tmp_path: Path
) -> Shell:
    """The filled record on both databases in turn."""
    if request.param == "sqlite-file":
        return open_filled("sqlite-file").copy_to(tmp_path)
    return open_filled("postgresql").copy_to(tmp_path, request.getfixturevalue("postgresql"))


@pytest.fixture
def light(open_filled: Callable[[Kind], Shell], tmp_path: Path) -> Shell:
    """The filled record on SQLite alone."""
    return open_filled("sqlite-file").copy_to(tmp_path)


@pytest.fixture
def empty(fresh_database: Callable[[Kind], str], tmp_path: Path) -> Shell:
    """An empty record on SQLite alone."""
    return Shell(fresh_database("sqlite-file"), tmp_path)


def read_table(light: Shell, *arguments: str) -> str:
    return " ".join(light.out(*arguments).split())
