"""Runs each request in one thread of its lane, so that a change that waits for the log takes no thread from a read.

Reading, writing and health checks have threads and connections of their own. One caller may have a quarter of the
reading threads at most. A request that waits longer for its turn than its lane allows is refused, before any of it is
carried out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from contextvars import ContextVar
from functools import partial, wraps
from inspect import iscoroutinefunction, signature
from typing import Any, Final, ParamSpec, TypeVar

from anyio import CapacityLimiter, WouldBlock, fail_after
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as ASGIScope

from api.http.authorization import SCOPE, check_scope
from api.http.callers import Confirmation, caller_of
from api.http.metering import count_work
from api.http.problems import RefusedError
from api.http.workers import Workers
from domain.access import Scope
from infrastructure.database.lanes import Lane, TimeLimits, in_lane

SIZES: Final[dict[Lane, int]] = {"reading": 16, "writing": 16, "health": 1}
"""How many threads each lane has; a lane has more connections than threads."""
SHARE: Final = SIZES["reading"] // 4
"""How many reading threads one caller has at most, so that nobody keeps all others from reading."""
MOST_SHARES: Final = 1_024
"""How many limiters are kept at most, apart from those of callers that hold a thread or wait for one."""
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_NO_TURN: Final = (
    "the requests before this one take too long: send it again later; nothing was done"
)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_P = ParamSpec("_P")
_T = TypeVar("_T")


def lane_of(method: str) -> Lane:
    """The lane of a request, by its method: a request that may change something waits for the log."""
    return "reading" if method in _READING else "writing"


class Threads:
    """The threads of one application."""

    def __init__(self, limits: TimeLimits) -> None:
        self._turns = {lane: CapacityLimiter(size) for lane, size in SIZES.items()}
        self._workers = Workers()
        self._shares: dict[str, CapacityLimiter] = {}
        self._asking: Counter[str] = Counter()
        self._limits = limits

    async def run(self, lane: Lane, call: Callable[[], _T], caller: str | None = None) -> _T:
        """Call a function in a thread of a lane; RefusedError if no thread is free in time.

        One caller has at most SHARE of the reading threads; their further requests wait for these.
        """
        sharing = caller if lane == "reading" else None
        wanted, places = [*self._share(sharing), self._turns[lane]], _Held()
        try:
            if not places.take_free(wanted):
                with fail_after(self._patience(lane)):
                    await places.wait_for(wanted)
        except TimeoutError:
            raise RefusedError("overloaded", "", _NO_TURN) from None
        else:
            with in_lane(lane):
                return await self._workers.run(count_work(call))
        finally:
            places.release()
            self._leave(sharing)

    def _share(self, caller: str | None) -> list[CapacityLimiter]:
        """The limiter of a caller's threads."""
        if caller is None:
            return []
        self._asking[caller] += 1
        share = self._shares.get(caller)
        if share is None:
            share = self._shares[caller] = CapacityLimiter(SHARE)
        return [share]

    def _leave(self, caller: str | None) -> None:
        if caller is None:
            return
        self._asking[caller] -= 1
        if not self._asking[caller]:
            del self._asking[caller]
            if len(self._shares) > MOST_SHARES:
                del self._shares[caller]

    def _patience(self, lane: Lane) -> float | None:
        """How many seconds a request waits for a thread: a change as long as for the log, others as for a statement."""
        patience = self._limits.patience(lane)
        return patience.lock if lane == "writing" else patience.statement


class _Held:
    """What one request holds of the limiters; a task may hold several times."""

    def __init__(self) -> None:
        self._limiters: list[CapacityLimiter] = []

    def take_free(self, wanted: Sequence[CapacityLimiter]) -> bool:
        """Take the limiters in order until one is not free; whether all are held now."""
        with suppress(WouldBlock):
            for limiter in wanted:
                limiter.acquire_on_behalf_of_nowait(self)
                self._limiters.append(limiter)
            return True
        return False

    async def wait_for(self, wanted: Sequence[CapacityLimiter]) -> None:
        """Wait for the limiters that are not held yet."""
        for limiter in wanted[len(self._limiters) :]:
            await limiter.acquire_on_behalf_of(self)
            self._limiters.append(limiter)

    def release(self) -> None:
        """Release everything that is held."""
        for limiter in self._limiters:
            limiter.release_on_behalf_of(self)


