"""An answer that may change names its fixed form: the same request with all parameters and a position."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.api.asking import TALKS, Client, without_credentials
from tests.api.exchange.cached import FIXED, VIEWS, add_parameters, fill_record
from tests.on_sqlite import on_sqlite

pytestmark = pytest.mark.either_database


@on_sqlite
@pytest.mark.parametrize(
    "query", ["", "as_of=2025-11-22", "as_known_at=2999", "clock=published&as_known_at=2025-11-22"]
)
def test_what_may_change_names_its_fixed_form(client: Client, query: str) -> None:
    address = fill_record(client)
    reader = without_credentials(client)
    for path in (*VIEWS, address, f"{address}/history"):
        if "diff" in path and "as_known_at" in query:
            continue
        if "as_of" in path and "as_of" in query:
            continue
        loose = reader.get(add_parameters(path, query) if query else path)
        assert loose.status == 200, loose.json
        assert loose.headers["cache-control"] == "no-cache"
        match = re.fullmatch(r'<([^>]+)>; rel="canonical"', loose.headers["link"])
        assert match is not None
        fixed = reader.get(match[1])
        assert fixed.body == loose.body, path
        assert fixed.headers["etag"] == loose.headers["etag"]
        assert fixed.headers["cache-control"] == FIXED
        assert "link" not in fixed.headers


GIVEN = {
    "history": "true",
    "as_of": "2025-11-22",
    "clock": "published",
    "match": "certain",
    "limit": "2",
    "after": "1",
    "by": "day",
    "per": "population",
    "parts": "true",
    "words": "true",
    "order": "newest",
    "kinds": "true",
    "from": "2025",
    "to": "2026",
    "include": "retracted,ahead",
    "person": "A",
    "place": "B",
    "q": "freed",
    "translit": "false",
    "matter": "m",
    "batch": "b",
    "status": "held",
    "axis": "recorded",
    "theme": "dark",
    "width": "narrow",
    "latest": "true",
}
"""A value other than the default for every parameter that may be left out."""
NEEDED = {"what": "released", "from": "2025", "q": "freed"}
TRIED_ALONE = {"as_known_at", "position", "wait", "cursor", "bom", "count", "kind", "what"}
"""Parameters that choose a part of the log, ask for another form, or exclude all others."""


@on_sqlite
def test_the_fixed_form_has_every_parameter_that_was_given(client: Client) -> None:
    fact = fill_record(client).rpartition("/")[2]
    paths, tried = client.get("/openapi.json").json["paths"], set[str]()
    for path, operations in paths.items():
        parameters = operations.get("get", {}).get("parameters", ())
        names = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
        if "as_of" not in names or "{name}" in path or path.endswith("/proof"):
            continue
        required = [parameter["name"] for parameter in parameters if parameter["required"]]
        needed = {name: NEEDED[name] for name in required if name in names}
        if path.endswith("/tally"):
            needed = {"what": "released"}
        address = (
            path.replace("{slug}", "talks")
            .replace("{fact_id}", fact)
            .replace("{section}", "statements")
            .replace("{chart}", "held")
        )
        for name in names - TRIED_ALONE:
            query = urlencode({**needed, name: GIVEN[name]})
            answer = client.get(f"{address}?{query}")
            assert answer.status == 200, (address, query, answer.json)
            link = answer.headers["link"].partition(">")[0]
            canonical = dict(parse_qsl(urlsplit(link[1:]).query))
            assert name in canonical, (address, query, link)
            if name not in {"as_of", "from", "to"}:
                assert set(canonical[name].split(",")) == set(GIVEN[name].split(","))
            tried.add(f"{path} {name}")
    assert len(tried) > 40


@on_sqlite
def test_a_number_is_written_in_one_way_in_the_fixed_form(client: Client) -> None:
    fill_record(client)
    for path in (f"{TALKS}/timeline?limit=", "/v1/changes?after="):
        one, other = (client.get(f"{path}{number}").headers["link"] for number in ("1", "001"))
        assert one == other
