"""Charges the cost of a request to its caller's budget after it was answered; a caller over the budget has to wait.

The cost of a request is not known before it is answered. So a costly request is answered, and its caller waits before
the next one. The process that answered keeps what a caller owes, and charges it to the count of all processes.
"""

from __future__ import annotations

from collections import Counter
from heapq import nlargest
from typing import Final

from api.http.middleware.rate_budget import BLOCKS, MOST_LEASES, Budget, RateStatus


class Work:
    """What each caller owes, in milliseconds of work, and the budget from which it is paid."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._least: Final = max(1, budget.item.amount // BLOCKS)
        self._owed: Counter[str] = Counter()

    async def admit(self, caller: str) -> RateStatus | None:
        """Let a caller pay what they owe; None if they may go on, else the status of their budget."""
        owed = self._owed[caller]
        if owed < self._least:
            return None
        rest, standing = await self.budget.pay(caller, owed)
        self._owed[caller] += rest - owed
        return standing if rest else None

    def charge(self, caller: str, price: int) -> None:
        """Add the cost of an answer to what a caller owes."""
        self._owed[caller] += price
        if len(self._owed) > MOST_LEASES:
            self._owed = Counter(dict(nlargest(MOST_LEASES // 2, self._owed.items(), _debt_of)))


def _debt_of(item: tuple[str, int]) -> int:
    return item[1]
