"""Every command is documented, and exits 0 done, 1 refused in one line, 2 wrongly used."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer

from api.cli.commands import app
from tests.cli.conftest import Shell
from tests.importing.lines import SLUG

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.either_database

COMMANDS = {
    "serve", "import", "export", "show", "timeline", "tally", "moments", "people", "diff", "audit",
    "changes", "kinds", "columns", "snapshot", "snapshots", "list", "search", "chart",
    "rebuild", "db upgrade", "verify", "backup", "restore", "keys create", "keys list", "keys revoke", "settings",
    "seal", "compact", "erase", "witness", "change-requests", "approve", "refuse", "withdraw",
    "check",
    "relay", "checkpoint", "correct-clock", "correct-negotiation",
    "record", "correct", "corroborate", "end", "retract", "reinstate", "prefer",
}  # fmt: skip
HIDDEN = {"proposals", "log"}
PERSPECTIVE = {"--as-of", "--as-known-at", "--position", "--clock", "--match"}
READING = {"export", "show", "timeline", "tally", "moments", "people", "audit", "snapshot", "chart"}
PROGRAM = (sys.executable, "-c", "from api.cli.app import main; main()")


def commands() -> Iterator[tuple[str, typer.core.TyperCommand]]:
    def walk(prefix: str, group: object) -> Iterator[tuple[str, typer.core.TyperCommand]]:
        assert isinstance(group, typer.core.TyperGroup)
        for name, command in group.commands.items():
            if isinstance(command, typer.core.TyperGroup):
                yield from walk(f"{prefix}{name} ", command)
            else:
                assert isinstance(command, typer.core.TyperCommand)
                yield prefix + name, command

    yield from walk("", typer.main.get_command(app))


def test_the_commands_are_those_that_are_promised() -> None:
    assert {name for name, _ in commands()} == COMMANDS | HIDDEN


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=lambda each: str(each)[:12])
def test_every_command_and_every_option_is_documented(
    name: str, command: typer.core.TyperCommand
) -> None:
    assert command.help, name
    assert command.help[0].isupper()
    undocumented = [each.name for each in command.params if not getattr(each, "help", None)]
    assert undocumented == [], name
    options = {option for each in command.params for option in each.opts}
    assert "--json" in options
    if name in READING:
        assert options >= PERSPECTIVE


def test_help_lists_every_command(empty: Shell) -> None:
    shown = empty.out("--help")
    assert {name for name in COMMANDS if re.search(rf"^. {name} ", shown, re.MULTILINE)} == (
        {name for name in COMMANDS if " " not in name}
    )
    assert "upgrade" in empty.out("db", "--help")


def test_the_program_says_which_it_is(empty: Shell) -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert empty.out("--version") == f"parley {project['version']}\n"


REFUSED = (
    ("show", "nowhere"),
    ("show", SLUG, "--fact", "nothing"),
    ("show", SLUG, "--position", "999999"),
    ("timeline", SLUG, "--cursor", "nonsense"),
    ("audit", "Not a slug"),
    ("show", f"{SLUG}/timeline"),
    ("import", "Not a slug", "lines.ndjson", "--title", "Talks"),
    ("export", "nowhere"),
    ("import", SLUG, "missing.ndjson"),
    ("snapshot", SLUG, "none", "--check"),
    ("snapshot", SLUG, "not/a/name"),
    ("serve", "--host", "256.256.256.256"),
)
WRONG = (
    ("vanish",),
    ("timeline",),
    ("show", SLUG, "--as-of", "yesterday"),
    ("show", SLUG, "--as-known-at", "2025-13"),
    ("show", SLUG, "--position", "-1"),
    ("show", SLUG, "--clock", "wall"),
    ("show", SLUG, "--match", "maybe"),
    ("show", SLUG, "--section", "weather"),
    ("timeline", SLUG, "--kind", "cuddle"),
    ("timeline", SLUG, "--limit", "0"),
    ("timeline", SLUG, "--include", "everything"),
    ("diff", SLUG),
    ("audit", SLUG, "--csv", "--json"),
    ("export", SLUG, "--history", "--as-known-at", "2025", "--clock", "published"),
    ("serve", "--port", "65536"),
    ("db", "downgrade"),
)


def test_a_refusal_is_one_line_on_standard_error_and_exit_status_1(
    light: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(light.folder)
    for arguments in REFUSED:
        result = light(*arguments)
        assert result.exit_code == 1, (arguments, result.output)
        assert result.stdout == "", arguments
        assert re.fullmatch(r"parley: [^\n]{5,}\n", result.stderr), (arguments, result.stderr)


def test_wrong_usage_is_exit_status_2(light: Shell) -> None:
    for arguments in WRONG:
        result = light(*arguments)
        assert result.exit_code == 2, (arguments, result.output)
        assert result.stdout == "", arguments
        assert "Usage:" in result.stderr, arguments


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///no/such/folder/x.db",
        "mysql://x/y",
        "postgres://x/y",
        "postgresql+asyncpg://x/y",
        "postgresql+psycopg2://x/y",
        "postgresql://x/y?prepare_threshold=a",
        "nonsense",
        "sqlite:///none.db",
        "sqlite:///none.db?timeout=long",
        "sqlite:///none\x1b.db",
        "sqlite:///file:none.db?uri=true",
        "sqlite:////dev/null",
    ],
)
def test_a_database_that_cannot_be_used_is_refused(
    empty: Shell, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(empty.folder)
    result = empty("show", SLUG, PARLEY_DATABASE_URL=url)
    assert result.exit_code == 1
    assert re.fullmatch(r"parley: [^\n]{5,}\n", result.stderr), result.stderr
    assert not (empty.folder / "none.db").exists()
    if "run: " in result.stderr:
        advised = result.stderr.rpartition("run: parley ")[2].split()
        assert empty(*advised, PARLEY_DATABASE_URL=url).exit_code == 0
    else:
        assert re.search("PARLEY_DATABASE_URL|no folder|no file", result.stderr)


def test_a_server_that_cannot_be_reached_is_refused_without_a_traceback(empty: Shell) -> None:
    url = "postgresql://nobody:secret@127.0.0.1:1/none"
    result = empty("show", SLUG, PARLEY_DATABASE_URL=url)
    assert result.exit_code == 1
    assert re.fullmatch(r"parley: [^\n]{5,}\n", result.stderr), result.stderr
    assert "secret" not in result.stderr


def test_an_older_database_is_refused_until_it_is_upgraded(
    empty_database_url: str, tmp_path: Path
) -> None:
    parley = Shell(empty_database_url, tmp_path)
    if not empty_database_url.startswith("sqlite"):
        assert "db upgrade" in parley("show", SLUG).stderr
    assert parley("serve", "--no-upgrade").exit_code == 1
    assert "head" in parley.out("db", "upgrade")
    assert '"schema":true' in parley.out("db", "upgrade", "--json")
    assert "no negotiation" in parley("show", SLUG).stderr


def test_the_program_itself_refuses_in_one_line(light: Shell) -> None:
    env = {**os.environ, **light.settings}
    ran = subprocess.run(
        [*PROGRAM, "show", "nowhere"], env=env, capture_output=True, check=False, timeout=60
    )
    assert ran.returncode == 1
    assert ran.stdout == b""
    assert ran.stderr == b"parley: no negotiation nowhere; parley list shows the negotiations\n"


@pytest.mark.cases(1)
@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["kinds"]])
def test_what_cannot_be_written_is_refused_in_one_line(light: Shell, arguments: list[str]) -> None:
    env = {**os.environ, **light.settings}
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [*PROGRAM, *arguments], env=env, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (ran.returncode, ran.stderr) == (1, b"parley: No space left on device\n")


@pytest.mark.cases(1)
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_a_command_whose_streams_are_closed_does_its_work(light: Shell, closed: str) -> None:
    env, file = {**os.environ, **light.settings}, light.folder / "facts.ndjson"
    for command in (("export", SLUG), ("export", SLUG, "--output", str(file))):
        line = f"{shlex.join([*PROGRAM, *command])} {closed}"
        ran = subprocess.run(["sh", "-c", line], env=env, stderr=subprocess.PIPE, check=False)
        assert (ran.returncode, ran.stderr) == (0, b"")
    assert file.read_text().startswith("{")


def test_serve_says_where_it_listens_answers_there_and_stops_when_told(parley: Shell) -> None:
    env = {**os.environ, **parley.settings, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0"],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as served:
        assert served.stdout is not None
        address = served.stdout.readline().strip().removeprefix("Parley listens at ")
        with urllib.request.urlopen(f"{address}/v1/negotiations/{SLUG}", timeout=20) as answer:  # noqa: S310 -- its own
            assert answer.status == 200
        with urllib.request.urlopen(f"{address}/checkpoint", timeout=20) as answer:  # noqa: S310 -- its own
            assert answer.read().startswith(b"parley.local/log\n")
        served.send_signal(signal.SIGINT)
        try:
            assert served.wait(timeout=20) in {0, 130, -signal.SIGINT}
        finally:
            served.kill()
