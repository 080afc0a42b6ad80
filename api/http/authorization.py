"""Checks that a request has the scope that its operation needs, and reads the record for its sender.

The description of the operation names the scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from starlette.requests import Request

from api.http.callers import Confirmation
from domain.access import OPEN_TO_ANYBODY, Principal, Scope
from infrastructure.readers.look import Look
from infrastructure.readers.reading import Reading

SCOPE: Final = "x-scope"
"""The member of an operation, in the OpenAPI document, that names the scope it needs; null if it needs none."""
_SCHEME: Final = "credential"
SECURITY_SCHEMES: Final[dict[str, Any]] = {
    _SCHEME: {
        "type": "http",
        "scheme": "bearer",
        "description": "A key (`parley keys create`), or an access token of the OpenID Connect issuer that is set.",
    }
}


def describe_security(scope: Scope | None) -> dict[str, Any]:
    """Name the needed scope in an operation's description."""
    required: list[dict[str, list[str]]] = [{_SCHEME: []}]
    if scope is None:
        required = []
    elif scope in OPEN_TO_ANYBODY:
        required = [{_SCHEME: []}, {}]
    return {SCOPE: scope, "security": required}


def check_scope(request: Request, scope: Scope | None) -> None:
    """Raise ForbiddenError or UnauthenticatedError if the principal lacks the scope that an operation needs."""
    if scope is not None:
        principal_of(request).check(scope)


def principal_of(request: Request) -> Principal:
    """Give the principal that sent a request."""
    principal: Principal = request.scope["state"]["principal"]
    return principal


@contextmanager
def reading(request: Request, *, searched: bool) -> Iterator[Reading]:
    """Read the record for the sender of a request, whose credential is confirmed by the first statement."""
    confirmation: Confirmation | None = request.scope["state"].get("confirmation")
    awaited = None if confirmation is None else confirmation.awaited_key
    read_by = request.app.state.parley.reading
    with read_by(principal_of(request), searched=searched, key_id=awaited) as opened:
        if confirmation is not None and awaited is not None:
            confirmation.confirm_by(opened.cuts.key)
        yield opened


@contextmanager
def looking(request: Request) -> Iterator[Look]:
    """Look at single things for the sender of a request, whose credential is confirmed by what is read with them."""
    confirmation: Confirmation | None = request.scope["state"].get("confirmation")
    awaited = None if confirmation is None else confirmation.awaited_key
    with request.app.state.parley.looking(principal_of(request), awaited) as look:
        yield look
    if confirmation is not None and look.key is not None:
        confirmation.confirm_by(look.key)
