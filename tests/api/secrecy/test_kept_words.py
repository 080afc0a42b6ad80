"""No words of refused requests, questions or names are stored under idempotency keys, as they may be erased later."""

from __future__ import annotations

import gzip
import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import text
from starlette.responses import Response
from starlette.testclient import TestClient

from api.commands.json_text import write_json
from api.http.app import create_app
from api.http.exchange.kept_form import make_kept_form
from api.http.problems import problem
from domain.errors import Fault
from infrastructure.database.schema import SCHEMA
from infrastructure.tables.record import idempotency_answer
from tests.api.asking import FACTS, TALKS, Client, authorize, fact
from tests.infrastructure.sealing.files import holds, tables_holding
from tests.thorough import choose_count, some_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from api.composition import Parley
    from tests.api.asking import Answer

pytestmark = pytest.mark.either_database

WORD: Final = "Zanzibarcanary"
KEY: Final = "Pembacanary-1"
REPLAYED: Final = "idempotency-replayed"
ERASURE: Final = {"reason": "The family asked for it"}
LINES: Final = {"content_type": "application/x-ndjson"}


@pytest.fixture
def client(signing: Parley) -> Client:
    http = TestClient(
        create_app(signing), headers=authorize(signing), raise_server_exceptions=False
    )
    client = Client(http)
    client.open()
    assert client.post(f"{TALKS}/settings", {"review_erasure": False}).status == 200
    return client


def erase(client: Client, address: str) -> None:
    assert client.post(f"{address}/erasure", ERASURE, if_match="*").status == 200


def list_left(parley: Parley, word: str, folder: Path) -> list[str]:
    """The places that hold a word: tables, files of a SQLite database, samples of PostgreSQL, a backup."""
    database = parley.database
    places = tables_holding(database, word, *SCHEMA.tables)
    if database.is_sqlite and holds(database, word.encode()):
        places.append("a file")
    if not database.is_sqlite:
        with database.writing() as connection:
            connection.execute(text("ANALYZE"))
            samples = "SELECT (most_common_vals, histogram_bounds)::text FROM pg_stats"
            sampled = "".join(connection.execute(text(samples)).scalars())
            places += ["pg_stats"] if word in sampled or word.encode().hex() in sampled else []
    backup = folder / f"backup-{len(list(folder.iterdir()))}"
    parley.back_up(backup)
    if word.encode() in gzip.decompress(backup.read_bytes()):
        places.append("a backup")
    return places


