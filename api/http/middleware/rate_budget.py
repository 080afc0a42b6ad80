"""Counts a budget where all processes see it, in blocks of a two-hundredth, so that counting delays no request.

A process counts a block at once, and uses it up within a tenth of the window. So a caller never gets more than the
limit, and at most a two-hundredth less for each other process; limits below 400 are exact. A sliding window counter
allows no burst where two windows meet, as fixed windows do, and needs one row for each caller, where a moving window
needs one for each request. If the storage fails, all requests are let through: it mostly fails together with the
record, and rate limits should not cause an outage.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from anyio import CapacityLimiter, move_on_after, to_thread
from limits import RateLimitItem
from limits.storage import Storage
from limits.strategies import SlidingWindowCounterRateLimiter

_LOG: Final = logging.getLogger("parley.api")
BLOCKS: Final = 200
LEASE_SECONDS: Final = 5.0
LONGEST_SECONDS: Final = 0.5
"""The most seconds that a request waits for its count."""
BROKEN_SECONDS: Final = 5.0
"""The seconds for which nothing is counted after the storage failed."""
MOST_LEASES: Final = 4_096
_THREADS: Final = 4


@dataclass(frozen=True, slots=True)
class RateStatus:
    """What is left of a caller's budget; `wait` is the seconds until there is more, None if unknown."""

    allowed: bool
    remaining: int
    wait: float | None


@dataclass(slots=True)
class _Lease:
    """What this process may still allow before it asks the storage again; instants are monotonic."""

    left: int
    remaining: int
    refused: bool
    more_at: float
    until: float


class Budget:
    """The budget of each caller for one sort of request: an item of the library `limits`, counted in its storage."""

    def __init__(self, name: str, item: RateLimitItem, storage: Storage) -> None:
        self.name = name
        self.item = item
        self.policy = f'"{name}";q={item.amount};w={item.get_expiry()}'
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._block = max(1, item.amount // BLOCKS)
        self._kept_for = min(LEASE_SECONDS, item.get_expiry() / 10)
        self._leases: dict[str, _Lease] = {}
        self._broken_until = 0.0
        self._threads = CapacityLimiter(_THREADS)

    async def take(self, key: str) -> RateStatus:
        """Count one request if the limit allows it."""
        known = self.find_status(key)
        if known is not None and not known.allowed:
            return known
        lease = self._find_lease(key)
        if lease is None or not lease.left:
            lease = await self._renew(key)
            if lease is None:
                return RateStatus(allowed=True, remaining=self.item.amount, wait=None)
        if lease.refused:
            return self._make_status(lease, allowed=False)
        lease.left -= 1
        return self._make_status(lease, allowed=True)

    async def pay(self, key: str, owed: int) -> tuple[int, RateStatus]:
        """Count as much of a debt as the limit allows; returns the rest, and the caller's status."""
        known = self.find_status(key)
        if known is not None and not known.allowed:
            return owed, known
        lease = await self._ask_storage(self._pay, key, owed)
        if lease is None:
            return 0, RateStatus(allowed=True, remaining=self.item.amount, wait=None)
        self._make_room()
        self._leases[key] = lease
        return lease.left, self._make_status(lease, allowed=not lease.refused)

    def find_status(self, key: str) -> RateStatus | None:
        """The status of a caller as far as this process knows it, without counting."""
        lease = self._find_lease(key)
        return None if lease is None else self._make_status(lease, allowed=not lease.refused)

    def fields(self, standing: RateStatus) -> dict[str, str]:
        """The header fields of draft-ietf-httpapi-ratelimit-headers-10; none where nothing is known."""
        if standing.wait is None:
            return {}
        now = f'"{self.name}";r={standing.remaining};t={math.ceil(standing.wait)}'
        return {"RateLimit-Policy": self.policy, "RateLimit": now}

    def _make_status(self, lease: _Lease, *, allowed: bool) -> RateStatus:
        wait = max(0.0, lease.more_at - time.monotonic())
        left = lease.left if allowed else 0
        return RateStatus(allowed=allowed, remaining=lease.remaining + left, wait=wait)

    def _find_lease(self, key: str) -> _Lease | None:
        lease = self._leases.get(key)
        return lease if lease is not None and time.monotonic() < lease.until else None

    async def _renew(self, key: str) -> _Lease | None:
        """Take a block from the storage, and add the rest of the last one; None if the storage cannot count."""
        lease = await self._ask_storage(self._count, key)
        if lease is None:
            return None
        kept = self._find_lease(key)
        if kept is not None and not lease.refused:
            lease.left += kept.left
        self._make_room()
        self._leases[key] = lease
        return lease

    async def _ask_storage(self, count: Callable[..., _Lease], *args: object) -> _Lease | None:
        """Ask the storage, in a thread and with a time limit; None if it cannot count."""
        if time.monotonic() < self._broken_until:
            return None
        lease: _Lease | None = None
        try:
            with move_on_after(LONGEST_SECONDS):
                lease = await to_thread.run_sync(
                    count, *args, limiter=self._threads, abandon_on_cancel=True
                )
        except Exception as error:  # noqa: BLE001 -- each storage has errors of its own
            self._break(repr(error))
            return None
        if lease is None:
            self._break(f"no answer in {LONGEST_SECONDS} s")
        return lease

    def _count(self, key: str) -> _Lease:
        names = (self.name, key)
        taken = next(
            (
                n
                for n in dict.fromkeys((self._block, 1))
                if self._limiter.hit(self.item, *names, cost=n)
            ),
            0,
        )
        stats = self._limiter.get_window_stats(self.item, *names)
        now, wait = time.monotonic(), max(0.0, stats.reset_time - time.time())
        until = now + (self._kept_for if taken else wait)
        return _Lease(taken, stats.remaining if taken else 0, not taken, now + wait, until)

    def _pay(self, key: str, owed: int) -> _Lease:
        """Pay a debt as far as possible; requests are refused until about as much as the rest is free again."""
        names = (self.name, key)
        remaining = self._limiter.get_window_stats(self.item, *names).remaining
        paid = min(owed, remaining)
        if paid and not self._limiter.hit(self.item, *names, cost=paid):
            paid = 0
        rest = owed - paid
        until = time.monotonic() + rest * self.item.get_expiry() / self.item.amount
        return _Lease(rest, 0 if rest else remaining - paid, rest > 0, until, until)

    def _break(self, why: str) -> None:
        if time.monotonic() >= self._broken_until:
            _LOG.warning("requests are not counted (%s): %s", self.name, why)
        self._broken_until = time.monotonic() + BROKEN_SECONDS

    def _make_room(self) -> None:
        if len(self._leases) >= MOST_LEASES:
            now = time.monotonic()
            self._leases = {key: each for key, each in self._leases.items() if each.until > now}
