"""A change request answers the same at its former address, which says that it is deprecated and what replaces it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.api.asking import TALKS
from tests.api.desk import CHANGE_REQUESTS
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from tests.api.asking import Answer
    from tests.api.desk import Desk

WHY: Final = {"why": "Better known now"}
DECISIONS: Final = {
    "approval": ("Bo", WHY),
    "refusal": ("Bo", WHY),
    "withdrawal": ("Ann", WHY),
    "revision": ("Ann", None),
}


def write_former(address: str) -> str:
    """The former address of a change request."""
    return address.replace("/change-requests", "/proposals")


def is_announced(answer: Answer, address: str) -> bool:
    """Whether a response says that its address is deprecated, and which one replaces it."""
    link = f'<{address}>; rel="successor-version"'
    return answer.headers.get("deprecation") == "@1795824000" and link in answer.headers["link"]


@on_sqlite
def test_a_list_and_one_of_it_are_the_same_at_both_addresses(desk: Desk) -> None:
    address = desk.propose(desk.fact()).headers["location"]
    for present in (address, CHANGE_REQUESTS, f"{CHANGE_REQUESTS}?status=open&limit=1"):
        now, before = desk.get(present), desk.get(write_former(present))
        assert (before.status, before.body) == (now.status, now.body) == (200, now.body)
        assert before.headers.get("etag") == now.headers.get("etag")
        assert is_announced(before, present)
        assert "deprecation" not in now.headers
        assert "successor-version" not in now.headers.get("link", "")


@on_sqlite
@pytest.mark.parametrize("what", DECISIONS)
def test_it_is_decided_at_its_former_address(desk: Desk, what: str) -> None:
    who, body = DECISIONS[what]
    proposed = desk.propose(desk.fact())
    address = f"{proposed.headers['location']}/{what}"
    tag = {"if_match": proposed.headers["etag"]}
    decided = desk.post(write_former(address), body or proposed.json["body"], who, **tag)
    assert decided.status == 200
    assert decided.json["id"] == proposed.json["id"]
    assert is_announced(decided, address)


@on_sqlite
def test_a_refusal_at_a_former_address_names_the_present_one_too(desk: Desk) -> None:
    proposed = desk.propose(desk.fact())
    address = f"{proposed.headers['location']}/approval"
    refused = [
        (desk.post(write_former(address), WHY, "Bo"), 428),
        (desk.post(write_former(address), WHY, if_match=proposed.headers["etag"]), 403),
        (desk.client.post(write_former(address), WHY, authorization="Bearer none"), 401),
        (desk.get(write_former(address)), 405),
    ]
    for answer, status in refused:
        assert answer.status == status
        assert is_announced(answer, address)


@on_sqlite
def test_a_key_used_at_one_address_is_replayed_at_the_other(desk: Desk) -> None:
    proposed = desk.propose(desk.fact())
    address = f"{proposed.headers['location']}/approval"
    sent = {"if_match": proposed.headers["etag"], "idempotency_key": "once"}
    first = desk.post(write_former(address), WHY, "Bo", **sent)
    again = desk.post(address, WHY, "Bo", **sent)
    assert (first.status, again.status, again.body) == (200, 200, first.body)
    assert again.headers["idempotency-replayed"] == "true"


@on_sqlite
def test_no_other_address_is_a_former_one(desk: Desk) -> None:
    for path in (
        "/v1/proposals",
        "/v1/proposals/",
        f"{TALKS}/proposals/x",
        f"{TALKS}/state/proposals",
        "/v1/negotiations/proposals",
        f"{TALKS}/snapshots/proposals",
    ):
        assert "deprecation" not in desk.get(path).headers
    odd = desk.get("/v1/negotiations/%0d%0ax:%20y/proposals")
    assert odd.status == 404
    assert is_announced(odd, "/v1/negotiations/%0D%0Ax%3A%20y/change-requests")


@on_sqlite
def test_the_document_names_the_present_addresses_alone(desk: Desk) -> None:
    paths = desk.get("/openapi.json").json["paths"]
    assert [path for path in paths if "/proposals" in path] == []
    assert f"{CHANGE_REQUESTS.replace('talks', '{slug}')}" in paths