def make_wrong(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 -- a fact's fields
    """A fact that is refused at fields whose value or name is the word."""
    refused = {"valid": f"{WORD} day", WORD: 1, "people": [{"name": WORD, f"{WORD} id": "1"}]}
    return fact(summary=f"{WORD} was freed", **{**refused, **fields})


def list_refused_calls(client: Client, address: str) -> dict[str, Callable[[], Answer]]:
    """Requests that contain the word and are refused, or are about a fact that does not exist."""
    changes = {"reason": "refinement", "why": WORD, "changes": {"valid": f"{WORD} day", WORD: 1}}
    lines = b"\n".join(
        json.dumps(each).encode() for each in (make_wrong(), make_wrong(external_id=WORD))
    )
    retract = {"op": "retract", "external_id": WORD, "reason": "none", "why": WORD}
    named = json.dumps(retract).encode()
    return {
        "first attempt": lambda: client.post(FACTS, make_wrong(), idempotency_key="a"),
        "a field": lambda: client.post(FACTS, fact(valid=f"{WORD} day"), idempotency_key="i"),
        "by its name": lambda: client.post(
            FACTS, make_wrong(external_id=WORD), idempotency_key="b"
        ),
        "correction": lambda: client.post(
            f"{address}/corrections", changes, if_match="*", idempotency_key="c"
        ),
        "import": lambda: client.post(f"{TALKS}/import", lines, idempotency_key="d", **LINES),
        "part of an import": lambda: client.post(
            f"{TALKS}/import?partial=true", named, idempotency_key="e", **LINES
        ),
        "nowhere": lambda: client.post(f"/v1/negotiations/{WORD}/facts", {}, idempotency_key="f"),
        "opening": lambda: client.post(
            "/v1/negotiations", {"slug": WORD, "title": WORD}, idempotency_key="g"
        ),
        "snapshot": lambda: client.post(
            f"{TALKS}/snapshots", {"name": f"{WORD} !"}, idempotency_key="h"
        ),
    }


def test_no_word_is_kept_of_what_was_sent_in_vain(
    signing: Parley, client: Client, tmp_path: Path
) -> None:
    address = client.record(external_id="freed-1").headers["location"]
    sent = list_refused_calls(client, address)
    first = {what: send() for what, send in sent.items()}
    silent = {what for what, answer in first.items() if WORD.encode() not in answer.body}
    assert silent <= {"opening", "snapshot", "part of an import"}
    assert list_left(signing, WORD, tmp_path) == []
    for what, send in sent.items():
        again = send()
        assert again.headers[REPLAYED] == "true", what
        assert again.status == first[what].status, what
        assert WORD.encode() not in again.body, what
        assert again.status < 400 or again.json["type"] == first[what].json["type"], what
    assert sent["a field"]().pointers == first["a field"].pointers == ["/valid"]
    assert {"/people/0/id", "/-"} <= set(sent["first attempt"]().pointers)
    report = sent["import"]().json
    assert [each["line"] for each in report["rejected"]][:1] == [1]
    assert {each["detail"] for each in report["rejected"]} == {""}
    assert report["rejected_total"] == first["import"].json["rejected_total"]


def test_after_an_erasure_the_first_attempt_at_the_fact_says_nothing_of_it(
    signing: Parley, client: Client, tmp_path: Path
) -> None:
    attempt = list_refused_calls(client, "/v1/facts/none")["first attempt"]
    assert attempt().status == 422
    right = client.post(FACTS, fact(summary=f"{WORD} was freed"), idempotency_key="right")
    erase(client, right.headers["location"])
    assert list_left(signing, WORD, tmp_path) == []
    assert (attempt().status, WORD.encode() in attempt().body) == (422, False)


def test_no_key_is_kept_in_clear(signing: Parley, client: Client, tmp_path: Path) -> None:
    client.record()
    for body in (fact(), {"kind": "none"}):
        sent = {"idempotency_key": f"{KEY}-{body['kind']}"}
        first, again = (client.post(FACTS, body, **sent) for _ in range(2))
        assert (again.status, again.headers[REPLAYED]) == (first.status, "true")
    assert list_left(signing, "Pembacanary", tmp_path) == []


@pytest.mark.parametrize(
    "question",
    [
        f"{TALKS}/timeline?q={WORD}",
        f"{TALKS}/timeline?person={WORD}%20X&include=retracted&as_of=2025",
        f"{TALKS}/timeline?matter={WORD}&position=3",
        f"{TALKS}/tally?what={WORD}&by=year",
        f"/v1/negotiations/{WORD.lower()}",
        f"{TALKS}/diff?from=2025-01-01",
    ],
)
def test_no_word_is_kept_of_what_was_asked_to_be_certified(
    signing: Parley, client: Client, tmp_path: Path, question: str
) -> None:
    client.record()
    assert signing.publisher is not None
    signing.publisher.publish()
    sent = ("/v1/certificates", {"question": question})
    first = client.post(*sent, idempotency_key="c")
    assert first.status == 201, first.json
    client.record(summary="Another")
    again = client.post(*sent, idempotency_key="c")
    assert (again.body, again.headers[REPLAYED]) == (first.body, "true")
    for word in (WORD, WORD.lower()):
        assert list_left(signing, word, tmp_path) == []


def test_what_was_certified_of_an_erased_fact_is_told_no_more(
    signing: Parley, client: Client
) -> None:
    erased, stands = (client.record(summary=each).headers["location"] for each in ("A", "B"))
    assert signing.publisher is not None
    signing.publisher.publish()
    for number, address in enumerate((erased, stands)):
        sent = ("/v1/certificates", {"question": address})
        assert client.post(*sent, idempotency_key=str(number)).status == 201
    erase(client, erased)
    again = [
        client.post("/v1/certificates", {"question": address}, idempotency_key=str(number)).status
        for number, address in enumerate((erased, stands))
    ]
    assert again == [410, 201]


NAMES = ["title", "detail", "status", "a", "1", "external_id", "type"]
TRIED = choose_count(2, len(NAMES))
"""How many of the names are tried in each run; all in the long form."""


@cache
def draw_names() -> list[str]:
    return some_of(NAMES, TRIED)


@pytest.mark.parametrize("turn", range(TRIED))
def test_an_erasure_clears_what_is_of_its_fact_and_nothing_else(client: Client, turn: int) -> None:
    name = draw_names()[turn]
    erased = client.record(external_id=name)
    other = client.record(external_id="another").headers["location"]
    opening = {"slug": "other", "title": "title", "parties": ["a", "1", "status"]}
    bad = {"reason": "none", "why": name}

    def send_all(address: str) -> list[Answer]:
        headers = {"if_match": "*", "idempotency_key": f"change {address}".replace(" ", "")}
        return [
            client.post("/v1/negotiations", opening, idempotency_key="opening"),
            client.post(FACTS, {"kind": name}, idempotency_key="refused"),
            client.post(FACTS, fact(external_id="another"), idempotency_key="taken"),
            client.post(f"{TALKS}/snapshots", {"name": "title"}, idempotency_key="snapshot"),
            client.post(f"{TALKS}/import", b'{"op": "x"}', idempotency_key="lines", **LINES),
            client.post(f"{address}/retraction", bad, **headers),
        ]

    before = [send_all(other), send_all(other)][1]
    of_it = client.post(FACTS, fact(external_id=name), idempotency_key="its-name")
    assert of_it.status == 409
    its = send_all(erased.headers["location"])[-1]
    assert its.status == 422
    erase(client, erased.headers["location"])
    assert [(a.status, a.body) for a in send_all(other)] == [(b.status, b.body) for b in before]
    assert send_all(erased.headers["location"])[-1].status == 410


def test_what_is_kept_is_bounded_whatever_was_sent(client: Client, signing: Parley) -> None:
    line = json.dumps(make_wrong(external_id="x" * 10_000, note=7, **{"y" * 10_000: 1})).encode()
    lines = b"\n".join([line] * 300)
    sent = client.post(f"{TALKS}/import", lines, idempotency_key="many", **LINES)
    assert sent.json["rejected_total"] > 100
    with signing.database.reading() as connection:
        [kept] = connection.execute(idempotency_answer.select()).mappings().all()
    assert len(kept["body"]) < 100 * len(sent.json["rejected"])


def test_the_stored_form_of_any_response_is_bounded() -> None:
    place, said = "/" + "/".join(["valid"] * 9_000), "x" * 9_000
    many = [Fault(place, said)] * 300
    listed = [{"line": n, "pointer": place, "detail": said} for n in range(500)]
    report = Response(write_json({"recorded": 0, "rejected": listed}))
    for answer in (problem("content", said, many), report):
        assert len(make_kept_form(answer, lambda: frozenset({"valid"}))) < 200_000
