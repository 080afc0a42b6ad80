"""`parley serve --read-only` on a hot standby answers as the primary, waits for what it lacks, and changes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import pytest

from tests.databases import SEAL_KEY
from tests.forking import Forked
from tests.machines.relays import Nats, Relay, consume, find_last_sequence
from tests.thorough import some_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.machines.conftest import Asked
    from tests.machines.pair import Pair

pytestmark = pytest.mark.xdist_group("standby")

PROGRAM: Final = (sys.executable, "-c", "from api.cli.app import main; main()")
TALKS: Final = "/v1/negotiations/talks"
AT: Final = "as_of=2025-12-31"
HOST: Final = {"host": "localhost"}
"""Pages contain their own address, so both servers are asked under one host name."""
QUESTIONS: Final = (
    TALKS,
    f"{TALKS}/timeline",
    f"{TALKS}/timeline?q=fact",
    f"{TALKS}/people",
    f"{TALKS}/tally?what=released&by=month",
    f"{TALKS}/audit",
    f"{TALKS}/moments?axis=valid",
    f"{TALKS}/diff?from=2025-01&to=2026-12",
    f"{TALKS}/state/prisoners.held",
    f"{TALKS}/export",
    f"{TALKS}/charts/releases.vl.json",
    "/v1/changes",
    "/v1/negotiations",
    "/v1/search?q=fact",
    "/n/talks",
    "/n/talks/timeline",
)
"""Questions of every sort, by a program and by a person: eight of them in each run, all in the long form."""


def at(question: str, position: int, wait: str = "") -> str:
    """A question at a position; pages do not wait."""
    wait = "" if question.startswith("/n/") else wait
    return f"{question}{'&' if '?' in question else '?'}{AT}&position={position}{wait}"


def test_both_give_the_same_bytes_and_tags_at_a_position(writer: Asked, reader: Asked) -> None:
    position = writer.record(summary="The newest fact", external_id="newest")
    items = writer.get(f"{TALKS}/timeline?limit=1000").json()["items"]
    facts = [f"/v1/facts/{each['id']}" for each in items[:2]]
    asked = [*some_of(QUESTIONS, 8), *facts, *(f"{fact}/history" for fact in facts)]
    for question in asked:
        one = writer.get(at(question, position), **HOST)
        other = reader.get(at(question, position, "&wait=30"), **HOST)
        assert (one.status_code, other.status_code) == (200, 200), (question, other.text)
        assert one.content == other.content, question
        same = ("etag", "cache-control", "cache-tag", "content-type")
        assert [one.headers.get(name) for name in same] == [
            other.headers.get(name) for name in same
        ]
        if "etag" in one.headers:
            again = reader.get(at(question, position), if_none_match=one.headers["etag"], **HOST)
            assert again.status_code == 304, question


def test_every_change_is_refused_with_the_writer_s_address(writer: Asked, reader: Asked) -> None:
    before = writer.get("/readyz").json()["log"]
    paths = reader.get("/openapi.json").json()["paths"]
    changes = [path for path, methods in paths.items() if "post" in methods]
    assert len(changes) > 15
    names = {"slug": "talks", "fact_id": "x", "change_request_id": "x", "name": "x"}
    for path in changes:
        refused = reader.post(path.format(**names), {})
        assert refused.status_code == 421, path
        assert refused.headers["content-type"] == "application/problem+json"
        problem = refused.json()
        assert problem["type"] == "urn:parley:problem:read-only"
        assert problem["writer"] == writer.address
    for method in ("PUT", "PATCH", "DELETE"):
        assert reader.http.request(method, TALKS).status_code == 421
    assert writer.get("/readyz").json()["log"] == before


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-out", "/begin", "/n/talks/record", "/n/talks/import"]
)
def test_a_form_is_refused_by_a_page_that_leads_to_the_writer(
    writer: Asked, reader: Asked, path: str
) -> None:
    headers = {"Accept": "text/html", "Origin": reader.address}
    refused = reader.http.post(path, data={"key": "x"}, headers=headers)
    assert refused.status_code == 421
    assert refused.headers["content-type"] == "text/html; charset=utf-8"
    assert f'href="{writer.address}"' in refused.text


def test_it_says_its_role_and_how_far_it_is_behind(
    writer: Asked, reader: Asked, pair: Pair
) -> None:
    ready = writer.get("/readyz").json()
    assert ready["role"] == "writer"
    assert "lag_seconds" not in ready
    until = time.monotonic() + 30
    while (ready := reader.get("/readyz").json())["lag_seconds"] > 5:
        assert time.monotonic() < until, ready
        time.sleep(0.1)
    assert (ready["role"], ready["status"]) == ("reader", "ready")
    assert ready["unreplayed_bytes"] >= 0
    with pair.pause_replay():
        writer.record(summary="Recorded while it is paused")
        until = time.monotonic() + 30
        before = reader.get("/readyz").json()
        while not before["unreplayed_bytes"]:
            assert time.monotonic() < until
            before = reader.get("/readyz").json()
        time.sleep(0.5)
        after = reader.get("/readyz").json()
    assert after["lag_seconds"] >= before["lag_seconds"] + 0.5


def test_a_standby_that_lags_waits_and_then_is_unavailable(
    writer: Asked, reader: Asked, pair: Pair
) -> None:
    with ThreadPoolExecutor(8) as pool:
        with pair.pause_replay():
            position = writer.record(summary="Recorded while it is paused")
            began = time.monotonic()
            refused = reader.get(f"{at(TALKS, position)}&wait=1")
            assert time.monotonic() - began >= 1
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "1"
            assert refused.json()["type"] == "urn:parley:problem:lagging"
            assert refused.json()["errors"][0]["pointer"] == "/query/position"
            unwaited = reader.get(at(TALKS, position))
            assert (unwaited.status_code, unwaited.json()["type"]) == (
                409,
                "urn:parley:problem:not-reached",
            )
            assert reader.get(TALKS).json()["perspective"]["position"] < position
            waiting = [
                pool.submit(reader.get, f"{at(path, position)}&wait=30")
                for path in (TALKS, f"{TALKS}/timeline", "/v1/changes", f"{TALKS}/audit")
            ]
            time.sleep(0.5)
            assert not any(each.done() for each in waiting)
        for each in waiting:
            answer = each.result(30)
            assert answer.status_code == 200, answer.text
            assert answer.json()["perspective"]["position"] == position


def test_a_page_of_a_list_waits_for_the_position_of_its_cursor(
    writer: Asked, reader: Asked, pair: Pair
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with pair.pause_replay():
            writer.record(summary="Recorded while it is paused")
            cursor = writer.get(f"{TALKS}/timeline?limit=1").json()["next"]
            assert reader.get(f"{TALKS}/timeline?cursor={cursor}").status_code == 409
            address = f"{TALKS}/timeline?cursor={cursor}&wait=30"
            waiting = pool.submit(reader.get, address)
            time.sleep(0.3)
            assert not waiting.done()
        answer = waiting.result(30)
    assert answer.content == writer.get(f"{TALKS}/timeline?cursor={cursor}").content


def test_what_is_erased_is_gone_here_too(writer: Asked, reader: Asked) -> None:
    one_person = {"review_erasure": False}
    settings = writer.post(f"{TALKS}/settings", one_person)
    assert settings.status_code == 200, settings.text
    writer.record(summary="Endangers somebody", external_id="gone")
    items = writer.get(f"{TALKS}/timeline?limit=1000").json()["items"]
    id_ = next(each["id"] for each in items if each["fact"]["external_id"] == "gone")
    asked = f"/v1/facts/{id_}?position={items[-1]['position']}&as_of=2026"
    known = reader.get(f"{asked}&wait=30")
    assert known.status_code == 200
    erased = writer.post(f"/v1/facts/{id_}/erasure", {"reason": "a danger"}, if_match="*")
    assert erased.status_code == 200, erased.text
    position = writer.get("/readyz").json()["log"]
    assert reader.get(f"{at(TALKS, position)}&wait=30").status_code == 200
    gone = reader.get(asked, if_none_match=known.headers["etag"])
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:parley:problem:erased")


def test_it_makes_no_files_and_signs_nothing(reader: Asked, writer: Asked) -> None:
    assert reader.get("/verifier-key").status_code == 404
    assert reader.get("/checkpoint").content.startswith(b"parley.local/log\n")
    folder = reader.server.errors.parent
    assert [each.name for each in folder.iterdir()] == ["errors"]
    assert "Traceback" not in reader.server.errors.read_text()
    assert writer.server.key_file.exists()


def test_a_server_that_takes_changes_is_refused_on_a_standby(pair: Pair, tmp_path: Path) -> None:
    environ = {
        **os.environ,
        "PARLEY_DATABASE_URL": pair.standby_url,
        "PARLEY_SEAL_KEY": SEAL_KEY,
        "PARLEY_LOG_KEY_FILE": str(tmp_path / "parley.key"),
        "PARLEY_PORT": "0",
    }
    command = [*PROGRAM, "serve"]
    with Forked(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "this PostgreSQL is a standby" in errors
    assert "--read-only" in errors
    assert not list(tmp_path.iterdir())


def test_a_relay_sends_from_a_standby_and_waits_where_that_is_behind(
    writer: Asked, pair: Pair, tmp_path: Path
) -> None:
    writer.record(summary="Relayed from a standby")
    server = Nats(tmp_path / "nats")
    with (
        server,
        Relay(pair.standby_url, server, tmp_path / "standby") as behind,
        Relay(pair.url, server, tmp_path / "primary") as ahead,
    ):
        for relay in (behind, ahead):
            relay.wait_for(lambda relay: relay.output)
        with pair.pause_replay():
            position = writer.record(summary="Recorded while it is paused")
            ahead.wait_for(lambda _: find_last_sequence(server) == position)
            behind.end(signal.SIGKILL)
            behind.start()
            behind.wait_for(lambda relay: "this standby is behind" in relay.errors)
        behind.wait_for(lambda relay: relay.output[-1]["position"] >= position)
        ahead.end()
        last = writer.record(summary="Recorded afterwards")
        behind.wait_for(lambda _: find_last_sequence(server) == last)
        assert [each.sequence for each in consume(server)] == list(range(1, last + 1))
