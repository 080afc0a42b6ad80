from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.asking import TALKS, count

if TYPE_CHECKING:
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database


def _fill_record(client: Client) -> None:
    client.open()
    address = client.record(quantities=count(3)).headers["location"]
    body = {"reason": "coding_error", "why": "Misread", "changes": {"summary": "Other"}}
    client.post(f"{address}/corrections", body, if_match="1")
    client.post(f"{TALKS}/snapshots", {"name": "s", "as_known_at": "2025-01", "clock": "published"})


def test_the_log_is_given_in_order_without_gaps(client: Client) -> None:
    _fill_record(client)
    found, after = [], 0
    for _ in range(4):
        page = client.get(f"/v1/changes?after={after}&limit=1").json
        found += page["items"]
        after = page["next"] or after
    assert page["next"] is None
    assert [each["position"] for each in found] == [1, 2, 3, 4]
    assert [each["event"] for each in found] == [
        "negotiation.opened",
        "fact.recorded",
        "fact.corrected",
        "negotiation.snapshot_taken",
    ]
    assert [each["version"] for each in found] == [1, 1, 2, 2]
    assert found[0]["fact"] is None
    assert found[1]["fact"] == found[1]["stream"]
    assert found[2]["data"]["reason"] == "coding_error"
    assert found[3]["data"]["perspective"]["as_known_at"] == "2025-01-31T23:59:59.999999Z"


def test_past_its_end_the_log_is_empty(client: Client) -> None:
    _fill_record(client)
    for after in (4, 5, 10**18 - 1):
        page = client.get(f"/v1/changes?after={after}").json
        assert page["items"] == []
        assert page["next"] is None


def test_a_perspective_ends_the_log_where_it_was_known(client: Client) -> None:
    _fill_record(client)
    assert len(client.get("/v1/changes?position=2").json["items"]) == 2
    assert client.get("/v1/changes?as_known_at=2020").json["items"] == []


def test_where_to_begin_is_a_whole_number(light_client: Client) -> None:
    for after in ("-1", "x", "1.5", "9" * 30, "%D9%A3"):
        assert light_client.get(f"/v1/changes?after={after}").pointers == ["/query/after"]
