"""Every command in the README's tour runs, and prints what the README says."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from domain.access import SCOPES
from tests.forking import Forked
from tests.forking.asked import fork_command

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parent.parent
README: Final = ROOT / "README.md"
SERVED_AT: Final = "127.0.0.1:8000"
SECONDS: Final = 30
PROGRAM: Final = "from api.cli.app import main; main()"
#: An instant at which something was recorded; cuts end in 999999 and are the same each time.
RECORDED: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(?!999999)\d{6}Z|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
)


@dataclass(frozen=True)
class Command:
    """A command of the tour, and its expected output."""

    line: str
    prints: str


def tour(readme: str) -> list[Command]:
    """The commands of the tour, in order."""
    blocks = re.findall(r"```console\n(.*?)```", readme, re.DOTALL)
    pieces = [
        piece for block in blocks for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    ]
    return [Command(*split(piece)) for piece in pieces]


def split(piece: str) -> tuple[str, str]:
    """Split the text into a command, which may continue after a backslash or within a quotation, and its output."""
    lines = piece.splitlines(keepends=True)
    end = 1
    while lines[end - 1].endswith("\\\n") or "".join(lines[:end]).count("'") % 2:
        end += 1
    return "".join(lines[:end]).rstrip("\n"), "".join(lines[end:])


@dataclass(frozen=True)
class Place:
    """A folder as `make run` leaves it, with the server running."""

    folder: Path
    port: int
    environ: dict[str, str]

    def run(self, command: str) -> str:
        """The output of a command."""
        process = subprocess.run(
            ["bash", "-c", command.replace(SERVED_AT, f"127.0.0.1:{self.port}")],
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return process.stdout + process.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The record imported and served by the commands of the Makefile."""
    folder = tmp_path_factory.mktemp("tour")
    parley = folder / ".venv" / "bin" / "parley"
    parley.parent.mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PARLEY_")}
    environ = {**kept, "COLUMNS": "120", "PARLEY_PORT": str(port)}
    made = Place(folder, port, environ)
    title = re.search(r"^TITLE := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert title is not None
    record = ROOT / "data" / "us-belarus.ndjson"
    serve = [sys.executable, "-c", PROGRAM, "serve"]
    with ExitStack() as held:
        held.enter_context(fork_command(parley, PROGRAM))
        made.run(f".venv/bin/parley import us-belarus {record} --title '{title[1]}'")
        server = held.enter_context(
            Forked(serve, cwd=folder, env=environ, stdout=subprocess.PIPE, text=True)
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz")
            assert server.stdout is not None
            printed = server.stdout.readline() + server.stdout.readline()
            key = re.search(r"parley_\w+", printed)
            assert key is not None, printed
            yield Place(folder, port, {**environ, "KEY": key[0]})
        finally:
            server.terminate()


def wait_for(url: str) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with urlopen(url, timeout=SECONDS):  # noqa: S310 -- this machine's own server
                return
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def normalise(printed: str) -> list[str]:
    """The output without blanks at line ends and without record times."""
    return [RECORDED.sub("(recorded)", line.rstrip()) for line in printed.strip().splitlines()]


def test_every_command_of_the_tour_prints_what_the_readme_says(place: Place) -> None:
    commands = tour(README.read_text(encoding="utf-8"))
    assert len(commands) > 8
    for command in commands:
        assert normalise(place.run(command.line)) == normalise(command.prints), command.line


def test_every_scope_is_explained_in_the_readme() -> None:
    section = (
        README.read_text(encoding="utf-8").split("\n## Who may do what\n")[1].split("\n## ")[0]
    )
    assert re.findall(r"^\| `([a-z:]+)` \| \w", section, re.MULTILINE) == [*SCOPES]
