"""Selects the facts that a tally counts, and finds out whether they count a stock, which is not added."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.naming import fold_name
from domain.time.holding import Holding
from domain.views.counting.aliased import resolve_version
from domain.views.counting.contributions import Contributions
from domain.views.counting.countable import find_kinds
from domain.views.counting.figures import has_total, numbers_of
from domain.views.versions import find_counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.fact import Fact
    from domain.register import Register
    from domain.time.holding import Certainty
    from domain.time.perspective import Perspective
    from domain.views.counting.query import TallyQuery
    from domain.views.naming import Names
    from domain.views.rivalry.answered import Answered
    from domain.views.rivalry.candidates import Candidate
    from domain.views.versions import Seen


def find_counting(
    slice_: Iterable[Seen],
    perspective: Perspective,
    query: TallyQuery,
    names: Names,
    kept: Contributions,
) -> list[Candidate]:
    """The facts of the kinds that count and that may hold; a fact that may lie outside the stretch is only possible.

    Facts that surely lie outside are candidates too, because they may answer one question with a fact inside.
    """
    wanted = find_kinds(query)
    candidates = []
    for seen in slice_:
        fact = seen.version.record.fact
        begun = fact.window.begun(perspective.as_of)
        certainty = begun if query.what is None or _stands(fact) else seen.certainty
        if query.what is not None:
            certainty = find_counted(fact, certainty)
        if certainty is None or (wanted is not None and fact.kind not in wanted):
            continue
        inside = _inside(fact, query)
        dated: Certainty = certainty if inside == "certain" else "possible"
        version = resolve_version(seen.version, names)
        candidate = kept.candidate(version, dated, names, begun=begun == "certain", inside=inside)
        candidates.append(candidate)
    return candidates


def find_summing(query: TallyQuery, registers: Iterable[Register]) -> Register | None:
    """The total of the state that is made of the same facts as a query counts; None if there is none."""
    if query.what is None or (query.from_, query.to) != (None, None):
        return None
    what = fold_name(query.what)
    return next((register for register in registers if register.summed == what), None)


def order_by_recording(answered: Iterable[Answered]) -> list[Candidate]:
    """The facts of all groups of a total, in order of recording."""
    candidates = (candidate for group in answered for candidate in group.candidates)
    return sorted(candidates, key=lambda candidate: candidate.version.first_position)


def _inside(fact: Fact, query: TallyQuery) -> Certainty | None:
    """How sure it is that a fact's event happened in the stretch of time that is counted; None if it surely did not."""
    starts, ends = fact.told
    first, last = query.from_, query.to
    if (first is not None and ends <= first) or (last is not None and starts > last):
        return None
    after, before = first is None or first <= starts, last is None or ends - 1 <= last
    return "certain" if after and before else "possible"


def find_counts(
    counting: Sequence[Candidate],
    slice_: Iterable[Seen],
    perspective: Perspective,
    query: TallyQuery,
    names: Names,
) -> Sequence[Candidate] | None:
    """The counts of a stock, earlier ones too, as they may still stand in the stretch; None if numbers are added."""
    what = query.what
    if what is None:
        return None
    inside = _select_inside(counting)
    numbered = any(numbers_of(candidate.fact, what) for candidate in inside)
    if query.from_ is None or (numbered and not _is_stock(inside, what)):
        return inside if _is_stock(inside, what) else None
    until = replace(query, from_=None)
    earlier = _select_inside(find_counting(slice_, perspective, until, names, Contributions()))
    return earlier if numbered or _is_stock(earlier, what) else None


def _select_inside(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates that may lie in the stretch."""
    return [candidate for candidate in candidates if candidate.inside is not None]


def _stands(fact: Fact) -> bool:
    """Whether a fact's count stands until the next count. Such a count remains true of its own time."""
    return fact.holding is Holding.UNTIL_NEXT


def _is_stock(candidates: Iterable[Candidate], what: str) -> bool:
    """Whether all numbers of `what` are stocks, which are not added up; False if the state has a total of it."""
    if any(has_total(candidate.fact, what) for candidate in candidates):
        return False
    bases = {q.basis for candidate in candidates for q in numbers_of(candidate.fact, what)}
    return "stock" in bases and not bases & {"increment", "cumulative"}
