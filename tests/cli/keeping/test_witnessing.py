"""`parley witness` watches a server from another machine, and `verify` checks the log against its cosignature."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from typer.testing import CliRunner

from api.cli.commands import app
from domain.proof.cosignature import Cosigner
from infrastructure.proofs.ed25519 import Ed25519Signer
from tests.cli.conftest import APPOINTED, LINES, Shell
from tests.cli.test_cli import PROGRAM
from tests.forking import Forked, run
from tests.importing.lines import SLUG, custody
from tests.infrastructure.witness.keys import LOG, NAME
from tests.infrastructure.witness.logs import history, serve_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.databases import Kind
    from tests.infrastructure.witness.logs import FakeLog

pytestmark = pytest.mark.either_database

EVENTS: Final = len(LINES) + 1
SECONDS: Final = 60


@contextmanager
def serve_record(parley: Shell) -> Iterator[str]:
    """The address of the record, served by a process of its own."""
    with Forked(
        [*PROGRAM, "serve", "--json", "--port", "0"],
        env={**os.environ, **parley.settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())["listening"]
        finally:
            server.terminate()


@dataclass(frozen=True)
class Elsewhere:
    """A folder that stands for another machine: no settings and no database."""

    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        return {name: text for name, text in os.environ.items() if not name.startswith("PARLEY_")}

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `parley witness` there."""
        return run(
            [*PROGRAM, "witness", *arguments],
            cwd=self.folder,
            env=self.environ,
            text=True,
            timeout=SECONDS,
        )

    def read_json(self, *arguments: str) -> Any:  # noqa: ANN401 -- JSON is anything
        """The JSON of a run; checks that it succeeds."""
        ran = self(*arguments, "--json")
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def read_refusal(self, *arguments: str) -> str:
        """The one line with which a run is refused."""
        ran = self(*arguments)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert re.fullmatch(r"parley: [^\n]{5,}\n", ran.stderr), ran.stderr
        return ran.stderr


@pytest.fixture
def elsewhere(tmp_path: Path) -> Elsewhere:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return Elsewhere(folder)


@pytest.fixture
def log() -> Iterator[FakeLog]:
    """A log that answers wrongly when the test tells it to."""
    with serve_log() as log:
        log.grow(300)
        yield log


def log_key(parley: Shell) -> str:
    """The log's public key, as its operator hands it over."""
    return str(json.loads(parley.out("verify", "--json", "--log-only"))["key"])


def make_custodies(people: int) -> list[dict[str, Any]]:
    """So many facts to record."""
    return [custody(None, person=f"Person {number}", valid="2026") for number in range(people)]


@pytest.mark.parametrize("kind", ["sqlite-file", "postgresql"])
def test_a_server_is_watched_from_elsewhere_and_verified_by_the_witness_s_word(
    kind: Kind, fresh_database: Callable[[Kind], str], tmp_path: Path, elsewhere: Elsewhere
) -> None:
    parley = Shell(fresh_database(kind), tmp_path).fill()
    cosigned = elsewhere.folder / "parley.witness" / "checkpoint"
    key = elsewhere.read_json("--show-key", "--name", NAME)["key"]
    verified = ("verify", "--checkpoint", str(cosigned), "--witness", key)
    with serve_record(parley) as url:
        watched = (f"{url}/", "--log-key", log_key(parley))
        first = elsewhere.read_json(*watched)
        assert (first["cosigned"], first["events"], first["key"]) == (True, EVENTS, key)
        assert parley(*verified).exit_code == 0
        assert not elsewhere.read_json(*watched)["cosigned"]
        parley.out("import", SLUG, parley.file(*make_custodies(300)))
        grown = _read_once_signed(elsewhere, watched, EVENTS + 300)
    assert grown["evidence"] == []
    result = parley(*verified)
    assert result.exit_code == 0, result.output
    assert f"continue the signed checkpoint of {cosigned}" in result.stdout
    other = Cosigner(Ed25519Signer.of(NAME, bytes(32)), 0).key.text
    assert "no known key" in parley(*verified[:-1], other).stderr
    assert sorted(path.name for path in elsewhere.folder.iterdir()) == ["parley.witness"]


@pytest.mark.parametrize("kind", ["sqlite-file", "postgresql"])
def test_another_history_by_the_same_key_is_refused_and_kept(
    kind: Kind, fresh_database: Callable[[Kind], str], tmp_path: Path, elsewhere: Elsewhere
) -> None:
    parley, another = (Shell(fresh_database(kind), tmp_path) for _ in range(2))
    parley.fill()
    with serve_record(parley) as url:
        watched = (url, "--log-key", log_key(parley), "--name", NAME)
        assert elsewhere.read_json(*watched)["events"] == EVENTS
    beside_the_key = Path(f"{parley.key_file}.checkpoint")
    beside_the_key.write_text("")
    another.out("import", SLUG, another.file(APPOINTED), "--title", "Talks", "--party", "Belarus")
    with serve_record(another) as url:
        watched = (url, *watched[1:])
        assert f"the log shows 2 events, but it had {EVENTS} before" in elsewhere.read_refusal(
            *watched
        )
        another.out("import", SLUG, another.file(*make_custodies(20)))
        _wait_until_signed(another, 22)
        refusal = elsewhere.read_refusal(*watched)
    assert f"the first {EVENTS} of the log's 22 events are not those that it had signed" in refusal
    kept = elsewhere.folder / refusal.rstrip("\n").rpartition(" ")[2]
    beside_the_key.write_text("")
    demanded = ("verify", "--log-only", "--key", watched[2], "--checkpoint")
    assert parley(*demanded, str(kept / "cosigned")).exit_code == 0
    assert another(*demanded, str(kept / "shown")).exit_code == 0
    assert parley(*demanded, str(kept / "shown")).exit_code == 1


