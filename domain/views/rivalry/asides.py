"""Finds the answers that stand beside an entry (`domain.register.Aside`) and have not been ended."""

from __future__ import annotations

from heapq import nlargest
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from domain.time.edtf_calendar import DAY
from domain.time.instant import BEGINNING
from domain.views.rivalry.candidates import precedes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from domain.register import Aside
    from domain.views.rivalry.candidates import Candidate


def find_beside(
    aside: Iterable[Candidate], main: Sequence[Candidate]
) -> dict[str, list[Candidate]]:
    """{field: answers} of the answers that stand aside and have not been ended, the latest first.

    If an answer ends, an earlier one of its kind, which it replaced, does not come back.
    """
    of_kind: dict[tuple[Aside, str], list[Candidate]] = {}
    for candidate in sorted(aside, key=latest_first):
        of_kind.setdefault((rule_of(candidate), kind_of(candidate)), []).append(candidate)
    standing = (
        candidate
        for (rule, _), answers in of_kind.items()
        for candidate in _list_asides(answers, rule, main)
    )
    beside: dict[str, list[Candidate]] = {}
    for candidate in sorted(standing, key=latest_first):
        beside.setdefault(rule_of(candidate).name, []).append(candidate)
    return beside


def rule_of(candidate: Candidate) -> Aside:
    """The rule of an answer that stands aside."""
    return cast("Aside", candidate.aside)


def kind_of(candidate: Candidate) -> str:
    """The kind of an answer that stands aside, by `Aside.kind_of`; only answers of one kind replace each other."""
    return rule_of(candidate).kind_of(candidate.shows)


def latest_first(candidate: Candidate) -> tuple[Any, ...]:
    """The sort key for answers: by beginning, the latest first; those that begin together by their content."""
    earliest, latest = candidate.starts
    return -earliest, -latest, candidate.by_content


def _list_asides(
    answers: Sequence[Candidate], rule: Aside, main: Iterable[Candidate]
) -> Iterator[Candidate]:
    """The answers of one kind that no later one of them, and no main answer, has surely followed.

    An answer is only possible if a main answer with a vague date may have followed it, or a later one of its kind that
    is over or may be over. The main answer of a fact does not follow other answers of that fact.
    """
    ending = [answer for answer in main if answer.begun and answer.fact.holding in rule.ended_by]
    begun = [answer for answer in answers if answer.begun]
    taken = max((answer.starts[0] for answer in (*begun, *ending)), default=BEGINNING)
    stand = [answer for answer in answers if not precedes(answer, taken)]
    over = max(
        (answer.starts[1] for answer in stand if answer.begun and not answer.certain),
        default=BEGINNING,
    )
    ends = _latest_ends(ending) if rule.many else []
    for answer in stand:
        ceased = max([over, *(at for id_, at in ends if id_ != answer.id)])
        doubted = answer.weakened if answer.certain and answer.starts[0] < ceased else answer
        if doubted.holds and not doubted.done:
            yield doubted


def _latest_ends(ending: Iterable[Candidate]) -> list[tuple[UUID, int]]:
    """(id, the last instant at which an answer may have stood aside before it) of the two facts that begin last."""
    last = {candidate.id: candidate.starts[1] - DAY for candidate in ending}
    return nlargest(2, last.items(), key=itemgetter(1))
