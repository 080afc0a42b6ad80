"""Each caller has a budget for reading and another for changing; who has spent one is told when to come again."""

from __future__ import annotations

import math
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.callers import HEALTH, caller_of
from api.problems import problem
from api.rate_budget import Budget, Standing
from api.threads import lane_of

__all__ = ["Rates", "adding", "spent"]


class Rates:
    """ASGI middleware inside of whatever finds out who asks; a budget that is None bounds nothing."""

    def __init__(self, app: ASGIApp, reads: Budget | None, writes: Budget | None) -> None:
        self.app = app
        self.reads = reads
        self.writes = writes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on and say on its answer what is left, or answer 429."""
        counted = scope["type"] == "http" and scope["path"] not in HEALTH
        budget = (
            (self.reads if lane_of(scope["method"]) == "reading" else self.writes)
            if counted
            else None
        )
        caller = None if budget is None else caller_of(scope)
        if budget is None or caller is None:
            await self.app(scope, receive, send)
            return
        standing = await budget.take(caller)
        if standing.allowed:
            await self.app(scope, receive, adding(budget.fields(standing), send))
        else:
            detail = f"more than {budget.item} were asked for; nothing was done"
            await spent(budget, standing, detail, scope, receive, send)


async def spent(
    budget: Budget, standing: Standing, detail: str, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer 429."""
    again = str(max(1, math.ceil(standing.wait or 0)))
    headers = {**budget.fields(standing), "Retry-After": again}
    await problem("rate-limited", detail, headers=headers)(scope, receive, send)


def adding(fields: Mapping[str, str], send: Send) -> Send:
    """Send on, with header fields besides those that an answer has."""

    async def passed(message: Message) -> None:
        if message["type"] == "http.response.start":
            message.setdefault("headers", [])
            MutableHeaders(scope=message).update(fields)
        await send(message)

    return passed
