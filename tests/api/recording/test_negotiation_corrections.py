"""A negotiation is corrected like a fact: earlier perspectives keep its earlier title, parties and summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.commands.bodies import NegotiationCorrectionBody
from tests.api.asking import TALKS, Answer, authorize, without_credentials
from tests.api.desk import MISREAD, OF_NEGOTIATION
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from api.composition import Parley
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database


def correct(client: Client, published: str | None = None, **changes: Any) -> Answer:  # noqa: ANN401
    """Correct the negotiation at any version."""
    body = {**MISREAD, "changes": changes, "published": published}
    return client.post(OF_NEGOTIATION, body, if_match="*")


def titles(client: Client, query: str) -> set[str]:
    """The title at a perspective, in the state, the list and a new snapshot."""
    listed = client.get(f"/v1/negotiations?{query}").json["items"]
    state = client.get(f"{TALKS}?{query}").json
    return {state["negotiation"]["title"], *(each["title"] for each in listed)}


def test_a_correction_holds_from_then_on_and_leaves_no_trace(client: Client) -> None:
    client.open()
    was = client.get(f"{TALKS}?position=1")
    listed = client.get("/v1/negotiations?position=1")
    answer = correct(client, title="Talks on prisoners", parties=["A", "C"], summary="Since May")
    assert answer.status == 200
    assert answer.json == {
        "slug": "talks",
        "title": "Talks on prisoners",
        "parties": ["A", "C"],
        "summary": "Since May",
    }
    now = client.get(TALKS)
    assert now.json["negotiation"] == answer.json
    assert client.get("/v1/negotiations").json["items"] == [answer.json]
    assert b'"Talks"' not in now.body
    assert client.get(f"{TALKS}?position=1").body == was.body
    assert client.get(f"{TALKS}?position=1").headers["etag"] == was.headers["etag"]
    assert client.get("/v1/negotiations?position=1").body == listed.body


@on_sqlite
def test_only_what_is_sent_changes_and_the_slug_never(client: Client) -> None:
    client.open()
    assert correct(client, summary="Since May").json["title"] == "Talks"
    assert correct(client, summary=None).json["summary"] is None
    again = correct(client, title="Talks")
    assert (again.status, again.pointers) == (422, ["/changes"])
    assert correct(client, slug="others").pointers == ["/changes/slug"]
    assert correct(client, title=None).pointers == ["/changes/title"]
    assert correct(client, title=3, parties="A", of="B").pointers == [
        "/changes/title",
        "/changes/parties",
        "/changes/of",
    ]
    assert correct(client, title="\u202e").pointers == ["/changes/title"]
    bad = client.post(OF_NEGOTIATION, {**MISREAD, "why": " ", "changes": {}}, if_match="*")
    assert (bad.status, bad.pointers) == (422, ["/why"])
    assert correct(client, published="soon", title="Other").pointers == ["/published"]
    assert client.get("/v1/changes").json["items"][-1]["position"] == 3


@on_sqlite
def test_a_correction_is_of_what_was_seen(client: Client) -> None:
    client.open()
    seen = client.get(TALKS).headers["etag"]
    assert client.post(OF_NEGOTIATION, {**MISREAD, "changes": {"title": "Two"}}).status == 428
    first = client.post(OF_NEGOTIATION, {**MISREAD, "changes": {"title": "Two"}}, if_match=seen)
    assert first.status == 200
    stale = client.post(OF_NEGOTIATION, {**MISREAD, "changes": {"title": "Three"}}, if_match=seen)
    assert stale.status == 412
    assert "negotiation talks" in stale.json["detail"]
    client.post(f"{TALKS}/snapshots", {"name": "first"})
    for tag in (first.headers["etag"], '"2"'):
        title = {"title": f"By {tag[1]} {len(tag)}"}
        answer = client.post(OF_NEGOTIATION, {**MISREAD, "changes": title}, if_match=tag)
        assert answer.status == (200 if tag == first.headers["etag"] else 412), answer.json
    now = client.get(TALKS).headers["etag"]
    assert now.startswith('"4-')
    last = client.post(OF_NEGOTIATION, {**MISREAD, "changes": {"title": "Four"}}, if_match=now)
    assert last.status == 200
    assert (
        client.post(OF_NEGOTIATION, {**MISREAD, "changes": {}}, if_match="nonsense").status == 400
    )


def test_on_the_published_clock_only_what_is_public_counts(client: Client) -> None:
    client.open()
    correct(client, "2025-11-10", title="False talks", parties=["A", "B", "C"])
    correct(client, "2025-10-01", title="True talks", summary="Since May")
    published = "clock=published&as_known_at="
    assert titles(client, f"{published}2025-09") == {"Talks"}
    assert titles(client, f"{published}2025-10") == {"True talks"}
    october = client.get(f"{TALKS}?{published}2025-10").json["negotiation"]
    assert (october["summary"], october["parties"]) == ("Since May", ["A", "B"])
    november = client.get(f"{TALKS}?{published}2025-11").json["negotiation"]
    assert (november["title"], november["parties"]) == ("True talks", ["A", "B", "C"])
    told = client.get(f"{TALKS}/audit?{published}2025-10").json["items"]
    assert [each["position"] for each in told] == [3]
    assert told[0]["changes"][0] == {"field": "title", "before": "Talks", "after": "True talks"}


def test_a_correction_is_audited_among_those_of_facts(client: Client) -> None:
    client.open()
    address = client.record().headers["location"]
    correct(client, title="Other talks")
    client.post(f"{address}/retraction", MISREAD, if_match="*")
    correct(client, title="Third talks")
    audit = client.get(f"{TALKS}/audit").json["items"]
    assert [each["event"] for each in audit] == [
        "negotiation.corrected",
        "fact.retracted",
        "negotiation.corrected",
    ]
    assert audit[0] | {"recorded_at": None} == {
        "position": 3,
        "recorded_at": None,
        "actor": "editor",
        "event": "negotiation.corrected",
        "approvers": [],
        "fact": None,
        "negotiation": {
            "slug": "talks",
            "title": "Other talks",
            "parties": ["A", "B"],
            "summary": None,
        },
        "reason": "coding_error",
        "why": "It was misread",
        "changes": [{"field": "title", "before": "Talks", "after": "Other talks"}],
    }
    paged, cursor = [], ""
    while True:
        page = client.get(f"{TALKS}/audit?limit=1{cursor}").json
        paged += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert paged == audit
    table = client.get(f"{TALKS}/audit", accept="text/csv").body.decode().splitlines()
    assert len(table) == 4
    assert "Third talks" in table[-1]
    changes = client.get("/v1/changes").json["items"][2]
    assert (changes["event"], changes["fact"]) == ("negotiation.corrected", None)
    assert changes["data"] == {
        **MISREAD,
        "title": "Other talks",
        "parties": ["A", "B"],
        "summary": None,
        "published": None,
    }


def test_its_history_has_the_opening_and_every_correction(client: Client) -> None:
    client.open()
    correct(client, "2025-11-10", title="Other talks")
    client.post(f"{TALKS}/snapshots", {"name": "meanwhile"})
    correct(client, title="Third talks")
    answer = client.get(f"{TALKS}/history").json
    assert [(item["version"], item["event"]) for item in answer["items"]] == [
        (1, "negotiation.opened"),
        (2, "negotiation.corrected"),
        (4, "negotiation.corrected"),
    ]
    assert answer["items"][2]["changes"] == [
        {"field": "title", "before": "Other talks", "after": "Third talks"}
    ]
    assert answer["items"][0]["actor"] == "editor"
    paged, page = [], client.get(f"{TALKS}/history?limit=2").json
    paged += page["items"]
    page = client.get(f"{TALKS}/history?limit=2&cursor={page['next']}").json
    assert [*paged, *page["items"]] == answer["items"]
    assert page["next"] is None
    early = client.get(f"{TALKS}/history?clock=published&as_known_at=2025-10").json["items"]
    assert [each["version"] for each in early] == [1]
    assert len(client.get(f"{TALKS}/history?position=2").json["items"]) == 2


def test_a_diff_says_what_was_corrected(client: Client) -> None:
    client.open()
    assert "negotiation" not in client.get(f"{TALKS}/diff?from=2020").json
    correct(client, title="Other talks")
    later = client.get(f"{TALKS}/diff?from=2020").json
    assert later["negotiation"] == {
        **MISREAD,
        "changes": [{"field": "title", "before": "Talks", "after": "Other talks"}],
    }
    assert "negotiation" not in client.get(f"{TALKS}/diff?from=2020&position=1").json
    correct(client, title="Talks")
    assert "negotiation" not in client.get(f"{TALKS}/diff?from=2020").json


def test_a_snapshot_keeps_the_title_that_it_had(client: Client) -> None:
    client.open()
    client.post(f"{TALKS}/snapshots", {"name": "before"})
    correct(client, "2025-11-10", title="Other talks")
    client.post(f"{TALKS}/snapshots", {"name": "after"})
    asked = {"name": "public", "clock": "published", "as_known_at": "2025-10"}
    client.post(f"{TALKS}/snapshots", asked)
    found = {}
    for name in ("before", "after", "public"):
        read = client.get(f"{TALKS}/snapshots/{name}").json
        assert read["verified"] is True
        found[name] = read["content"]["negotiation"]["title"]
    assert found == {"before": "Talks", "after": "Other talks", "public": "Talks"}


def test_the_same_key_corrects_once(client: Client) -> None:
    client.open()
    body = {**MISREAD, "changes": {"title": "Other talks"}}
    first = client.post(OF_NEGOTIATION, body, if_match='"1"', idempotency_key="a")
    again = client.post(OF_NEGOTIATION, body, if_match='"1"', idempotency_key="a")
    assert (again.status, again.body) == (200, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"]


@on_sqlite
def test_who_may_not_correct_facts_corrects_no_negotiation(client: Client, parley: Parley) -> None:
    client.open()
    body = {**MISREAD, "changes": {"title": "Other talks"}}
    nobody = without_credentials(client)
    assert nobody.post(OF_NEGOTIATION, body, if_match="*").status == 401
    writer = authorize(parley, "Bo", "fact:read", "fact:write")["Authorization"]
    assert client.post(OF_NEGOTIATION, body, if_match="*", authorization=writer).status == 403
    client.post(f"{TALKS}/settings", {"visibility": "private", "members": ["editor"]})
    outsider = authorize(parley, "Bo", "fact:correct")["Authorization"]
    hidden = client.post(OF_NEGOTIATION, body, if_match="*", authorization=outsider)
    unknown = f"{TALKS}-not/corrections"
    assert (hidden.status, hidden.json["type"]) == (404, "urn:parley:problem:unknown")
    assert client.post(unknown, body, if_match="*", authorization=outsider).status == 404
    assert client.post(OF_NEGOTIATION, body, if_match="*").status == 200


@on_sqlite
def test_a_negotiation_is_corrected_a_bounded_number_of_times(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.streams.negotiation.MOST_CORRECTIONS", 2)
    client.open()
    assert [correct(client, title=f"Talks {n}").status for n in range(3)] == [200, 200, 409]


def test_the_body_says_what_a_fact_correction_says() -> None:
    fields = set(NegotiationCorrectionBody.__dataclass_fields__)
    assert fields == {"reason", "why", "changes", "published"}
