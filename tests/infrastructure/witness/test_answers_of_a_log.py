"""A witness refuses a log that sends no valid checkpoint or tile, or too much; such a log cannot block it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from domain.proof.note import sign_note
from domain.proof.tiles import TILE_WIDTH
from infrastructure.witness import tiled_log
from tests.infrastructure.identity.publishing import answer_dripping, answer_with, serve_document
from tests.infrastructure.witness.keys import LOG, OTHER, STRANGER
from tests.infrastructure.witness.logs import HONEST, LARGEST, PREFIX

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

    from tests.infrastructure.identity.publishing import Answer
    from tests.infrastructure.witness.conftest import Watching
    from tests.infrastructure.witness.logs import FakeLog


def raw(content: bytes) -> Answer:
    """A response of these bytes alone."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(content)

    return answer


def answer_endlessly(handler: BaseHTTPRequestHandler) -> None:
    """A response that never ends, sent as fast as possible."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65_536)


def chunks(handler: BaseHTTPRequestHandler) -> None:
    """The same, in chunks of one byte."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        handler.wfile.write(b"1\r\nx\r\n" * 1_000)


def forge_note(log: FakeLog) -> str:
    """A note with two signatures by the log's key, one of them invalid."""
    line = log.note().rpartition("\n\n")[2]
    return log.note() + line.replace(line[-10:-5], line[-10:-5].swapcase())


MALFORMED = {
    "empty": "",
    "no signature": HONEST.checkpoint(400).text + "\n",
    "two lines": sign_note("example.com/talks\n400\n", [LOG]),
    "blank line": sign_note(HONEST.checkpoint(400).text + "\nmore\n", [LOG]),
    "negative size": sign_note(HONEST.checkpoint(400).text.replace("400", "-400"), [LOG]),
    "leading zero": sign_note(HONEST.checkpoint(400).text.replace("400", "0400"), [LOG]),
    "large size": sign_note(HONEST.checkpoint(400).text.replace("400", "4" * 20), [LOG]),
    "short root": sign_note("example.com/talks\n400\nAAAA\n", [LOG]),
    "certificate": sign_note("example.com/talks/certificate/v1\nquestion /v1/x\nreader a\n", [LOG]),
}


@pytest.mark.parametrize("begun", [True, False], ids=["later", "at first"])
@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_checkpoint_is_refused(
    log: FakeLog, watching: Watching, name: str, begun: bool
) -> None:
    if begun:
        log.grow(300)
        watching.watch()
    log.grow(400)
    log.answers["/checkpoint"] = answer_with(MALFORMED[name].encode())
    assert watching.find_refusal().startswith("the log's checkpoint is refused: ")


@pytest.mark.parametrize("begun", [True, False], ids=["later", "at first"])
def test_what_another_signed_is_refused(log: FakeLog, watching: Watching, begun: bool) -> None:
    if begun:
        log.grow(300)
        watching.watch()
    log.grow(400)
    for signers in ([OTHER], [STRANGER], [OTHER, STRANGER]):
        log.signers = signers
        assert "no known key has signed" in watching.find_refusal()
    log.signers = [LOG]
    log.answers["/checkpoint"] = answer_with(forge_note(log).encode())
    assert "its signature does not match its text" in watching.find_refusal()
    log.answers.clear()
    log.origin = "example.com/talks2"
    assert "another log" in watching.find_refusal()


@pytest.mark.parametrize("begun", [True, False], ids=["later", "at first"])
def test_a_root_that_does_not_follow_from_the_tiles_is_refused(
    log: FakeLog, watching: Watching, begun: bool
) -> None:
    if begun:
        log.grow(300)
        watching.watch()
    log.grow(400)
    text = HONEST.checkpoint(400).text.replace("400", "401")
    log.answers["/checkpoint"] = answer_with(sign_note(text, [LOG]).encode())
    log.grow(401)
    assert "do not give the root" in watching.find_refusal()
    assert not (watching.folder / "evidence").exists()


BAD: dict[str, tuple[Answer, str]] = {
    "gone": (answer_with(b"", 404), "the answer was 404"),
    "failing": (answer_with(b"", 503), "the answer was 503"),
    "elsewhere": (answer_with(b"", 302, Location="/checkpoint"), "the answer was 302"),
    "endless": (answer_endlessly, "larger than"),
    "chunks": (chunks, "larger than"),
    "none": (raw(b""), "no answer"),
    "noise": (raw(b"\x00" * 999_999), "no answer"),
    "long header": (raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 999_999), "no answer"),
    "many headers": (raw(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 9_999), "no answer"),
}


