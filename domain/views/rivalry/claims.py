"""Ranks facts by their claims: facts that say the same make one claim, and the claim with the most origins is first.

If two claims have equally many origins, the sharper one comes first if both can be right, and otherwise the one that
was published last. A claim that no source dates comes after all claims with a date. If facts are still even, their
content decides, and never the order in which they were recorded.
"""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import permutations
from typing import TYPE_CHECKING, Any, Final

from domain.named import Named
from domain.naming import fold_name
from domain.quantity import Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from domain.register import Sharper
    from domain.views.rivalry.candidates import Candidate

    Claim = Hashable
    Claiming = Callable[[Candidate], Claim]

_APPROXIMATE: Final = "about"
_TIMES: Final = 2
"""How many times the true number an approximate one may be, and the reverse."""

Ends = tuple[float, float]
"""The low and the high end of an interval; infinite where it is open."""


def claim_of(candidate: Candidate) -> Claim:
    """The claim of an answer: its values in the compared fields; if no field is compared, its fact alone."""
    if not candidate.compared:
        return candidate.id
    return tuple(comparable(candidate.shows.get(name)) for name in candidate.compared)


def comparable(value: Any) -> Any:  # noqa: ANN401 -- any value that an entry shows
    """A value in the form in which it is compared: a folded text, an id, or what a quantity counts and its bounds."""
    if isinstance(value, Quantity):
        return (value.counted, claim_of_quantity(value))
    if isinstance(value, Named):
        return ("id", value.id)
    return fold_name(value) if isinstance(value, str) else value


def claim_of_quantity(quantity: Quantity) -> Claim:
    """The claim that a quantity makes: its bounds, or for "about 50" the least and the greatest number meant."""
    about = quantity.about
    return ends_of(quantity) if about is None else (_APPROXIMATE, about)


def ends_of(quantity: Quantity) -> Ends:
    """The low and the high end of a quantity; infinite on a side without a bound."""
    low, high = quantity.low, quantity.high
    return (-math.inf if low is None else low, math.inf if high is None else high)


def meant_ends(quantity: Quantity) -> Ends:
    """The ends of a quantity, for telling whether two can both be right: "about 50" is not 20 and not 200.

    An approximate number may be half or twice the true one. It has no bounds for any other purpose.
    """
    about = quantity.about
    return ends_of(quantity) if about is None else reach(*about)


def reach(least: int, most: int | None) -> Ends:
    """The least and the greatest true number that an approximate number may stand for."""
    return least / _TIMES, math.inf if most is None else most * _TIMES


class Claims:
    """The claims of facts that answer one question, with the origins of each claim."""

    def __init__(
        self,
        facts: Sequence[Candidate],
        supporting: Iterable[Candidate] = (),
        claiming: Claiming = claim_of,
        sharper: Sharper | None = None,
    ) -> None:
        self._claiming = claiming
        origins: dict[Claim, set[str]] = defaultdict(set)
        for candidate in (*facts, *supporting):
            claim = claiming(candidate)
            roots = candidate.origins
            origins[claim] |= roots
            exact = _exact(claim)
            if exact is not None:
                origins[exact] |= roots
        self._origins: Mapping[Claim, set[str]] = origins
        by_facts = {claiming(candidate) for candidate in facts}
        self._published: dict[Claim, int] = {}
        for candidate in facts:
            claim = claiming(candidate)
            self._published[claim] = max(self._published.get(claim, 0), candidate.last_published)
        self._vaguer = {
            claim
            for number in {len(origins[claim]) for claim in by_facts}
            for claim in _less_sharp({claim for claim in by_facts if len(origins[claim]) == number})
        }
        if sharper and facts[0].compared:
            ways = [sharper.get(name, {}) for name in facts[0].compared]
            even = (
                (a, b) for a, b in permutations(by_facts, 2) if len(origins[a]) == len(origins[b])
            )
            self._vaguer |= {one for one, other in even if _says_less(one, other, ways)}

    def rank(self, candidate: Candidate, *, vaguer: bool = False) -> tuple[Any, ...]:
        """The sort key of a fact: by its claim, and within one claim by its number of origins.

        `vaguer`: another fact that may be right too says more exactly when it happened.
        """
        claim = self._claiming(candidate)
        return (
            -len(self._origins[claim]),
            claim in self._vaguer,
            -self._published[claim],
            -len(candidate.origins),
            vaguer,
            -candidate.last_published,
            candidate.by_content,
        )


def _says_less(one: Any, other: Any, ways: Sequence[Mapping[str, frozenset[str]]]) -> bool:  # noqa: ANN401 -- claims
    """Whether a claim has in each field the value of another claim, or a less specific one that is true beside it."""
    return all(a == b or a in way.get(b, ()) for a, b, way in zip(one, other, ways, strict=True))


def _exact(claim: Claim) -> Claim | None:
    """The exact claim that an approximate claim supports, as "about 50" supports 50; None for other claims."""
    match claim:
        case ("about", (least, most)) if least == most:
            return (least, most)
        case ((str(what), ("about", (least, most))),) if least == most:
            return ((what, (least, most)),)
    return None


def _less_sharp(claims: set[Claim]) -> set[Claim]:
    """The claims that are less sharp than another that can be right too; with bounds is sharper than "about 50"."""
    bounded = {
        what: [end for end in ends.values() if _bounds(end)]
        for what, ends in _intervals(claims).items()
    }
    about = {claim: told for claim in claims if (told := _read_approximate(claim)) is not None}
    blunt = {
        claim
        for claim, (what, meant) in about.items()
        if any(_meet(reach(*meant), interval) for interval in bounded.get(what, ()))
    }
    return find_vaguer(claims) | blunt


def _meet(one: Ends, other: Ends) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _bounds(ends: Ends) -> bool:
    return ends != (-math.inf, math.inf)


def _read_approximate(claim: Claim) -> tuple[str, tuple[int, int | None]] | None:
    """What an approximate claim counts, as a key of `_intervals`, and what it means; None if it is not approximate."""
    match claim:
        case ("about", (int(least), int() | None as most)):
            return "", (least, most)
        case ((str(what), ("about", (int(least), int() | None as most))),):
            return what, (least, most)
    return None


def find_vaguer(claims: set[Claim]) -> set[Claim]:
    """The claims that are intervals and contain another claim's interval: they say the same less sharply."""
    vaguer: set[Claim] = set()
    for ends in _intervals(claims).values():
        least: float | None = None
        for claim, (_, high) in sorted(ends.items(), key=lambda item: (-item[1][0], item[1][1])):
            if least is not None and high >= least:
                vaguer.add(claim)
            least = high if least is None else min(least, high)
    return vaguer


def _intervals(claims: Iterable[Claim]) -> dict[str, dict[Claim, Ends]]:
    """{what is counted: {claim: its ends}} for the claims that are intervals."""
    intervals: dict[str, dict[Claim, Ends]] = defaultdict(dict)
    for claim in claims:
        match claim:
            case (int() | float() as low, int() | float() as high):
                intervals[""][claim] = (low, high)
            case ((str(what), (int() | float() as low, int() | float() as high)),):
                intervals[what][claim] = (low, high)
    return intervals
