"""Members see a private negotiation; for anybody else it answers as one that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from domain.streams.event import STORED_NAMES
from tests.api.asking import fact
from tests.api.secrecy.private_place import HIDDEN, Place, make_place
from tests.api.secrecy.roles import CORRECTION, HELD, LINE, TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OTHER: Final = "no-such-one"
CANARIES: Final = (
    "quiet-talks",
    "Canary title",
    "Canary summary",
    "Canary Person",
    "canary-id",
    *(name for name in STORED_NAMES if name.startswith("change.")),
)
OUTSIDERS: Final = ("outsider", "reader", None)
_ITS_OWN: Final = ("{fact_id}", "{change_request_id}", "/history", "/corrections")
#: Headers that differ from one request to the next.
COUNTED: Final = frozenset({"ratelimit", "etag"})


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Place]:
    yield from make_place(database_url, tmp_path)


def test_its_member_reads_and_changes_it(place: Place) -> None:
    for (method, path), (_, body) in TABLE.items():
        if "{slug}" in path or path.endswith(_ITS_OWN):
            answer = place.ask("Ann", method, path, body, place.names)
            assert answer.status_code < 400, f"{method} {path}: {answer.text}"


@pytest.mark.parametrize("who", OUTSIDERS)
def test_for_anybody_else_it_is_as_if_it_were_not(place: Place, who: str | None) -> None:
    nothing = str(uuid4())
    asked = 0
    for (method, path), (_, body) in TABLE.items():
        if not any(name in path for name in ("{slug}", "{fact_id}", "{change_request_id}")):
            continue
        elsewhere = {"slug": OTHER, "fact_id": nothing, "change_request_id": nothing}
        found = place.ask(who, method, path, body, place.names)
        other = place.ask(who, method, path, body, elsewhere)
        assert found.status_code == other.status_code >= 400, path
        said = found.text
        for name in place.names.values():
            said = said.replace(name, "?")
        assert said == other.text.replace(OTHER, "?").replace(nothing, "?"), path
        headers = [
            {n: v for n, v in each.headers.items() if n not in COUNTED and n != "content-length"}
            for each in (found, other)
        ]
        assert headers[0] == headers[1], path
        asked += 1
    assert asked == 37


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nothing_of_it_is_in_any_list(place: Place, who: str | None) -> None:
    paths = [
        "/v1/negotiations",
        "/v1/negotiations?limit=1",
        "/v1/changes",
        "/v1/changes?after=1&limit=1",
        "/v1/changes?position=3",
        "/tile/entries/000.p/3",
        "/openapi.json",
        "/readyz",
        "/checkpoint",
    ]
    for path in paths:
        answer = place.http.get(path, headers=place.headers[who])
        assert not [each for each in (*CANARIES, *place.names.values()) if each in answer.text], (
            path
        )
    assert place.http.get("/v1/changes", headers=place.headers[who]).json()["items"] == []
    assert place.http.get("/tile/entries/000.p/3", headers=place.headers[who]).status_code == 404


def test_a_follower_passes_over_what_is_hidden(place: Place) -> None:
    body = {"slug": "open-talks", "title": "Talks", "parties": []}
    place.http.post("/v1/negotiations", json=body, headers=place.headers["outsider"])
    page = place.http.get("/v1/changes?limit=1", headers=place.headers["outsider"]).json()
    assert [item["event"] for item in page["items"]] == ["negotiation.opened"]
    assert page["next"] is None
    every = place.http.get("/v1/changes", headers=place.headers["Ann"]).json()["items"]
    assert [each["position"] for each in every] == list(range(1, len(every) + 1))


def test_an_admin_sets_who_sees_it_and_sees_no_more(place: Place) -> None:
    address = f"/v1/negotiations/{HIDDEN}/settings"
    admin = place.headers["admin"]
    assert place.http.get(address, headers=admin).json()["members"] == ["Ann"]
    answer = place.http.post(address, json={"members": ["Ann", "Bo"]}, headers=admin)
    assert answer.json()["members"] == ["Ann", "Bo"]
    bo = place.headers["outsider"]
    assert place.http.get(f"/v1/facts/{place.fact}", headers=bo).status_code == 200
    items = place.http.get("/v1/changes", headers=bo).json()["items"]
    assert items[-1]["data"] == {
        "visibility": "private",
        "review_record": False,
        "review_erasure": True,
    }
    place.http.post(address, json={"members": ["Bo"]}, headers=admin)
    assert (
        place.http.get(f"/v1/facts/{place.fact}", headers=place.headers["Ann"]).status_code == 404
    )


def test_who_is_no_member_any_more_is_not_told_again_what_they_wrote(place: Place) -> None:
    ann = {**place.headers["Ann"], "idempotency-key": "k"}
    facts = f"/v1/negotiations/{HIDDEN}/facts"
    assert place.http.post(facts, json=fact(), headers=ann).status_code == 201
    settings = f"/v1/negotiations/{HIDDEN}/settings"
    place.http.post(settings, json={"members": []}, headers=place.headers["admin"])
    assert place.http.post(facts, json=fact(), headers=ann).status_code == 404


def test_a_former_member_gets_no_stored_response_about_the_negotiation(place: Place) -> None:
    address = f"/v1/negotiations/{HIDDEN}"
    fact_of = place.http.post(f"{address}/facts", json=fact(), headers=place.headers["Ann"])
    made = fact_of.headers["location"]
    taken = fact(external_id="taken")
    place.http.post(f"{address}/facts", json=taken, headers=place.headers["Ann"])
    own = {"slug": "anns-own", "title": "Ann's", "parties": [], "visibility": "private"}
    sent: dict[str, tuple[str, object]] = {
        "a snapshot": (f"{address}/snapshots", {"name": "first"}),
        "a taken name": (f"{address}/facts", taken),
        "a fault": (f"{address}/facts", {"kind": "none"}),
        "a fault of a change": (f"{made}/corrections", {"why": "?"}),
        "an opening": ("/v1/negotiations", own),
    }

    def repeat_all() -> dict[str, int]:
        return {
            key: place.http.post(
                path,
                json=body,
                headers={
                    **place.headers["Ann"],
                    "idempotency-key": key.replace(" ", "-"),
                    "if-match": "*",
                },
            ).status_code
            for key, (path, body) in sent.items()
        }

    first = repeat_all()
    assert set(first.values()) == {201, 409, 422}
    assert repeat_all() == first
    for slug in (HIDDEN, "anns-own"):
        settings = f"/v1/negotiations/{slug}/settings"
        others = {"members": ["Somebody Else"]}
        answer = place.http.post(settings, json=others, headers=place.headers["admin"])
        assert answer.status_code == 200
    assert set(repeat_all().values()) == {404}


def test_a_former_member_gets_no_stored_certificate_about_the_negotiation(place: Place) -> None:
    assert place.parley.publisher is not None
    place.parley.publisher.publish()
    ann = {**place.headers["Ann"], "idempotency-key": "certified"}
    question = {"question": f"/v1/negotiations/{HIDDEN}"}
    first = place.http.post("/v1/certificates", json=question, headers=ann)
    assert (first.status_code, first.json()["status"]) == (201, 200)
    assert place.http.post("/v1/certificates", json=question, headers=ann).content == first.content
    settings = f"/v1/negotiations/{HIDDEN}/settings"
    place.http.post(settings, json={"members": []}, headers=place.headers["admin"])
    place.parley.publisher.publish()
    again = place.http.post("/v1/certificates", json=question, headers=ann)
    assert (again.status_code, again.json()["status"]) == (201, 404)
    assert again.json()["sha256"] is None


def test_what_is_proposed_elsewhere_is_in_the_log_as_ever(place: Place) -> None:
    body = {"slug": "open-talks", "title": "Talks", "parties": []}
    bo, everybody = place.headers["outsider"], place.headers[None]
    place.http.post("/v1/negotiations", json=body, headers=bo)
    address = "/v1/negotiations/open-talks/settings"
    place.http.post(address, json={"review_record": True}, headers=place.headers["admin"])
    facts = "/v1/negotiations/open-talks/facts"
    made = place.http.post(facts, json=fact(**HELD), headers=bo).headers["location"]
    sent = {**bo, "if-match": "*"}
    proposed = place.http.post(f"{made}/corrections", json=CORRECTION, headers=sent)
    assert proposed.status_code == 202
    items = place.http.get("/v1/changes", headers=everybody).json()["items"]
    assert [item["event"] for item in items] == [
        "negotiation.opened",
        "negotiation.settings_changed",
        "fact.recorded",
        "change.proposed",
    ]
    assert items[-1]["data"]["proposal"] == proposed.json()["id"]


def test_who_is_no_member_any_more_is_not_told_again_what_they_proposed(place: Place) -> None:
    settings = f"/v1/negotiations/{HIDDEN}/settings"
    admin = place.headers["admin"]
    place.http.post(settings, json={"review_record": True}, headers=admin)
    ann = {**place.headers["Ann"], "idempotency-key": "p", "if-match": "*"}
    address = f"/v1/facts/{place.fact}/corrections"
    assert place.http.post(address, json=CORRECTION, headers=ann).status_code == 202
    place.http.post(settings, json={"members": []}, headers=admin)
    assert place.http.post(address, json=CORRECTION, headers=ann).status_code == 404


def test_settings_are_changed_from_those_that_were_seen(place: Place) -> None:
    address, admin = f"/v1/negotiations/{HIDDEN}/settings", place.headers["admin"]
    seen = place.http.get(address, headers=admin).headers["etag"]
    sent = {**admin, "if-match": seen, "idempotency-key": "one"}
    first, again = (
        place.http.post(address, json={"members": ["Ann", "Bo"]}, headers=sent) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (200, 200)
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    sent["idempotency-key"] = "two"
    second = place.http.post(address, json={"members": ["Ann", "Cy"]}, headers=sent)
    assert second.status_code == 412
    assert second.json()["type"].endswith("settings-changed")
    assert second.json()["errors"][0]["pointer"] == "/header/If-Match"
    now = place.http.get(address, headers=admin)
    assert (now.json()["members"], now.headers["etag"]) == (["Ann", "Bo"], first.headers["etag"])
    for names in (f"{seen}, {now.headers['etag']}", "*"):
        sent = {**admin, "if-match": names}
        assert place.http.post(address, json={}, headers=sent).status_code == 200
    sent = {**admin, "if-match": "seen"}
    assert place.http.post(address, json={}, headers=sent).status_code == 400


def test_a_rebuild_and_a_restart_keep_it_private(place: Place) -> None:
    assert place.parley.rebuild().differences == ()
    again = compose(place.parley.settings, upgrade=False)
    answer = TestClient(create_app(again)).get(f"/v1/negotiations/{HIDDEN}")
    again.close()
    assert answer.status_code == 404


def test_an_import_from_outside_finds_nothing(place: Place) -> None:
    answer = place.http.post(
        f"/v1/negotiations/{HIDDEN}/import",
        content=LINE,
        headers={**place.headers["outsider"], "content-type": "application/x-ndjson"},
    )
    assert answer.status_code == 404
