"""Decides which of several facts under one key is shown, which are its rivals, and whether they are contested.

Facts that a later one has surely replaced are left out. Of the others a fact that an editor marked comes first. Then
come facts that surely hold, then those that begin last, then those whose claim has the most distinct origins
(`claims`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from domain.register import Rivalry, Succession
from domain.time.instant import BEGINNING
from domain.views.rivalry import disputes
from domain.views.rivalry.asides import find_beside, kind_of, latest_first, rule_of
from domain.views.rivalry.candidates import Candidate, precedes
from domain.views.rivalry.claims import Claims, claim_of
from domain.views.rivalry.namesakes import find_namesakes
from domain.views.rivalry.plans import Plans, may_be_over
from domain.views.rivalry.questions import Question, find_questions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from domain.fact import Fact
    from domain.register import Register


@dataclass(frozen=True, slots=True)
class Resolved:
    """The answer that is shown, its rivals by rank, and whether any two of them cannot both be right.

    `shown` is None if the last answer has surely ended. `previous` is the one that began last of the answers that have
    ended or yielded. `beside` holds the answers that stand aside, by the name of the field that shows them. `denials`
    answer another question, and a link sets them against this entry (the module `denials`).
    """

    shown: Candidate | None
    rivals: Sequence[Candidate] = ()
    contested: bool = False
    previous: Candidate | None = None
    beside: Mapping[str, Sequence[Candidate]] = field(default_factory=dict)
    last_reported: str | None = None
    denials: Sequence[Candidate] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts under one key of which one is shown, the previous one, and the answers that stand aside.

    `namesakes` are facts that may be about two people with one name (`find_namesakes`); later facts do not replace
    them.
    """

    facts: Sequence[Candidate]
    previous: Candidate | None = None
    beside: Mapping[str, Sequence[Candidate]] = field(default_factory=dict)
    namesakes: Sequence[Candidate] = ()


def resolve(candidates: Sequence[Candidate], register: Register) -> Resolved | None:
    """The entry that the facts under one key of a register make; None if there is nothing to show."""
    standing = find_standing(candidates, register)
    return None if standing is None else rank_rivals(standing, register)


def find_standing(candidates: Sequence[Candidate], register: Register) -> Standing | None:
    """The facts that stand under a key; without facts if the key is vacant, None if it has no entry."""
    if _is_alone(candidates, register):
        return Standing(candidates)
    main = [candidate for candidate in candidates if candidate.aside is None]
    facts = doubt_standing(select_standing(main, register), main, register)
    beside = find_beside([candidate for candidate in candidates if candidate.aside], main)
    if not facts and beside:
        facts, beside = _stand_in(beside, register)
    previous = _previous(main, register) if register.vacant else None
    if facts:
        return Standing(facts, previous, beside, find_namesakes(main))
    vacant = previous is not None and not any(
        _may_hold(candidate, main, register) for candidate in main
    )
    return Standing((), previous) if vacant else None


def _is_alone(candidates: Sequence[Candidate], register: Register) -> bool:
    """Whether there is one candidate, which surely holds, so that nothing replaces, doubts or accompanies it.

    Most keys have one, and a state with many of them takes half the time if they are not compared with themselves.
    """
    if len(candidates) != 1 or register.ahead:
        return False
    return candidates[0].certain and candidates[0].aside is None


def _stand_in(
    beside: Mapping[str, Sequence[Candidate]], register: Register
) -> tuple[list[Candidate], dict[str, list[Candidate]]]:
    """The entry's facts if no other answer stands: the latest that stand aside, all of one kind; and the rest."""
    latest = select_standing([other for others in beside.values() for other in others], register)
    kind = kind_of(min(latest, key=_surest_first))
    facts = [candidate for candidate in latest if kind_of(candidate) == kind]
    left = {
        name: [other for other in others if other not in facts or not rule_of(other).many]
        for name, others in beside.items()
    }
    return facts, left


def select_standing(candidates: Sequence[Candidate], register: Register) -> list[Candidate]:
    """The candidates that hold and that no later one has surely replaced."""
    latest = _latest(candidates, register)
    return [
        candidate
        for candidate in candidates
        if candidate.holds and not _is_displaced(candidate, latest, register)
    ]


def doubt_standing(
    facts: Sequence[Candidate], candidates: Iterable[Candidate], register: Register
) -> list[Candidate]:
    """The facts that stand; a fact becomes only possible if an answer that is over, or may be, may have followed it.

    For example, a fact dated 2020 may be older than a term of office that began in June 2020 and has ended since. While
    one of several plans may be over, none of them is surely the next.
    """
    if register.ahead and any(fact.surely and may_be_over(fact) for fact in facts):
        return []
    begun = [candidate for candidate in candidates if candidate.begun]
    latest = _latest(begun, register)
    over = (
        candidate
        for candidate in begun
        if not candidate.certain and not _is_displaced(candidate, latest, register)
    )
    ceased = max((candidate.starts[1] for candidate in over), default=BEGINNING)
    doubted = (
        fact.weakened if fact.certain and _may_precede(fact, ceased, register) else fact
        for fact in facts
    )
    return [candidate for candidate in doubted if candidate.holds]


def _may_precede(candidate: Candidate, latest_start: int, register: Register) -> bool:
    return _gives_way(candidate, register) and candidate.starts[0] < latest_start


