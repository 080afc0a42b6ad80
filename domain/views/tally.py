"""A tally is the interval sum of increments, one per matter, for each day, month or year of valid time.

A fact whose time may fall in several of them adds to the high bound of each and to the low bound of none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from domain.fact import KINDS, Fact, as_primitives
from domain.history import by_valid_time, matches
from domain.instant import parse_cut
from domain.naming import folded
from domain.quantity import Quantity, total
from domain.views.brief import brief, perspective_shown
from domain.views.points import By, Spread, bucket, points
from domain.views.rivals import Candidate
from domain.views.totals import parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.history import Seen
    from domain.perspective import Perspective
    from domain.quantity import Basis
    from domain.views.rivals import Resolved

MOST: Final = 100
"""How many items a page has of each list but the points."""
#: Four-digit years, whose days have names.
_FIRST: Final = parse_cut("0000") + 1
_LAST: Final = parse_cut("9999")

Place = tuple[str, int]
"""Where a page ends: the `until` of its last point, and how many items of each other list are given by then."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that adds nothing to the totals, and the fact that gives it."""

    quantity: Quantity
    candidate: Candidate

    def shown(self) -> dict[str, Any]:
        """{quantity, fact}."""
        return {"quantity": as_primitives(self.quantity), "fact": brief(self.candidate.version)}


@dataclass(frozen=True, slots=True)
class Tally:
    """All of a tally: what is said once, the points, and the lists of facts and figures by name."""

    content: dict[str, Any]
    points: Sequence[dict[str, Any]]
    lists: dict[str, Sequence[str | Figure]]

    def page(self, after: Place | None, limit: int) -> tuple[dict[str, Any], Place | None]:
        """The answer with at most `limit` points past a place, and `MOST` items of each list; where more follows.

        `{name}_more` is how many items a list has, where they are not all there by the end of this page.
        """
        until, start = after or ("", 0)
        end = start + MOST
        points = [each for each in self.points if each["until"] > until]
        more = {f"{name}_more": len(all_) for name, all_ in self.lists.items() if len(all_) > end}
        lists = {
            name: [each.shown() if isinstance(each, Figure) else each for each in all_[start:end]]
            for name, all_ in self.lists.items()
        }
        place = points[:limit][-1]["until"] if points else until, end
        page = {**self.content, "points": points[:limit], **lists, **more}
        return page, place if more or len(points) > limit else None


def tally(slice_: Sequence[Seen], perspective: Perspective, what: str, by: By) -> Tally:
    """{perspective, what, by, total, points, facts, cumulative, uncounted, undated}, all by valid time.

    `facts` are the ids of what adds up; `undated` those of them that begin or end outside of the years 1 to 9999.
    `cumulative` figures run on and add nothing; nor does what is `uncounted`, whose basis is not said. A slice of the
    `kinds` that count `what` is enough.
    """
    counting, counted = _counting(slice_, perspective, what), folded(what)
    found = parts(counting, counted)
    spreads = [_spread(quantity, each, by, perspective.as_of) for quantity, each in found]
    outside = [each for (_, each), spread in zip(found, spreads, strict=True) if spread is None]
    lists: dict[str, Sequence[str | Figure]] = {
        "facts": [_id(each.shown) for _, each in found],
        "cumulative": _figures(counting, counted, "cumulative"),
        "uncounted": [_id(each.candidate) for each in _figures(counting, counted, None)],
        "undated": [_id(each.shown) for each in outside],
    }
    content = {
        "perspective": perspective_shown(perspective),
        "what": what,
        "by": by,
        "total": _total(found),
    }
    return Tally(content, points((each for each in spreads if each is not None), by), lists)


def _total(found: Sequence[tuple[Quantity, Resolved]]) -> dict[str, Any]:
    summed = total((q, each.shown.seen.certainty == "certain") for q, each in found)
    return {
        "low": summed.low,
        "high": summed.high,
        "approximate": summed.approximate,
        "text": summed.text,
        "contested": any(each.contested for _, each in found),
    }


def _spread(quantity: Quantity, resolved: Resolved, by: By, as_of: int) -> Spread | None:
    """Where the fact that is shown may have happened by `as_of`; None outside of years that have names."""
    seen = resolved.shown.seen
    valid = seen.version.record.fact.valid_time
    first = valid.bounds.start_earliest
    last = min((valid.bounds.end_latest if valid.spans else valid.bounds.start_latest) - 1, as_of)
    if not _FIRST <= first <= last <= _LAST:
        return None
    begins, ends = bucket(first, by), bucket(last, by)
    certain = seen.certainty == "certain" and begins == ends
    return Spread(begins, ends, quantity, certain=certain, contested=resolved.contested)


def _figures(candidates: Iterable[Candidate], what: str, basis: Basis | None) -> list[Figure]:
    """The first number that each fact gives for `what` on a basis, where it gives one."""
    given = (
        (candidate, (q for q in candidate.fact.quantities if (q.counted, q.basis) == (what, basis)))
        for candidate in candidates
    )
    found = [Figure(first, each) for each, all_ in given if (first := next(all_, None)) is not None]
    return sorted(found, key=lambda each: by_valid_time(each.candidate.seen))


def _id(candidate: Candidate) -> str:
    return str(candidate.version.record.id)


def hinting(tally: Tally, slice_: Iterable[Seen]) -> Tally:
    """The tally with the list `known` of what could be counted in a whole slice, where `what` is none of it."""
    given: dict[str, set[type[Fact]]] = defaultdict(set)
    for seen in slice_:
        fact = seen.version.record.fact
        for quantity in fact.quantities:
            if quantity.basis == "increment":
                given[quantity.counted].add(type(fact))
    summing = _summing()
    known = {each for each, by in given.items() if by & summing.get(each, by)}
    if folded(tally.content["what"]) in known:
        return tally
    return replace(tally, lists={**tally.lists, "known": sorted(known)})


def kinds(what: str) -> frozenset[str] | None:
    """The kinds whose own total counts `what`; None where no kind has such a total, and each may count it."""
    found = _summing().get(folded(what))
    if found is None:
        return None
    return frozenset(name for name, kind in KINDS.items() if kind in found)


def _counting(slice_: Iterable[Seen], perspective: Perspective, what: str) -> list[Candidate]:
    """The facts that hold, of the kinds that count `what`."""
    wanted = kinds(what)
    held = (seen for seen in slice_ if matches(seen.certainty, perspective))
    return [
        Candidate(seen, {}, ())
        for seen in held
        if wanted is None or seen.version.record.fact.kind in wanted
    ]


def _summing() -> dict[str, set[type[Fact]]]:
    """The kinds that have a total of their own, by what it counts."""
    found: dict[str, set[type[Fact]]] = defaultdict(set)
    for kind in KINDS.values():
        for register in kind.registers:
            if register.summed is not None:
                found[register.summed].add(kind)
    return found
