"""Advice in a command's refusals can be followed at a terminal: it does not speak of requests or header fields."""

from __future__ import annotations

import ast
import errno
import json
import os
import re
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from api.cli.session import describe_refusal
from tests.importing.lines import SLUG, custody

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from tests.cli.conftest import Shell

FULL: Final = "database or disk is full"
ROOT: Final = Path(__file__).parents[2]
OF_REQUESTS: Final = re.compile(
    r"Idempotency-Key|If-Match|ETag|Content-Type|Retry-After|\bHTTP\b|\b(?:GET|POST|PATCH)\b|/v1/"
    r"|\b[a-z]\w*=|%2B|\bin a query\b"
)
RAISERS: Final = re.compile(r"Error(?:\.at|\.of)?$|^Fault$|^problem$|^unknown_choice$")
FOLDERS: Final = ("domain", "infrastructure", "api/commands", "api/cli", "api/http")
ONLY_REQUESTS: Final = re.compile(
    r"middleware/|openapi/|exchange/(?:accept|body|entity_tags|idempotency|kept_form|parameters)\.py$"
)
"""Modules whose refusals speak of requests; no command meets them."""
NOT_OF_A_COMMAND: Final = re.compile(
    "update=true|Bearer realm=.*|; send it again with the same Idempotency-Key, and it is recorded once"
)
"""Parts of refusals that only requests get, or that a terminal words otherwise; the tests below show it."""


def texts_of(call: ast.Call, constants: dict[str, ast.expr]) -> Iterator[str]:
    """The texts in the arguments of an error."""
    for node in ast.walk(call):
        found = constants.get(node.id) if isinstance(node, ast.Name) else node
        for part in ast.walk(found or node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


def texts_in(path: Path) -> Iterator[str]:
    """The texts of the errors that a module raises or passes to a function that raises them."""
    tree = ast.parse(path.read_text())
    constants = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign | ast.Assign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and RAISERS.search(ast.unparse(node.func)):
            yield from texts_of(node, constants)


def test_no_refusal_that_a_command_can_meet_speaks_of_requests() -> None:
    texts = [
        (str(path.relative_to(ROOT)), NOT_OF_A_COMMAND.sub("", text))
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not ONLY_REQUESTS.search(str(path))
        for text in texts_in(path)
        if " " in text
    ]
    assert len(texts) > 300
    assert [text for text in texts if OF_REQUESTS.search(text[1])] == []
    shared = [text for text in texts if text[0].startswith(("domain/", "api/commands/"))]
    assert [each for each in shared if re.search(r"--[a-z]", each[1])] == []


@contextmanager
def fail_commits() -> Iterator[None]:
    """Let the disk be full when the database commits an event."""
    written: set[Connection] = set()

    def note(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().startswith("INSERT INTO event"):
            written.add(connection)

    def fail(connection: Connection) -> None:
        if connection in written:
            raise OperationalError("COMMIT", None, OSError(FULL))

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "commit", fail)
    try:
        yield
    finally:
        event.remove(Engine, "commit", fail)
        event.remove(Engine, "before_cursor_execute", note)
    assert written


RECORD: Final = (
    "record", SLUG, "custody", "--valid", "2026", "--summary", "Held", "--person", "Eve", "--status", "detained",
    "--citation.publisher", "Onliner", "--external_id", "N", "--yes",
)  # fmt: skip


def test_who_cannot_know_whether_it_was_recorded_is_told_how_to_find_out(parley: Shell) -> None:
    with fail_commits():
        told = parley(*RECORD)
    assert (told.exit_code, told.stderr.count("\n")) == (1, 1)
    assert told.stderr.startswith(f"parley: a commit broke off: {FULL}; this was recorded ")
    assert "completely or not at all; look with parley changes or parley show" in told.stderr
    assert not OF_REQUESTS.search(told.stderr)
    assert "external:N" not in parley.out("changes", "--json")
    parley.out(*RECORD)
    assert parley(*RECORD).exit_code == 1


def test_no_room_for_the_file_in_memory_beside_the_database_is_a_full_disk() -> None:
    cause = sqlite3.OperationalError("disk I/O error")
    cause.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    assert describe_refusal(OperationalError("BEGIN", None, cause)) == "the disk is full"


def test_a_disk_without_room_for_a_file_is_told_without_a_number() -> None:
    told = os.strerror(errno.ENOSPC)
    assert describe_refusal(OSError(errno.ENOSPC, told)) == told
    assert describe_refusal(OSError(errno.ENOSPC, told, "a.txt")) == f"a.txt: {told}"


@contextmanager
def fail_statements(words: tuple[str, ...], error: Exception) -> Iterator[None]:
    """Let every statement that contains one of these words fail."""

    def fail(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if any(each in statement for each in words):
            raise error

    event.listen(Engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", fail)


@pytest.mark.parametrize("arguments", [RECORD, ("timeline", SLUG)])
def test_why_the_database_cannot_be_used_is_told_as_a_server_would_log_it(
    parley: Shell, arguments: tuple[str, ...]
) -> None:
    locked = OperationalError("SELECT", None, OSError("database is locked"))
    with fail_statements(("INSERT INTO event", "fact_version.content"), locked):
        refused = parley(*arguments)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == "parley: the database cannot serve: database is locked\n"


def test_an_import_that_may_have_been_recorded_is_run_again(parley: Shell) -> None:
    file = parley.file(custody("N"), custody("O"))
    with fail_commits():
        told = parley("import", SLUG, file)
    assert (told.exit_code, told.stderr.count("\n")) == (1, 1)
    assert FULL in told.stderr
    assert (
        "import the same file again: lines that are recorded already are then unchanged"
        in told.stderr
    )
    assert json.loads(parley.out("import", SLUG, file, "--json"))["recorded"] == 2
    assert json.loads(parley.out("import", SLUG, file, "--json"))["unchanged"] == 2
