"""A certificate states the response of a GET, byte for byte, or that there was none, and is part of a signed log."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.http.routes.certificates import LARGEST
from domain.proof.certificate import AbsentResult, Certificate, DigestResult
from domain.proof.checkpoint import Checkpoint
from infrastructure.proofs.ed25519 import Ed25519Verifier
from tests.api.asking import TALKS, Answer, Client, authorize
from tests.infrastructure.proofs.logs import publisher
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from pathlib import Path

    from api.composition import Parley

pytestmark = pytest.mark.either_database

CERTIFICATES = "/v1/certificates"
NOBODY = "/v1/facts/00000000-0000-0000-0000-000000000000"


@pytest.fixture
def parley(signing: Parley) -> Parley:
    """A record that is signed."""
    return signing


@pytest.fixture
def client(parley: Parley) -> Client:
    client = Client(
        TestClient(create_app(parley), headers=authorize(parley), raise_server_exceptions=False)
    )
    client.open()
    return client


def verifier(parley: Parley) -> Ed25519Verifier:
    assert parley.publisher is not None
    return Ed25519Verifier(parley.publisher.signer.key)


def certify(client: Client, question: str, **headers: str) -> Answer:
    answer = client.post(CERTIFICATES, {"question": question}, **headers)
    assert answer.status == 201, answer.json
    return answer


def open_certificate(parley: Parley, answer: Answer) -> Certificate:
    """The certificate of a response; checks that it says what its note says."""
    certificate = Certificate.verify_note(answer.json["certificate"], [verifier(parley)])
    body: dict[str, Any] = answer.json
    assert (certificate.question, certificate.reader) == (body["question"], body["reader"])
    assert (certificate.position, certificate.result.status) == (body["position"], body["status"])
    expected = DigestResult(body["sha256"]) if body["sha256"] else AbsentResult(body["problem"])
    assert certificate.result == expected
    return certificate


def test_an_answer_is_certified_by_the_bytes_of_its_fixed_form(
    parley: Parley, client: Client
) -> None:
    address = client.record(valid="2025-09-11").headers["location"]
    questions = (
        TALKS,
        f"{TALKS}/timeline?limit=1",
        f"{TALKS}/timeline?q=fifty",
        f"{TALKS}/tally?what=released&by=year",
        f"{TALKS}/diff?from=2025-01-01",
        f"{TALKS}/audit?as_of=2025-11-22",
        f"{TALKS}/state/prisoners.released?limit=5",
        f"{TALKS}?as_known_at=2025-11-22&clock=published",
        address,
        f"{address}/history",
    )
    certificates = [open_certificate(parley, certify(client, question)) for question in questions]
    client.record(valid="2025-09-10", summary="Something more, recorded later")
    for question, certificate in zip(questions, certificates, strict=True):
        body = client.get(certificate.question).body
        assert certificate.result == DigestResult(sha256(body).hexdigest()), question
        assert certificate.position == 2
        assert certificate.reader.startswith("key:")
        checkpoint = Checkpoint.verify_note(certificate.checkpoint, [verifier(parley)])
        assert (checkpoint.origin, checkpoint.size) == ("parley.local/log", 2)
        assert client.get(question).body != body or "history" in question


def test_a_question_that_is_fixed_already_is_certified_as_it_was_asked(
    parley: Parley, client: Client
) -> None:
    client.record()
    question = f"{TALKS}?as_of=2025-11-22&position=1"
    payload = open_certificate(parley, certify(client, question))
    assert (payload.question, payload.position) == (question, 1)


def test_that_there_was_nothing_is_certified_with_its_reason(
    parley: Parley, client: Client
) -> None:
    address = client.record().headers["location"]
    body = {"reason": "coding_error", "why": "Misread"}
    client.post(f"{address}/retraction", body, if_match="1")
    for question, problem, status in (
        (address, "withdrawn", 410),
        (f"{address}?position=1", "not-yet-known", 404),
        (f"{address}?as_known_at=2025-01-01&clock=published", "not-yet-known", 404),
        (NOBODY, "unknown", 404),
        ("/v1/negotiations/others/timeline?limit=5", "unknown", 404),
    ):
        payload = open_certificate(parley, certify(client, question))
        assert (payload.result, payload.result.status) == (AbsentResult(problem), status), question
        assert "position=" in payload.question
        assert client.get(payload.question).status == status
    later = open_certificate(parley, certify(client, "/v1/negotiations/others"))
    client.open("others")
    assert client.get("/v1/negotiations/others").status == 200
    again = client.get(later.question)
    assert again.json["type"] == "urn:parley:problem:not-yet-known"
    assert later.result.is_confirmed_by(AbsentResult("not-yet-known"))


@on_sqlite
@pytest.mark.parametrize(
    "question",
    ["/v1/changes", "/v1/negotiations", "/checkpoint", f"https://example.com{TALKS}", f"{NOBODY}/proof",
     f"{TALKS}/snapshots/first", f"{TALKS}?as_of=2025 ", f"{TALKS}\n", "/v1/negotiations/tälks", "",
     f"{TALKS}#here", "/v1/facts/", f"{TALKS}?q={'x' * 7000}", f"{NOBODY}%2Fproof", f"{NOBODY}%2fproof",
     f"{TALKS}%2Fsettings", f"{TALKS}%2fsnapshots%2ffirst", f"{TALKS}%2Ftimeline", f"{TALKS}%", f"{TALKS}%2"],
)  # fmt: skip
def test_what_is_no_question_of_the_record_is_refused(client: Client, question: str) -> None:
    answer = client.post(CERTIFICATES, {"question": question})
    assert (answer.status, answer.pointers) == (422, ["/question"])


@on_sqlite
@pytest.mark.parametrize(
    ("question", "refused", "detail"),
    [
        ("as_of=2025-02-30", 422, "no day 30"),
        ("position=99", 409, "from 0 to 1"),
        ("at=1", 422, "no such parameter"),
        ("match=", 422, "write a value, or leave the parameter out"),
    ],
)
def test_a_question_that_is_refused_is_not_certified(
    client: Client, question: str, refused: int, detail: str
) -> None:
    answer = client.post(CERTIFICATES, {"question": f"{TALKS}?{question}"})
    assert answer.status == 409
    assert answer.json["type"] == "urn:parley:problem:not-certifiable"
    assert answer.json["refused"]["status"] == refused
    assert answer.pointers == ["/question"]
    assert detail in answer.json["errors"][0]["detail"]
    assert answer.headers["cache-control"] == "no-store"


@on_sqlite
def test_a_question_with_a_cursor_that_was_not_given_here_is_not_certified(client: Client) -> None:
    others = "/v1/negotiations/others/timeline?cursor=garbage"
    answer = client.post(CERTIFICATES, {"question": others})
    assert (answer.status, answer.json["refused"]["status"]) == (409, 422)


def test_a_page_is_certified_as_its_cursor_pins_it(parley: Parley, client: Client) -> None:
    for ordinal in range(3):
        client.record(summary=f"Something, {ordinal}")
    first = client.get(f"{TALKS}/timeline?limit=1").json["next"]
    question = f"{TALKS}/timeline?limit=1&cursor={first}"
    payload = open_certificate(parley, certify(client, question))
    assert (payload.question, payload.position) == (question, 4)
    client.record(summary="Something more")
    assert payload.result == DigestResult(sha256(client.get(question).body).hexdigest())


def test_an_answer_that_its_own_past_fixes_is_certified_as_it_was_asked(
    parley: Parley, client: Client
) -> None:
    recorded = client.record().json["recorded_at"]
    question = f"{TALKS}?as_known_at={recorded}"
    client.record(summary="Something more")
    payload = open_certificate(parley, certify(client, question))
    assert (payload.question, payload.position) == (question, 2)


@on_sqlite
def test_a_question_has_no_body_that_is_larger_than_any_question(client: Client) -> None:
    body = f'{{"question":"{TALKS}"}}'.encode()
    for size, status in ((LARGEST, 201), (LARGEST + 1, 413)):
        assert client.post(CERTIFICATES, body.ljust(size)).status == status


def test_a_certificate_is_given_again_under_its_key(parley: Parley, client: Client) -> None:
    first = certify(client, TALKS, idempotency_key="k")
    client.record()
    again = client.post(CERTIFICATES, {"question": TALKS}, idempotency_key="k")
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    other = client.post(CERTIFICATES, {"question": f"{TALKS}/audit"}, idempotency_key="k")
    assert other.json["type"] == "urn:parley:problem:key-reused"
    assert open_certificate(parley, certify(client, TALKS)).position == 2


def test_what_is_certified_is_no_event(client: Client) -> None:
    before = client.get("/v1/changes").body
    for _ in range(3):
        certify(client, TALKS, idempotency_key="k")
        certify(client, TALKS)
    assert (
        client.get("/v1/changes").body.partition(b'"items"')[2] == before.partition(b'"items"')[2]
    )


def test_many_ask_at_once_and_all_are_answered(client: Client) -> None:
    with client.http, ThreadPoolExecutor(60) as threads:
        found = list(threads.map(lambda _: certify(client, TALKS).status, range(60)))
    assert set(found) == {201}


@on_sqlite
def test_what_is_not_signed_is_not_certified(parley: Parley, client: Client) -> None:
    assert parley.publisher is not None
    other = Checkpoint("parley.local/log", 2, bytes(32)).sign([parley.publisher.signer])
    parley.publisher._kept.write(other)
    answer = client.post(CERTIFICATES, {"question": TALKS}, idempotency_key="k")
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    parley.publisher._kept.path.write_text("")
    assert certify(client, TALKS, idempotency_key="k").status == 201


def test_no_certificate_rests_on_a_checkpoint_that_another_key_signed(
    parley: Parley, client: Client, tmp_path: Path
) -> None:
    certify(client, TALKS)
    (tmp_path / "other").mkdir()
    publisher(parley.database, tmp_path / "other", bytes(32)).publish(new_key=True)
    answer = client.post(CERTIFICATES, {"question": TALKS})
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert parley.publisher is not None
    parley.publisher.publish(new_key=True)
    client.record()
    assert open_certificate(parley, certify(client, TALKS)).position == 2


def test_a_server_that_does_not_sign_certifies_nothing(light_client: Client) -> None:
    light_client.open()
    answer = light_client.post(CERTIFICATES, {"question": TALKS})
    assert answer.status == 503
    assert "does not sign" in answer.json["detail"]
