"""Behind nginx and Varnish fixed answers come from the cache, and an erasure removes erased ones from it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import httpx
import pytest

from tests.api.asking import TALKS
from tests.faults.watched.serving import CREDENTIAL
from tests.machines.conftest import OPENING, Asked, serve_folder
from tests.machines.edge import Edge, free_port, running_edge
from tests.plain_http import PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.databases import Kind

pytestmark = [
    pytest.mark.needs("nginx"),
    pytest.mark.needs("varnishd"),
    pytest.mark.xdist_group("edge"),
]

WORD: Final = "Zanzibarcanary"
SECONDS: Final = 30


@pytest.fixture(scope="module")
def before(
    lasting_database: Callable[[Kind], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Asked, Edge]]:
    """A server, and the edge in front of it."""
    cache = free_port()
    settings = {
        "PARLEY_PURGE_URL": f"http://127.0.0.1:{cache}/",
        "PARLEY_TRUSTED_PROXIES": "127.0.0.1",
        "PARLEY_CACHE_SECONDS": "86400",
    }
    folder = tmp_path_factory.mktemp("edge")
    with (
        serve_folder(folder, lasting_database("postgresql"), **settings) as server,
        running_edge(server.server.port, cache) as edge,
        httpx.Client(base_url=edge.address, timeout=60, verify=PLAIN) as front,
    ):
        server.http = front
        assert post(front, "/v1/negotiations", OPENING).status_code == 201
        yield server, edge


def post(front: httpx.Client, path: str, body: object, **headers: str) -> httpx.Response:
    """Send a change through the edge."""
    return front.post(path, json=body, headers={**CREDENTIAL, **headers})


def record_fact(front: httpx.Client, **fields: object) -> tuple[str, int]:
    """Record a fact through the edge; gives its id and position."""
    body = {
        "kind": "release",
        "valid": "2025-09-11",
        "summary": f"{WORD} was freed",
        "people": [WORD],
        "citations": [{"publisher": "Kyiv Independent", "published": "2025-09-11"}],
        **fields,
    }
    answer = post(front, f"{TALKS}/facts", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], answer.json()["position"]


def list_fixed_addresses(id_: str, position: int) -> list[str]:
    """Addresses with fixed answers that contain the fact's words."""
    at = f"position={position}&as_of=2025-12-31"
    paths = (
        f"/v1/facts/{id_}?",
        f"{TALKS}?",
        f"{TALKS}/timeline?",
        f"{TALKS}/timeline?q={WORD}&",
        f"{TALKS}/people?",
        "/v1/changes?",
        f"/v1/search?q={WORD}&",
        "/v1/negotiations?latest=true&",
        f"/n/talks/facts/{id_}?",
        "/n/talks/timeline?",
    )
    return [f"{path}{at}" for path in paths]


def test_fixed_answers_come_from_the_cache_and_others_do_not(before: tuple[Asked, Edge]) -> None:
    front = before[0].http
    id_, position = record_fact(front)
    wordless = [
        f"{path}?position={position}&as_of=2025-12-31"
        for path in (f"/v1/facts/{id_}/history", f"{TALKS}/audit", f"{TALKS}/charts/held.vl.json")
    ]
    for address in (*list_fixed_addresses(id_, position), *wordless):
        one, two = front.get(address), front.get(address)
        assert (one.status_code, two.status_code) == (200, 200), address
        assert (one.headers["x-cache"], two.headers["x-cache"]) == ("MISS", "HIT"), address
        assert one.content == two.content
        again = front.get(address, headers={"If-None-Match": one.headers["etag"]})
        assert (again.status_code, again.headers["x-cache"]) == (304, "HIT"), address
    for address in (TALKS, f"{TALKS}/timeline", "/readyz", "/n/talks"):
        assert [front.get(address).headers["x-cache"] for _ in "ab"] == ["MISS", "MISS"], address
    known = front.get(list_fixed_addresses(id_, position)[0], headers=CREDENTIAL)
    assert (known.status_code, "x-cache" in known.headers) == (200, False), "the writer answers"


def test_an_erasure_takes_the_fact_out_of_the_cache(before: tuple[Asked, Edge]) -> None:
    front = before[0].http
    id_, position = record_fact(front)
    addresses = list_fixed_addresses(id_, position)
    for address in addresses * 2:
        answer = front.get(address)
        assert WORD in answer.text, address
    assert answer.headers["x-cache"] == "HIT"
    unrelated = httpx.request("PURGE", before[1].cache, headers={"Cache-Tag": "other-talks"})
    assert unrelated.status_code == 200
    assert {front.get(address).headers["x-cache"] for address in addresses} == {"HIT"}
    settings = post(front, f"{TALKS}/settings", {"review_erasure": False})
    assert settings.status_code == 200, settings.text
    others = [item for item in front.get(f"{TALKS}/timeline").json()["items"] if item["id"] != id_]
    for erased in (id_, *(other["id"] for other in others)):
        body = {"reason": "a danger to somebody"}
        answer = post(front, f"/v1/facts/{erased}/erasure", body, **{"If-Match": "*"})
        assert answer.status_code == 200, answer.text
    deadline = time.monotonic() + SECONDS
    while WORD in "".join(front.get(address).text for address in addresses):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert front.get(addresses[0]).status_code == 410
    state = [front.get(addresses[1]) for _ in "ab"]
    assert state[1].headers["x-cache"] == "HIT", "what is left is cached again"
    assert [each["fact"] for each in state[1].json()["erased"]]


def test_nobody_else_purges_the_cache(before: tuple[Asked, Edge]) -> None:
    through = before[0].http.request("PURGE", TALKS, headers={"Cache-Tag": "talks"})
    assert through.status_code == 405
    key = before[0].http.get("/verifier-key")
    assert (key.status_code, "x-cache" in key.headers) == (200, False), "the signer answers"
    bad = httpx.request("PURGE", before[1].cache, headers={"Cache-Tag": "a|.*"})
    assert bad.status_code == 400


def test_what_is_made_private_is_taken_out_of_the_cache(before: tuple[Asked, Edge]) -> None:
    front = before[0].http
    _, position = record_fact(front, summary="Public for a moment")
    address = f"{TALKS}?position={position}&as_of=2025-12-31"
    assert [front.get(address).headers["x-cache"] for _ in "ab"] == ["MISS", "HIT"]
    hidden = {"visibility": "private", "members": ["editor"]}
    assert post(front, f"{TALKS}/settings", hidden).status_code == 200
    deadline = time.monotonic() + SECONDS
    while front.get(address).status_code != 404:
        assert time.monotonic() < deadline
        time.sleep(0.1)
