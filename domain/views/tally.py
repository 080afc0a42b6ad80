"""A tally is the interval sum of increments, one per matter, bucket by bucket of valid time.

A fact whose time may fall in several buckets adds to the high bound of each and to the low bound of none.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, Literal

from domain.fact import KINDS, Fact
from domain.history import matches
from domain.instant import format_instant, parse_cut
from domain.quantity import Quantity, total
from domain.views.brief import perspective_shown
from domain.views.rivals import Candidate, Resolved
from domain.views.totals import parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.history import Seen
    from domain.perspective import Perspective

By = Literal["day", "month", "year"]
_WIDTH: Final[dict[By, int]] = {"day": 10, "month": 7, "year": 4}
#: A fact vaguer than this many buckets is listed under `undated` rather than in each of them.
WIDEST: Final = 366
#: Four-digit years, whose buckets have names.
_FIRST: Final = parse_cut("0000") + 1
_LAST: Final = parse_cut("9999")


def tally(slice_: Sequence[Seen], perspective: Perspective, what: str, by: By) -> dict[str, Any]:
    """{perspective, what, by, points: [{at, low, high, facts, …}], total, undated: [fact ids]}.

    Where no fact of the slice counts `what`, whether it holds or not, `known` lists what they do count.
    """
    found = parts(_counting(slice_, perspective, what), what)
    buckets: dict[str, list[tuple[Quantity, Resolved, bool]]] = defaultdict(list)
    undated = []
    for quantity, resolved in found:
        spread = _buckets(resolved.shown, by, perspective.as_of)
        if not spread:
            undated.append(str(resolved.shown.version.record.id))
        certain = resolved.shown.seen.certainty == "certain" and len(spread) == 1
        for at in spread:
            buckets[at].append((quantity, resolved, certain))
    summed = total((q, r.shown.seen.certainty == "certain") for q, r in found)
    return {
        "perspective": perspective_shown(perspective),
        "what": what,
        "by": by,
        "points": [_point(at, inside) for at, inside in sorted(buckets.items())],
        "total": {"low": summed.low, "high": summed.high, "approximate": summed.approximate},
        "undated": undated,
        **({} if found else _hint(slice_, what)),
    }


def _hint(slice_: Iterable[Seen], what: str) -> dict[str, Any]:
    """What could be counted, where `what` is none of it."""
    facts = [seen.version.record.fact for seen in slice_]
    known = {
        quantity.what
        for fact in facts
        for quantity in fact.quantities
        if quantity.basis == "increment" and _counts(type(fact), quantity.what)
    }
    return {} if what in known else {"known": sorted(known)}


def _counts(kind: type[Fact], what: str) -> bool:
    """Whether a fact of this kind counts towards a total of `what`."""
    return _sums(kind, what) or not any(_sums(each, what) for each in KINDS.values())


def _counting(slice_: Iterable[Seen], perspective: Perspective, what: str) -> list[Candidate]:
    """The facts that hold, of the kinds whose own total counts `what`; where there are none, of every kind."""
    held = [seen for seen in slice_ if matches(seen.certainty, perspective)]
    return [
        Candidate(seen, {}, ()) for seen in held if _counts(type(seen.version.record.fact), what)
    ]


def _sums(kind: type[Fact], what: str) -> bool:
    return any(register.summed == what for register in kind.registers)


def _point(at: str, inside: Sequence[tuple[Quantity, Resolved, bool]]) -> dict[str, Any]:
    summed = total((quantity, certain) for quantity, _, certain in inside)
    return {
        "at": at,
        "low": summed.low,
        "high": summed.high,
        "approximate": summed.approximate,
        "contested": any(resolved.contested for _, resolved, _ in inside),
        "facts": [str(resolved.shown.version.record.id) for _, resolved, _ in inside],
    }


def _buckets(candidate: Candidate, by: By, as_of: int) -> list[str]:
    """The buckets that the fact's time touches by `as_of`; none where it is vaguer than `WIDEST` of them."""
    valid = candidate.fact.valid_time
    bounds = valid.bounds
    last = min((bounds.end_latest if valid.spans else bounds.start_latest) - 1, as_of)
    at = bounds.start_earliest
    found: list[str] = []
    while at <= last:
        if not _FIRST <= at <= _LAST or len(found) == WIDEST:
            return []
        found.append(format_instant(at)[: _WIDTH[by]])
        at = parse_cut(found[-1]) + 1
    return found
