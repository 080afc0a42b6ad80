from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.api.asking import Client

ASKED = "/v1/negotiations"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("asof=2025", "/query/asof"),
        ("a/b=1", "/query/a~1b"),
        ("as_of=2025&as_of=2025", "/query/as_of"),
        ("as_of=", "/query/as_of"),
        ("as_of=2025-02-30", "/query/as_of"),
        ("as_of=2025-11-22T10:00:00", "/query/as_of"),
        ("as_known_at=%00", "/query/as_known_at"),
        ("as_of=%ff", "/query"),
        ("as_of=%ed%a0%80", "/query"),
        ("position=-1", "/query/position"),
        ("position=99999999999999999999", "/query/position"),
        ("position=%D9%A1", "/query/position"),
        ("wait=31&position=1", "/query/wait"),
        ("wait=-1&position=1", "/query/wait"),
        ("wait=1.5&position=1", "/query/wait"),
        ("clock=wall", "/query/clock"),
        ("match=maybe", "/query/match"),
        ("&".join(f"p{n}=1" for n in range(200)), "/query"),
    ],
)
def test_a_bad_parameter_is_pointed_at(light_client: Client, query: str, pointer: str) -> None:
    answer = light_client.get(f"{ASKED}?{query}")
    assert answer.status == 422
    assert answer.pointers[0] == pointer


def test_a_blanked_plus_is_explained(light_client: Client) -> None:
    answer = light_client.get(f"{ASKED}?as_of=2025-11-22T10:00:00+03:00")
    assert answer.status == 422
    assert "%2B" in answer.json["errors"][0]["detail"]
    sound = light_client.get(f"{ASKED}?as_of=2025-11-22T10:00:00%2B03:00")
    assert sound.json["perspective"]["as_of"] == "2025-11-22T07:00:00.000000Z"


@pytest.mark.parametrize(
    ("as_of", "cut"),
    [
        ("2025", "2025-12-31T23:59:59.999999Z"),
        ("2024-02", "2024-02-29T23:59:59.999999Z"),
        ("2025-11-22", "2025-11-22T23:59:59.999999Z"),
        ("2025-11-22T10:00:00.5z", "2025-11-22T10:00:00.500000Z"),
    ],
)
def test_a_bare_date_cuts_at_its_end(light_client: Client, as_of: str, cut: str) -> None:
    assert light_client.get(f"{ASKED}?as_of={as_of}").json["perspective"]["as_of"] == cut


def test_as_of_follows_as_known_at_where_it_is_left_out(light_client: Client) -> None:
    perspective = light_client.get(f"{ASKED}?as_known_at=2020-01").json["perspective"]
    assert perspective["as_of"] == perspective["as_known_at"] == "2020-01-31T23:59:59.999999Z"


def test_no_other_method_is_understood(light_client: Client) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        answer = light_client.send(method, ASKED)
        assert answer.status == 405
        assert answer.headers["allow"] == "GET, HEAD, POST"
        assert answer.headers["content-type"] == "application/problem+json"


def test_an_unknown_address_is_a_problem(light_client: Client) -> None:
    for path in ("/v1", "/v1/negotiations/", "/redoc"):
        answer = light_client.get(path)
        assert answer.status == 404
        assert answer.json["type"] == "urn:parley:problem:unknown"


def test_a_position_that_the_log_has_not_reached_is_a_conflict(light_client: Client) -> None:
    light_client.open("talks")
    assert light_client.get(f"{ASKED}?position=1").status == 200
    answer = light_client.get(f"{ASKED}?position=2")
    assert answer.status == 409
    assert answer.json["type"] == "urn:parley:problem:not-reached"
    assert answer.pointers == ["/query/position"]
    body = {"name": "ahead", "position": 2}
    snapshot = light_client.post(f"{ASKED}/talks/snapshots", body)
    assert snapshot.status == 409
    assert snapshot.pointers == ["/position"]


def test_a_snapshot_from_before_its_negotiation_is_a_conflict(light_client: Client) -> None:
    light_client.open("talks")
    light_client.open("later-talks")
    body = {"name": "before", "position": 1}
    answer = light_client.post(f"{ASKED}/later-talks/snapshots", body)
    assert answer.status == 409
    assert answer.json["type"] == "urn:parley:problem:not-reached"
    assert answer.pointers == ["/position"]
