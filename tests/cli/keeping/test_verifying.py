"""`parley verify` says in one line what is wrong, and exits 1; it needs nothing but a saved checkpoint."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from domain.fact import fact_id
from domain.proof.certificate import Certificate, DigestResult
from domain.proof.checkpoint import Checkpoint
from domain.proof.cosignature import Cosigner
from domain.proof.note import countersign_note
from domain.rules import READING
from domain.streams.negotiation import negotiation_id
from infrastructure.proofs.ed25519 import Ed25519Signer, Ed25519Verifier
from infrastructure.proofs.log_key import ensure_signer, read_signer
from infrastructure.settings import Settings
from tests.api.asking import Client
from tests.cli.conftest import LINES, Shell
from tests.databases import open_database
from tests.importing.lines import SLUG

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.either_database

EVENTS = len(LINES) + 1


def sign_log(shell: Shell) -> Path:
    """Sign the log as a server would; gives the path of the checkpoint, saved elsewhere."""
    parley = compose(Settings.from_env(shell.settings), signs=True)
    assert parley.publisher is not None
    parley.publisher.publish()
    parley.close()
    saved = shell.folder / "saved"
    return shutil.copyfile(f"{shell.key_file}.checkpoint", saved)


def forge(shell: Shell, statement: str) -> None:
    database = open_database(shell.url)
    with database.writing() as connection:
        connection.execute(text(statement))
    database.close()


def verify_log(shell: Shell, *arguments: str) -> tuple[int, dict[str, Any]]:
    result = shell("verify", "--json", *arguments)
    return result.exit_code, json.loads(result.stdout)


def test_a_log_as_it_was_recorded_is_whole(parley: Shell) -> None:
    code, found = verify_log(parley)
    assert (code, found["events"], found["wrong"], found["key"]) == (0, EVENTS, None, None)
    saved = sign_log(parley)
    code, found = verify_log(parley, "--checkpoint", str(saved))
    assert code == 0
    assert found["key"].startswith("parley.local/log+")
    assert found["checkpoints"] == sorted(
        [str(saved), f"{parley.key_file}.checkpoint", "the database"]
    )
    shown = parley.out("verify", "--checkpoint", str(saved))
    assert f"{EVENTS} events are as they were recorded" in shown
    assert found["root"] in shown


@pytest.mark.parametrize(
    ("statement", "position"),
    [
        ("UPDATE event SET actor = 'someone' WHERE position = 3", 3),
        ("DELETE FROM event WHERE position = 4", 4),
        ("UPDATE event SET payload = salt WHERE position = 5", 5),
    ],
)
def test_the_first_position_that_is_wrong_is_said(
    parley: Shell, statement: str, position: int
) -> None:
    saved = sign_log(parley)
    forge(parley, statement)
    result = parley("verify", "--checkpoint", str(saved))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"parley: position {position}: ")
    code, found = verify_log(parley)
    assert (code, found["wrong"]["position"]) == (1, position)


def test_a_log_that_lost_its_end_is_found_out_by_the_saved_checkpoint(parley: Shell) -> None:
    saved = sign_log(parley)
    key = verify_log(parley)[1]["key"]
    for statement in (
        f"DELETE FROM event WHERE position > {EVENTS - 2}",  # noqa: S608 -- a number
        f"UPDATE log_head SET position = {EVENTS - 2}",  # noqa: S608 -- the same
        f"UPDATE projection SET position = {EVENTS - 2} WHERE name = 'tile'",  # noqa: S608 -- the same
        "UPDATE signed_checkpoint SET size = -1, note = ''",
    ):
        forge(parley, statement)
    parley.key_file.unlink()
    assert verify_log(parley, "--log-only")[0] == 0
    assert verify_log(parley)[0] == 1
    code, found = verify_log(parley, "--checkpoint", str(saved), "--key", key)
    assert (code, found["wrong"]["position"]) == (1, EVENTS - 1)


def test_a_checkpoint_that_another_signed_is_refused(light: Shell) -> None:
    saved = sign_log(light)
    other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    saved.write_text(saved.read_text().replace(f"\n{EVENTS}\n", f"\n{EVENTS - 1}\n"))
    light.folder.joinpath("binary").write_bytes(b"\xff")
    for arguments, reason in (
        (("--checkpoint", str(saved)), "its signature does not match its text"),
        (("--key", other), "no known key"),
        (("--key", "nonsense"), "--key"),
        (("--checkpoint", str(light.folder / "binary")), "not UTF-8"),
    ):
        result = light("verify", *arguments)
        assert result.exit_code == 1
        assert reason in result.stderr
    light.key_file.unlink()
    assert "give --key" in light("verify", "--checkpoint", str(saved)).stderr
    assert light("verify", "--checkpoint", "nowhere").exit_code == 2


def test_a_file_is_checked_whatever_it_is_called(
    light: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = sign_log(light)
    other = light.folder / "the database"
    other.write_text(saved.read_text().replace(f"\n{EVENTS}\n", f"\n{EVENTS - 1}\n"))
    monkeypatch.chdir(light.folder)
    result = light("verify", "--log-only", "--checkpoint", other.name)
    assert result.exit_code == 1
    assert "the checkpoint of the database: the note was changed" in result.stderr


def test_a_checkpoint_of_another_log_is_refused_though_the_key_signed_it(light: Shell) -> None:
    saved = sign_log(light)
    signer = read_signer(light.key_file, "parley.local/log")
    own = Checkpoint.read_unverified(saved.read_text())
    saved.write_text(replace(own, origin="other.example/log").sign([signer]))
    result = light("verify", "--log-only", "--checkpoint", str(saved))
    assert result.exit_code == 1
    assert "belongs to another log, other.example/log" in result.stderr


def test_a_key_without_the_word_that_it_has_signed_nothing_signs_nothing(light: Shell) -> None:
    beside = light.key_file.with_name(f"{light.key_file.name}.checkpoint")
    ensure_signer(light.key_file, "parley.local/log")
    composed = compose(Settings.from_env(light.settings), signs=True)
    assert composed.publisher is not None
    composed.publisher.keep_publishing()
    composed.close()
    assert f"touch {beside}" in str(composed.publisher.refusal)
    assert not beside.exists()


def test_a_key_that_others_may_read_is_not_served_by(light: Shell) -> None:
    sign_log(light)
    light.key_file.chmod(0o644)
    result = light("serve", "--port", "0")
    assert result.exit_code == 1
    assert "chmod 600" in result.stderr


def test_a_certificate_is_asked_again_and_compared(parley: Shell) -> None:
    sign_log(parley)
    composed = compose(Settings.from_env(parley.settings), signs=True)
    client = Client(TestClient(create_app(composed)))
    answer = client.post("/v1/certificates", {"question": "/v1/negotiations/talks/timeline"})
    composed.close()
    file = parley.folder / "certificate"
    for content in (answer.body, answer.json["certificate"].encode()):
        file.write_bytes(content)
        told = parley.out("verify", "--certificate", str(file))
        assert f"The question of {file} has the same answer here" in told
    assert verify_log(parley, "--certificate", str(file))[1]["certificate"]["same"] is True
    other = answer.json["certificate"].replace("reader anonymous", "reader somebody")
    file.write_text(other)
    assert "its signature does not match" in parley("verify", "--certificate", str(file)).stderr
    file.write_bytes(answer.body)
    forge(parley, "UPDATE fact_version SET status = 'retracted'")
    result = parley("verify", "--log-only", "--certificate", str(file))
    assert result.exit_code == 1
    assert "the certified question gave SHA-256" in result.stderr
    assert "erased" not in result.stderr
    assert "They continue the signed checkpoint of" in result.stdout
    assert "the same answer here" not in result.stdout


def test_a_certificate_of_an_older_reading_is_neither_confirmed_nor_called_forged(
    light: Shell,
) -> None:
    sign_log(light)
    composed = compose(Settings.from_env(light.settings), signs=True)
    client = Client(TestClient(create_app(composed)))
    answer = client.post("/v1/certificates", {"question": "/v1/negotiations/talks/timeline"})
    assert answer.json["reading"] == READING
    publisher = composed.publisher
    assert publisher is not None
    given = Certificate.verify_note(
        answer.json["certificate"], [Ed25519Verifier(publisher.signer.key)]
    )
    older = replace(given, reading=READING - 1, result=DigestResult("0" * 64))
    composed.close()
    file = light.folder / "certificate"
    file.write_text(older.sign(publisher.signer))
    told = light.out("verify", "--certificate", str(file))
    assert f"was made with reading {READING - 1} of the rules" in told
    assert "but its answer was not compared" in told
    assert verify_log(light, "--certificate", str(file))[1]["certificate"]["same"] is None


@pytest.mark.parametrize("of", ["/v1/negotiations/talks", "/v1/facts/{fact}"])
def test_a_certificate_of_what_was_erased_since_is_told_from_a_forged_one(
    parley: Shell, of: str
) -> None:
    sign_log(parley)
    fact = str(fact_id(negotiation_id("talks"), "R"))
    composed = compose(Settings.from_env(parley.settings), signs=True)
    client = Client(TestClient(create_app(composed)))
    answer = client.post("/v1/certificates", {"question": of.format(fact=fact)})
    composed.close()
    file = parley.folder / "certificate"
    file.write_bytes(answer.body)
    parley.out("settings", "talks", "--no-review-erasure")
    parley.out("erase", "talks", "R", "--reason", "Asked for", "--yes")
    result = parley("verify", "--certificate", str(file))
    assert result.exit_code == 1
    assert (
        f"was erased since, at position {EVENTS + 2}, so the answers cannot be compared"
        in result.stderr
    )
    assert "and gives" not in result.stderr
    assert f"They continue the signed checkpoint of {file}" in result.stdout
    code, found = verify_log(parley, "--certificate", str(file))
    assert (code, found["wrong"], found["certificate"]["same"]) == (1, None, False)


def test_a_finding_names_a_fact_as_people_do(light: Shell) -> None:
    id_ = str(fact_id(negotiation_id("talks"), "R"))
    forge(light, "UPDATE fact_version SET kind = 'x' WHERE external_id = 'R'")
    assert f"fact_version ({id_}, 1)" in light("verify").stderr
    assert verify_log(light)[1]["tables"][0]["key"] == [id_, 1]


def test_a_certificate_of_what_is_private_by_now_says_what_may_be_the_reason(
    parley: Shell,
) -> None:
    certificates = {}
    for visibility in ("public", "private"):
        parley.out("settings", SLUG, "--visibility", visibility, "--member", "Ann")
        composed = compose(Settings.from_env(parley.settings), signs=True)
        client = Client(TestClient(create_app(composed)))
        answer = client.post("/v1/certificates", {"question": f"/v1/negotiations/{SLUG}"})
        composed.close()
        certificates[visibility] = parley.folder / visibility
        certificates[visibility].write_bytes(answer.body)
    for now, then in (("private", "public"), ("public", "private")):
        parley.out("settings", SLUG, "--visibility", now, "--member", "Ann")
        holds = parley("verify", "--log-only", "--certificate", str(certificates[now]))
        assert holds.exit_code == 0, holds.stderr
        result = parley("verify", "--log-only", "--certificate", str(certificates[then]))
        assert result.exit_code == 1
        assert "with them who may see it" in result.stderr


def test_a_checkpoint_must_have_the_witness_s_word_where_it_is_demanded(light: Shell) -> None:
    saved = sign_log(light)
    cosigner = Cosigner(Ed25519Signer.of("witness.example", bytes(32)), 1_763_900_000)
    arguments = ("verify", "--checkpoint", str(saved), "--witness", cosigner.key.text)
    assert "no known key" in light(*arguments).stderr
    saved.write_text(countersign_note(saved.read_text(), cosigner))
    word = "co-signed by witness.example at 2025-11-23T12:13:20Z"
    assert f"They continue the signed checkpoint of {saved}, {word}\n" in light.out(*arguments)
    assert light("verify", "--checkpoint", str(saved)).exit_code == 0
    assert "--checkpoint" in light("verify", "--witness", cosigner.key.text).stderr
    log_key = verify_log(light)[1]["key"]
    assert "a log's" in light(*arguments[:-1], log_key).stderr
