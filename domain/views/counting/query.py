"""The parameters of a tally."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from domain.views.counting.points import By

if TYPE_CHECKING:
    from domain.time.perspective import Perspective

Per = Literal["population", "counted_by"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyQuery:
    """What is counted: the quantities of `what`, or if that is None, the facts of a `kind`.

    `from_` and `to` are a stretch of valid time, in microseconds UTC, both included; None means no bound.
    """

    by: By = "month"
    what: str | None = None
    kind: str | None = None
    from_: int | None = None
    to: int | None = None
    per: Per | None = None
    parts: bool = False
    """Whether the parts that are added are listed, each with what it adds, and what else their facts count."""
    words: bool = False
    """Whether parts, and counts of a stock, have the quantity of the fact that is shown, with its source's words."""

    @property
    def stretch(self) -> bool:
        """Whether `from_` is set. A cumulative figure counts from the beginning, so it bounds no such stretch."""
        return self.from_ is not None

    def until(self, perspective: Perspective) -> int:
        """The last instant that is counted: `as_of`, or the end of the stretch if that is earlier."""
        return perspective.as_of if self.to is None else min(self.to, perspective.as_of)
