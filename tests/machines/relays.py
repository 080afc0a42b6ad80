"""Run a NATS server, `parley relay` to it, and a consumer that is not Parley's."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

import nats
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from tests.api.asking import TALKS, Client
from tests.databases import KEY, SEAL_KEY, let_in, settings_of
from tests.forking import Forked
from tests.machines.edge import free_port

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from nats.aio.client import Client as Connection

PROGRAM: Final = (sys.executable, "-c", "from api.cli.app import main; main()")
PASSWORD: Final = "password"  # noqa: S105 -- of a server that ends with its test
SECONDS: Final = 30
STREAM: Final = "PARLEY"


@dataclass
class Nats:
    """A NATS server with JetStream, started and killed as often as wanted; its streams stay in its folder."""

    folder: Path
    config: str = ""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its URL."""
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self.folder.mkdir(exist_ok=True)
        own = f"listen: 127.0.0.1:{self.port}\njetstream {{ store_dir: '{self.folder}/store' }}\n"
        (self.folder / "nats.conf").write_text(own + self.config)
        program = str(Path(sys.executable).parent / "nats-server")
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [program, "-c", str(self.folder / "nats.conf")],
                env=dict.fromkeys(("RELAY_PASSWORD", "READER_PASSWORD"), PASSWORD),
                stderr=log,
                stdout=log,
            )
        deadline = time.monotonic() + SECONDS
        while (
            b"Server is ready" not in (self.folder / "log").read_bytes().rpartition(b"Starting")[2]
        ):
            assert time.monotonic() < deadline, (self.folder / "log").read_text()[-2_000:]
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2_000:]
            time.sleep(0.01)

    def kill(self) -> None:
        """Kill it, as in a crash."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(SECONDS)
            self.process = None

    def words(self, word: str) -> int:
        """How often a word is in the files of its streams."""
        files = [each for each in (self.folder / "store").rglob("*") if each.is_file()]
        return sum(file.read_bytes().count(word.encode()) for file in files)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


@dataclass
class Relay:
    """`parley relay` from a database to a NATS server; its output is kept in files."""

    url: str
    nats: Nats
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ("--json",)
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it."""
        self.folder.mkdir(exist_ok=True)
        kept = {name: text for name, text in os.environ.items() if not name.startswith("PARLEY_")}
        named = {
            "PARLEY_DATABASE_URL": self.url,
            "PARLEY_SEAL_KEY": SEAL_KEY,
            "PARLEY_NATS_URL": self.nats.url,
        }
        with (self.folder / "out").open("ab") as out, (self.folder / "errors").open("ab") as errors:
            self.process = Forked(
                [*PROGRAM, "relay", *self.options],
                env={**kept, **named, **self.settings},
                stdout=out,
                stderr=errors,
                text=True,
            )

    @property
    def output(self) -> list[dict[str, Any]]:
        """Its standard output since its first start."""
        text = (self.folder / "out").read_text()
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    @property
    def errors(self) -> str:
        """Its standard error since its first start."""
        return (self.folder / "errors").read_text()

    def wait_for(self, found: Callable[[Relay], object]) -> None:
        """Wait until `found` is true of it; fails if it ends before."""
        deadline = time.monotonic() + SECONDS
        while not found(self):
            assert self.process is not None
            assert self.process.poll() is None, self.errors
            assert time.monotonic() < deadline, (self.output, self.errors)
            time.sleep(0.02)

    def end(self, signal_: int = signal.SIGTERM) -> int:
        """Send it a signal; gives its exit status."""
        assert self.process is not None
        self.process.send_signal(signal_)
        return self.wait()

    def wait(self) -> int:
        """Wait until it ends; gives its exit status."""
        assert self.process is not None
        status = self.process.wait(SECONDS)
        self.process = None
        return status

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.end(signal.SIGKILL)


class Received(NamedTuple):
    """A message as a consumer receives it."""

    sequence: int
    subject: str
    id: str
    event: dict[str, Any]


def ask_nats(nats_: Nats, ask: Callable[[Connection], Awaitable[Any]], **given: Any) -> Any:  # noqa: ANN401 -- what is asked
    """The result of a coroutine that gets a connection of nats-py."""

    async def run() -> object:
        async def unheard(_: Exception) -> None:
            """Do nothing: the test gets the error that is raised."""

        named = {"servers": nats_.url, "max_reconnect_attempts": 1, "error_cb": unheard, **given}
        async with await nats.connect(**named) as connection:
            return await ask(connection)

    return asyncio.run(run())


def consume(
    nats_: Nats,
    subject: str = "parley.>",
    durable: str | None = None,
    **given: Any,  # noqa: ANN401 -- nats-py's
) -> list[Received]:
    """All messages of the stream under a subject, received in order by a consumer of nats-py."""

    async def fetch(connection: Connection) -> list[Received]:
        context = connection.jetstream()
        pulled = await context.pull_subscribe(subject, durable, stream=STREAM)
        received: list[Received] = []
        with suppress(nats.errors.TimeoutError):
            while True:
                for each in await pulled.fetch(500, timeout=0.3):
                    await each.ack()
                    id_ = (each.headers or {})["Nats-Msg-Id"]
                    event = json.loads(each.data)
                    received.append(
                        Received(each.metadata.sequence.stream, each.subject, id_, event)
                    )
                if not each.metadata.num_pending:
                    break
        return received

    found: list[Received] = ask_nats(nats_, fetch, **given)
    return found


def add_stream(nats_: Nats, name: str, *subjects: str, **more: Any) -> None:  # noqa: ANN401 -- nats-py's
    """Create a stream, as an operator would."""

    async def add(connection: Connection) -> None:
        await connection.jetstream().add_stream(name=name, subjects=list(subjects), **more)

    ask_nats(nats_, add)


def find_last_sequence(nats_: Nats) -> int:
    """The last sequence of the stream; 0 if there is no stream."""

    async def look(connection: Connection) -> int:
        with suppress(nats.js.errors.NotFoundError):
            return (await connection.jetstream().stream_info(STREAM)).state.last_seq
        return 0

    sequence: int = ask_nats(nats_, look)
    return sequence


@contextmanager
def recording(url: str) -> Iterator[Client]:
    """The API on a database, in this process, with an open negotiation in which one person may erase."""
    let_in(url)
    parley = compose(settings_of(url), upgrade=False)
    headers = {"Authorization": f"Bearer {KEY}"}
    try:
        client = Client(TestClient(create_app(parley), headers=headers))
        client.open()
        settings = {"review_erasure": False}
        assert client.post(f"{TALKS}/settings", settings).status == 200
        yield client
    finally:
        parley.close()


def erase(client: Client, id_: str, **fields: str) -> int:
    """Erase a fact; gives the position of the erasure."""
    body = {"reason": "a danger to somebody", **fields}
    answer = client.post(f"/v1/facts/{id_}/erasure", body, if_match="*")
    assert answer.status == 200, answer.json
    return int(answer.json["position"])


def list_log(client: Client) -> list[dict[str, Any]]:
    """The log as the API lists it."""
    return list(client.get("/v1/changes?limit=1000").json["items"])


def see_refused(relay: Relay, line: str) -> None:
    """Check that a relay ends with one line."""
    assert relay.wait() == 1
    assert relay.output == []
    assert re.fullmatch(line, relay.errors), relay.errors
