"""Finds out who sends a request, before anything else: by a key, by an issuer's token, or as an anonymous reader.

A credential that is not valid is always refused; its sender is never treated as anonymous. A key that was valid before
is taken as valid until the request's own thread looks it up; nothing is sent before that.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.callers import HEALTH, NO_CREDENTIAL, WHERE, Confirmation
from api.http.exchange.in_process import is_in_process
from api.http.problems import RefusedError, problem, problem_of
from api.http.threads import Threads
from domain.access import Principal
from infrastructure.identity.keys import Keys, ReadKey, Sight, is_key
from infrastructure.identity.token_errors import IssuerOutOfReachError, TokenRefusedError

if TYPE_CHECKING:
    from infrastructure.identity.oidc import TokenVerifier

Identify = Callable[[str, Sight | ReadKey | None], Principal | None]
"""Finds the principal of a bearer credential, and if possible what they see; None if it is not valid."""

LONGEST_CREDENTIAL: Final = 16_384
_TOKENS_AT_ONCE: Final = 8
_MOST_REMEMBERED: Final = 1_024
"""How many valid keys are remembered."""
_LARGE: Final = 1_048_576
"""A body of at least so many bytes is received only after its key was looked up."""
_NOTHING_DONE: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class Authentication:
    """ASGI middleware that puts the `principal` into the request's state, or answers 401.

    A request that the server sends to itself for somebody who is signed in has its principal already.
    """

    def __init__(
        self, app: ASGIApp, identify: Identify, nobody: Principal, threads: Threads
    ) -> None:
        self.app = app
        self.threads = threads
        self.identify = identify
        self.nobody = nobody
        self._tokens = CapacityLimiter(_TOKENS_AT_ONCE)
        self._opened: dict[bytes, Principal] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, with its principal."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if is_in_process(scope) and "principal" in scope["state"]:
            await self.app(scope, receive, send)
            return
        values = [value for name, value in scope["headers"] if name == b"authorization"]
        principal: Principal | Response | None = self.nobody
        if values and scope["path"] not in HEALTH:
            credential = _credential(values)
            opened = self._opened.get(_digest(credential or ""))
            if credential is not None and opened is not None and not _brings_much(scope):
                confirmation = Confirmation(credential, self.identify, opened)
                await self._pass_confirmed(confirmation, credential, scope, receive, send)
                return
            principal = None if credential is None else await self._look_up(credential)
        if isinstance(principal, Principal):
            scope.setdefault("state", {})["principal"] = principal
            await self.app(scope, receive, send)
        else:
            await (principal or _refusal())(scope, receive, send)

    async def _pass_confirmed(
        self,
        confirmation: Confirmation,
        credential: str,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Pass a request on, and send nothing of its answer if its credential is no longer valid."""
        refusal: Response | None = None

        async def pass_on(message: Message) -> None:
            nonlocal refusal
            begins = message["type"] == "http.response.start"
            if begins and not confirmation.tried and message["status"] not in _NOTHING_DONE:
                refusal = await self._confirm(confirmation)
                if refusal is not None:
                    await refusal(scope, receive, send)
            if refusal is None:
                await send(message)

        scope.setdefault("state", {}).update(
            principal=confirmation.principal, confirmation=confirmation
        )
        await self.app(scope, receive, pass_on)
        if confirmation.tried and not confirmation.confirmed:
            self._opened.pop(_digest(credential), None)

    async def _confirm(self, confirmation: Confirmation) -> Response | None:
        """Confirm the credential of a request that needed no thread; the refusal if it is no longer valid."""
        try:
            await self.threads.run("reading", confirmation.confirm)
        except Exception as error:  # noqa: BLE001 -- this stands outside of what makes problems of errors
            return problem_of(error)
        return None

    async def _look_up(self, credential: str) -> Principal | Response | None:
        """Look a credential up; tokens have threads of their own, so that others need not wait for their issuer."""
        identified = partial(self._identify, credential)
        if not is_key(credential):
            return await run_sync(identified, limiter=self._tokens)
        try:
            outcome = await self.threads.run("reading", identified)
        except RefusedError as error:
            return problem_of(error)
        if isinstance(outcome, Principal):
            if len(self._opened) >= _MOST_REMEMBERED:
                self._opened.clear()
            self._opened[_digest(credential)] = outcome
        return outcome

    def _identify(self, credential: str) -> Principal | Response | None:
        try:
            return self.identify(credential, None)
        except TokenRefusedError as error:
            return _refusal(error.reason)
        except IssuerOutOfReachError as error:
            return problem("unavailable", error.reason, headers={"Retry-After": "30"})
        except Exception as error:  # noqa: BLE001 -- this stands outside of what makes problems of errors
            return problem_of(error)


def _credential(headers: list[bytes]) -> str | None:
    """The only bearer credential in header fields; None if there is anything else."""
    scheme, _, credential = headers[0].decode("latin-1").partition(" ")
    credential = credential.strip()
    if len(headers) > 1 or scheme.lower() != "bearer" or not credential.isascii():
        return None
    return credential if len(credential) <= LONGEST_CREDENTIAL else None


def identify_by(keys: Keys, verifier: TokenVerifier | None) -> Identify:
    """Make the function that finds the principal of a key of the record, or of a token of the configured issuer."""

    def identify(credential: str, beside: Sight | ReadKey | None) -> Principal | None:
        if is_key(credential) or verifier is None:
            return keys.principal(credential, beside)
        return verifier.principal(credential)

    return identify


def _brings_much(scope: Scope) -> bool:
    """Whether the request has a body that is large, or of unknown length."""
    fields = dict(scope["headers"])
    length = fields.get(b"content-length", b"0")
    return b"transfer-encoding" in fields or not length.isdigit() or int(length) >= _LARGE


def _digest(credential: str) -> bytes:
    return sha256(credential.encode()).digest()


def _refusal(detail: str = NO_CREDENTIAL) -> Response:
    return problem_of(RefusedError("unauthenticated", WHERE, detail))
