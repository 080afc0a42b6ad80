from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.asking import count
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database

WHY = {"why": "Better known now"}
RETRACTION = {"reason": "coding_error", **WHY}
CITATION = {"publisher": "Reuters", "published": "2025-09-12"}


def _record_fact(client: Client, **fields: Any) -> str:  # noqa: ANN401 -- a fact's fields
    client.open()
    return f"/v1/facts/{client.record(**fields).json['id']}"


def test_a_fact_goes_through_all_its_changes(client: Client) -> None:
    address = _record_fact(client, kind="custody", person="A", status="detained", valid="2025-01")
    correction = {"reason": "refinement", **WHY, "changes": {"valid": "2025-01-03"}}
    steps = [
        ("corrections", correction, "corrected"),
        ("corroborations", {"citation": CITATION}, "corrected"),
        ("end", {"ended": "2025-09-11", "citation": None}, "ended"),
        ("preference", {"preferred": True, **WHY}, "ended"),
        ("retraction", RETRACTION, "retracted"),
        ("reinstatement", WHY, "ended"),
    ]
    etag = '"1-0"'
    for version, (change, body, status) in enumerate(steps, start=2):
        answer = client.post(f"{address}/{change}", body, if_match=etag)
        assert answer.status == 200, answer.json
        assert (answer.json["version"], answer.json["status"]) == (version, status)
        etag = answer.headers["etag"]
    last = client.get(address).json
    assert last["fact"]["valid"] == "2025-01-03/2025-09-11"
    assert [citation["publisher"] for citation in last["fact"]["citations"]] == [
        "Kyiv Independent",
        "Reuters",
    ]
    assert last["preferred"] is True


@on_sqlite
def test_a_merge_patch_keeps_what_it_does_not_name(client: Client) -> None:
    address = _record_fact(client, quantities=count(50), note="first", destination="Vilnius")
    changes = {"note": None, "quantities": count(52)}
    body = {"reason": "coding_error", **WHY, "changes": changes, "citation": CITATION}
    fact = client.post(f"{address}/corrections", body, if_match="1").json["fact"]
    assert fact["note"] is None
    assert fact["destination"] == "Vilnius"
    assert fact["quantities"][0]["low"] == 52
    assert fact["citations"][-1]["publisher"] == "Reuters"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"summary": None}, "/changes/summary"),
        ({"valid": "x"}, "/changes/valid"),
        ({"post": "envoy"}, "/changes/post"),
        ({}, "/changes"),
        ({"external_id": "other"}, "/changes/external_id"),
        ({"quantities": {"what": 1}}, "/changes/quantities"),
    ],
)
def test_a_bad_patch_is_pointed_at(
    light_client: Client, changes: dict[str, object], pointer: str
) -> None:
    address = _record_fact(light_client)
    body = {"reason": "coding_error", **WHY, "changes": changes}
    answer = light_client.post(f"{address}/corrections", body, if_match="1")
    assert answer.status == 422
    assert answer.pointers == [pointer]


def test_a_fact_can_turn_out_to_be_of_another_kind(client: Client) -> None:
    address = _record_fact(client, destination="Vilnius")
    body = {
        "reason": "coding_error",
        **WHY,
        "changes": {"kind": "pardon", "granted_by": "Lukashenko"},
    }
    fact = client.post(f"{address}/corrections", body, if_match="1").json["fact"]
    assert fact["kind"] == "pardon"
    assert "destination" not in fact


@pytest.mark.parametrize(
    ("if_match", "status"),
    [
        (None, 428),
        ("1", 200),
        ('"1-ff"', 200),
        ('"7-ff", "1-aa"', 200),
        ("*", 200),
        ('"2-ff"', 412),
        ('W/"1-ff"', 412),
        ('"elsewhere"', 412),
        ("", 400),
        ("one", 400),
        ('"1', 400),
        ('*, "1"', 400),
    ],
)
def test_a_change_needs_the_version_that_was_seen(
    light_client: Client, if_match: str | None, status: int
) -> None:
    address = _record_fact(light_client)
    headers = {} if if_match is None else {"if_match": if_match}
    answer = light_client.post(f"{address}/retraction", RETRACTION, **headers)
    assert answer.status == status
    if status != 200:
        assert answer.pointers == ["/header/If-Match"]


@on_sqlite
def test_what_does_not_fit_the_status_is_a_conflict(client: Client) -> None:
    address = _record_fact(client)
    assert client.post(f"{address}/reinstatement", WHY, if_match="1").status == 409
    client.post(f"{address}/retraction", RETRACTION, if_match="1")
    assert client.post(f"{address}/retraction", RETRACTION, if_match="2").status == 409
    assert (
        client.post(f"{address}/corroborations", {"citation": CITATION}, if_match="2").status == 409
    )


@on_sqlite
def test_what_happened_once_cannot_end(client: Client) -> None:
    address = _record_fact(client)
    answer = client.post(f"{address}/end", {"ended": "2025-10"}, if_match="1")
    assert answer.status == 422
    assert answer.pointers == ["/ended"]


def test_of_rival_changes_to_one_version_exactly_one_is_recorded(client: Client) -> None:
    address = _record_fact(client)

    def retract(number: int) -> int:
        body = {"reason": "coding_error", "why": f"Reason {number}"}
        return client.post(f"{address}/retraction", body, if_match="1").status

    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(retract, range(8)))
    assert found == [200, *[412] * 7]


def test_where_any_version_will_do_every_change_is_recorded(client: Client) -> None:
    address = _record_fact(client)

    def corroborate(number: int) -> int:
        body = {"citation": {"publisher": f"Paper {number}"}}
        return client.post(f"{address}/corroborations", body, if_match="*").status

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(corroborate, range(3))) == [200] * 3
    assert client.get(address).json["version"] == 4


@on_sqlite
def test_a_change_of_an_unknown_fact_is_unknown(client: Client) -> None:
    assert client.post("/v1/facts/x/end", {"ended": "2025"}, if_match="1").status == 404
