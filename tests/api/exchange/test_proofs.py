"""An answer, a checkpoint and the log's public key suffice to prove that the answer is in the log."""

from __future__ import annotations

import time
from base64 import b64decode, urlsafe_b64decode
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
import rfc8785
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from domain.proof.checkpoint import Checkpoint
from domain.proof.merkle import leaf_hash
from infrastructure.proofs.ed25519 import Ed25519Verifier
from tests.api.asking import FACTS, Client, authorize, fact, without_credentials
from tests.databases import settings_of
from tests.domain.proof.inclusion import verify_inclusion
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.composition import Parley
    from infrastructure.proofs.publishing import Publisher

pytestmark = pytest.mark.either_database


@pytest.fixture
def parley(database_url: str, tmp_path: Path) -> Iterator[Parley]:
    """A record that is signed."""
    settings = settings_of(database_url, PARLEY_LOG_KEY_FILE=str(tmp_path / "parley.key"))
    parley = compose(settings, upgrade=False, signs=True)
    yield parley
    parley.close()


@pytest.fixture
def publisher(parley: Parley) -> Publisher:
    assert parley.publisher is not None
    return parley.publisher


@pytest.fixture
def quiet(parley: Parley) -> Client:
    """A client of an application that signs only when the test makes it sign."""
    return Client(
        TestClient(create_app(parley), headers=authorize(parley), raise_server_exceptions=False)
    )


def verify_proof(proof: dict[str, Any], publisher: Publisher) -> Checkpoint:
    """The checkpoint that a proof leads to; checks every step of the proof."""
    checkpoint = Checkpoint.verify_note(
        proof["checkpoint"], [Ed25519Verifier(publisher.signer.key)]
    )
    salt, payload = b64decode(proof["salt"]), b64decode(proof["payload"])
    digest = urlsafe_b64decode(proof["leaf"]["payload"] + "=")
    assert sha256(salt + payload).digest() == digest
    leaf = leaf_hash(rfc8785.dumps(proof["leaf"]))
    assert leaf == b64decode(proof["leaf_hash"])
    path = [b64decode(each) for each in proof["inclusion"]]
    index = proof["leaf"]["position"] - 1
    assert verify_inclusion(leaf, index, checkpoint.size, path, checkpoint.root)
    return checkpoint


def test_every_version_of_a_fact_is_proven(quiet: Client, publisher: Publisher) -> None:
    quiet.open()
    address = quiet.record().headers["location"]
    quiet.record(summary="Another")
    body = {"reason": "coding_error", "why": "Misread", "changes": {"summary": "Corrected"}}
    quiet.post(f"{address}/corrections", body, if_match="1")
    quiet.post(f"{address}/retraction", {"reason": "coding_error", "why": "No"}, if_match="2")
    publisher.publish()
    for position, event, text in (
        (2, "fact.recorded", b"Fifty-two"),
        (4, "fact.corrected", b"Corrected"),
        (5, "fact.retracted", b"coding_error"),
    ):
        proof = quiet.get(f"{address}/proof?position={position}").json
        assert verify_proof(proof, publisher).size == 5
        assert (proof["leaf"]["position"], proof["leaf"]["type"]) == (position, event)
        assert proof["fact"] == address.removeprefix("/v1/facts/")
        assert proof["perspective"]["position"] == position
        assert text in b64decode(proof["payload"])
    assert quiet.get(f"{address}/proof").json["leaf"]["version"] == 3


@on_sqlite
def test_a_proof_has_an_entity_tag_and_is_never_called_fixed(
    quiet: Client, publisher: Publisher
) -> None:
    quiet.open()
    address = quiet.record().headers["location"]
    publisher.publish()
    answer = quiet.get(f"{address}/proof?position=2")
    assert answer.headers["cache-control"] == "private, no-cache"
    again = quiet.get(f"{address}/proof?position=2", if_none_match=answer.headers["etag"])
    assert again.status == 304
    assert quiet.get(f"{address}/proof?position=1").status == 404
    assert quiet.get("/v1/facts/00000000-0000-0000-0000-000000000000/proof").status == 404


