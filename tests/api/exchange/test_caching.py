"""A fixed answer may be cached for ever or for a time; 304 goes only to clients that may still read the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from api.composition import Parley, compose
from api.http.app import create_app
from infrastructure.readers.look import Look
from tests.api.asking import TALKS, Client, authorize, count, without_credentials
from tests.api.exchange.cached import FIXED, VIEWS, add_parameters, fill_record
from tests.databases import settings_of
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.access import Scope
    from tests.databases import Kind

pytestmark = pytest.mark.either_database


def _change_record(client: Client, address: str) -> None:
    body = {"reason": "coding_error", "why": "Misread", "changes": {"summary": "Other"}}
    assert client.post(f"{address}/corrections", body, if_match="*").status == 200
    client.record(quantities=count(3), valid="2024")


@on_sqlite
def test_an_answer_that_the_client_has_is_304(client: Client) -> None:
    address = fill_record(client)
    for path in (*VIEWS, address, f"{address}/history"):
        pinned = add_parameters(path, "position=4")
        first = client.get(pinned)
        assert first.status == 200, first.json
        again = client.get(pinned, if_none_match=f'"x", W/{first.headers["etag"]}')
        assert again.status == 304
        assert again.body == b""
        same = ("etag", "cache-control")
        assert {k: again.headers[k] for k in same} == {k: first.headers[k] for k in same}
        assert client.get(pinned, if_none_match="*").status == 304
        assert client.get(pinned, if_none_match='"other"').status == 200


def test_a_position_fixes_an_answer_for_ever(client: Client) -> None:
    address = fill_record(client)
    reader = without_credentials(client)
    asked = [add_parameters(path, "position=4") for path in (*VIEWS, address, f"{address}/history")]
    asked += [f"{TALKS}?position=3&clock=published&as_known_at=2025-10&as_of=2025"]
    before = [reader.get(path) for path in asked]
    _change_record(client, address)
    for path, first in zip(asked, before, strict=True):
        again = reader.get(path)
        assert again.body == first.body
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["cache-control"] == FIXED
        assert "link" not in again.headers


@on_sqlite
def test_the_past_of_the_record_clock_is_fixed_for_ever(client: Client) -> None:
    address = fill_record(client)
    reader = without_credentials(client)
    instant = reader.get(f"{address}").json["recorded_at"]
    paths = [
        add_parameters(path, f"as_known_at={instant}")
        for path in (*VIEWS, address)
        if "diff" not in path
    ]
    before = [reader.get(path) for path in paths]
    _change_record(client, address)
    for path, first in zip(paths, before, strict=True):
        again = reader.get(path)
        assert again.status == 200, path
        assert again.body == first.body, path
        assert again.headers["cache-control"] == FIXED
    diff = reader.get(f"{TALKS}/diff?from=2020&to={instant}")
    assert diff.headers["cache-control"] == FIXED


@on_sqlite
def test_head_is_get_without_the_body(client: Client) -> None:
    fill_record(client)
    for path in (f"{TALKS}?position=3", "/healthz", "/readyz", "/openapi.json"):
        got, head = client.get(path), client.send("HEAD", path)
        assert head.status == 200
        assert head.body == b""
        left = {head.headers.pop("ratelimit", None), got.headers.pop("ratelimit", None)}
        assert len(left) == 2 or left == {None}, "each of the two was counted"
        assert head.headers == got.headers


@on_sqlite
def test_every_answer_forbids_sniffing(client: Client) -> None:
    for path in ("/healthz", "/nothing", "/v1/negotiations", "/v1/negotiations?x=1"):
        assert client.get(path).headers["x-content-type-options"] == "nosniff"


def test_a_fixed_answer_names_its_negotiation_and_its_facts_where_they_are_few(
    client: Client,
) -> None:
    address = fill_record(client)
    reader, id_ = without_credentials(client), address.rpartition("/")[2]
    assert client.post(f"{TALKS}/snapshots", {"name": "first"}).status == 201
    named = {
        address: {"talks", id_},
        f"{address}/history": {"talks", id_},
        f"{TALKS}/timeline?position=4": {"talks", id_},
        f"{TALKS}/snapshots/first": {"talks", id_},
        f"{TALKS}/tally?what=released&position=4": {"talks", id_},
        "/v1/changes?position=4": {"changes", id_},
        "/v1/negotiations?position=4": {"negotiations"},
    }
    for path, wanted in named.items():
        assert wanted <= set(reader.get(path).headers["cache-tag"].split(",")), path
    for number in range(14):
        client.record(summary=f"Freed {number}")
    many = reader.get(f"{TALKS}/timeline?position=20").headers["cache-tag"].split(",")
    assert many == ["talks"]
    few = reader.get(f"{TALKS}/timeline?position=19").headers["cache-tag"].split(",")
    assert len(few) == 1 + 16


def test_nothing_that_an_erasure_changes_is_kept_without_end(client: Client) -> None:
    address = fill_record(client)
    reader = without_credentials(client)
    for path in (*VIEWS, address, f"{address}/history"):
        for parameters in ("", "position=4"):
            asked = add_parameters(path, parameters) if parameters else path
            kept = reader.get(asked).headers["cache-control"]
            assert kept in {FIXED, "no-cache"}, asked
            own = client.get(asked).headers["cache-control"]
            assert own in {"private, max-age=600", "private, no-cache", "no-store"}, asked


@on_sqlite
def test_what_is_answered_to_credentials_has_no_tag(client: Client) -> None:
    address = fill_record(client)
    private = {"visibility": "private", "members": ["editor"]}
    assert client.post(f"{TALKS}/settings", private).status == 200
    for path in (*VIEWS, address):
        answer = client.get(add_parameters(path, "position=4"))
        assert (answer.status, "cache-tag" in answer.headers) == (200, False), path
        other = without_credentials(client).get(add_parameters(path, "position=4"))
        told = str({n: v for n, v in other.headers.items() if n != "link"})
        assert "talks" not in told, path


def test_the_setting_is_for_caches_that_can_be_purged(
    fresh_database: Callable[[Kind], str],
) -> None:
    settings = settings_of(fresh_database("sqlite-file"), PARLEY_CACHE_SECONDS="86400")
    parley = compose(settings, upgrade=False)
    client = Client(TestClient(create_app(parley), headers=authorize(parley)))
    client.open()
    asked = f"{TALKS}?position=1"
    assert (
        without_credentials(client).get(asked).headers["cache-control"] == "public, max-age=86400"
    )
    assert client.get(asked).headers["cache-control"] == "private, max-age=600"
    parley.close()


@pytest.mark.parametrize("more", [(), ("source:read",)], ids=["reader", "reader of sources"])
@pytest.mark.parametrize("about", ["fact", "state"])
def test_a_tag_that_was_confirmed_is_worth_nothing_once_the_answer_may_not_be_given(
    client: Client, parley: Parley, about: str, more: tuple[Scope, ...]
) -> None:
    client.open()
    at = client.record(external_id="A").headers["location"]
    client.record(external_id="B")
    path = {"fact": f"{at}?position=3", "state": f"{TALKS}?position=3&as_of=2026"}[about]
    reader = Client(
        TestClient(
            client.http.app, headers=authorize(parley, "Ann", "fact:read", "audit:read", *more)
        )
    )
    tag = reader.get(path).headers["etag"]
    for _ in range(3):
        had = reader.get(path, if_none_match=tag)
        assert (had.status, had.body) == (304, b"")
        assert had.headers["etag"] == tag
    assert without_credentials(client).get(path, if_none_match=tag).status == 304
    client.post(f"{TALKS}/settings", {"visibility": "private", "members": ["editor"]}, if_match="*")
    assert reader.get(path, if_none_match=tag).status == 404
    client.post(f"{TALKS}/settings", {"members": ["editor", "Ann"]}, if_match="*")
    assert reader.get(path, if_none_match=tag).status == 304
    client.post(f"{TALKS}/settings", {"review_erasure": False}, if_match="*")
    erased = client.post(f"{at}/erasure", {"reason": "asked for"}, if_match="*")
    assert erased.status == 200, erased.json
    after = reader.get(path, if_none_match=tag)
    assert after.status == (410 if about == "fact" else 200)
    assert reader.get(path, if_none_match='"other"').status == after.status


def test_a_fixed_answer_that_a_client_has_is_not_made_again(
    client: Client, parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.open()
    client.record(external_id="A")
    reader = Client(TestClient(client.http.app, headers=authorize(parley, "Ann", "fact:read")))
    path = f"{TALKS}?position=2&as_of=2026"
    tag = reader.get(path).headers["etag"]
    made: list[object] = []
    reading = Parley.reading

    def note_reading(self: Parley, *given: Any, **named: Any) -> Any:  # noqa: ANN401
        made.append(self)
        return reading(self, *given, **named)

    monkeypatch.setattr(Parley, "reading", note_reading)
    statuses = [reader.get(path, if_none_match=tag).status for _ in range(4)]
    assert (statuses, len(made)) == ([304] * 4, 1)
    assert reader.get(path, if_none_match='"other"').status == 200
    assert reader.get(path).status == 200
    assert len(made) >= 3


def test_a_fixed_fact_is_not_made_again_for_a_reader_of_sources_but_where_it_has_some(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.open()
    at = client.record(external_id="A").headers["location"]
    cited = {"publisher": "Own reporting", "published": "2025-11-09"}
    told = {**cited, "confidential": {"identity": "Jane"}}
    other = client.record(external_id="B", citations=[told]).headers["location"]
    made: list[object] = []
    look = Look.fact

    def note_look(self: Look, *given: Any) -> Any:  # noqa: ANN401
        made.append(self)
        return look(self, *given)

    monkeypatch.setattr(Look, "fact", note_look)
    for address, times in ((at, 2), (other, 4)):
        made.clear()
        path = f"{address}?position=3"
        answer = client.get(path)
        tag = answer.headers["etag"]
        had = [client.get(path, if_none_match=tag) for _ in range(3)]
        assert {each.status for each in had} == {304}
        assert {each.headers["cache-control"] for each in (answer, *had)} == {"no-store"}
        assert len(made) == times
    sources = {"what": "sources", "reason": "asked for"}
    client.post(f"{TALKS}/settings", {"review_erasure": False}, if_match="*")
    assert client.post(f"{other}/erasure", sources, if_match="*").status == 200
    after = client.get(path, if_none_match=tag)
    assert (after.status, b"Jane" in after.body) == (200, False)
