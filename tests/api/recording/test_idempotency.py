from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from api.http.exchange.idempotency import Idempotency
from infrastructure.projections.checking.comparison import find_unstamped
from infrastructure.tables.record import idempotency_answer
from tests.api.asking import FACTS, TALKS, Client, authorize, count, fact
from tests.api.desk import DAY

if TYPE_CHECKING:
    from starlette.responses import Response

    from api.composition import Parley
    from tests.api.desk import Desk

REPLAYED = "idempotency-replayed"


def _positions(client: Client) -> int:
    return int(client.get("/v1/changes").json["perspective"]["position"])


def test_the_same_request_is_answered_again_with_the_same_bytes(client: Client) -> None:
    client.open()
    first = client.post(FACTS, fact(), idempotency_key="k1")
    client.record(summary="Meanwhile")
    address = first.headers["location"]
    client.post(f"{address}/corroborations", {"citation": {"publisher": "B"}}, if_match="1")
    again = client.post(FACTS, fact(), idempotency_key="k1")
    assert first.status == again.status == 201
    assert again.body == first.body
    assert again.headers[REPLAYED] == "true"
    assert REPLAYED not in first.headers
    assert {k: again.headers[k] for k in ("etag", "location")} == {
        k: first.headers[k] for k in ("etag", "location")
    }
    assert _positions(client) == 4


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/negotiations", {"slug": "more", "title": "More", "parties": []}),
        (f"{TALKS}/snapshots", {"name": "first"}),
        (f"{TALKS}/facts", {"kind": "none"}),
        ("/v1/negotiations/none/facts", {"kind": "none"}),
    ],
)
def test_every_answer_is_kept_refusals_too(client: Client, path: str, body: Any) -> None:  # noqa: ANN401
    client.open()
    first = client.post(path, body, idempotency_key="k")
    before = _positions(client)
    again = client.post(path, body, idempotency_key="k")
    assert again.status == first.status
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers[REPLAYED] == "true"
    assert _positions(client) == before
    if first.status < 400:
        assert again.body == first.body
    else:
        told = ("type", "title", "status")
        assert [again.json[name] for name in told] == [first.json[name] for name in told]
        assert again.pointers == first.pointers
        assert {error["detail"] for error in again.json["errors"]} == {""}


def test_a_change_is_replayed_though_its_version_is_past(client: Client) -> None:
    client.open()
    address = client.record().headers["location"]
    body = {"reason": "coding_error", "why": "Misread"}
    first = client.post(f"{address}/retraction", body, if_match="1", idempotency_key="r")
    again = client.post(f"{address}/retraction", body, if_match="1", idempotency_key="r")
    assert first.status == again.status == 200
    assert again.body == first.body


def test_a_stale_precondition_does_not_use_up_the_key(client: Client) -> None:
    client.open()
    address = client.record().headers["location"]
    body = {"reason": "coding_error", "why": "Misread"}
    for if_match, status in (("2", 412), ("1", 200)):
        answer = client.post(f"{address}/retraction", body, if_match=if_match, idempotency_key="r")
        assert answer.status == status


def test_a_key_goes_with_one_request(client: Client) -> None:
    client.open()
    client.post(FACTS, fact(), idempotency_key="k")
    other = client.post(FACTS, fact(summary="Other"), idempotency_key="k")
    assert other.status == 422
    assert other.json["type"] == "urn:parley:problem:key-reused"
    assert other.pointers == ["/header/Idempotency-Key"]
    elsewhere = client.post(f"{TALKS}/snapshots", fact(), idempotency_key="k")
    assert elsewhere.status == 422
    assert _positions(client) == 2


@pytest.mark.parametrize("key", ["", "a b", "a" * 256, "é"])
def test_a_key_is_visible_ascii(light_client: Client, key: str) -> None:
    light_client.open()
    headers = [(b"idempotency-key", key.encode("latin-1"))]
    response = light_client.http.post(FACTS, json=fact(), headers=headers)
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "/header/Idempotency-Key"


def test_of_sixteen_racers_with_one_key_one_is_recorded(client: Client) -> None:
    client.open()

    def race(_: int) -> int:
        return client.post(FACTS, fact(), idempotency_key="race").status

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(race, range(16)))
    assert set(found) <= {201, 409}
    assert 201 in found
    assert _positions(client) == 2


