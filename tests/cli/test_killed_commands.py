"""A command that is killed at any SQL statement has done its work or changed nothing, and can be run again."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import make_url
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from infrastructure.database.schema import downgrade
from infrastructure.settings import Settings
from tests.cli.conftest import LINES, Shell
from tests.databases import open_database, sqlite_file_url
from tests.forking import run
from tests.importing.lines import SLUG
from tests.infrastructure.sealing.files import holds, tables_holding
from tests.thorough import THOROUGH, some_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind, PostgreSQL

WORD: Final = "Zanzibarcanary"
SAID: Final = {**LINES[0], "external_id": f"{WORD}-1", "summary": f"{WORD} was freed"}
OTHER: Final = {**SAID, "external_id": "gone", "summary": "Said and erased before"}
REASON: Final = "The family asked for it"
ERASE: Final = ("erase", SLUG, f"{WORD}-1", "--reason", REASON, "--yes")
OLDER: Final = "0024"
"""The revision from which a record is upgraded."""
MOST: Final = 40
"""About how many steps a command is killed at in the long form."""
COUNTING: Final = """
import os, pathlib, signal, sys
from sqlalchemy import Engine, event
at, made = int(os.environ["KILLED_AT"]), 0
def step(*_):
    global made
    made += 1
    if made == at:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(Engine, "before_cursor_execute", step)
