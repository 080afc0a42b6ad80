from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from domain.streams.negotiation import negotiation_id
from tests.api.asking import TALKS, count, fact
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database

OPENING = {"slug": "talks", "title": "Talks", "parties": ["A", "B"], "summary": "In short"}


def test_opening_a_negotiation_answers_with_it_and_where_it_is(client: Client) -> None:
    answer = client.post("/v1/negotiations", OPENING)
    assert answer.status == 201
    assert answer.headers["location"] == TALKS
    assert answer.json == OPENING
    assert client.get("/v1/negotiations").json["items"] == [OPENING]


def test_a_slug_is_taken_once(client: Client) -> None:
    client.open()
    answer = client.post("/v1/negotiations", OPENING)
    assert answer.status == 409
    assert answer.pointers == ["/slug"]
    assert answer.json["holder"] == "negotiation talks"


@on_sqlite
def test_every_fault_of_an_opening_has_its_pointer(client: Client) -> None:
    body = {"slug": "Tä lks \U000ba9a0", "title": " ", "parties": ["A", "\x00"]}
    answer = client.post("/v1/negotiations", body)
    assert answer.status == 422
    assert sorted(answer.pointers) == ["/parties/1", "/slug", "/title"]


def test_negotiations_are_listed_page_by_page_as_they_stood(client: Client) -> None:
    for slug in ("c", "a", "b"):
        client.open(slug)
    page = client.get("/v1/negotiations?limit=2").json
    assert [item["slug"] for item in page["items"]] == ["a", "b"]
    client.open("d")
    rest = client.get(f"/v1/negotiations?limit=2&cursor={page['next']}").json
    assert [item["slug"] for item in rest["items"]] == ["c"]
    assert rest["next"] is None
    assert rest["perspective"] == page["perspective"]


def test_a_negotiation_is_unknown_before_it_was_opened(client: Client) -> None:
    client.open()
    assert client.get(f"{TALKS}?position=0").status == 404
    assert client.get(f"{TALKS}?as_known_at=2020").status == 404
    assert client.get("/v1/negotiations?position=0").json["items"] == []


def test_the_state_resolves_what_was_recorded(client: Client) -> None:
    client.open()
    client.record(quantities=count(52), matter="sep")
    client.record(quantities=count(50), matter="sep")
    state = client.get(f"{TALKS}?as_of=2025-11-22").json
    released = state["prisoners"]["released"]
    assert (released["low"], released["high"]) == (50, 52)
    assert released["parts"][0]["contested"] is True
    assert state["facts"]["recorded"] == 2
    assert state["perspective"]["as_of"] == "2025-11-22T23:59:59.999999Z"
    before = client.get(f"{TALKS}?as_of=2025-09-10").json["prisoners"]["released"]
    assert (before["high"], before["text"]) == (None, "nothing recorded")


@on_sqlite
def test_a_slug_that_cannot_exist_is_answered_404(client: Client) -> None:
    for slug in ("no-such", "%00", "%ff", "a" * 300, "..", "%F0%9F%98%80"):
        answer = client.get(f"/v1/negotiations/{slug}")
        assert answer.status == 404, slug
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_fact_with_the_id_of_an_unused_slug_causes_no_server_error(client: Client) -> None:
    client.open()
    line = json.dumps({**fact(), "id": str(negotiation_id("future"))}).encode()
    media = "application/x-ndjson"
    assert client.post(f"{TALKS}/import", line, content_type=media).json["recorded"] == 1
    for path, body in (("facts", fact()), ("snapshots", {"name": "x"}), ("settings", {})):
        assert client.post(f"/v1/negotiations/future/{path}", body).status == 404
    assert client.get("/v1/negotiations/future/settings").status == 404
    opening = {"slug": "future", "title": "Future", "parties": []}
    assert client.post("/v1/negotiations", opening).status == 409
