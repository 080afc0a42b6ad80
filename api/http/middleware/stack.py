"""Lists the middleware around the application, from the inside out; each sees the answers of all that are inside it."""

from __future__ import annotations

from fastapi import FastAPI
from limits import RateLimitItem
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.composition import Parley
from api.http.middleware.authentication import Authentication, Identify
from api.http.middleware.frame import Frame
from api.http.middleware.head_limits import check_head
from api.http.middleware.hosts import Hosts
from api.http.middleware.internal_errors import Unforeseen
from api.http.middleware.load_shedding import Shedding
from api.http.middleware.rate_budget import Budget
from api.http.middleware.rates import Rates
from api.http.middleware.read_only import ReadOnly
from api.http.middleware.refusals import Refusals
from api.http.middleware.sessions import SignedIn
from api.http.middleware.slow_bodies import SlowBodies
from domain.access import anonymous
from infrastructure.rate_storage import storage_of


def guard(app: FastAPI, parley: Parley, identify: Identify) -> None:
    """Put every middleware around an application, as the settings of its record say.

    The budgets within the authentication are a caller's, that of refusals around it an address's.

    Uvicorn's own takes an address from proxies: the right-most of `X-Forwarded-For` that is no proxy of
    ours, and the scheme, both from a proxy that we trust alone.
    """
    settings = parley.settings
    storage = storage_of(parley.database, settings.rate_storage)

    def budget(name: str, item: RateLimitItem | None) -> Budget | None:
        return None if item is None else Budget(name, item, storage)

    app.add_middleware(Unforeseen, damage=parley.database.damage)
    app.add_middleware(
        Rates,
        reads=budget("reads", settings.rate_reads),
        writes=budget("writes", settings.rate_writes),
        work=budget("work", settings.rate_work),
    )
    app.add_middleware(SignedIn, sessions=parley.sessions, threads=app.state.threads)
    nobody = anonymous(frozenset(settings.anonymous_scopes))
    app.add_middleware(Authentication, identify=identify, nobody=nobody, threads=app.state.threads)
    app.add_middleware(Refusals, budget=budget("refusals", settings.rate_refusals))
    app.add_middleware(Shedding, most=settings.max_waiting, changes=settings.max_writing)
    app.add_middleware(SlowBodies)
    read_only = ReadOnly(settings.writer_url, reads_only=settings.read_only)
    checks = (Hosts(settings.allowed_hosts).check, check_head, read_only.check)
    app.add_middleware(Frame, checks=checks)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
