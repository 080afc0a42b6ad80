"""Makes the part that one question adds to a total: its number, or if its facts disagree, the range of all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from domain.quantity import Quantity, Total
from domain.views.brief import describe_briefly
from domain.views.counting.figures import find_figure
from domain.views.rivalry import disputes
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.claims import Claims, claim_of_quantity, ends_of, find_vaguer, meant_ends
from domain.views.rivalry.rivals import Resolved, find_last_reported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.quantity import Basis

MOST_RIVALS: Final = 10
"""How many rivals a part lists at most."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one question adds: a number from `low` to `high` (None: no bound); `about` is a number without bounds.

    If the facts give several numbers without bounds, `about` is the least and `about_most` the greatest. `quantity` is
    the number that is shown; if facts name people and give no number, it counts the names.
    """

    quantity: Quantity
    shown: Candidate
    rivals: Sequence[Candidate]
    _: KW_ONLY
    certain: bool
    low: int
    high: int | None
    about: int = 0
    about_most: int = 0
    contested: bool = False
    undated: Sequence[Candidate] = ()
    """The facts that say when it happened, if they disagree about that."""

    @property
    def told(self) -> tuple[int, int]:
        """When it happened, half-open, in microseconds UTC; if the facts disagree, all the time that they cover."""
        if not self.undated:
            return self.shown.fact.told
        spans = [candidate.fact.told for candidate in self.undated]
        return min(start for start, _ in spans), max(end for _, end in spans)

    @property
    def resolved(self) -> Resolved:
        """The fact that is shown, with its rivals."""
        reported = find_last_reported(candidate.fact for candidate in (self.shown, *self.rivals))
        return Resolved(self.shown, self.rivals, self.contested, last_reported=reported)

    @property
    def bounds(self) -> dict[str, Any]:
        """{low, high, approximate, text, contested} of this part alone."""
        total = Total(self.low, self.high, self.about, self.about_most)
        return {
            "low": total.low,
            "high": total.high,
            "approximate": total.approximate,
            "text": total.text,
            "contested": self.contested,
        }

    def describe(self) -> dict[str, Any]:
        """{matter, low, high, approximate, text, contested, fact, rivals, rivals_more}: the part as it is shown.

        A part that is only possible has the low bound 0. At most `MOST_RIVALS` rivals are listed; if there are more,
        `rivals_more` is the number of all.
        """
        bounds = self.bounds if self.certain else replace(self, low=0).bounds
        rivals = [describe_briefly(rival.version) for rival in self.rivals[:MOST_RIVALS]]
        count = {"rivals_more": len(self.rivals)} if len(self.rivals) > MOST_RIVALS else {}
        fact = describe_briefly(self.shown.version)
        return {"matter": self.shown.fact.matter, **bounds, "fact": fact, "rivals": rivals, **count}


def add_parts(parts: Sequence[Part]) -> Total:
    """The sum of the intervals; a part that is only possible adds to the high bound alone."""
    open_ = any(part.high is None for part in parts)
    return Total(
        sum(part.low for part in parts if part.certain),
        None if open_ else sum(part.high or 0 for part in parts),
        sum(part.about for part in parts),
        sum(max(part.about, part.about_most) for part in parts),
    )


def part_of(
    facts: Sequence[Candidate],
    what: str,
    basis: Basis,
    supporting: Sequence[Candidate] = (),
    against: Sequence[Candidate] = (),
) -> Part | None:
    """The part that the facts of one question add; None if no fact gives a number of `what` on the basis."""
    if len(facts) == 1 and not (supporting or against):
        return _alone(facts[0], what, basis)
    numbers = {
        candidate.id: number
        for candidate in (*facts, *supporting, *against)
        if (number := find_figure(candidate.fact, what, basis)) is not None
    }

    def find_number(candidate: Candidate) -> Quantity:
        return numbers[candidate.id]

    contested, everyone = bool(against), facts
    facts, supporting, against = (
        [candidate for candidate in group if candidate.id in numbers]
        for group in (facts, supporting, against)
    )
    if not facts:
        return None
    shown, *rivals = facts
    if rivals:
        claims = Claims(
            facts,
            (*supporting, *against),
            lambda candidate: claim_of_quantity(find_number(candidate)),
        )
        vaguer = find_vaguer({candidate.placed for candidate in facts})
        shown, *rivals = sorted(
            facts,
            key=lambda candidate: (
                not candidate.version.record.preferred,
                not candidate.certain,
                claims.rank(candidate, vaguer=candidate.placed in vaguer),
            ),
        )
    ends = {
        claim_of_quantity(find_number(candidate)): ends_of(find_number(candidate))
        for candidate in (*facts, *against)
    }
    telling = (*facts, *against)
    undated = disputes.never_meet(telling)
    linked = contested or disputes.is_disputed_by_link(facts)
    quantities = [find_number(candidate) for candidate in telling]
    contested = linked or undated or disputes.exclude(map(meant_ends, quantities))
    quantity = find_number(shown)
    about = _find_about(quantities, linked=linked)
    if about:
        low, high = -math.inf, math.inf
    else:
        low, high = _width(ends) if contested else ends_of(quantity)
    surely = [candidate for candidate in facts if candidate.certain]
    if surely and len(surely) < len(facts):
        sure = part_of(
            surely, what, basis, against=[candidate for candidate in against if candidate.certain]
        )
        low = min(low if contested else math.inf, sure.low if sure else 0)
    named = _find_named(everyone, basis, high)
    if high < named:
        high, contested = named, True
    if quantity.approximate and not about:
        about = [
            number.value
            for number in map(find_number, facts)
            if number.approximate and number.value
        ]
    return Part(
        quantity,
        shown,
        rivals,
        certain=any(fact.certain for fact in facts),
        low=0 if math.isinf(low) else max(int(low), 0),
        high=None if math.isinf(high) else int(high),
        about=min(about, default=0),
        about_most=max(about, default=0),
        contested=contested,
        undated=telling if undated else (),
    )


def _find_about(quantities: Sequence[Quantity], *, linked: bool) -> list[int]:
    """All numbers that are given, if an approximate one and another cannot both be right, or a link says so; else none.

    An approximate number has no bounds, so what it disputes has none either.
    """
    about = [
        quantity for quantity in quantities if quantity.approximate and quantity.value is not None
    ]
    disputed = any(
        disputes.exclude(map(meant_ends, (one, quantity)))
        for one in about
        for quantity in quantities
    )
    if not (disputed or (linked and about)):
        return []
    values = (quantity.value if quantity.approximate else None for quantity in quantities)
    numbers = (*values, *(end for quantity in quantities for end in (quantity.low, quantity.high)))
    return [number for number in numbers if number is not None]


def _find_named(facts: Iterable[Candidate], basis: Basis, high: float) -> int:
    """The greatest number of surely different people whom one fact names, if it names more than `high`; else 0.

    If that fact is right, no fewer people were counted.
    """
    if basis != "increment":
        return 0
    many = (candidate for candidate in facts if len(candidate.fact.people) > high)
    return max((len(candidate.people - candidate.bearers.keys()) for candidate in many), default=0)


def _alone(fact: Candidate, what: str, basis: Basis) -> Part | None:
    """The part of a question that only one fact answers."""
    quantity = find_figure(fact.fact, what, basis)
    if quantity is None:
        return None
    about = quantity.value or 0 if quantity.approximate else 0
    high = quantity.high
    named = 0 if high is None else _find_named([fact], basis, high)
    contested = high is not None and high < named
    return Part(
        quantity,
        fact,
        (),
        certain=fact.certain,
        low=max(quantity.low or 0, 0),
        high=named if contested else high,
        about=about,
        about_most=about,
        contested=contested,
    )


def _width(ends: dict[Any, tuple[float, float]]) -> tuple[float, float]:
    """The least low and the greatest high end of the claims, without claims that contain a sharper one."""
    sharp = set(ends) - find_vaguer({claim for claim in ends if claim == ends[claim]})
    bounded = [ends[claim] for claim in sharp if ends[claim] != (-math.inf, math.inf)]
    bounded = bounded or list(ends.values())
    return min(low for low, _ in bounded), max(high for _, high in bounded)
