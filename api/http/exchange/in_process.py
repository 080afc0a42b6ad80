"""Asks the API within the process; such a request passes the same checks as one that comes over the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from anyio import sleep_forever
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Scope

from domain.access import Principal

UNDISCLOSED: Final = "undisclosed"
"""A mark in a request's state: its answer must contain nothing confidential."""
_OF_THE_BODY: Final = ("content-", "if-")
_NOT_PASSED_ON: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "cookie",
        "expect",
        "idempotency-key",
        "range",
        "transfer-encoding",
    }
)
_HERE: Final[dict[str, Any]] = {
    "http_version": "1.1",
    "scheme": "http",
    "server": ("localhost", 80),
    "client": None,
    "root_path": "",
}


@dataclass
class Reply:
    """An answer; the names of its headers are in lower case."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


async def exchange(
    app: ASGIApp,
    method: str,
    target: str,
    headers: Iterable[tuple[bytes, bytes]] = (),
    body: bytes = b"",
    came_by: Mapping[str, Any] = _HERE,
    *,
    discloses: bool = False,
    principal: Principal | None = None,
) -> Reply:
    """Send one request for a path and query, percent-encoded; `came_by` says from where and by which way.

    The answer holds confidential parts only if the request `discloses`, whatever the scopes. A `principal` asks
    without a credential.
    """
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        **{name: came_by[name] for name in _HERE},
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "headers": list(headers),
        "state": {
            UNDISCLOSED: not discloses,
            **({} if principal is None else {"principal": principal}),
        },
    }
    reply = Reply()
    left = [body]

    async def receive() -> Message:
        """Give the body once, and then wait without end, as for a sender who stays connected."""
        if not left:
            await sleep_forever()
        return {"type": "http.request", "body": left.pop(), "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            reply.status = message["status"]
            named = message.get("headers", ())
            reply.headers = {name.decode().lower(): text.decode() for name, text in named}
        reply.body += message.get("body", b"")

    await app(scope, receive, send)
    return reply


def is_in_process(scope: Scope) -> bool:
    """Whether a request comes from this process itself."""
    return UNDISCLOSED in scope.get("state", {})


async def ask_on_behalf(
    request: Request,
    target: str,
    method: str = "GET",
    body: bytes = b"",
    fields: Mapping[str, str] | None = None,
    *,
    as_anybody: bool = False,
) -> Reply:
    """What the API answers to a request for JSON with the credentials of another request, or with its signed-in person.

    `fields` are further header fields. With `as_anybody`, the request has no credentials.
    """
    left_out = _NOT_PASSED_ON | {"authorization"} if as_anybody else _NOT_PASSED_ON
    passed_on = [
        (name, text)
        for name, text in request.scope["headers"]
        if name.decode("latin-1") not in left_out
        and not name.decode("latin-1").startswith(_OF_THE_BODY)
    ]
    own = [
        (name.encode("latin-1"), text.encode("latin-1")) for name, text in (fields or {}).items()
    ]
    headers = [*passed_on, (b"accept", b"application/json"), *own]
    signed_in = None if as_anybody else request.scope["state"].get("session")
    return await exchange(
        request.app,
        method,
        target,
        headers,
        body,
        came_by=request.scope,
        principal=None if signed_in is None else signed_in.principal,
    )
