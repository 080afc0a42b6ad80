"""Finds the answers that stand beside an entry and have not been ended; they take no other answer's place."""

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

__all__ = ["find_beside", "kind_of", "latest_first", "rule_of"]


def find_beside(
    aside: Iterable[Candidate], main: Sequence[Candidate]
) -> dict[str, list[Candidate]]:
    """The answers that stand aside and have not been ended, by the name of their field, the latest first.

    An answer that has ceased keeps the place that it took from an earlier one of its kind.
    """
    of_kind: dict[tuple[Aside, str], list[Candidate]] = {}
    for candidate in sorted(aside, key=latest_first):
        of_kind.setdefault((rule_of(candidate), kind_of(candidate)), []).append(candidate)
    found = (
        candidate
        for (rule, _), answers in of_kind.items()
        for candidate in _standing_aside(answers, rule, main)
    )
    beside: dict[str, list[Candidate]] = {}
    for candidate in sorted(found, key=latest_first):
        beside.setdefault(rule_of(candidate).name, []).append(candidate)
    return beside


def rule_of(candidate: Candidate) -> Aside:
    """The rule of an answer that stands aside."""
    return cast("Aside", candidate.aside)


def kind_of(candidate: Candidate) -> str:
    """What tells an answer that stands aside from others beside one entry, as `Aside.kind_of` gives it."""
    return rule_of(candidate).kind_of(candidate.shows)


def latest_first(candidate: Candidate) -> tuple[Any, ...]:
    """Orders answers by when they begin, the latest first; those of one time by their content."""
    earliest, latest = candidate.starts
    return -earliest, -latest, candidate.by_content


def _standing_aside(
    answers: Sequence[Candidate], rule: Aside, main: Iterable[Candidate]
) -> Iterator[Candidate]:
    """The answers of one kind that neither another of them nor a main answer has surely followed.

    An answer is only possible if a later one that is over, or may be, may have followed it, or a main answer with a
    vague date. One fact's main answer does not follow its others.
    """
    ending = [each for each in main if each.begun and each.fact.holding in rule.ended_by]
    begun = [each for each in answers if each.begun]
    taken = max((each.starts[0] for each in (*begun, *ending)), default=BEGINNING)
    stand = [each for each in answers if not precedes(each, taken)]
    over = max(
        (each.starts[1] for each in stand if each.begun and not each.certain), default=BEGINNING
    )
    ends = _latest_ends(ending) if rule.many else []
    for each in stand:
        ceased = max([over, *(at for id_, at in ends if id_ != each.id)])
        doubted = each.weakened if each.certain and each.starts[0] < ceased else each
        if doubted.holds and not doubted.done:
            yield doubted


def _latest_ends(ending: Iterable[Candidate]) -> list[tuple[UUID, int]]:
    """Of the two facts that begin last, the id and when what stands aside may last have been so."""
    last = {each.id: each.starts[1] - DAY for each in ending}
    return nlargest(2, last.items(), key=itemgetter(1))
