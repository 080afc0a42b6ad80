"""Computes a tally: points along valid time with sums of increments, stocks as they stand, or numbers of facts.

If the event of a fact may have happened in any of several points, it raises the high bound of each, and no low bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from domain.fact import as_primitives
from domain.naming import fold_name
from domain.quantity import Quantity
from domain.views.brief import describe_perspective
from domain.views.counting.aliased import resolve_counted
from domain.views.counting.beside import list_beside
from domain.views.counting.contributions import Contributions
from domain.views.counting.countable import list_countable
from domain.views.counting.counted import find_counting, find_counts, order_by_recording
from domain.views.counting.doubtful import Contributed, doubt_repeated, settle_doubts
from domain.views.counting.figures import Figure, select_telling
from domain.views.counting.groups import split
from domain.views.counting.parts import Part, add_parts
from domain.views.counting.points import By, Spread, find_buckets, find_points
from domain.views.counting.state_totals import sum_answered
from domain.views.counting.stocks import list_counts
from domain.views.counting.stretch import is_sure, select_asked
from domain.views.counting.totals import Sum, sum_facts
from domain.views.counting.unnumbered import MOST_NAMES, share_names
from domain.views.naming import Names
from domain.views.rivalry.disputes import never_meet
from domain.views.rivalry.questions import find_questions

if TYPE_CHECKING:
    from domain.time.perspective import Perspective
    from domain.views.counting.query import TallyQuery
    from domain.views.rivalry.answered import Answered
    from domain.views.rivalry.candidates import Candidate
    from domain.views.rivalry.questions import Question, Questions
    from domain.views.versions import Seen

MOST: Final = 100
"""How many items of each list a page has at most; the points have a limit of their own."""
Item = str | Figure | Part | dict[str, Any]
"""An item of a list: the id of a fact, a figure, a part, or the total of one population or counter."""
Place = tuple[str, int]
"""Where a page ends: the place of its last point, and how many items of each other list have been given so far."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A whole tally: the content that each page repeats, the points, and the lists of facts and figures by name."""

    content: dict[str, Any]
    points: Sequence[dict[str, Any]]
    lists: Mapping[str, Sequence[Item]]
    words: bool = False

    def page(self, after: Place | None, limit: int) -> tuple[dict[str, Any], Place | None]:
        """One page: at most `limit` points after a place, `MOST` items of each list; and the place at which it ends.

        `{name}_more` is the length of a list that goes on after this page. The place is None if nothing follows.
        """
        past, start = after or ("", 0)
        end = start + MOST
        points = [point for point in self.points if _place(point) > past]
        lengths = {
            f"{name}_more": len(all_) for name, all_ in self.lists.items() if len(all_) > end
        }
        lists = {
            name: [
                item if isinstance(item, str | dict) else self._describe(item)
                for item in all_[start:end]
            ]
            for name, all_ in self.lists.items()
        }
        place = _place(points[:limit][-1]) if points else past, end
        totals = {"totals": lists.pop("totals")} if "totals" in lists else {}
        page = {**self.content, **totals, "points": points[:limit], **lists, **lengths}
        return page, place if lengths or len(points) > limit else None

    def _describe(self, item: Figure | Part) -> dict[str, Any]:
        """A figure or a part; with `words`, a part has the number of the fact that is shown."""
        described = item.describe()
        return {**described, "quantity": as_primitives(item.quantity)} if self.words else described


def _place(point: dict[str, Any]) -> str:
    names = (point.get(name) for name in ("population", "counted_by", "counted_by_id"))
    return "\x1f".join([point["until"], point["at"], *(fold_name(name or "") for name in names)])


def tally(
    slice_: Sequence[Seen],
    perspective: Perspective,
    query: TallyQuery,
    names: Names | None = None,
    kept: Contributions | None = None,
    answered: Sequence[Answered] | None = None,
) -> Tally:
    """The tally of a slice: its content is {perspective, what, by, total}, or {count, kind} in place of `what`.

    Points and lists are in the order of valid time. The lists are `facts`, the ids of the facts that are added;
    `undated`, those of them that begin or end outside the years 1 to 9999; `cumulative` figures and `uncounted` facts,
    which are not added; and `parts` and `also_counted` if the query asks for them. With `per` each point has its
    `population` or `counted_by` (and `counted_by_id` if the counter has an id), and the list `totals` has one total for
    each.

    `slice_` needs only the facts of the kinds that count (`find_kinds`); `names` has to come from all facts. `kept`
    holds results that other tallies over the same versions and names can use again. `answered` holds the facts of a
    total of the state in its groups, if the query counts just these (`find_summing`); then no slice is needed.
    """
    names, kept = names or Names.of(slice_), kept or Contributions()
    asked, query = query, _resolve(query, names)
    if answered is None:
        counting = find_counting(slice_, perspective, query, names, kept)
    else:
        counting = order_by_recording(answered)
    counts = find_counts(counting, slice_, perspective, query, names)
    if counts is not None and query.what is not None:
        until = query.until(perspective)
        match = perspective.match
        cut = (query.by, until, query.from_, match)
        stood, shown = list_counts(counts, query.what, *cut, words=query.words)
        besides = {**stood, **_besides(counts, query, perspective)}
        content = {**_content(perspective, asked), "total": NOT_ADDED}
        return Tally(content, shown, besides, words=query.words)
    if answered is None or query.what is None:
        everything = _sum(counting, query, perspective, kept)
    else:
        everything = sum_answered(query.what, answered, perspective, kept)
    telling = counting if query.what is None else select_telling(counting, query.what)
    groups = [*split(telling, query.per, query.what, kept)] if query.per else []
    most = share_names(group.candidates for group in groups)
    sums = [
        (group.shown, _sum(group.candidates, query, perspective, kept, group.found, most))
        for group in groups
    ]
    content = {**_content(perspective, asked), "total": everything.describe()}
    shown = [
        {**group, **point}
        for group, group_sum in (sums if query.per else [({}, everything)])
        for point in find_points(
            _spreads(group_sum, query.by, perspective.as_of), query.by, query.from_, query.to
        )
    ]
    totals = [{**group, **group_sum.describe()} for group, group_sum in sums]
    lists: dict[str, Sequence[Item]] = {
        **({"totals": totals} if query.per else {}),
        **_lists(everything, query, perspective),
        **_besides(counting, query, perspective, everything.within),
    }
    return Tally(content, sorted(shown, key=_place), lists, words=query.words)


