"""Makes the part that one question adds to a total: its number, or if its facts disagree, the range of all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from domain.number.total import Total
from domain.quantity import Quantity
from domain.views.brief import describe_briefly
from domain.views.counting.figures import find_figure
from domain.views.rivalry import disputes
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.claims import (
    Claims,
    claim_of_quantity,
    ends_of,
    find_vaguer,
    meant_ends,
    reach,
)
from domain.views.rivalry.rivals import Resolved, find_last_reported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.quantity import Basis

MOST_RIVALS: Final = 10
"""How many rivals a part lists at most."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one question adds: a number from `low` to `high` (None: no bound), or one without bounds, as "about 50".

    `about` is the least number without bounds that the facts give, and `about_most` the greatest (None: no end); 0 if
    they give none. `quantity` is the number that is shown; if facts name people and give no number, it counts the
    names.
    """

    quantity: Quantity
    shown: Candidate
    rivals: Sequence[Candidate]
    _: KW_ONLY
    certain: bool
    low: int
    high: int | None
    about: int = 0
    about_most: int | None = 0
    contested: bool = False
    undated: Sequence[Candidate] = ()
    """The facts that say when it happened, if they disagree about that."""

    @property
    def approximate(self) -> bool:
        """Whether it is a number without bounds."""
        return self.about_most != 0

    @property
    def most(self) -> float:
        """The greatest number that some fact allows."""
        if self.approximate:
            return reach(self.about, self.about_most)[1]
        return math.inf if self.high is None else self.high

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

        If a part is only possible, its low end is 0. At most `MOST_RIVALS` rivals are listed; if there are more,
        `rivals_more` is the number of all.
        """
        bounds = self.bounds if self.certain else replace(self, low=0, about=0).bounds
        rivals = [describe_briefly(rival.version) for rival in self.rivals[:MOST_RIVALS]]
        count = {"rivals_more": len(self.rivals)} if len(self.rivals) > MOST_RIVALS else {}
        fact = describe_briefly(self.shown.version)
        return {"matter": self.shown.fact.matter, **bounds, "fact": fact, "rivals": rivals, **count}


def add_parts(parts: Sequence[Part]) -> Total:
    """The sum of the intervals; a part that is only possible adds to the high ends alone."""
    certain = [part for part in parts if part.certain]
    return Total(
        sum(part.low for part in certain),
        _add([part.high for part in parts]),
        sum(part.about for part in certain),
        _add([part.about_most for part in parts]),
    )


def _add(ends: Sequence[int | None]) -> int | None:
    """The sum of high ends; None (no end) if one of them is None."""
    return None if None in ends else sum(end or 0 for end in ends)


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
    disputed = disputes.find_disputed_by_link(telling)
    linked = contested or bool(disputed)
    quantities = [find_number(candidate) for candidate in telling]
    contested = linked or undated or disputes.exclude(map(meant_ends, quantities))
    quantity = find_number(shown)
    about = _find_about(quantities, linked=linked or undated)
    if about is not None:
        low, high = -math.inf, math.inf
    else:
        kept = {claim_of_quantity(find_number(each)) for each in telling if each.id in disputed}
        low, high = _width(ends, kept) if contested else ends_of(quantity)
    surely = [candidate for candidate in facts if candidate.certain]
    if surely and len(surely) < len(facts):
        sure = part_of(
            surely, what, basis, against=[candidate for candidate in against if candidate.certain]
        )
        low = min(low if contested else math.inf, sure.low if sure else 0)
    if quantity.about is not None and about is None:
        about = join_about(number.about for number in map(find_number, facts))
    least, most = about or (0, 0)
    part = Part(
        quantity,
        shown,
        rivals,
        certain=any(fact.certain for fact in facts),
        low=0 if math.isinf(low) else max(int(low), 0),
        high=None if math.isinf(high) else int(high),
        about=least,
        about_most=most,
        contested=contested,
        undated=telling if undated else (),
    )
    return _contest_by_names(part, everyone, basis)


def _find_about(quantities: Sequence[Quantity], *, linked: bool) -> tuple[int, int | None] | None:
    """The least and the greatest number given, if an approximate number and another are in dispute; else None.

    They are if they cannot both be right, or if a link says so. Then the part has no bounds, because an approximate
    number has none.
    """
    blurred = [quantity for quantity in quantities if quantity.about is not None]
    meant = [meant_ends(quantity) for quantity in quantities] if blurred else []
    disputed = any(
        low > min(high for _, high in meant) or high < max(low for low, _ in meant)
        for low, high in map(meant_ends, blurred)
    )
    if not (disputed or (linked and blurred)):
        return None
    exact = {ends_of(quantity) for quantity in quantities if quantity.about is None}
    vaguer = set() if linked else find_vaguer({*exact})
    told = exact - vaguer - {(-math.inf, math.inf)}
    return join_about(
        [
            *(quantity.about for quantity in blurred),
            *((_end(low) or 0, _end(high)) for low, high in told),
        ]
    )


def join_about(told: Iterable[tuple[int, int | None] | None]) -> tuple[int, int | None]:
    """The least low and the greatest high end (None: no end) of several ranges. Ranges that are None do not count."""
    given = [ends for ends in told if ends is not None]
    highs = [most for _, most in given]
    return min(least for least, _ in given), find_greatest(highs)


def find_greatest(highs: Sequence[int | None]) -> int | None:
    """The greatest of several high ends; None (no end) if one of them is None."""
    return None if None in highs else max(high for high in highs if high is not None)


def _end(end: float) -> int | None:
    """An end of an interval as a bound; None if it is open."""
    return None if math.isinf(end) else int(end)


def _contest_by_names(part: Part, facts: Iterable[Candidate], basis: Basis) -> Part:
    """The part, contested if one fact names more surely different people than the part's facts allow.

    If that fact is right, no fewer people were counted, so the names raise the upper bound.
    """
    most = part.most
    if basis != "increment" or math.isinf(most):
        return part
    many = (candidate for candidate in facts if len(candidate.fact.people) > most)
    named = max((len(fact.people - fact.bearers.keys()) for fact in many), default=0)
    if named <= most:
        return part
    if part.approximate:
        return replace(part, about_most=named, contested=True)
    return replace(part, high=named, contested=True)


def _alone(fact: Candidate, what: str, basis: Basis) -> Part | None:
    """The part of a question that only one fact answers."""
    quantity = find_figure(fact.fact, what, basis)
    if quantity is None:
        return None
    least, most = quantity.about or (0, 0)
    part = Part(
        quantity,
        fact,
        (),
        certain=fact.certain,
        low=max(quantity.low or 0, 0),
        high=quantity.high,
        about=least,
        about_most=most,
    )
    return _contest_by_names(part, [fact], basis)


def _width(ends: dict[Any, tuple[float, float]], kept: set[Any]) -> tuple[float, float]:
    """The least low and the greatest high end; a claim that contains a sharper one counts only if it is `kept`."""
    sharp = set(ends) - (find_vaguer({claim for claim in ends if claim == ends[claim]}) - kept)
    bounded = [ends[claim] for claim in sharp if ends[claim] != (-math.inf, math.inf)]
    bounded = bounded or list(ends.values())
    return min(low for low, _ in bounded), max(high for _, high in bounded)
