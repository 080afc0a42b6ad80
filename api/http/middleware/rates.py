"""Limits how much each caller may read, change, and have computed; a caller over a limit is told when to try again."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.callers import HEALTH, caller_of
from api.http.metering import Meter, measure_work
from api.http.middleware.rate_budget import Budget, RateStatus
from api.http.middleware.work import Work
from api.http.problems import problem
from api.http.threads import lane_of

_WAIT: Final = "wait as long as Retry-After says"
_DRY: Final = re.compile(rb"(?:^|&)dry_run=true(?:&|$)")
"""A dry run of a change counts as a reading request."""


class Rates:
    """ASGI middleware, inside the one that authenticates; a budget that is None sets no limit.

    After each reading request, its cost is taken from `work`. A caller who has used up their `work`
    waits until there is some again.
    """

    def __init__(
        self, app: ASGIApp, reads: Budget | None, writes: Budget | None, work: Budget | None
    ) -> None:
        self.app = app
        self.reads = reads
        self.writes = writes
        self.work = None if work is None else Work(work)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and add header fields with what is left of the budget; or answer 429."""
        counted = scope["type"] == "http" and scope["path"] not in HEALTH
        caller = caller_of(scope) if counted else None
        if caller is None:
            await self.app(scope, receive, send)
        elif lane_of(scope["method"]) == "reading":
            await self._charge(self.reads, caller, scope, receive, send)
        elif _DRY.search(scope["query_string"]):
            await self._charge(self.writes, caller, scope, receive, send)
        else:
            await self._pass_within(self.writes, caller, scope, receive, send)

    async def _charge(
        self, budget: Budget | None, caller: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer if the caller has work left, and charge the cost of this answer; otherwise answer 429."""
        if self.work is None:
            await self._pass_within(budget, caller, scope, receive, send)
            return
        owing = await self.work.admit(caller)
        if owing is not None:
            spent = self.work.budget.item
            detail = f"your requests took more than {spent} milliseconds of work: {_WAIT}; nothing was done"
            await answer_spent(self.work.budget, owing, detail, scope, receive, send)
            return
        with measure_work() as meter:
            try:
                await self._pass_within(budget, caller, scope, receive, count_bytes(meter, send))
            finally:
                self.work.charge(caller, meter.price)

    async def _pass_within(
        self, budget: Budget | None, caller: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if budget is None:
            await self.app(scope, receive, send)
            return
        standing = await budget.take(caller)
        if standing.allowed:
            await self.app(scope, receive, add_fields(budget.fields(standing), send))
        else:
            detail = f"you sent more than {budget.item} requests: {_WAIT}; nothing was done"
            await answer_spent(budget, standing, detail, scope, receive, send)


async def answer_spent(
    budget: Budget, standing: RateStatus, detail: str, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer 429."""
    again = str(max(1, math.ceil(standing.wait or 0)))
    headers = {**budget.fields(standing), "Retry-After": again}
    await problem("rate-limited", detail, headers=headers)(scope, receive, send)


def add_fields(fields: Mapping[str, str], send: Send) -> Send:
    """Send on, with header fields besides those that an answer has."""

    async def pass_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            message.setdefault("headers", [])
            MutableHeaders(scope=message).update(fields)
        await send(message)

    return pass_on


def count_bytes(meter: Meter, send: Send) -> Send:
    """Send on, and count the bytes of the answer."""

    async def pass_on(message: Message) -> None:
        meter.size += len(message.get("body", b""))
        await send(message)

    return pass_on