@pytest.mark.parametrize("path", ["/checkpoint", "/tile/0/001.p/144"])
@pytest.mark.parametrize("name", BAD)
def test_a_malformed_response_of_a_log_is_refused(
    log: FakeLog, watching: Watching, path: str, name: str
) -> None:
    log.grow(300)
    watching.watch()
    log.grow(400)
    answer, why = BAD[name]
    log.answers = {path: answer, "/tile/0/001": answer}
    refusal = watching.find_refusal()
    assert refusal.startswith("the log is out of reach: /")
    assert why in refusal
    log.answers.clear()
    assert watching.watch().new


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(log: FakeLog, watching: Watching, status: int) -> None:
    log.grow(400)
    with serve_document(log.note().encode()) as elsewhere:
        log.answers["/checkpoint"] = answer_with(b"", status, Location=elsewhere.url)
        assert f"the answer was {status}" in watching.find_refusal()
        assert elsewhere.asked == []


@pytest.mark.parametrize("change", [b"", b"short", b"longer", b"one"], ids=["", "-", "+", "1"])
def test_a_tile_of_another_length_is_refused(
    log: FakeLog, watching: Watching, change: bytes
) -> None:
    log.grow(300)
    watching.watch()
    log.grow(400)
    right = log._find_file("/tile/0/001.p/144")
    assert right is not None
    wrong = {b"": b"", b"short": right[:-32], b"longer": right + right[:32], b"one": right[:-1]}
    log.answers["/tile/0/001.p/144"] = answer_with(wrong[change])
    refusal = watching.find_refusal()
    assert "larger than 4608 bytes" in refusal or "bytes instead of 4608" in refusal


def test_a_tile_with_a_wrong_hash_is_refused_and_accuses_nobody(
    log: FakeLog, watching: Watching
) -> None:
    log.grow(300)
    watching.watch()
    log.grow(400)
    right = log._find_file("/tile/0/001.p/144")
    assert right is not None
    for at in (0, len(right) - 1):
        wrong = bytes(each ^ (place == at) for place, each in enumerate(right))
        log.answers["/tile/0/001.p/144"] = answer_with(wrong)
        assert "do not give the root" in watching.find_refusal()
    assert not (watching.folder / "evidence").exists()


def test_where_a_partial_tile_is_gone_the_whole_one_is_taken(
    log: FakeLog, watching: Watching
) -> None:
    log.grow(300)
    watching.watch()
    log.grow(400)
    note = log.note()
    log.grow(1_000)
    log.missing = lambda tile: tile.path.width < TILE_WIDTH and tile.level == 0
    log.answers["/checkpoint"] = answer_with(note.encode())
    assert watching.watch().checkpoint.size == 400
    at = log.asked_paths.index("/tile/0/001.p/144")
    assert log.asked_paths[at + 1] == "/tile/0/001"
    assert watching.read_cosigned() == HONEST.checkpoint(400).text


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "text",
    [HEAD + b"\r\n" + b"x" * 9_000, HEAD + b"X: " + b"x" * 9_000, b"HTTP/1.1 100 C\r\n\r\n" * 900],
    ids=["body", "header", "preliminaries"],
)
def test_an_answer_that_drips_is_cut_off(
    log: FakeLog, watching: Watching, monkeypatch: pytest.MonkeyPatch, text: bytes
) -> None:
    monkeypatch.setattr(tiled_log, "FETCH_SECONDS", 0.3)
    log.grow(400)
    log.answers["/checkpoint"] = answer_dripping(text, 0.02)
    assert "out of reach" in watching.find_refusal()


def test_an_answer_that_never_comes_is_not_waited_for(
    log: FakeLog, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiled_log, "FETCH_SECONDS", 0.3)
    log.grow(400)
    ended = threading.Event()

    def answer_never(_: BaseHTTPRequestHandler) -> None:
        ended.wait(20)

    log.answers["/tile/0/001.p/144"] = answer_never
    assert "out of reach" in watching.find_refusal()
    ended.set()


def test_all_that_is_asked_takes_no_longer_than_it_may(
    log: FakeLog, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.grow(LARGEST)
    pause = threading.Event()

    def answer_slowly(handler: BaseHTTPRequestHandler) -> None:
        pause.wait(0.3)
        content = log._find_file(handler.path.removeprefix(PREFIX))
        assert content is not None
        answer_with(content)(handler)

    for path in ("/checkpoint", "/tile/0/273.p/112", "/tile/1/001.p/17", "/tile/2/000.p/1"):
        log.answers[path] = answer_slowly
    monkeypatch.setattr(tiled_log, "ROUND_SECONDS", 0.5)
    assert "out of reach" in watching.find_refusal()
    assert len(log.asked_paths) <= 2
    monkeypatch.setattr(tiled_log, "ROUND_SECONDS", 0.0)
    asked = len(log.asked_paths)
    assert watching.find_refusal() == "the log is too slow: it took more than 0 seconds"
    assert len(log.asked_paths) == asked


def test_nobody_listening_is_out_of_reach(log: FakeLog, watching: Watching) -> None:
    log.grow(300)
    watching.watch()
    with serve_document(b"") as gone:
        pass
    log.publisher.port, port = gone.port, log.publisher.port
    assert "out of reach" in watching.find_refusal()
    log.publisher.port = port
