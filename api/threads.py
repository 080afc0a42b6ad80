"""A request does its work in one thread of its lane: what waits for the log takes none that a question needs.

Reading, writing and the look at the health have threads and connections of their own. What waits longer for its turn
than its lane allows is refused; nothing of it was done then.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from functools import partial, wraps
from inspect import iscoroutinefunction
from typing import Any, Final, ParamSpec, TypeVar

from anyio import CapacityLimiter, fail_after, to_thread
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from api.metering import metered
from api.problems import RefusedError
from infrastructure.lanes import Lane, TimeLimits, in_lane

__all__ = ["LaneRoute", "Threads", "handed_over", "lane_of"]

SIZES: Final[dict[Lane, int]] = {"reading": 16, "writing": 16, "health": 1}
"""How many threads a lane has; it has more connections than these."""
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
        self._limits = limits

    async def run(self, lane: Lane, call: Callable[[], _T]) -> _T:
        """Call it in a thread of that lane, where it has its turn in time; else RefusedError."""
        turn, borrower = self._turns[lane], object()
        try:
            with fail_after(self._patience(lane)):
                await turn.acquire_on_behalf_of(borrower)
        except TimeoutError:
            name = "overloaded"
            raise RefusedError(name, "", _NO_TURN) from None
        try:
            with in_lane(lane):
                return await to_thread.run_sync(metered(call), limiter=self._any)
        finally:
            turn.release_on_behalf_of(borrower)

    def _patience(self, lane: Lane) -> float | None:
        """How long a turn is waited for: a change as long as for the log, others as long as for a statement."""
        patience = self._limits.patience(lane)
        return patience.lock if lane == "writing" else patience.statement


_UNDER_WAY: Final[ContextVar[tuple[Threads, Lane]]] = ContextVar("threads")


async def handed_over(call: Callable[_P, _T], *given: _P.args, **named: _P.kwargs) -> _T:
    """Call it in a thread of the lane of the request that is under way."""
    threads, lane = _UNDER_WAY.get()
    return await threads.run(lane, partial(call, *given, **named))


class LaneRoute(APIRoute):
    """A route whose endpoint, where it is no coroutine itself, is handed over to a thread whole."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401 -- FastAPI's
        super().__init__(path, _in_a_thread(endpoint), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Have what answers know its lane."""
        answer = super().get_route_handler()

        async def answered(request: Request) -> Response:
            lane = lane_of(request.method)
            before = _UNDER_WAY.set((request.app.state.threads, lane))
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
        return await handed_over(endpoint, *given, **named)

    return handing_over
