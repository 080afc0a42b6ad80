"""Which facts of a slice count, each as a candidate; and whether they are counts of a stock, which are not added."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from domain.time.holding import Holding
from domain.views.counting.contributions import Contributions
from domain.views.counting.countable import find_kinds
from domain.views.counting.figures import has_total, numbers_of
from domain.views.rivalry.candidates import Candidate
from domain.views.versions import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.fact import Fact
    from domain.time.holding import Certainty
    from domain.time.perspective import Perspective
    from domain.views.counting.tally import TallyQuery
    from domain.views.naming import Names
    from domain.views.versions import Seen

__all__ = ["find_counting", "find_counts"]


def find_counting(
    slice_: Iterable[Seen],
    perspective: Perspective,
    query: TallyQuery,
    names: Names,
    kept: Contributions,
) -> list[Candidate]:
    """The facts that may hold, of the kinds that count; a fact that may lie outside the stretch is only possible."""
    wanted = find_kinds(query)
    first, last = query.from_, query.to
    candidates = []
    for seen in slice_:
        fact = seen.version.record.fact
        begun = fact.window.begun(perspective.as_of)
        certainty = seen.certainty if query.what is not None and not _stands(fact) else begun
        if certainty is None or (wanted is not None and fact.kind not in wanted):
            continue
        starts, ends = fact.told
        if (first is None or ends > first) and (last is None or starts <= last):
            inside = (first is None or first <= starts) and (last is None or ends - 1 <= last)
            dated: Certainty = certainty if inside else "possible"
            holds, has_begun = matches(dated, perspective), begun == "certain"
            make = partial(_candidate, seen, dated, names, holds=holds, begun=has_begun)
            candidates.append(kept.candidate(seen.version, (dated, holds, has_begun), make))
    return candidates


def _candidate(
    seen: Seen, certainty: Certainty, names: Names, *, holds: bool, begun: bool
) -> Candidate:
    dated = replace(seen, certainty=certainty)
    return Candidate(dated, {}, holds=holds, begun=begun, names=names)


def find_counts(
    counting: Sequence[Candidate],
    slice_: Iterable[Seen],
    perspective: Perspective,
    query: TallyQuery,
    names: Names,
) -> Sequence[Candidate] | None:
    """The counts of a stock, earlier ones too, since one may stand into the stretch; None where numbers are added."""
    what = query.what
    if what is None:
        return None
    numbered = any(numbers_of(each.fact, what) for each in counting)
    if query.from_ is None or (numbered and not _is_stock(counting, what)):
        return counting if _is_stock(counting, what) else None
    earlier = find_counting(slice_, perspective, replace(query, from_=None), names, Contributions())
    return earlier if numbered or _is_stock(earlier, what) else None


def _stands(fact: Fact) -> bool:
    """Whether a fact's count stands until the next count. Such a count remains true of its own time."""
    return fact.holding is Holding.UNTIL_NEXT


def _is_stock(candidates: Iterable[Candidate], what: str) -> bool:
    """Whether all numbers of `what` are stocks, so that nothing is added; never where the state has a total of it."""
    if any(has_total(each.fact, what) for each in candidates):
        return False
    bases = {q.basis for each in candidates for q in numbers_of(each.fact, what)}
    return "stock" in bases and not bases & {"increment", "cumulative"}
