"""Long answers are given in pages: each ends at its limit, or earlier if its items are large."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from infrastructure.readers.pages import MOST_BYTES
from tests.api.asking import FACTS, TALKS, fact
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from api.composition import Parley
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database

LARGE = "𝄞" * 90_000
"""Nearly the longest text that is accepted, in characters of four bytes."""


def correct_summary(client: Client, address: str, version: int, summary: str) -> None:
    body = {"reason": "refinement", "why": "It reads better", "changes": {"summary": summary}}
    assert client.post(f"{address}/corrections", body, if_match=str(version)).status == 200


def pages(client: Client, address: str, query: str) -> list[dict[str, Any]]:
    """Every page of an answer; nothing recorded after the first page is on them."""
    found = [client.get(f"{address}?{query}").json]
    client.record(summary="Recorded meanwhile")
    while found[-1]["next"] is not None:
        found.append(client.get(f"{address}?cursor={found[-1]['next']}&{query}").json)
    return found


@pytest.mark.parametrize("clock", ["recorded", "published"])
def test_a_history_an_audit_and_a_diff_are_given_page_by_page(client: Client, clock: str) -> None:
    client.open()
    addresses = [client.record(summary=f"Fact {n}").headers["location"] for n in range(3)]
    for version in range(1, 4):
        for address in addresses:
            correct_summary(client, address, version, f"Version {version}")
    at = f"clock={clock}&as_known_at=9998"
    for path, query in (
        (f"{addresses[0]}/history", at),
        (f"{TALKS}/audit", at),
        (f"{TALKS}/audit", f"{at}&order=newest"),
        (f"{TALKS}/diff", f"clock={clock}&from=2000&to=9998"),
    ):
        whole = client.get(f"{path}?{query}").json
        assert whole["next"] is None
        name = "added" if path.endswith("diff") else "items"
        found = pages(client, path, f"{query}&limit=2")
        assert [len(page[name]) for page in found[:-1]] == [2] * (len(found) - 1)
        assert [each for page in found for each in page[name]] == whole[name]
        assert {page["perspective"]["position"] for page in found} == {
            whole["perspective"]["position"]
        }
        other = client.get(f"{path}?cursor={found[0]['next']}&match=certain")
        assert other.pointers == ["/query/cursor"]
        assert client.get(f"{path}?{query}&limit=1001").pointers == ["/query/limit"]


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_an_audit_begins_with_the_newest_where_that_is_asked(client: Client, limit: int) -> None:
    client.open()
    addresses = [client.record(summary=f"Fact {n}").headers["location"] for n in range(2)]
    for version in range(1, 3):
        for address in addresses:
            correct_summary(client, address, version, f"Version {version}")
        better = {"reason": "refinement", "why": "Better", "changes": {"title": f"T {version}"}}
        assert client.post(f"{TALKS}/corrections", better, if_match=str(version)).status == 200
    oldest = client.get(f"{TALKS}/audit").json["items"]
    assert [item["event"] for item in oldest].count("negotiation.corrected") == 2
    assert client.get(f"{TALKS}/audit?order=oldest").json["items"] == oldest
    found = pages(client, f"{TALKS}/audit", f"order=newest&limit={limit}")
    assert [item for page in found for item in page["items"]] == oldest[::-1]
    assert len(found) == -(-len(oldest) // limit)
    assert client.get(f"{TALKS}/audit?order=random").pointers == ["/query/order"]
    cursor = client.get(f"{TALKS}/audit?limit=1").json["next"]
    assert client.get(f"{TALKS}/audit?cursor={cursor}&order=newest").pointers == ["/query/cursor"]


def test_the_pages_of_a_diff_are_all_of_what_the_cuts_disagree_on(client: Client) -> None:
    client.open()
    addresses = [client.record(summary=f"Fact {n}").headers["location"] for n in range(4)]
    before = client.get("/v1/changes").json["items"][-1]["recorded_at"]
    correct_summary(client, addresses[0], 1, "Corrected")
    body = {"reason": "coding_error", "why": "It was another"}
    assert client.post(f"{addresses[2]}/retraction", body, if_match="1").status == 200
    client.record(summary="New")
    query = f"from={before}"
    whole = client.get(f"{TALKS}/diff?{query}").json
    found = pages(client, f"{TALKS}/diff", f"{query}&limit=1")
    assert len(found) == 3
    for name in ("added", "corrected", "retracted"):
        assert len(whole[name]) == 1
        assert [each for page in found for each in page[name]] == whole[name]


@on_sqlite
def test_a_page_of_large_facts_ends_before_its_limit(client: Client, parley: Parley) -> None:
    client.open()
    large = json.dumps(
        fact(kind="statement", speaker="Nauseda", quote=LARGE, note=LARGE), ensure_ascii=False
    ).encode()
    assert MOST_BYTES // 3 < len(large) < MOST_BYTES // 2
    addresses = [client.post(FACTS, large).headers["location"] for _ in range(4)]
    for address in addresses:
        correct_summary(client, address, 1, "Better")
    for path, name in (
        (f"{TALKS}/timeline", "items"),
        (f"{TALKS}/audit", "items"),
        (f"{TALKS}/diff", "added"),
    ):
        query = "limit=1000&position=9" + ("&from=2000" if path.endswith("diff") else "")
        found = pages(client, path, query)
        assert [len(page[name]) for page in found] == [3, 1]
    parley.follow()
    assert len(client.get(f"{TALKS}/timeline?q=better&limit=1000").json["items"]) == 3
    changes = client.get("/v1/changes?limit=1000&position=9").json
    assert len(changes["items"]) < 9
    rest = client.get(f"/v1/changes?limit=1000&position=9&after={changes['next']}").json
    assert [item["position"] for item in changes["items"] + rest["items"]] == list(range(1, 8))


def test_a_table_of_the_audit_says_where_it_goes_on(client: Client) -> None:
    client.open()
    address = client.record().headers["location"]
    for version in range(1, 4):
        correct_summary(client, address, version, f"Version {version}")
    first = client.get(f"{TALKS}/audit?limit=2&position=5", accept="text/csv")
    assert len(first.body.splitlines()) == 3
    target = first.headers["link"].removeprefix("<").removesuffix('>; rel="next"')
    rest = client.get(target, accept="text/csv")
    assert len(rest.body.splitlines()) == 2
    assert "link" not in rest.headers
    latest = client.get(f"{TALKS}/audit?limit=2", accept="text/csv").headers["link"]
    assert 'rel="canonical"' in latest
    assert 'rel="next"' in latest


@on_sqlite
def test_a_state_and_its_sections_end_where_what_is_cited_fills_them(client: Client) -> None:
    client.open()
    cited = [
        {"publisher": f"Paper {n}", "title": "t" * 900, "published": "2025-09-11"}
        for n in range(200)
    ]
    for number in range(8):
        client.record(kind="custody", person=f"P {number}", status="detained", citations=cited)
    for _ in range(6):
        client.record(kind="custody", person="P 0", status="detained", citations=cited)
    state = client.get(TALKS).json
    assert len(state["custody"]) < 8
    assert state["custody_more"]["count"] == 8
    assert len(state["custody"][0]["rivals"]) < 6
    assert state["custody"][0]["rivals_more"]["count"] == 6
    shown = [each["person"] for each in state["custody"]]
    page = client.get(state["custody_more"]["href"]).json
    while True:
        assert len(json.dumps(page)) < 2 * MOST_BYTES
        shown += [item["person"] for item in page["items"]]
        if page["next"] is None:
            break
        page = client.get(f"{TALKS}/state/custody?cursor={page['next']}").json
    assert shown == [f"P {number}" for number in range(8)]
    whole = client.get(f"{TALKS}/state/custody?limit=1000").json
    assert len(whole["items"]) < 8 or len(json.dumps(whole)) < 2 * MOST_BYTES
    rivals = client.get(state["custody"][0]["rivals_more"]["href"]).json["items"]
    assert len(rivals) + len(state["custody"][0]["rivals"]) == 6


@on_sqlite
def test_a_page_of_negotiations_ends_where_what_they_say_fills_it(client: Client) -> None:
    for number in range(8):
        opening = {
            "slug": f"talks-{number}",
            "title": "T" * 100_000,
            "summary": "𝄞" * 90_000,
            "parties": ["A" * 200 + str(n) for n in range(1000)],
        }
        body = json.dumps(opening, ensure_ascii=False).encode()
        assert client.post("/v1/negotiations", body).status == 201
    page = client.get("/v1/negotiations?limit=1000").json
    shown = [item["slug"] for item in page["items"]]
    assert len(shown) < 8
    while page["next"] is not None:
        page = client.get(f"/v1/negotiations?cursor={page['next']}").json
        shown += [item["slug"] for item in page["items"]]
    assert shown == [f"talks-{number}" for number in range(8)]
