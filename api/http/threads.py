"""A request does its work in one thread of its lane: what waits for the log takes none that a question needs.

Reading, writing and the look at the health have threads and connections of their own, and of those that read each
caller has a quarter at most. What waits longer for its turn
than its lane allows is refused; nothing of it was done then.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from functools import partial, wraps
from inspect import iscoroutinefunction
from typing import Any, Final, ParamSpec, TypeVar

from anyio import CapacityLimiter, WouldBlock, fail_after, to_thread
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from api.http.authorization import SCOPE, check_scope
from api.http.callers import Confirmation, caller_of
from api.http.metering import count_work
from api.http.problems import RefusedError
from domain.access import Scope
from infrastructure.database.lanes import Lane, TimeLimits, in_lane

__all__ = ["LaneRoute", "Threads", "lane_of", "run_in_lane"]

SIZES: Final[dict[Lane, int]] = {"reading": 16, "writing": 16, "health": 1}
"""How many threads a lane has; it has more connections than these."""
SHARE: Final = SIZES["reading"] // 4
"""How many of the threads that read one caller has at once, so that nobody keeps all others from reading."""
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_NO_TURN: Final = "the requests before this one take too long; nothing was done"
_P = ParamSpec("_P")
_T = TypeVar("_T")


def lane_of(method: str) -> Lane:
    """The lane of a request, by its method: whatever may change something waits for the log."""
    return "reading" if method in _READING else "writing"


class Threads:
    """The threads of one application."""

    def __init__(self, limits: TimeLimits) -> None:
        self._turns = {lane: CapacityLimiter(size) for lane, size in SIZES.items()}
        self._any = CapacityLimiter(math.inf)
        self._shares: dict[str, CapacityLimiter] = {}
        self._asking: Counter[str] = Counter()
        self._limits = limits

    async def run(self, lane: Lane, call: Callable[[], _T], caller: str | None = None) -> _T:
        """Call it in a thread of that lane, where it has its turn in time; else RefusedError.

        What one caller asks has a share of the lane's threads; what more they ask waits for those.
        """
        async with AsyncExitStack() as turns:
            try:
                with fail_after(self._patience(lane)):
                    if lane == "reading" and caller is not None:
                        await turns.enter_async_context(self._share(caller))
                    await turns.enter_async_context(_turn(self._turns[lane]))
            except TimeoutError:
                raise RefusedError("overloaded", "", _NO_TURN) from None
            with in_lane(lane):
                return await to_thread.run_sync(count_work(call), limiter=self._any)

    @asynccontextmanager
    async def _share(self, caller: str) -> AsyncIterator[None]:
        """Hold one of the threads that a caller may have; a caller who holds and awaits nothing is forgotten."""
        limiter = self._shares.setdefault(caller, CapacityLimiter(SHARE))
        self._asking[caller] += 1
        try:
            async with _turn(limiter):
                yield
        finally:
            self._asking[caller] -= 1
            if not self._asking[caller]:
                del self._asking[caller], self._shares[caller]

    def _patience(self, lane: Lane) -> float | None:
        """How long a turn is waited for: a change as long as for the log, others as long as for a statement."""
        patience = self._limits.patience(lane)
        return patience.lock if lane == "writing" else patience.statement


@asynccontextmanager
async def _turn(limiter: CapacityLimiter) -> AsyncIterator[None]:
    """Hold one of what a limiter gives; a task may hold several."""
    borrower = object()
    try:
        limiter.acquire_on_behalf_of_nowait(borrower)
    except WouldBlock:
        await limiter.acquire_on_behalf_of(borrower)
    try:
        yield
    finally:
        limiter.release_on_behalf_of(borrower)


_UNDER_WAY: Final[ContextVar[Request]] = ContextVar("request")


async def run_in_lane(call: Callable[_P, _T], *given: _P.args, **named: _P.kwargs) -> _T:
    """Call it in a thread of the lane of the request that is under way, once its credential is confirmed."""
    request = _UNDER_WAY.get()
    lane = lane_of(request.method)
    changes = lane == "writing"
    confirmation: Confirmation | None = request.scope["state"].get("confirmation")

    def confirmed() -> _T:
        if confirmation is not None:
            confirmation.confirm(request.path_params.get("slug") if changes else None)
        return call(*given, **named)

    threads: Threads = request.app.state.threads
    return await threads.run(lane, confirmed, caller_of(request.scope))


class LaneRoute(APIRoute):
    """A route whose endpoint, where it is no coroutine itself, is handed over to a thread whole."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401 -- FastAPI's
        super().__init__(path, _in_a_thread(endpoint), **options)

    @property
    def takes(self) -> Scope | None:
        """The scope that its description names; KeyError for a description that says nothing of it."""
        scope: Scope | None = (self.openapi_extra or {})[SCOPE]
        return scope

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Refuse a request without the scope, and have what answers know its request."""
        answer, takes = super().get_route_handler(), self.takes

        async def answered(request: Request) -> Response:
            check_scope(request, takes)
            before = _UNDER_WAY.set(request)
            try:
                return await answer(request)
            finally:
                _UNDER_WAY.reset(before)

        return answered


def _in_a_thread(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    if iscoroutinefunction(endpoint):
        return endpoint

    @wraps(endpoint)
    async def handing_over(*given: Any, **named: Any) -> Any:  # noqa: ANN401 -- as the endpoint has them
        request, make = _UNDER_WAY.get(), partial(endpoint, *given, **named)
        return await run_in_lane(request.app.state.known_tags.answer, request, make)

    return handing_over
