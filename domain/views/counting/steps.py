"""Sums the same facts up to one instant after another.

What a question adds is computed again only where one of its facts begins, or has surely happened.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from domain.views.counting.aliased import resolve_counted
from domain.views.counting.contributions import Contributions
from domain.views.counting.counted import find_counting, find_counts
from domain.views.counting.doubtful import Contributed, settle_doubts
from domain.views.counting.figures import find_figures, numbers_of, select_telling
from domain.views.counting.query import TallyQuery
from domain.views.counting.tally import find_total
from domain.views.counting.totals import close_sum, contribute
from domain.views.counting.unnumbered import MOST_NAMES
from domain.views.rivalry.questions import Question, find_questions
from domain.views.versions import matches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.time.perspective import Perspective
    from domain.views.naming import Names
    from domain.views.rivalry.candidates import Candidate
    from domain.views.versions import Seen

_OF_NAME: Final = 2
"""As many facts are gone through in the time in which a name is compared."""


class SumSteps:
    """The totals of `what` up to several instants, each as `find_total` gives it for a tally up to that instant.

    `is_stock`: all numbers are counts of a stock, which are not added. `kept`: as in `tally`.
    """

    def __init__(
        self,
        slice_: Sequence[Seen],
        what: str,
        perspective: Perspective,
        names: Names,
        kept: Contributions | None = None,
    ) -> None:
        what = resolve_counted(what, names)
        self._slice, self._what, self._perspective = slice_, what, perspective
        self._names, self._kept = names, kept or Contributions()
        query = TallyQuery(what=what)
        counting = find_counting(slice_, perspective, query, names, self._kept)
        self.is_stock = find_counts(counting, slice_, perspective, query, names) is not None
        self._telling = select_telling(counting, what)
        given = (
            number for candidate in self._telling for number in numbers_of(candidate.fact, what)
        )
        self._has_stocks = any(number.basis == "stock" for number in given)
        self._cumulative = find_figures(self._telling, what, "cumulative")
        self._asked = [
            _AskedQuestion.of(question)
            for question in settle_doubts(find_questions(self._telling), what).questions
        ]

    @property
    def as_of(self) -> int:
        """The last instant, in microseconds UTC."""
        return self._perspective.as_of

    @property
    def size(self) -> int:
        """How many facts each total may go through; names that are compared count as facts, since they cost as much."""
        names = [len(candidate.fact.people) for candidate in self._telling]
        compares = any(
            candidate.fact.people and not numbers_of(candidate.fact, self._what)
            for candidate in self._telling
        )
        return len(self._slice) + (_OF_NAME * min(sum(names), MOST_NAMES) if compares else 0)

    @property
    def told(self) -> list[tuple[int, int]]:
        """[(first instant, end)], half-open, of the valid time of each fact that gives a number of what is summed."""
        return [candidate.fact.told for candidate in self._telling]

    def total(self, to: int) -> Mapping[str, Any]:
        """At least {low, high, text, contested} of the total up to an instant, in microseconds UTC."""
        to = min(to, self._perspective.as_of)
        if self._has_stocks:  # whether they are added depends on what has happened
            query = TallyQuery(what=self._what, to=to)
            return find_total(self._slice, self._perspective, query, self._names, self._kept)
        given = [
            self._contribute(question, to) for question in self._asked if question.begins <= to
        ]
        is_counted = any(one is not None and one.part is not None for one in given)
        telling = () if is_counted else self._telling  # they matter only to a sum without parts
        begun = [candidate for candidate in telling if candidate.fact.told[0] <= to]
        figures = [
            figure.candidate for figure in self._cumulative if self._counts(figure.candidate, to)
        ]
        sum_ = close_sum(
            given,
            find_figures([self._up_to(figure, to) for figure in figures], self._what, "cumulative"),
            self._what,
            self._perspective,
            until=to,
            left_out=not all(self._counts(candidate, to) for candidate in begun),
            is_told=bool(begun),
        )
        total = sum_.total
        ends = {"low": total.low, "high": total.high}
        return {**ends, "text": sum_.text, "contested": sum_.contested}

    def _contribute(self, asked: _AskedQuestion, to: int) -> Contributed | None:
        then = bisect_right(asked.turns, to)
        if then not in asked.kept:
            up_to = asked.question.select(lambda facts: [self._up_to(fact, to) for fact in facts])
            asked.kept[then] = contribute(up_to, self._what, self._perspective, self._kept)
        return asked.kept[then]

    def _counts(self, candidate: Candidate, to: int) -> bool:
        """Whether a fact that has begun by an instant is counted up to it."""
        begins, ends = candidate.fact.told
        certainty = candidate.seen.certainty if ends - 1 <= to else "possible"
        return begins <= to and candidate.holds and matches(certainty, self._perspective)

    def _up_to(self, candidate: Candidate, to: int) -> Candidate:
        """The candidate that a tally up to an instant has for the same fact."""
        begins, ends = candidate.fact.told
        if ends - 1 <= to:
            return candidate
        return self._kept.candidate(
            candidate.version,
            "possible",
            self._names,
            begun=candidate.begun,
            inside=None if begins > to else "possible",
        )


@dataclass(frozen=True, slots=True)
class _AskedQuestion:
    """A question about which no fact tells before `begins`; what it adds changes only at its `turns`."""

    question: Question
    begins: int
    turns: Sequence[int]
    kept: dict[int, Contributed | None] = field(default_factory=dict)
    """{how many turns have passed: what it adds}, as far as it has been computed."""

    @classmethod
    def of(cls, question: Question) -> _AskedQuestion:
        within = [fact for inner in question.within for fact in inner.facts]
        answers = [fact.fact.told for fact in (*question.facts, *question.against, *within)]
        others = [candidate.fact.told for candidate in question.supporting]
        turns = {turn for begin, end in (*answers, *others) for turn in (begin, end - 1)}
        return cls(question, min(begin for begin, _ in answers), sorted(turns))