def test_any_event_can_be_proven_from_the_tiles_alone(quiet: Client, publisher: Publisher) -> None:
    quiet.open()
    for number in range(4):
        quiet.record(summary=f"Fact {number}")
    publisher.publish()
    anybody = without_credentials(quiet)
    note = anybody.get("/checkpoint")
    assert note.headers["content-type"] == "text/plain; charset=utf-8"
    assert note.headers["cache-control"] == "no-cache"
    checkpoint = Checkpoint.verify_note(note.body.decode(), [Ed25519Verifier(publisher.signer.key)])
    assert (checkpoint.origin, checkpoint.size) == ("parley.local/log", 5)
    tile, entries = anybody.get("/tile/0/000.p/5"), anybody.get("/tile/entries/000.p/5").body
    assert tile.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert tile.headers["content-type"] == "application/octet-stream"
    hashes = [tile.body[at : at + 32] for at in range(0, len(tile.body), 32)]
    for position, each in enumerate(hashes, start=1):
        length = int.from_bytes(entries[:2])
        entry, entries = entries[2 : 2 + length], entries[2 + length :]
        assert leaf_hash(entry) == each
        assert f'"position":{position},'.encode() in entry
    assert entries == b""
    assert quiet.get("/tile/0/000.p/3").body == tile.body[:96]


@on_sqlite
def test_a_server_that_signs_gives_its_key(
    quiet: Client, light_client: Client, publisher: Publisher
) -> None:
    assert quiet.get("/verifier-key").body.decode() == f"{publisher.signer.key.text}\n"
    assert quiet.get("/verifier-key?at=1").status == 422
    assert light_client.get("/verifier-key").status == 404


def test_full_tiles_and_the_level_above_are_served(
    parley: Parley, quiet: Client, publisher: Publisher
) -> None:
    quiet.open()
    facts = [fact(summary=f"Fact {number}") for number in range(260)]
    parse = quiet.http.app.state.facts.parse  # type: ignore[attr-defined]
    negotiation = parley.ledger.negotiation("talks").id
    for each in facts:
        parley.ledger.record(negotiation_id=negotiation, fact=parse(each), actor="desk")
    publisher.publish()
    full = quiet.get("/tile/0/000").body
    assert len(full) == 256 * 32
    assert len(quiet.get("/tile/1/000.p/1").body) == 32
    assert len(quiet.get("/tile/0/001.p/5").body) == 5 * 32
    assert quiet.get("/tile/entries/000").body.count(b'"fact.recorded"') == 255


@on_sqlite
@pytest.mark.parametrize(
    "path",
    ["0/000", "0/000.p/4", "0/001.p/1", "1/000.p/1", "0/0", "00/000.p/1", "64/000.p/1", "x/000.p/1",
     "0/000.p/0", "0/x000/000.p/1", "entries/000", "entries/000.p/4", "entries/", "63/000.p/1",
     "0/000.p/1/", "-1/000.p/1", "0/x999/x999/x999/x999/x999/x999/x999/999"],
)  # fmt: skip
def test_there_is_no_tile_past_what_was_signed(
    quiet: Client, publisher: Publisher, path: str
) -> None:
    quiet.open()
    quiet.record()
    publisher.publish()
    quiet.record(summary="Not signed yet")
    assert quiet.get("/tile/0/000.p/2").status == 200
    assert quiet.get(f"/tile/{path}").status == 404
    assert quiet.get("/tile/0/000.p/2?at=1").status == 422


def test_what_nobody_signs_has_no_checkpoint_and_no_proof(light_client: Client) -> None:
    light_client.open()
    address = light_client.record().headers["location"]
    assert light_client.get("/checkpoint").status == 404
    assert light_client.get("/tile/0/000.p/1").status == 404
    proof = light_client.get(f"{address}/proof")
    assert proof.status == 404
    assert proof.json["type"] == "urn:parley:problem:not-signed"