def test_a_request_still_under_way_is_a_conflict(
    client: Client, parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.open()
    begun, go_on, append = Event(), Event(), parley.ledger.append

    def append_slowly(*arguments: Any, **named: Any) -> list[int]:  # noqa: ANN401
        begun.set()
        assert go_on.wait(20)
        return append(*arguments, **named)

    monkeypatch.setattr(parley.ledger, "append", append_slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, FACTS, fact(), idempotency_key="slow")
        assert begun.wait(20)
        second = client.post(FACTS, fact(), idempotency_key="slow")
        go_on.set()
        assert first.result().status == 201
    assert second.status == 409
    assert second.json["type"] == "urn:parley:problem:under-way"


def test_an_answer_that_was_given_is_given_again_to_several_at_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.open()
    first = client.post(FACTS, fact(), idempotency_key="answered")
    meeting, replay = Barrier(2), Idempotency._replay

    def replay_together(*arguments: Any) -> Response:  # noqa: ANN401
        meeting.wait(20)
        return replay(*arguments)

    monkeypatch.setattr(Idempotency, "_replay", replay_together)

    def post_again(_: int) -> bytes:
        return client.post(FACTS, fact(), idempotency_key="answered").body

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(post_again, range(2))) == {first.body}


def test_the_key_of_another_process_is_respected_at_the_last_moment(
    client: Client, parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.open()
    first = client.post(FACTS, fact(), idempotency_key="k")
    idempotency = client.http.app.state.idempotency  # type: ignore[attr-defined]
    monkeypatch.setattr(idempotency, "_find_kept", lambda *_: None)
    again = client.post(FACTS, fact(), idempotency_key="k")
    assert again.body == first.body
    assert again.headers[REPLAYED] == "true"
    with parley.reading(parley.owner) as reading:
        assert reading.head == 2


def test_an_answer_is_kept_through_a_restart(parley: Parley) -> None:
    key = authorize(parley)
    with TestClient(create_app(parley), headers=key) as http:
        Client(http).open()
        first = Client(http).post(FACTS, fact(quantities=count(52)), idempotency_key="k")
    restarted = compose(parley.settings, upgrade=False)
    with TestClient(create_app(restarted), headers=key) as http:
        again = Client(http).post(FACTS, fact(quantities=count(52)), idempotency_key="k")
    restarted.close()
    assert again.body == first.body
    assert again.headers[REPLAYED] == "true"


def test_errors_of_the_server_are_not_kept(
    client: Client, parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.open()
    with monkeypatch.context() as broken:
        broken.setattr(parley.ledger, "append", lambda *_, **__: 1 / 0)
        answer = client.post(FACTS, fact(), idempotency_key="k")
        assert answer.status == 500
        assert "ZeroDivision" not in answer.body.decode()
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.post(FACTS, fact(), idempotency_key="k").status == 201


def test_an_import_is_replayed(client: Client) -> None:
    client.open()
    line = b'{"kind":"release","valid":"2025","summary":"x","citations":[{"publisher":"A"}]}\n'
    sent = {"content_type": "application/x-ndjson", "idempotency_key": "i"}
    first = client.post(f"{TALKS}/import", line, **sent)
    assert first.json["recorded"] == 1
    again = client.post(f"{TALKS}/import", line, **sent)
    assert again.body == first.body
    assert client.post(f"{TALKS}/import?dry_run=true", line, **sent).status == 422
    assert _positions(client) == 2


def test_a_retry_of_a_change_is_answered_as_the_first_was_though_the_fact_has_moved_on(
    client: Client, parley: Parley
) -> None:
    client.open()
    recorded = client.record()
    path = f"{recorded.headers['location']}/preference"
    sent = {"if_match": recorded.headers["etag"], "idempotency_key": "k"}
    first = client.post(path, {"preferred": True, "why": "nearest"}, **sent)
    again = client.post(path, {"preferred": True, "why": "nearest"}, **sent)
    assert (first.status, again.status, again.body) == (200, 200, first.body)
    assert again.headers[REPLAYED] == "true"
    other = client.post(path, {"preferred": False, "why": "x"}, **{**sent, "idempotency_key": "l"})
    assert other.status == 412
    with parley.reading(parley.owner) as reading:
        assert reading.head == 3


def test_a_request_is_done_again_once_its_answer_has_gone_and_no_day_earlier(desk: Desk) -> None:
    first = desk.post(FACTS, fact(), idempotency_key="k")
    refused = desk.post(FACTS, {"kind": "none"}, idempotency_key="r")
    desk.clock.now += 364 * DAY
    late = desk.post(FACTS, {"kind": "none"}, idempotency_key="late")
    assert desk.parley.drop_expired() == 0
    assert desk.post(FACTS, fact(), idempotency_key="k").body == first.body
    desk.clock.now += DAY + 1
    desk.parley.follow()
    with desk.parley.database.reading() as connection:
        assert len(connection.execute(idempotency_answer.select()).all()) == 1
        assert list(find_unstamped(connection)) == []
    again = desk.post(FACTS, fact(), idempotency_key="k")
    assert (again.status, "idempotency-replayed" in again.headers) == (201, False)
    assert again.json["id"] != first.json["id"]
    assert refused.status == late.status == 422
    assert desk.post(FACTS, {"kind": "none"}, idempotency_key="late").headers[
        "idempotency-replayed"
    ]
