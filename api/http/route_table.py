"""Finds the route of a request by one look at its path, where FastAPI's router tries one route after the other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_NAME: Final = re.compile(r"\(\?P<\w+>")


class RouteTable(BaseRoute):
    """Replaces many routes: the first one that has the path and the method answers."""

    def __init__(self, routes: Sequence[APIRoute]) -> None:
        self.routes = routes
        self._of_method: dict[str, list[APIRoute]] = defaultdict(list)
        for route in routes:
            for method in route.methods or ():
                self._of_method[method].append(route)
        self._paths: Mapping[str, re.Pattern[str]] = {
            method: re.compile("|".join(_group_pattern(route) for route in group))
            for method, group in self._of_method.items()
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match like the routes one after another; a route with the path but another method matches in part."""
        if scope["type"] != "http":
            return Match.NONE, {}
        paths = self._paths.get(scope["method"])
        match = None if paths is None else paths.match(scope["path"])
        if match is not None and match.lastindex is not None:
            return self._of_method[scope["method"]][match.lastindex - 1].matches(scope)
        tried = (route.matches(scope) for route in self.routes)
        return next((outcome for outcome in tried if outcome[0] != Match.NONE), (Match.NONE, {}))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the route answer that matched."""
        route: APIRoute = scope["route"]
        is_whole = scope["method"] in (route.methods or ())
        await (route.app if is_whole else route.handle)(scope, receive, send)


def _group_pattern(route: APIRoute) -> str:
    """The pattern of a route's path as one group, which has no others in it."""
    return f"({_NAME.sub('(?:', route.path_regex.pattern)})"
