from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.api.asking import TALKS, count, without_credentials

if TYPE_CHECKING:
    from tests.api.asking import Client

FOR_EVER = "public, max-age=31536000, immutable"
VIEWS = [
    TALKS,
    "/v1/negotiations",
    "/v1/negotiations?limit=1",
    f"{TALKS}/timeline",
    f"{TALKS}/timeline?as_of=2025-11-22&limit=2",
    f"{TALKS}/tally?what=released",
    f"{TALKS}/diff?from=2020",
    f"{TALKS}/audit",
    "/v1/changes",
    "/v1/changes?after=1&limit=2",
]


def _filled(client: Client) -> str:
    client.open()
    for number in (52, 50, 16):
        address = client.record(quantities=count(number), valid=f"2025-0{number % 7 + 1}")
    client.open("visits")
    return address.headers["location"]


def _changed(client: Client, address: str) -> None:
    body = {"reason": "coding_error", "why": "Misread", "changes": {"summary": "Other"}}
    assert client.post(f"{address}/corrections", body, if_match="*").status == 200
    client.record(quantities=count(3), valid="2024")


def _with(path: str, parameters: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{parameters}"


def test_an_answer_that_the_client_has_is_304(client: Client) -> None:
    address = _filled(client)
    for path in (*VIEWS, address, f"{address}/history"):
        pinned = _with(path, "position=4")
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
    address = _filled(client)
    reader = without_credentials(client)
    asked = [_with(path, "position=4") for path in (*VIEWS, address, f"{address}/history")]
    asked += [f"{TALKS}?position=3&clock=published&as_known_at=2025-10&as_of=2025"]
    before = [reader.get(path) for path in asked]
    _changed(client, address)
    for path, first in zip(asked, before, strict=True):
        again = reader.get(path)
        assert again.body == first.body
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["cache-control"] == FOR_EVER
        assert "link" not in again.headers


def test_the_past_of_the_record_clock_is_fixed_for_ever(client: Client) -> None:
    address = _filled(client)
    reader = without_credentials(client)
    instant = reader.get(f"{address}").json["recorded_at"]
    paths = [
        _with(path, f"as_known_at={instant}") for path in (*VIEWS, address) if "diff" not in path
    ]
    before = [reader.get(path) for path in paths]
    _changed(client, address)
    for path, first in zip(paths, before, strict=True):
        again = reader.get(path)
        assert again.status == 200, path
        assert again.body == first.body, path
        assert again.headers["cache-control"] == FOR_EVER
    diff = reader.get(f"{TALKS}/diff?from=2020&to={instant}")
    assert diff.headers["cache-control"] == FOR_EVER


@pytest.mark.parametrize(
    "query", ["", "as_of=2025-11-22", "as_known_at=2999", "clock=published&as_known_at=2025-11-22"]
)
def test_what_may_change_names_its_fixed_form(client: Client, query: str) -> None:
    address = _filled(client)
    reader = without_credentials(client)
    for path in (*VIEWS, address, f"{address}/history"):
        if "diff" in path and "as_known_at" in query:
            continue
        if "as_of" in path and "as_of" in query:
            continue
        loose = reader.get(_with(path, query) if query else path)
        assert loose.status == 200, loose.json
        assert loose.headers["cache-control"] == "no-cache"
        found = re.fullmatch(r'<([^>]+)>; rel="canonical"', loose.headers["link"])
        assert found is not None
        fixed = reader.get(found[1])
        assert fixed.body == loose.body, path
        assert fixed.headers["etag"] == loose.headers["etag"]
        assert fixed.headers["cache-control"] == FOR_EVER
        assert "link" not in fixed.headers


def test_head_is_get_without_the_body(client: Client) -> None:
    _filled(client)
    for path in (f"{TALKS}?position=3", "/healthz", "/readyz", "/openapi.json"):
        got, head = client.get(path), client.send("HEAD", path)
        assert head.status == 200
        assert head.body == b""
        left = {head.headers.pop("ratelimit", None), got.headers.pop("ratelimit", None)}
        assert len(left) == 2 or left == {None}, "each of the two was counted"
        assert head.headers == got.headers


def test_every_answer_forbids_sniffing(client: Client) -> None:
    for path in ("/healthz", "/nothing", "/v1/negotiations", "/v1/negotiations?x=1"):
        assert client.get(path).headers["x-content-type-options"] == "nosniff"
