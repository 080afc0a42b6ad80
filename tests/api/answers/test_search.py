"""A search covers all negotiations that the caller may see, and each lists its latest changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from tests.api.asking import TALKS, Client, fact

if TYPE_CHECKING:
    from fastapi import FastAPI

pytestmark = pytest.mark.either_database


def open_negotiations(client: Client, *slugs: str, **more: Any) -> None:  # noqa: ANN401 -- JSON
    """Open negotiations with two facts each."""
    for slug in slugs:
        body = {"slug": slug, "title": slug.title(), "parties": [], **more}
        assert client.post("/v1/negotiations", body).status == 201
        for n in (1, 2):
            body_of_fact = fact(summary=f"Prisoners of {slug} freed, {n}", valid=f"2025-0{n}-01")
            assert client.post(f"/v1/negotiations/{slug}/facts", body_of_fact).status == 201


def drop_key(client: Client) -> Client:
    """A client without a key."""
    app: FastAPI = client.http.app  # type: ignore[assignment]
    return Client(TestClient(app, raise_server_exceptions=False))


def list_found(client: Client, query: str) -> list[tuple[str, str]]:
    """(slug, summary) of every fact that a search finds, page by page."""
    items: list[tuple[str, str]] = []
    following: str | None = None
    while True:
        answer = client.get(f"/v1/search?{query}" + (f"&cursor={following}" if following else ""))
        assert answer.status == 200, answer.json
        items += [(item["negotiation"], item["fact"]["summary"]) for item in answer.json["items"]]
        following = answer.json["next"]
        if following is None:
            return items


def test_facts_of_all_negotiations_are_found_once_in_order(client: Client) -> None:
    open_negotiations(client, "cyprus", "aceh", "bougainville")
    found = list_found(client, "q=freed")
    assert [slug for slug, _ in found] == [
        *("aceh", "aceh", "bougainville", "bougainville", "cyprus", "cyprus"),
    ]
    for limit in (1, 2, 3, 4):
        assert list_found(client, f"q=freed&limit={limit}") == found
    assert list_found(client, "q=aceh") == [
        ("aceh", f"Prisoners of aceh freed, {n}") for n in (1, 2)
    ]
    assert list_found(client, "q=nothing") == []


def test_each_negotiation_is_searched_as_its_own_timeline(client: Client) -> None:
    open_negotiations(client, "aceh", "cyprus")
    alias = {"kind": "alias", "name": "Losik", "same_as": "Ihar", "valid": "2025"}
    assert client.post("/v1/negotiations/aceh/facts", fact(**alias)).status == 201
    for slug in ("aceh", "cyprus"):
        told = fact(summary="Ihar was seen", people=["Ihar"])
        assert client.post(f"/v1/negotiations/{slug}/facts", told).status == 201
    for words in ("losik", "ihar", "prison*", "2"):
        mine = [
            (slug, item["fact"]["summary"])
            for slug in ("aceh", "cyprus")
            for item in client.get(f"/v1/negotiations/{slug}/timeline?q={words}").json["items"]
        ]
        assert list_found(client, f"q={words}") == mine


def test_what_is_private_is_not_found_and_does_not_count(client: Client) -> None:
    open_negotiations(client, "aceh", "cyprus")
    before = drop_key(client).get("/v1/search?q=freed&position=6").body
    open_negotiations(client, "bougainville", visibility="private")
    assert ("bougainville", "Prisoners of bougainville freed, 1") in list_found(client, "q=freed")
    other = drop_key(client)
    assert other.get("/v1/search?q=freed&position=6").body == before
    for limit in (1, 2, 3):
        assert {slug for slug, _ in list_found(other, f"q=freed&limit={limit}")} == {
            "aceh",
            "cyprus",
        }
    assert "bougainville" not in other.get("/v1/search?q=bougainville").body.decode()
    listed = other.get("/v1/negotiations?latest=true").json["items"]
    assert [each["slug"] for each in listed] == ["aceh", "cyprus"]


def test_what_became_private_or_was_withdrawn_is_not_on_later_pages(client: Client) -> None:
    open_negotiations(client, "aceh", "bougainville", "cyprus")
    other = drop_key(client)
    first = other.get("/v1/search?q=freed&limit=3").json
    closed = client.post("/v1/negotiations/bougainville/settings", {"visibility": "private"})
    assert closed.status == 200
    rest = other.get(f"/v1/search?q=freed&limit=3&cursor={first['next']}").json
    assert [item["negotiation"] for item in rest["items"]] == ["cyprus", "cyprus"]
    gone = rest["items"][0]["id"]
    body = {"reason": "coding_error", "why": "It was another day"}
    assert client.post(f"/v1/facts/{gone}/retraction", body, if_match="*").status == 200
    assert ("cyprus", "Prisoners of cyprus freed, 1") not in list_found(other, "q=freed")
    now = other.get("/v1/negotiations?latest=true").json
    latest = {item["slug"]: item["latest"] for item in now["items"]}
    assert latest["cyprus"]["fact"]["summary"] == "Prisoners of cyprus freed, 2"


def test_the_latest_is_what_was_recorded_or_corrected_last(client: Client) -> None:
    open_negotiations(client, "aceh")
    assert client.post("/v1/negotiations", {"slug": "b", "title": "B", "parties": []}).status == 201
    first = client.get("/v1/search?q=freed").json["items"][0]
    body = {"reason": "refinement", "why": "x", "changes": {"summary": "Prisoners were let go"}}
    corrected = client.post(f"/v1/facts/{first['id']}/corrections", body, if_match="*")
    assert corrected.status == 200
    items = client.get("/v1/negotiations?latest=true").json["items"]
    assert [item["slug"] for item in items] == ["aceh", "b"]
    assert items[0]["latest"]["fact"]["summary"] == "Prisoners were let go"
    assert items[0]["latest"]["status"] == "corrected"
    assert items[1]["latest"] is None
    earlier = client.get("/v1/negotiations?latest=true&position=3").json["items"]
    assert earlier[0]["latest"]["fact"]["summary"] == "Prisoners of aceh freed, 2"
    assert "latest" not in client.get("/v1/negotiations").json["items"][0]
    first_page = client.get("/v1/negotiations?latest=true&limit=1").json
    second = client.get(f"/v1/negotiations?cursor={first_page['next']}").json["items"]
    assert second == [items[1]]


def test_an_erased_fact_is_neither_found_nor_the_latest(client: Client) -> None:
    open_negotiations(client, "aceh")
    settings = client.post("/v1/negotiations/aceh/settings", {"review_erasure": False})
    assert settings.status == 200
    last = client.get("/v1/search?q=freed").json["items"][-1]
    erased = client.post(f"/v1/facts/{last['id']}/erasure", {"reason": "asked"}, if_match="*")
    assert erased.status == 200
    for query in ("", "&position=3"):
        assert list_found(client, f"q=freed{query}") == [("aceh", "Prisoners of aceh freed, 1")]
        (told,) = client.get(f"/v1/negotiations?latest=true{query}").json["items"]
        assert told["latest"]["fact"]["summary"] == "Prisoners of aceh freed, 1"


def test_words_are_needed(client: Client) -> None:
    assert client.get("/v1/search").pointers == ["/query/q"]
    assert client.get("/v1/search?q=a&cursor=x").pointers == ["/query/cursor"]


def test_a_name_with_more_spellings_than_are_looked_for_is_refused_where_facts_would_be_missed(
    client: Client,
) -> None:
    client.open()
    for number in range(102):
        name = f"Ann {number:03}"
        client.record(kind="alias", name=name, same_as="Ann Example", valid="2025-01-01")
    refused = client.get(f"{TALKS}/timeline?q=ann+example")
    assert (refused.status, refused.pointers) == (422, ["/q"])
    assert "ask for the person or the place" in refused.json["errors"][0]["detail"]
    assert client.get(f"{TALKS}/timeline?q=ann+example*").status == 200
    assert len(client.get(f"{TALKS}/timeline?person=Ann+Example").json["items"]) == 100
    assert client.get("/v1/search?q=ann+example").status == 200


def test_a_fact_is_found_by_what_its_numbers_count(client: Client) -> None:
    client.open()
    numbers = [{"what": "released", "value": 25}, {"what": "women", "value": 7}]
    made = client.record(summary="Twenty-five walked out", quantities=numbers)
    for asked in ("women", "women twenty-five", "WOMEN"):
        items = client.get(f"{TALKS}/timeline?q={asked}").json["items"]
        assert [each["id"] for each in items] == [made.json["id"]], asked
    assert client.get(f"{TALKS}/timeline?q=%22released women%22").json["items"] == []