event.listen(Engine, "commit", step)
"""
COMMAND: Final = f"{COUNTING}\nfrom api.cli.app import main\nmain()"
"""Runs a command, and kills it before its n-th statement or commit."""
REQUEST: Final = f"""{COUNTING}
from starlette.testclient import TestClient
from api.composition import compose
from api.http.app import create_app
from infrastructure.settings import Settings
parley = compose(Settings.from_env(os.environ), upgrade=False)
http = TestClient(create_app(parley))
key = pathlib.Path(os.environ["FOLDER"], "api.key").read_text()
named = {{"authorization": f"Bearer {{key}}", "if-match": "*", "idempotency-key": '"erasing"'}}
answer = http.post(sys.argv[1], json={{"reason": "{REASON}"}}, headers=named)
print(answer.text)
parley.close()
sys.exit(answer.status_code != 200)
"""
"""Does the same with a request that erases; it is sent again under the same idempotency key."""


@dataclass(frozen=True)
class Trial:
    """A database on which a command is run, and its content before."""

    parley: Shell
    program: str
    arguments: tuple[str, ...]

    def run_killed(self, at: int) -> tuple[int, str]:
        """Run the command, and kill it at a step, if one is given; gives its status and its output."""
        own = {"KILLED_AT": f"{at}", "FOLDER": str(self.parley.folder)}
        ended = run(
            [sys.executable, "-c", self.program, *self.arguments],
            env={**os.environ, **self.parley.settings, **own},
            text=True,
        )
        return ended.returncode, ended.stdout + ended.stderr

    @property
    def erases(self) -> bool:
        """Whether the command erases the word."""
        return self.arguments[0].endswith(("erase", "/erasure"))

    def run_to_end(self) -> None:
        """Run the command to its end; the database may still be ending the session of the killed process."""
        deadline = time.monotonic() + 30
        while True:
            status, output = self.run_killed(0)
            if "under way" not in output:
                assert status == 0 or "was erased" in output or "a record already" in output, output
                return
            assert time.monotonic() < deadline, output
            time.sleep(0.1)

    def ready(self) -> None:
        """Check that a server is soon ready, and leaves no erased content."""
        parley = compose(Settings.from_env(self.parley.settings), upgrade=False)
        with TestClient(create_app(parley)) as http:
            deadline = time.monotonic() + 30
            while (answer := http.get("/readyz")).status_code != 200:
                assert time.monotonic() < deadline, answer.text
                time.sleep(0.05)
            while self.erases and is_left(self.parley):
                assert time.monotonic() < deadline
                time.sleep(0.05)
        parley.close()


def is_left(parley: Shell) -> bool:
    """Whether the word is in a file of SQLite, or in a table; files are read without the database."""
    database = open_database(parley.url)
    words = (WORD, WORD.lower())
    if database.is_sqlite:
        database.close()
        return any(holds(database, word.encode()) for word in (*words, WORD.lower()[2:]))
    with database.reading() as connection:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        tables = list(connection.exec_driver_sql(query).scalars())
    holds_word = any(tables_holding(database, word, *tables) for word in words)
    database.close()
    return holds_word


@pytest.fixture(scope="module")
def base(
    lasting_database: Callable[[Kind], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Kind], Shell]:
    """A record with one fact to be erased and one that is erased already, made once for all tests."""

    def make(kind: Kind) -> Shell:
        parley = Shell(lasting_database(kind), tmp_path_factory.mktemp("base")).fill()
        parley.out("import", SLUG, parley.file(SAID, OTHER))
        parley.out("settings", SLUG, "--no-review-erasure")
        parley.out("erase", SLUG, "gone", "--reason", REASON, "--yes")
        parley.out("backup", str(parley.folder / "backup"))
        scopes = ("--scope", "fact:read erase")
        key = parley.out("keys", "create", "Ann", *scopes).strip()
        (parley.folder / "api.key").write_text(key)
        assert is_left(parley)
        return parley

    return cache(make)


def copy_record(
    parley: Shell, folder: Path, postgresql: Callable[[], PostgreSQL] | None, *, empty: bool
) -> Shell:
    """The record on a database of its own, or an empty one with its keys."""
    folder.mkdir()
    for each in parley.folder.iterdir():
        shutil.copy2(each, folder)
    if parley.url.startswith("sqlite"):
        path = folder / "parley.db"
        if not empty:
            shutil.copyfile(str(make_url(parley.url).database), path)
        return Shell(sqlite_file_url(path), folder)
    assert postgresql is not None
    server = postgresql()
    return Shell(server.fresh(migrated=False) if empty else server.copy_of(parley.url), folder)


FACT: Final = fact_id(negotiation_id(SLUG), SAID["external_id"])
CASES: Final[dict[str, tuple[int, tuple[str, ...]]]] = {
    "erase": (113, ERASE),
    "erase over HTTP": (93, (f"/v1/facts/{FACT}/erasure",)),
    "restore": (306, ("restore", "{}/backup")),
    "upgrade": (296, ("db", "upgrade")),
    "compact": (66, ("compact",)),
    "seal": (61, ("seal", "--new-key")),
    "rebuild": (109, ("rebuild",)),
}
"""(about how many statements and commits the command makes, the command)."""


@pytest.mark.cases(2)
@pytest.mark.parametrize("kind", ["sqlite-file", "postgresql"])
@pytest.mark.parametrize("name", CASES)
def test_what_is_killed_is_done_or_not_begun_and_is_run_again(
    base: Callable[[Kind], Shell],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    name: str,
    kind: Kind,
) -> None:
    most, words = CASES[name]
    before = base(kind).out("export", SLUG)
    for at in some_of(range(1, most + 1, most // MOST if THOROUGH else 1), 1):
        shell = copy_record(
            base(kind),
            tmp_path / f"{at}",
            lambda: request.getfixturevalue("postgresql"),
            empty=name == "restore",
        )
        if name == "upgrade":
            database = open_database(shell.url)
            downgrade(database, OLDER)
            database.close()
        command = tuple(word.format(shell.folder) for word in words)
        one = Trial(shell, REQUEST if "HTTP" in name else COMMAND, command)
        status, said = one.run_killed(at)
        assert status in {-signal.SIGKILL, 0}, said
        if name not in {"upgrade", "restore"}:
            assert "as they were recorded" in shell.out("verify"), at
            shell.out("export", SLUG)
        one.run_to_end()
        exported = shell.out("export", SLUG)
        assert (WORD in exported) is not one.erases, at
        assert one.erases or exported == before, at
        assert "as they were recorded" in shell.out("verify"), at
        one.ready()
