"""A relay that cannot send says so in one line, and goes on once the obstacle is gone, if it can go."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from shutil import copy2
from typing import TYPE_CHECKING, Final

import pytest

from tests.machines.nats_users import asking_for_credentials
from tests.machines.relays import Nats, Relay, add_stream, ask_nats, see_refused

if TYPE_CHECKING:
    from pathlib import Path

    from nats.aio.client import Client as Connection

    from tests.api.asking import Client

pytestmark = [pytest.mark.either_database, pytest.mark.xdist_group("relay")]


NAMED: Final = "PARLEY_NATS_CREDENTIALS"


@pytest.mark.usefixtures("client")
def test_a_stream_that_cannot_hold_this_log_is_refused_in_one_line(
    database_url: str, server: Nats, tmp_path: Path
) -> None:
    def publish(*subjects: str) -> None:
        async def publish_all(connection: Connection) -> None:
            for subject in subjects:
                await connection.jetstream().publish(subject, b"{}")

        ask_nats(server, publish_all)

    add_stream(server, "FOREIGN", "foreign.>")
    publish("foreign.a", "foreign.b")
    add_stream(server, "AHEAD", "ahead.>")
    publish(*["ahead.a"] * 9)
    add_stream(server, "KEPT", "kept.>", deny_delete=True)
    add_stream(server, "WIDE", "wide.>", "other.>")
    said = {
        "foreign": r"the stream FOREIGN holds another log: its message 2 is not the event at that position",
        "ahead": r"the stream AHEAD is at position 9, and the log at 2: it holds another log, or",
        "kept": r"no message can be deleted from the stream KEPT",
        "wide": r"the stream WIDE takes wide\.>, other\.> and not wide\.> alone",
        "over": r"NATS refuses: subjects overlap with an existing stream",
    }
    with ExitStack() as held:
        for name, line in said.items():
            subject = "wide.more" if name == "over" else name
            settings = {"PARLEY_NATS_STREAM": name.upper(), "PARLEY_NATS_SUBJECT": subject}
            relay = held.enter_context(Relay(database_url, server, tmp_path / name, settings))
            held.callback(see_refused, relay, rf"parley: {line}[^\n]*\n")


@pytest.mark.usefixtures("client")
def test_without_nats_it_waits_and_says_so_once_until_it_is_stopped(
    database_url: str, tmp_path: Path
) -> None:
    nats = Nats(tmp_path / "nats")
    with Relay(database_url, nats, tmp_path / "relay", options=()) as relay, ExitStack() as held:
        relay.wait_for(lambda relay: relay.errors)
        place = f"127.0.0.1:{nats.port}"
        assert relay.errors == f"parley: waiting for NATS: {place}: Connection refused\n"
        held.enter_context(nats)
        relay.wait_for(lambda relay: (relay.folder / "out").read_text())
        nats.kill()
        relay.wait_for(lambda relay: relay.errors.count("\n") > 1)
        assert relay.end(signal.SIGINT) == 130
        assert relay.errors.endswith("parley: interrupted\n")
        assert relay.errors.count("waiting for NATS") == relay.errors.count("\n") - 1 <= 2
        said = "The stream PARLEY holds the log up to position 2, and follows it\n"
        assert (relay.folder / "out").read_text() == said


def test_an_event_that_nats_does_not_take_is_named(
    client: Client, database_url: str, tmp_path: Path
) -> None:
    position = client.record(note="long " * 1_000).json["position"]
    with (
        Nats(tmp_path / "nats", config="max_payload: 4096\n") as nats,
        Relay(database_url, nats, tmp_path / "relay") as relay,
    ):
        assert relay.wait() == 1
        assert f"the event at position {position} takes" in relay.errors
        assert relay.errors.endswith("raise its max_payload\n")
        assert relay.errors.count("\n") == 1


@pytest.mark.usefixtures("client")
def test_with_a_credentials_file_it_is_let_in_and_without_it_says_so(
    database_url: str, tmp_path: Path
) -> None:
    config, file = asking_for_credentials(tmp_path)
    files = {name: tmp_path / name for name in ("right", "open", "wrong", "missing")}
    for each in ("right", "open", "wrong"):
        copy2(file, files[each])
    files["open"].chmod(0o644)
    files["wrong"].write_text("nonsense")
    said = {
        "open": "may be read by others",
        "wrong": "is not a credentials file of a NATS user",
        "missing": "there is no file",
    }
    with ExitStack() as held:
        server = held.enter_context(Nats(tmp_path / "nats", config))
        relays = {
            name: held.enter_context(
                Relay(database_url, server, tmp_path / f"{name}-relay", {NAMED: str(path)})
            )
            for name, path in files.items()
        }
        without = held.enter_context(Relay(database_url, server, tmp_path / "without"))
        without.wait_for(lambda relay: "Authorization Violation" in relay.errors)
        relays["right"].wait_for(lambda relay: relay.output)
        for name, line in said.items():
            see_refused(relays[name], rf"parley: [^\n]*{line}[^\n]*\n")
