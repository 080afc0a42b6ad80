"""A cursor holds the filters of a request, the perspective that is pinned, and the place where the last page ended.

Clients need not understand it, and Parley does not trust it: its content is checked like any other input.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self, cast, get_args

from starlette.requests import Request

from api.commands.json_text import write_json
from api.http.exchange.parameters import Parameter, choice, cut, whole_number
from api.http.log_watch import LogWatch
from domain.errors import ContentError
from domain.naming import fold_name
from domain.views.audit import Order

LIMIT: Final = Parameter(
    "limit",
    "The most items on a page.",
    {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
)
WHOLE_LIMIT: Final = replace(LIMIT, schema={**LIMIT.schema, "default": 1000})
"""The parameter `limit` of lists that most clients want whole."""
ORDER: Final = Parameter(
    "order",
    "Whether the list begins with the oldest or with the newest.",
    {"type": "string", "enum": list(get_args(Order)), "default": "oldest"},
)
CURSOR: Final = Parameter(
    "cursor",
    "`next` of the page before. It holds the other parameters, with the perspective pinned; parameters"
    " that are sent with it must be the same.",
    {"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "minLength": 1, "maxLength": 8000},
)
LONGEST_WAIT: Final = 30
WAIT: Final = Parameter(
    "wait",
    "How many seconds to wait until the log has reached `position`, as on a standby that lags; then 503. 0, or left"
    " out: 409 at once.",
    {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT},
)
OF_THE_PAGE: Final = frozenset({"cursor", "limit", "wait"})
"""Parameters that may differ from page to page."""
FOLDED: Final = frozenset({"matter", "person", "place", "q"})
"""Parameters that mean the same if they are written with other capitals, blanks or apostrophes (`fold_name`)."""
_PINS: Final = frozenset({"as_of", "clock", "match", "position"})
_MOST: Final = 2**63


@dataclass(frozen=True)
class Cursor:
    """The `filters` of the request, the `pinned` perspective, and the `place` where the last page ended."""

    filters: Mapping[str, str]
    pinned: Mapping[str, str]
    place: tuple[int | str, ...]

    def text(self) -> str:
        """Write the cursor as a client keeps it: base64url of JSON [filters, pinned, place], without padding."""
        content = [dict(self.filters), dict(self.pinned), list(self.place)]
        return base64.urlsafe_b64encode(write_json(content)).decode().rstrip("=")

    @classmethod
    def read(cls, parameters: Mapping[str, str], *shapes: tuple[type, ...]) -> Self | None:
        """Read `cursor`; None without one, ContentError if it is not Parley's or the rest differs."""
        text = parameters.get("cursor")
        if text is None:
            return None
        cursor = cls._decode(text, shapes)
        for name, value in parameters.items():
            if name not in OF_THE_PAGE and not cursor.goes_with(name, value, parameters):
                raise ContentError.at(
                    "/query/cursor",
                    f"the cursor belongs to another {name}: leave {name} out, or start again without the cursor",
                )
        return cursor

    @classmethod
    def read_position(cls, parameters: Mapping[str, str]) -> int | None:
        """The position that `cursor` is pinned to; None if there is no cursor, or it is not one of Parley's."""
        text = parameters.get("cursor")
        try:
            return None if text is None else int(cls._decode(text, ()).pinned["position"])
        except ContentError:
            return None

    def goes_with(self, name: str, value: str, parameters: Mapping[str, str]) -> bool:
        """Whether a parameter sent with the cursor agrees with the cursor."""
        if name in {"as_of", "as_known_at"}:
            return cut(parameters, name) == cut(self.pinned, name)
        if name == "position":
            return (whole_number(parameters, name, 0) or 0) >= int(self.pinned[name])
        if name == "include":
            return set(value.split(",")) <= set(self.filters.get(name, "").split(","))
        other = {**self.filters, **self.pinned}.get(name)
        if name in FOLDED:
            return other is not None and fold_name(other) == fold_name(value)
        return other == value

    @classmethod
    def _decode(cls, text: str, shapes: tuple[tuple[type, ...], ...]) -> Self:
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            filters, pinned, place = json.loads(raw)
            sound = _texts(filters) and _pins(pinned)
            sound = sound and (not shapes or any(_has_shape(place, shape) for shape in shapes))
        except (ValueError, TypeError, binascii.Error, RecursionError) as error:
            raise foreign_cursor() from error
        if not sound:
            raise foreign_cursor()
        return cls(filters, pinned, tuple(place))


def read_order(parameters: Mapping[str, str]) -> Order:
    """Read `order`; ContentError for another word."""
    return cast("Order", choice(parameters, ORDER.name, get_args(Order), "oldest"))


async def wait_if_asked(
    request: Request, parameters: Mapping[str, str], position: int | None
) -> None:
    """Wait for the position that a request or its cursor names, if the request has the parameter `wait`.

    Raises ContentError, and RefusedError as `wait_for` does.
    """
    seconds = whole_number(parameters, WAIT.name, 0, LONGEST_WAIT)
    pinned = Cursor.read_position(parameters)
    awaited = position if pinned is None else pinned
    if seconds and awaited is not None:
        watch: LogWatch = request.app.state.log_watch
        await watch.wait_for(awaited, seconds, request)


def foreign_cursor() -> ContentError:
    """Make the refusal of a cursor that no page of this list gave."""
    detail = "no page of this list gave this cursor: write what the page before gave as next, or leave cursor out"
    return ContentError.at("/query/cursor", detail)


def _texts(value: Any) -> bool:  # noqa: ANN401 -- a cursor may hold anything
    return isinstance(value, dict) and all(
        isinstance(text, str) and text.isprintable() for text in value.values()
    )


def _pins(value: Any) -> bool:  # noqa: ANN401 -- the same
    return _texts(value) and set(value) >= _PINS and value["position"].isdecimal()


def _has_shape(place: Any, shape: tuple[type, ...]) -> bool:  # noqa: ANN401 -- the same
    return (
        isinstance(place, list)
        and len(place) == len(shape)
        and all(type(part) is wanted for part, wanted in zip(place, shape, strict=True))
        and all(-_MOST <= part < _MOST for part in place if isinstance(part, int))
    )