def test_a_log_that_may_not_be_signed_says_why(quiet: Client, publisher: Publisher) -> None:
    quiet.open()
    address = quiet.post(FACTS, fact()).headers["location"]
    other = Checkpoint("parley.local/log", 2, bytes(32)).sign([publisher.signer])
    publisher._kept.write(other)
    publisher.keep_publishing()
    for path in (f"{address}/proof", "/checkpoint"):
        answer = quiet.get(path)
        assert answer.status == 503
        assert "not those of the checkpoint" in answer.json["detail"]
    assert quiet.get(address).status == 200


def test_why_a_log_is_not_signed_is_said_without_the_folder_of_its_key(
    quiet: Client, publisher: Publisher
) -> None:
    quiet.open()
    publisher.publish()
    address = quiet.record().headers["location"]
    kept = publisher._kept.path
    kept.write_bytes(b"\xff")
    publisher.keep_publishing()
    assert str(kept) in str(publisher.refusal)
    for path in ("/checkpoint", f"{address}/proof"):
        answer = quiet.get(path)
        assert answer.status == 503
        assert f"{kept.name} is not UTF-8" in answer.json["detail"]
        assert str(kept.parent) not in answer.json["detail"]


def test_while_it_is_served_the_log_is_signed(parley: Parley) -> None:
    with TestClient(create_app(parley), headers=authorize(parley)) as http:
        client = Client(http)
        client.open()
        address = client.record().headers["location"]
        deadline = time.monotonic() + 10
        while client.get(f"{address}/proof").status != 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert client.get(f"{address}/proof").status == 200
        assert client.get("/checkpoint").body.startswith(b"parley.local/log\n2\n")


def test_a_server_that_has_another_key_than_the_logs_says_so_and_signs_nothing(
    parley: Parley, quiet: Client, publisher: Publisher, tmp_path: Path
) -> None:
    quiet.open()
    publisher.publish()
    (tmp_path / "other").mkdir()
    url = parley.database.url.render_as_string(hide_password=False)
    settings = settings_of(url, PARLEY_LOG_KEY_FILE=str(tmp_path / "other" / "parley.key"))
    with closing(compose(settings, upgrade=False, signs=True)) as second:
        assert second.publisher is not None
        second.follow()
        client = Client(TestClient(create_app(second), headers=authorize(second)))
        client.record()
        second.follow()
        second.publisher.keep_publishing()
        ready = client.get("/readyz")
        assert ready.status == 503
        assert ready.json["lacks"] == ["the log is signed by another key than this server has"]
        for path in ("/checkpoint", "/verifier-key"):
            answer = client.get(path)
            assert (answer.status, "PARLEY_LOG_KEY_FILE" in answer.json["detail"]) == (503, True)
            assert str(tmp_path) not in answer.json["detail"]
        publisher.publish()
        checkpoint = quiet.get("/checkpoint").body.decode()
        assert Checkpoint.verify_note(checkpoint, [Ed25519Verifier(publisher.signer.key)]).size == 2
        assert quiet.get("/readyz").status == 200


def test_a_server_whose_key_is_no_longer_the_logs_says_so_before_it_has_anything_to_sign(
    parley: Parley, quiet: Client, publisher: Publisher, tmp_path: Path
) -> None:
    quiet.open()
    address = quiet.record().headers["location"]
    publisher.keep_publishing()
    assert quiet.get("/readyz").status == 200
    url = parley.database.url.render_as_string(hide_password=False)
    settings = settings_of(url, PARLEY_LOG_KEY_FILE=str(tmp_path / "newer.key"))
    with closing(compose(settings, upgrade=False, signs=True)) as newer:
        assert newer.publisher is not None
        newer.publisher.publish(new_key=True)
    ready = quiet.get("/readyz")
    assert ready.status == 503
    assert ready.json["lacks"] == ["the log is signed by another key than this server has"]
    for path in ("/checkpoint", "/verifier-key", f"{address}/proof"):
        answer = quiet.get(path)
        assert (answer.status, "PARLEY_LOG_KEY_FILE" in answer.json["detail"]) == (503, True), path
    publisher.keep_publishing()
    assert "--new-key" in str(publisher.refusal)
    publisher.publish(new_key=True)
    publisher.keep_publishing()
    assert quiet.get("/readyz").status == 200
    assert quiet.get("/checkpoint").status == 200