_UNDER_WAY: Final[ContextVar[Request]] = ContextVar("request")


async def run_in_lane(call: Callable[_P, _T], *args: _P.args, **named: _P.kwargs) -> _T:
    """Call it in a thread of the lane of the request that is under way.

    The credential is confirmed before a change, and after a reading request whose own statements have not confirmed it.
    """
    request = _UNDER_WAY.get()
    lane = lane_of(request.method)
    changes = lane == "writing"
    confirmation: Confirmation | None = request.scope["state"].get("confirmation")

    def call_confirmed() -> _T:
        if confirmation is None:
            return call(*args, **named)
        if changes:
            confirmation.confirm(request.path_params.get("slug"))
        try:
            return call(*args, **named)
        finally:
            confirmation.confirm()

    threads: Threads = request.app.state.threads
    return await threads.run(lane, call_confirmed, caller_of(request.scope))


class LaneRoute(APIRoute):
    """A route whose endpoint runs in a thread, unless it is a coroutine."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401 -- FastAPI's
        super().__init__(path, _in_a_thread(endpoint), **options)
        if call_plainly(self.dependant) is not None:
            self.app = _respond_by(self.get_route_handler())

    @property
    def takes(self) -> Scope | None:
        """The scope that the route's description names; KeyError if it names none."""
        scope: Scope | None = (self.openapi_extra or {})[SCOPE]
        return scope

    def get_route_handler(self) -> Handler:
        """Check the scope of each request, and let the functions that make its answer find the request."""
        answer, takes = call_plainly(self.dependant) or super().get_route_handler(), self.takes

        async def handle(request: Request) -> Response:
            check_scope(request, takes)
            before = _UNDER_WAY.set(request)
            try:
                return await answer(request)
            finally:
                _UNDER_WAY.reset(before)

        return handle


def call_plainly(dependant: Dependant) -> Handler | None:
    """Make a direct call of an endpoint, several times as fast as FastAPI's; None if the endpoint needs FastAPI's.

    A direct call can give an endpoint texts from the path, the request, and values that a coroutine reads from the
    request.
    """
    texts = [
        path_param.name
        for path_param in dependant.path_params
        if path_param.field_info.annotation is str and not path_param.field_info.metadata
    ]
    reads: dict[str, Any] = {
        str(dependency.name): dependency.call
        for dependency in dependant.dependencies
        if _reads_request(dependency)
    }
    of_request, call = dependant.request_param_name, dependant.call
    if call is None or {*signature(call).parameters} != {*texts, *reads, of_request} - {None}:
        return None

    async def answer(request: Request) -> Response:
        arguments: dict[str, Any] = {name: request.path_params[name] for name in texts}
        for name, read in reads.items():
            arguments[name] = await read(request)
        if of_request is not None:
            arguments[of_request] = request
        response: Response = await call(**arguments)
        return response

    return answer


def _reads_request(dependant: Dependant) -> bool:
    call: Any = dependant.call
    parameters = {*signature(call).parameters}
    return iscoroutinefunction(type(call).__call__) and parameters == {dependant.request_param_name}


def _respond_by(answer: Handler) -> ASGIApp:
    async def app(scope: ASGIScope, receive: Receive, send: Send) -> None:
        response = await answer(Request(scope, receive, send))
        await response(scope, receive, send)

    return app


def _in_a_thread(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    if iscoroutinefunction(endpoint):
        return endpoint

    @wraps(endpoint)
    async def hand_over(*args: Any, **named: Any) -> Any:  # noqa: ANN401 -- as the endpoint has them
        request, make = _UNDER_WAY.get(), partial(endpoint, *args, **named)
        return await run_in_lane(request.app.state.known_tags.answer, request, make)

    return hand_over
