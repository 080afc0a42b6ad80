"""Computes a total: the sum of the recorded numbers, one for each question, as intervals; and what it rests on.

A number that is only possible adds to the high bound alone. A missing number does not count as 0: if a fact names
people and gives no number, the names raise the low bound. A fact that cannot be added is listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from domain.number.total import NOT_COUNTED, NOTHING_RECORDED, Total
from domain.views.counting.contributions import Contributions
from domain.views.counting.doubtful import (
    Addends,
    Contributed,
    doubt_repeated,
    settle_doubts,
    tell_doubts_apart,
)
from domain.views.counting.figures import (
    Figure,
    find_figures,
    numbers_of,
    order_figures,
    select_telling,
)
from domain.views.counting.parts import Part, add_parts
from domain.views.counting.running import Running
from domain.views.counting.stretch import counts, is_asked, is_sure
from domain.views.counting.unnumbered import MOST_NAMES, Uncounted, count_names
from domain.views.counting.within import part_of_question
from domain.views.rivalry.questions import find_questions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.quantity import Quantity
    from domain.time.perspective import Perspective
    from domain.views.rivalry.candidates import Candidate
    from domain.views.rivalry.questions import Question, Questions

_MOST_WORDS: Final = 5
_LONGEST_WORDS: Final = 60


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum with the parts, figures and uncounted facts that it rests on."""

    total: Total
    text: str
    contested: bool
    parts: Sequence[Part]
    cumulative: Sequence[Figure]
    uncounted: Sequence[Uncounted]
    within: Sequence[Figure] = ()
    """The numbers that are not added, because other numbers include them."""
    doubted: int = 0
    """How many of the added numbers may be about the same event as another added number."""

    def describe(self) -> dict[str, Any]:
        """{low, high, approximate, text, contested, rests_on}."""
        return {
            "low": self.total.low,
            "high": self.total.high,
            "approximate": self.total.approximate,
            "text": self.text,
            "contested": self.contested,
            "rests_on": self._rests_on(),
        }

    def _rests_on(self) -> str:
        grounds = [
            _number(len(self.parts), "number added", "numbers added"),
            _number(self.doubted, "of which another may include", "of which others may include"),
            _number(
                len(self.within), "number that another includes", "numbers that others include"
            ),
            _number(len(self.cumulative), "cumulative figure", "cumulative figures"),
            _number(len(self.uncounted), "fact not counted", "facts not counted"),
        ]
        grounds += list_readings(part.quantity for part in self.parts)
        grounds += list_readings(figure.quantity for figure in self.cumulative)
        words = ", ".join(ground for ground in dict.fromkeys(grounds) if ground) or "no fact"
        return f"{words}; sources disagree" if self.contested else words


def list_readings(quantities: Iterable[Quantity]) -> list[str]:
    """Texts without a number, such as "dozens", each with the bound that it is read as; at most `_MOST_WORDS`."""
    readings = dict.fromkeys(
        f"“{quantity.text[:_LONGEST_WORDS]}” read as {_bound(quantity)}"
        for quantity in quantities
        if quantity.text and quantity.value is None and quantity.high is None
    )
    return list(islice(readings, _MOST_WORDS))


def _bound(quantity: Quantity) -> str:
    return "no bound" if quantity.low is None else f"at least {quantity.low}"


def _number(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}" if count else ""


def sum_facts(
    candidates: Iterable[Candidate],
    what: str,
    perspective: Perspective,
    *,
    stretch: bool = False,
    until: int | None = None,
    kept: Contributions | None = None,
    found: Questions | None = None,
    most_names: int = MOST_NAMES,
) -> Sum:
    """The sum of `what` over the facts that hold; cumulative figures do not bound the sum of a `stretch` of time.

    With `until`, in microseconds UTC, only figures whose time has surely passed by then bound it: a figure for November
    says nothing about what had happened by January. With `match=certain` the sum has no high bound. `found` are the
    questions; they have to be given if facts that are not among the candidates tie them.
    """
    addends = find_addends(candidates, what, perspective, kept or Contributions(), found)
    return sum_groups(
        [addends], what, perspective, stretch=stretch, until=until, most_names=most_names
    )


def find_addends(
    candidates: Iterable[Candidate],
    what: str,
    perspective: Perspective,
    kept: Contributions,
    found: Questions | None = None,
) -> Addends:
    """What facts that no tie connects with others add to the sum of `what`; `found` as for `sum_facts`."""
    telling = select_telling(candidates, what)
    inside = [candidate for candidate in telling if candidate.inside is not None]
    counted = [candidate for candidate in inside if counts(candidate, perspective)]
    found = settle_doubts(find_questions(telling), what) if found is None else found
    inner = (fact for question in found.inner for fact in question.facts)
    return Addends(
        [contribute(question, what, perspective, kept) for question in found.questions],
        find_figures(counted, what, "cumulative"),
        [fact for fact in inner if counts(fact, perspective)],
        left_out=len(counted) < len(inside),
        is_told=bool(inside),
    )