def _read_once_signed(elsewhere: Elsewhere, watched: tuple[str, ...], size: int) -> Any:  # noqa: ANN401
    """The JSON of a run, after the log has signed so many events, which takes it a second."""
    deadline = time.monotonic() + SECONDS
    while (result := elsewhere.read_json(*watched))["events"] < size:
        assert time.monotonic() < deadline
    assert (result["cosigned"], result["events"]) == (True, size)
    return result


def _wait_until_signed(parley: Shell, size: int) -> None:
    deadline = time.monotonic() + SECONDS
    kept = Path(f"{parley.key_file}.checkpoint")
    while kept.read_text().splitlines()[1] != str(size):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_what_is_said_is_what_was_done(log: FakeLog, elsewhere: Elsewhere) -> None:
    watched = (log.url, "--log-key", LOG.key.text, "--name", NAME, "--state", "w", "--out", "out")
    first = elsewhere(*watched)
    assert (
        first.stdout == "Co-signed the log's first 300 events\nThe co-signed checkpoint is in out\n"
    )
    again = elsewhere(*watched)
    assert again.stdout.startswith("Nothing new: the log's first 300 events were co-signed at 2")
    assert (again.returncode, again.stderr) == (0, "")
    log.grow(299)
    assert "both checkpoints are kept in w/evidence/roll-back-300-299-" in elsewhere.read_refusal(
        *watched
    )
    log.grow(301)
    after = elsewhere(*watched)
    assert after.stdout.endswith("Evidence against the log is in w/evidence\n")
    assert sorted(path.name for path in elsewhere.folder.iterdir()) == ["out", "w"]


def test_what_cannot_be_watched_is_refused(
    log: FakeLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    key, named = ("--log-key", LOG.key.text), ("--name", NAME)
    for arguments, why in (
        ((log.url, *key), "--name"),
        ((log.url, *key, "--name", "two words"), "one word"),
        ((log.url, *named, "--log-key", "nonsense"), "--log-key"),
        ((log.url, *named, "--log-key", Cosigner(LOG, 0).key.text), "give the key of a log"),
        (("http://log.example/", *key, *named), "write an https URL"),
        (("https://log.example/?a=b", *key, *named), "without a query"),
        (("https://log.example/?", *key, *named), "without a query"),
        (("https://somebody@log.example/", *key, *named), "without a user"),
        (("file:///etc/passwd", *key, *named), "URL"),
        ((f"{log.url}/else", *key, *named), "404"),
        ((log.url, *key, *named, "--out", "none/out"), "none"),
    ):
        result = CliRunner().invoke(app, ["witness", *arguments])
        assert (result.exit_code, result.stdout) == (1, ""), arguments
        assert re.fullmatch(r"parley: [^\n]{5,}\n", result.stderr), result.stderr
        assert why in result.stderr, arguments
    assert not (tmp_path / "parley.witness" / "checkpoint").exists()
    for wrong in (
        (), (log.url,), key, (log.url, *key, "--every", "0"), (log.url, *key, "--state", "parley.witness/name"),
    ):  # fmt: skip
        assert CliRunner().invoke(app, ["witness", *wrong]).exit_code == 2, wrong


def test_it_goes_on_asking_and_says_once_why_it_does_not_sign(
    log: FakeLog, elsewhere: Elsewhere
) -> None:
    watched = (log.url, "--log-key", LOG.key.text, "--name", NAME)
    with Forked(
        [*PROGRAM, "witness", *watched, "--every", "1", "--json"],
        cwd=elsewhere.folder,
        env=elsewhere.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        try:
            assert watching.stdout is not None
            assert watching.stderr is not None
            assert json.loads(watching.stdout.readline())["events"] == 300
            assert "another process" in elsewhere.read_refusal(*watched)
            assert elsewhere.read_json("--show-key")["key"].startswith(f"{NAME}+")
            honest, fork = log.tree, history(other_from=10)
            log.grow_between_rounds(400, fork)
            assert "first 300 of the log's 400 events" in watching.stderr.readline()
            _wait_for_rounds(log, 2)
            log.grow_between_rounds(300, honest)
            _wait_for_rounds(log, 2)
            log.grow_between_rounds(500, fork)
            assert "first 300 of the log's 500 events" in watching.stderr.readline()
            log.grow_between_rounds(600, honest)
            document = json.loads(watching.stdout.readline())
            assert (document["events"], len(document["evidence"])) == (600, 2)
            watching.send_signal(signal.SIGTERM)
            assert watching.wait(20) == 0
            assert (watching.stdout.read(), watching.stderr.read()) == ("", "")
        finally:
            watching.kill()


def _wait_for_rounds(log: FakeLog, rounds: int) -> None:
    deadline = time.monotonic() + SECONDS
    seen = log.asked_paths.count("/checkpoint") + rounds
    while log.asked_paths.count("/checkpoint") < seen:
        assert time.monotonic() < deadline
        time.sleep(0.05)
