"""An erasure also removes what a stored import report said about the fact, whenever the report is stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from infrastructure.tables.record import idempotency_answer
from tests.api.asking import FACTS, TALKS, fact
from tests.api.secrecy.test_erasures_left import NDJSON, WORD, erase, erase_before_storing
from tests.infrastructure.sealing.files import tables_holding

if TYPE_CHECKING:
    from tests.api.desk import Desk

pytestmark = pytest.mark.either_database


def list_left(desk: Desk) -> list[str]:
    return tables_holding(desk.parley.database, WORD, idempotency_answer.name)


def lines(*each: dict[str, Any]) -> bytes:
    return b"\n".join(json.dumps(line).encode() for line in each)


def test_a_correction_that_an_import_could_not_make_is_not_told_again(desk: Desk) -> None:
    desk.review(False)
    address = desk.fact(external_id="freed-1")
    wrong = {"op": "correct", "external_id": "freed-1", "reason": "refinement", "why": "Known"}
    desk.fact(summary="In between")
    sent = lines({**wrong, "changes": {"valid": f"{WORD} day"}})
    answer = desk.post(f"{TALKS}/import", sent, idempotency_key="import", **NDJSON)
    assert WORD in answer.body.decode()
    erase(desk, address)
    assert list_left(desk) == []


def test_a_report_that_is_kept_just_after_the_erasure_says_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.review(False)
    address = desk.fact(external_id=f"{WORD}-1")
    erase_before_storing(desk, address, monkeypatch)
    named = {"op": "correct", "external_id": f"{WORD}-1", "reason": "refinement", "why": "Known"}
    sent = lines({**named, "changes": {"valid": f"{WORD} day"}})
    answer = desk.post(f"{TALKS}/import", sent, idempotency_key="import", **NDJSON)
    assert WORD in answer.body.decode()
    assert list_left(desk) == []


@pytest.mark.parametrize("mark", ["", ' O\'Neill "Jo"', "\u00a0x", "\\"])
def test_whatever_is_in_its_name_a_report_that_quotes_it_is_not_told_again(
    desk: Desk, mark: str
) -> None:
    name = f"{WORD}{mark}"
    retract = {"op": "retract", "external_id": name, "reason": "coding_error", "why": "Not so"}
    sent = lines(retract)
    answer = desk.post(f"{TALKS}/import", sent, idempotency_key="import", **NDJSON)
    assert WORD in answer.body.decode(), answer.json
    taken = desk.post(FACTS, fact(external_id=name))
    assert taken.status == 201, taken.json
    erase(desk, taken.headers["location"])
    assert list_left(desk) == []


def test_a_refusal_of_something_else_is_told_again(desk: Desk) -> None:
    address = desk.fact(summary="Two")
    other = desk.post(FACTS, {"kind": "none"}, who="Bo", idempotency_key="other")
    erase(desk, address)
    again = desk.post(FACTS, {"kind": "none"}, who="Bo", idempotency_key="other")
    assert (again.status, again.pointers) == (other.status, other.pointers)