def sum_groups(
    groups: Iterable[Addends],
    what: str,
    perspective: Perspective,
    *,
    stretch: bool = False,
    until: int | None = None,
    most_names: int = MOST_NAMES,
) -> Sum:
    """The sum of what groups of facts add, between which there is no tie; `stretch` and `until` as for `sum_facts`."""
    groups = list(groups)
    cumulative = order_figures(figure for group in groups for figure in group.cumulative)
    sum_ = close_sum(
        tell_doubts_apart(group.contributed for group in groups),
        () if stretch else cumulative,
        what,
        perspective,
        until=until,
        left_out=any(group.left_out for group in groups),
        is_told=any(group.is_told for group in groups),
        most_names=most_names,
    )
    if stretch:
        sum_ = replace(sum_, cumulative=cumulative)
    inner = [fact for group in groups for fact in group.inner]
    if not inner:
        return sum_
    added = {part.shown.id for part in sum_.parts}
    further = [fact for fact in inner if fact.id not in added]
    return replace(sum_, within=find_figures(further, what, "increment"))


def contribute(
    question: Question, what: str, perspective: Perspective, kept: Contributions
) -> Contributed | None:
    """What a question adds to the sum of `what`; None if no fact that is counted answers or contests it."""
    make = partial(_contribute, question, what, perspective)
    return kept.of(question, what, perspective.match, make)


def _contribute(question: Question, what: str, perspective: Perspective) -> Contributed | None:
    if not is_asked(question, perspective):
        return None
    sure = is_sure(question)
    if perspective.match == "certain" and not sure:
        return Contributed(None, (), left_out=True)
    part = part_of_question(question, what)
    counted = [fact for fact in question.facts if counts(fact, perspective)]
    if part is None:
        return Contributed(None, counted if sure else [*map(_doubt, counted)])
    rest = _select_naming(counted, what) if sure and not part.certain else ()
    if question.beyond is not None:
        high = None if part.high is None else part.high - question.beyond
        part = replace(part, low=0, high=high, certain=False)
    elif not any(numbers_of(fact.fact, what) for fact in question.facts):
        rest = [*map(_doubt, counted)]
    if not sure and part.certain:
        part = replace(part, certain=False)
    return Contributed(part, rest, question.beyond is not None, question.doubt)


def close_sum(
    contributed: Iterable[Contributed | None],
    cumulative: Sequence[Figure],
    what: str,
    perspective: Perspective,
    *,
    until: int | None,
    left_out: bool,
    is_told: bool,
    most_names: int = MOST_NAMES,
) -> Sum:
    """The sum of what questions add, bounded by cumulative figures.

    `left_out`: a fact that may count is left out. `is_told`: a fact tells of what is summed.
    """
    answered = doubt_repeated([each for each in contributed if each is not None])
    added = [each for each in answered if perspective.match == "possible" or not each.left_out]
    parts = [each.part for each in added if each.part is not None]
    rest = [candidate for each in answered for candidate in each.rest]
    left_out = left_out or any(each.left_out for each in answered)
    named, uncounted, open_ = count_names(rest, parts, what, most_names)
    parts = sorted([*parts, *named], key=lambda part: part.shown.order)
    by = perspective.as_of if until is None else min(until, perspective.as_of)
    running = Running(cumulative, by)
    bound, disagree = running.bound()
    least = running.least_beside(parts)
    open_ = open_ or perspective.match == "certain" or bool(cumulative)
    sum_ = add_parts(parts)
    low = sum_.low if least is None else min(sum_.low, least)
    high = None if open_ else sum_.high
    total = replace(sum_, low=max(low, bound), high=high, including=bound > low)
    contested = disagree or least is not None or any(part.contested for part in parts)
    text = total.text
    if not parts and not bound:
        left_out = left_out or bool(cumulative)
        text = "at least 0" if left_out else NOT_COUNTED if is_told else NOTHING_RECORDED
        total = Total(0, None, 0)
    doubted = sum(each.part is not None and each.left_out for each in added)
    return Sum(total, text, contested, parts, cumulative, uncounted, doubted=doubted)


def _select_naming(candidates: Iterable[Candidate], what: str) -> list[Candidate]:
    """The candidates that are certain, and that name people and give no number."""
    naming = (candidate for candidate in candidates if candidate.certain and candidate.fact.people)
    return [candidate for candidate in naming if not numbers_of(candidate.fact, what)]


def _doubt(candidate: Candidate) -> Candidate:
    """The candidate, as one that is only possible."""
    return replace(candidate, seen=replace(candidate.seen, certainty="possible"))
