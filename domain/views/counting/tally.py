"""A tally is a series of points along valid time: sums of increments, stocks as they stand, or numbers of facts.

A fact that may have happened in any of several points raises the high bound of each, and the low bound of none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from domain.naming import fold_name
from domain.quantity import Quantity
from domain.time.holding import Holding
from domain.time.instant import parse_cut
from domain.views.brief import describe_perspective
from domain.views.counting.countable import find_kinds
from domain.views.counting.figures import Figure, group_by_field, has_total, numbers_of
from domain.views.counting.parts import Part, add_parts
from domain.views.counting.points import By, Spread, bucket, find_points
from domain.views.counting.stocks import list_counts
from domain.views.counting.totals import Sum, sum_facts
from domain.views.naming import Names
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.questions import find_questions
from domain.views.versions import matches

if TYPE_CHECKING:
    from domain.fact import Fact
    from domain.time.perspective import Perspective
    from domain.views.versions import Seen

MOST: Final = 100
"""How many items of each list a page has at most; the points have a limit of their own."""
#: Four-digit years, whose days have names.
_FIRST: Final = parse_cut("0000") + 1
_LAST: Final = parse_cut("9999")

Per = Literal["population", "counted_by"]
Place = tuple[str, int]
"""Where a page ends: the place of its last point, and how many items of each other list have been given so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyQuery:
    """What is counted: the quantities of `what`, or where that is None, the facts of a `kind`.

    `from_` and `to` are a stretch of valid time, in microseconds UTC, both included; None means no bound.
    """

    by: By = "month"
    what: str | None = None
    kind: str | None = None
    from_: int | None = None
    to: int | None = None
    per: Per | None = None
    parts: bool = False
    """Whether the parts that are added are listed, each with what it adds."""

    @property
    def stretch(self) -> bool:
        """Whether `from_` is set. A cumulative figure counts from the beginning, so it bounds no such stretch."""
        return self.from_ is not None

    def until(self, perspective: Perspective) -> int:
        """The last instant that is counted: `as_of`, or the end of the stretch where that is earlier."""
        return perspective.as_of if self.to is None else min(self.to, perspective.as_of)


@dataclass(frozen=True, slots=True)
class Tally:
    """A whole tally: the content that each page repeats, the points, and the lists of facts and figures by name."""

    content: dict[str, Any]
    points: Sequence[dict[str, Any]]
    lists: Mapping[str, Sequence[str | Figure | Part]]

    def page(self, after: Place | None, limit: int) -> tuple[dict[str, Any], Place | None]:
        """One page: at most `limit` points after a place, `MOST` items of each list; and the place at which it ends.

        `{name}_more` is the length of a list that goes on after this page. The place is None where nothing follows.
        """
        past, start = after or ("", 0)
        end = start + MOST
        points = [point for point in self.points if _place(point) > past]
        lengths = {
            f"{name}_more": len(all_) for name, all_ in self.lists.items() if len(all_) > end
        }
        lists = {
            name: [item if isinstance(item, str) else item.describe() for item in all_[start:end]]
            for name, all_ in self.lists.items()
        }
        place = _place(points[:limit][-1]) if points else past, end
        page = {**self.content, "points": points[:limit], **lists, **lengths}
        return page, place if lengths or len(points) > limit else None


def _place(point: dict[str, Any]) -> str:
    names = (point.get(name) for name in ("population", "counted_by", "counted_by_id"))
    return "\x1f".join([point["until"], point["at"], *(fold_name(name or "") for name in names)])


def tally(
    slice_: Sequence[Seen],
    perspective: Perspective,
    query: TallyQuery,
    names: Names | None = None,
) -> Tally:
    """{perspective, what, by, total, points, facts, cumulative, uncounted, undated}, all by valid time.

    `facts` are the ids of the facts that are added up; `undated` are those of them that begin or end outside the years
    1 to 9999. `cumulative` figures and `uncounted` facts add nothing. With `per` each point has its `population` or
    `counted_by` (and `counted_by_id` where the counter has an id), and `totals` has one total for each. `slice_` needs
    only the facts of the `kinds` that count; `names` has to come from all facts.
    """
    names = names or Names.of(slice_)
    counting = _counting(slice_, perspective, query, names)
    counts = _find_counts(counting, slice_, perspective, query, names)
    if counts is not None and query.what is not None:
        until = query.until(perspective)
        lists, shown = list_counts(counts, query.what, query.by, until, query.from_)
        return Tally({**_content(perspective, query), "total": NOT_ADDED}, shown, lists)
    everything = _sum(counting, query, perspective)
    split = group_by_field(counting, query.per) if query.per else []
    sums = [(group, _sum(members, query, perspective)) for group, members in split]
    content = {**_content(perspective, query), "total": everything.describe()}
    if query.per:
        content["totals"] = [{**group, **group_sum.describe()} for group, group_sum in sums]
    shown = [
        {**group, **point}
        for group, group_sum in (sums if query.per else [({}, everything)])
        for point in find_points(
            _spreads(group_sum, query.by, perspective.as_of), query.by, query.from_, query.to
        )
    ]
    return Tally(content, sorted(shown, key=_place), _lists(everything, query, perspective))


