"""Who asks is settled once, before anything else: by a key, by an issuer's token, or as nobody in particular.

A credential that opens nothing is refused wherever it is brought; it never becomes the anonymous one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.callers import HEALTH
from api.http.problems import RefusedError, problem, problem_of
from api.http.threads import Threads
from domain.access import Principal
from domain.errors import Fault
from infrastructure.identity.keys import Keys, is_key
from infrastructure.identity.oidc import TokenVerifier
from infrastructure.identity.token_errors import IssuerOutOfReachError, TokenRefusedError

__all__ = ["Authentication", "Identify", "identify_by"]

Identify = Callable[[str], Principal | None]
"""From a bearer credential to who brings it; None where it opens nothing."""

LONGEST_CREDENTIAL: Final = 16_384
_TOKENS_AT_ONCE: Final = 8
_WHERE: Final = "/header/Authorization"
_EXPECTED: Final = (
    "one Bearer credential that is known here and has neither expired nor been revoked is expected"
)
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="parley", error="invalid_token"'}


class Authentication:
    """ASGI middleware that puts the `principal` into the request's state, or answers 401."""

    def __init__(
        self, app: ASGIApp, identify: Identify, nobody: Principal, threads: Threads
    ) -> None:
        self.app = app
        self.threads = threads
        self.identify = identify
        self.nobody = nobody
        self._tokens = CapacityLimiter(_TOKENS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, with who asks."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        found = [value for name, value in scope["headers"] if name == b"authorization"]
        principal: Principal | Response | None = self.nobody
        if found and scope["path"] not in HEALTH:
            credential = _credential(found)
            principal = None if credential is None else await self._looked_up(credential)
        if isinstance(principal, Principal):
            scope.setdefault("state", {})["principal"] = principal
            await self.app(scope, receive, send)
        else:
            await (principal or _refused())(scope, receive, send)

    async def _looked_up(self, credential: str) -> Principal | Response | None:
        """Tokens have threads of their own: while their issuer is waited for, all others are answered."""
        identified = partial(self._identified, credential)
        if not is_key(credential):
            return await run_sync(identified, limiter=self._tokens)
        try:
            return await self.threads.run("reading", identified)
        except RefusedError as error:
            return problem_of(error)

    def _identified(self, credential: str) -> Principal | Response | None:
        try:
            return self.identify(credential)
        except TokenRefusedError as error:
            return _refused(error.reason)
        except IssuerOutOfReachError as error:
            return problem("unavailable", error.reason, headers={"Retry-After": "30"})
        except Exception as error:  # noqa: BLE001 -- this stands outside of what makes problems of errors
            return problem_of(error)


def _credential(headers: list[bytes]) -> str | None:
    """The one bearer credential that header fields bring; None where they bring anything else."""
    scheme, _, credential = headers[0].decode("latin-1").partition(" ")
    credential = credential.strip()
    if len(headers) > 1 or scheme.lower() != "bearer" or not credential.isascii():
        return None
    return credential if len(credential) <= LONGEST_CREDENTIAL else None


def identify_by(keys: Keys, verifier: TokenVerifier | None) -> Identify:
    """Tell who brings a key of the record, or a token of the issuer that is set."""

    def identify(credential: str) -> Principal | None:
        if is_key(credential) or verifier is None:
            return keys.principal(credential)
        return verifier.principal(credential)

    return identify


def _refused(detail: str = _EXPECTED) -> Response:
    return problem("unauthenticated", detail, [Fault(_WHERE, detail)], headers=_CHALLENGE)