def add_hints(tally: Tally, slice_: Iterable[Seen]) -> Tally:
    """The tally. If no fact of the slice counts `what`, it gets a list `known` of everything that can be counted."""
    known = list_countable(slice_)
    if fold_name(tally.content.get("what") or "") in known:
        return tally
    return replace(tally, lists={**tally.lists, "known": sorted(known.values())})


def find_total(
    slice_: Sequence[Seen],
    perspective: Perspective,
    query: TallyQuery,
    names: Names,
    kept: Contributions,
) -> dict[str, Any]:
    """Only the `total` of a tally; `kept` as for `tally`."""
    query = _resolve(query, names)
    counting = find_counting(slice_, perspective, query, names, kept)
    if find_counts(counting, slice_, perspective, query, names) is not None:
        return NOT_ADDED
    return _sum(counting, query, perspective, kept).describe()


def _resolve(query: TallyQuery, names: Names) -> TallyQuery:
    """The query, with what is counted under the name to which aliases lead."""
    return replace(query, what=None if query.what is None else resolve_counted(query.what, names))


def is_stock(
    slice_: Sequence[Seen], perspective: Perspective, query: TallyQuery, names: Names
) -> bool:
    """Whether a tally counts a stock, which is not added up."""
    query = _resolve(query, names)
    counting = find_counting(slice_, perspective, query, names, Contributions())
    return find_counts(counting, slice_, perspective, query, names) is not None


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
        if find_buckets(part.told, query.by, perspective.as_of) is None
    ]
    return {
        "facts": [str(part.shown.id) for part in sum_.parts],
        "cumulative": sum_.cumulative,
        "uncounted": [str(item.candidate.id) for item in sum_.uncounted],
        "undated": [str(candidate.id) for candidate in outside],
        **({"parts": sum_.parts} if query.parts else {}),
    }


def _besides(
    counting: Sequence[Candidate], query: TallyQuery, at: Perspective, within: Sequence[Figure] = ()
) -> dict[str, Sequence[Figure]]:
    """The list `also_counted`, if the query asks for the parts of numbers; `within` are numbers that others include."""
    if query.what is None or not query.parts:
        return {}
    return {"also_counted": list_beside(counting, query.what, at, within)}


def _sum(
    candidates: Sequence[Candidate],
    query: TallyQuery,
    perspective: Perspective,
    kept: Contributions,
    found: Questions | None = None,
    most_names: int = MOST_NAMES,
) -> Sum:
    if query.what is not None:
        return sum_facts(
            candidates,
            query.what,
            perspective,
            stretch=query.stretch,
            until=query.to,
            kept=kept,
            found=found,
            most_names=most_names,
        )
    found = settle_doubts(find_questions(candidates), None) if found is None else found
    given = map(_count_question, select_asked(found.questions, perspective))
    parts = [one.part for one in doubt_repeated([*given]) if one.part is not None]
    parts = [part for part in parts if part.certain or perspective.match == "possible"]
    total = add_parts(parts)
    if perspective.match == "certain":
        total = replace(total, high=None)
    return Sum(total, total.text, contested=False, parts=parts, cumulative=(), uncounted=())


def _count_question(question: Question) -> Contributed:
    """What one question adds to a tally of facts: one."""
    one = Quantity(what="facts", comparator="eq", value=1, basis="increment", low=1, high=1)
    shown = min(question.facts, key=lambda each: (not each.certain, each.by_content))
    telling = (*question.facts, *question.against)
    undated = telling if never_meet(telling) else ()
    part = Part(one, shown, (), certain=is_sure(question), low=1, high=1, undated=undated)
    return Contributed(part, (), doubt=question.doubt)


def _spreads(sum_: Sum, by: By, as_of: int) -> Iterable[Spread]:
    for part in sum_.parts:
        buckets = find_buckets(part.told, by, as_of)
        if buckets is not None:
            first, last = buckets
            low, about = (part.low, part.about) if part.certain and first == last else (0, 0)
            yield Spread(first, last, low, part.high, (about, part.about_most), part.contested)
    for item in sum_.uncounted:
        buckets = find_buckets(item.candidate.fact.told, by, as_of)
        if buckets is not None:
            yield Spread(*buckets, 0, item.most, counted=False)
