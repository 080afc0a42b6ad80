"""A table lookup finds for each path the same route as a walk over all routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.routing import Match

from api.composition import compose
from api.http.route_table import RouteTable
from api.web.site import create_site
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi.routing import APIRoute

METHODS = ("GET", "POST", "PUT", "DELETE")
ODD = (
    "",
    "/",
    "/v1",
    "/v1/",
    "/v1/facts/",
    "/v1/facts/a/b",
    "/v1/facts/x\n",
    "/nowhere",
    "//",
    "/n/a/",
)


@pytest.fixture
def routes(database_url: str) -> Sequence[APIRoute]:
    parley = compose(settings_of(database_url), upgrade=False)
    state = create_site(parley).state
    parley.close()
    return [*state.pages, *state.addresses]


def test_every_path_has_the_same_route_as_in_a_walk(routes: Sequence[APIRoute]) -> None:
    table = RouteTable(routes)
    named = {
        name: "a/b" if ":path" in route.path else "a"
        for route in routes
        for name in route.param_convertors
    }
    paths = {route.path_format.format(**named) for route in routes}
    found = []
    for path in (*ODD, *paths):
        for method in METHODS:
            scope = {"type": "http", "method": method, "path": path, "headers": []}
            walked = [route.matches(scope) for route in routes]
            whole = [each for each in walked if each[0] is Match.FULL]
            parts = [each for each in walked if each[0] is Match.PARTIAL]
            expected = [*whole, *parts, (Match.NONE, {})][0]
            assert table.matches(scope) == expected, (method, path)
            found.append(expected[0])
    assert found.count(Match.FULL) >= len(paths)
    assert {*found} == {Match.FULL, Match.PARTIAL, Match.NONE}