def _latest(candidates: Iterable[Candidate], register: Register) -> int | None:
    """The latest earliest start of the candidates that have surely begun; None if no answer replaces another."""
    if register.succession is Succession.NONE:
        return None
    return max((candidate.starts[0] for candidate in candidates if candidate.begun), default=None)


def _is_displaced(candidate: Candidate, latest: int | None, register: Register) -> bool:
    return latest is not None and _gives_way(candidate, register) and precedes(candidate, latest)


def _gives_way(candidate: Candidate, register: Register) -> bool:
    later = candidate.yields or register.succession is Succession.LATER
    return later and not candidate.lasts


def _previous(candidates: Sequence[Candidate], register: Register) -> Candidate | None:
    """The candidate that began last of those that have surely begun and have ended or yielded since."""
    latest = _latest(candidates, register)
    gone = (
        candidate
        for candidate in candidates
        if candidate.begun
        and (candidate.seen.certainty is None or _is_displaced(candidate, latest, register))
    )
    return min(gone, key=latest_first, default=None)


def _may_hold(candidate: Candidate, others: Sequence[Candidate], register: Register) -> bool:
    latest = _latest(others, register)
    return candidate.seen.certainty is not None and not _is_displaced(candidate, latest, register)


def _surest_first(candidate: Candidate) -> tuple[Any, ...]:
    marked = candidate.version.record.preferred
    return not marked, not candidate.certain, *latest_first(candidate)


def rank_rivals(standing: Standing, register: Register) -> Resolved:
    """The entry that standing facts make: the one that is shown, and its rivals by rank, namesakes last."""
    resolved = _rank(standing, register)
    if not standing.namesakes:
        return resolved
    listed = {
        candidate.id for candidate in (resolved.shown, *resolved.rivals) if candidate is not None
    }
    others = [namesake for namesake in standing.namesakes if namesake.id not in listed]
    return replace(resolved, rivals=[*resolved.rivals, *others], contested=True)


def _rank(standing: Standing, register: Register) -> Resolved:
    facts, previous, beside = standing.facts, standing.previous, standing.beside
    if len(facts) < 2:  # noqa: PLR2004 -- one has no rival
        shown = facts[0] if facts else None
        reported = find_last_reported(candidate.fact for candidate in facts)
        return Resolved(shown, previous=previous, beside=beside, last_reported=reported)
    by_claim = Claims(facts, sharper=register.sharper).rank
    found = find_questions(facts)
    questions = found.every
    if register.ahead:
        plans = Plans(found.questions)
        first = plans.next

        def rank(candidate: Candidate) -> tuple[Any, ...]:
            return *plans.rank(candidate), by_claim(candidate)

    else:
        first = _find_current(facts)

        def rank(candidate: Candidate) -> tuple[Any, ...]:
            marked, begins = candidate.version.record.preferred, candidate.starts[0]
            current = candidate.id in first
            return (
                not marked,
                not candidate.certain,
                not current,
                0 if current else -begins,
                by_claim(candidate),
            )

    shown, *rest = sorted(facts, key=rank)
    same = _same_question(shown, questions)
    if register.rivalry is Rivalry.MATTER:
        late = first if shown.id in first else frozenset()
        rest = [
            candidate
            for candidate in rest
            if candidate.id in same | late or candidate.certain is not shown.certain
        ]
    contested = _is_contested(shown, facts, register, questions)
    claim = claim_of(shown)
    reported = find_last_reported(
        candidate.fact for candidate in facts if claim_of(candidate) == claim
    )
    return Resolved(shown, rest, contested, previous, beside, reported)


def find_last_reported(facts: Iterable[Fact]) -> str | None:
    """The latest publication date of the facts' citations, as written; None where no citation has a date."""
    cited = (citation for fact in facts for citation in fact.citations)
    dated = [(at, c.published) for c in cited if (at := c.published_at) is not None]
    return max(dated, default=(0, None), key=lambda pair: (pair[0], pair[1] or ""))[1]


def find_same_question(shown: Candidate, facts: Iterable[Candidate]) -> frozenset[UUID]:
    """The ids of the facts that answer the same question as the one that is shown, and the id of that one."""
    return _same_question(shown, find_questions(facts).every)


def _same_question(shown: Candidate, questions: Iterable[Question]) -> frozenset[UUID]:
    for question in questions:
        ids = frozenset(fact.id for fact in question.facts)
        if shown.id in ids:
            return ids
    return frozenset({shown.id})


def _is_contested(
    shown: Candidate, facts: Sequence[Candidate], register: Register, questions: Iterable[Question]
) -> bool:
    """Whether two rivals cannot both be right; facts of other matters count only if the rivalry is by key."""
    by_key = register.rivalry is Rivalry.KEY
    if by_key and disputes.under_one_key(facts, register):
        return True
    return any(
        question.against or disputes.under_one_question(question.facts, register)
        for question in questions
        if by_key or any(fact.id == shown.id for fact in question.facts)
    )


def _find_current(facts: Sequence[Candidate]) -> frozenset[UUID]:
    """The ids of the facts that begin last among those that surely hold (or among all, if none does).

    Facts that may have begun as late are included. If some answers last, only these count.
    """
    lasting = frozenset(fact.id for fact in facts if fact.lasts)
    if lasting:
        return lasting
    surely = [fact for fact in facts if fact.certain] or facts
    latest = max(candidate.starts[0] for candidate in surely)
    return frozenset(candidate.id for candidate in surely if not precedes(candidate, latest))