NOT_ADDED: Final = {
    "low": 0,
    "high": None,
    "approximate": False,
    "text": "not added up: each count stands until the same counter's next",
    "contested": False,
    "rests_on": "no number added",
}
"""The total where stocks are counted, which are not added."""


def _content(perspective: Perspective, query: TallyQuery) -> dict[str, Any]:
    counted = (
        {"what": query.what} if query.what is not None else {"count": "facts", "kind": query.kind}
    )
    return {"perspective": describe_perspective(perspective), **counted, "by": query.by}


def _lists(
    sum_: Sum, query: TallyQuery, perspective: Perspective
) -> dict[str, Sequence[str | Figure | Part]]:
    outside = [
        part.shown
        for part in sum_.parts
        if _buckets(part.told, query.by, perspective.as_of) is None
    ]
    return {
        "facts": [str(part.shown.id) for part in sum_.parts],
        "cumulative": sum_.cumulative,
        "uncounted": [str(each.candidate.id) for each in sum_.uncounted],
        "undated": [str(candidate.id) for candidate in outside],
        **({"parts": sum_.parts} if query.parts else {}),
    }


def _sum(candidates: Sequence[Candidate], query: TallyQuery, perspective: Perspective) -> Sum:
    if query.what is not None:
        return sum_facts(candidates, query.what, perspective, stretch=query.stretch, until=query.to)
    asked = find_questions(candidates).questions
    parts = [_one(question.facts) for question in asked]
    total = add_parts(parts)
    if perspective.match == "certain":
        total = replace(total, high=None)
    return Sum(total, total.text, contested=False, parts=parts, cumulative=(), uncounted=())


def _one(facts: Sequence[Candidate]) -> Part:
    """The facts of a question, counted as one."""
    one = Quantity(what="facts", comparator="eq", value=1, basis="increment", low=1, high=1)
    shown = min(facts, key=lambda each: (not each.certain, each.by_content))
    return Part(one, shown, (), certain=any(each.certain for each in facts), low=1, high=1)


def _spreads(sum_: Sum, by: By, as_of: int) -> Iterable[Spread]:
    for part in sum_.parts:
        buckets = _buckets(part.told, by, as_of)
        if buckets is not None:
            first, last = buckets
            low = part.low if part.certain and first == last else 0
            about = (part.about, part.about_most)
            yield Spread(first, last, low, part.high, about, part.contested)
    for each in sum_.uncounted:
        buckets = _buckets(each.candidate.fact.told, by, as_of)
        if buckets is not None:
            yield Spread(*buckets, 0, each.most, counted=False)


def _buckets(span: tuple[int, int], by: By, as_of: int) -> tuple[int, int] | None:
    """The first and last bucket in which something may have happened by `as_of`; None outside the years 1 to 9999."""
    first, end = span
    last = min(end - 1, as_of)
    if not _FIRST <= first <= last <= _LAST:
        return None
    return bucket(first, by), bucket(last, by)


def last_bucket(as_of: int, by: By) -> int:
    """In which bucket a tally ends; while `as_of` stays in it, and crosses no moment, the tally stays the same.

    Outside the years 1 to 9999 each instant is one by itself.
    """
    return bucket(as_of, by) if _FIRST <= as_of <= _LAST else as_of


def _counting(
    slice_: Iterable[Seen], perspective: Perspective, query: TallyQuery, names: Names
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
            dated = replace(seen, certainty=certainty if inside else "possible")
            holds = matches(dated.certainty, perspective)
            candidates.append(
                Candidate(dated, {}, holds=holds, begun=begun == "certain", names=names)
            )
    return candidates


def _find_counts(
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
    earlier = _counting(slice_, perspective, replace(query, from_=None), names)
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
