"""Answers 429 to an address whose credentials were refused too often, and does not look at its credentials for a while.

Refusals are counted where every process sees them. A process learns that there were too many when it next refuses one
itself. Requests without credentials, and those for health, are not counted.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.callers import HEALTH, SIGN_IN, address_of
from api.http.middleware.rate_budget import Budget
from api.http.middleware.rates import add_fields, answer_spent

_TOO_OFTEN: Final = (
    "too many credentials from this address were refused: wait as long as Retry-After says;"
    " this one was not checked"
)


class Refusals:
    """ASGI middleware around the application that answers 401."""

    def __init__(self, app: ASGIApp, budget: Budget | None) -> None:
        self.app = app
        self.budget = budget

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on and count its refusal, or answer 429 if there were too many."""
        budget = self.budget
        heard = scope["type"] == "http" and scope["path"] not in HEALTH
        tried = heard and _brings_credential(scope)
        address = address_of(scope) if tried else None
        if budget is None or address is None:
            await self.app(scope, receive, send)
            return
        known = budget.find_status(address)
        if known is not None and not known.allowed:
            await answer_spent(budget, known, _TOO_OFTEN, scope, receive, send)
            return

        async def count_refusal(message: Message) -> None:
            refused = message.get("status") == HTTPStatus.UNAUTHORIZED
            if message["type"] == "http.response.start" and refused:
                fields = budget.fields(await budget.take(address))
                await add_fields(fields, send)(message)
            else:
                await send(message)

        await self.app(scope, receive, count_refusal)


def _brings_credential(scope: Scope) -> bool:
    """Whether a credential is in the header, or in the form of the sign-in page."""
    signs_in = scope["path"] == SIGN_IN and scope["method"] == "POST"
    return signs_in or any(name == b"authorization" for name, _ in scope["headers"])
