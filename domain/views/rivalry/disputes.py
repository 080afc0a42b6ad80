"""Decides whether facts are contested: whether any two of them cannot both be right.

All facts are compared in one pass, not pair by pair. Facts of one question are compared in everything that they say. Of
the facts under one key, only those that have surely begun are compared, because the others may begin later.
"""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import permutations
from typing import TYPE_CHECKING, Any, Final, get_args

from domain.quantity import Basis, Quantity
from domain.register import Succession
from domain.time.edtf_calendar import DAY
from domain.time.instant import BEGINNING, END
from domain.views.rivalry.candidates import precedes
from domain.views.rivalry.claims import comparable, meant_ends

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence
    from uuid import UUID

    from domain.register import Register
    from domain.views.rivalry.candidates import Candidate
    from domain.views.rivalry.claims import Claim, Ends

_BASES: Final[tuple[Basis, ...]] = get_args(Basis)

Stretch = tuple[int, int, "Claim"]
"""The start and the end, half-open, of the time for which a claim is made, and the claim."""


def exclude(intervals: Iterable[Ends]) -> bool:
    """Whether two of the intervals have no number in common."""
    ends = list(intervals)
    return max((low for low, _ in ends), default=-math.inf) > min(
        (high for _, high in ends), default=math.inf
    )


def under_one_question(facts: Sequence[Candidate], register: Register) -> bool:
    """Whether any two facts that answer one question cannot both be right, or a link says that they conflict.

    Periods may follow one another, so two of them conflict only where they may have begun at the same time.
    """
    if len(facts) < 2:  # noqa: PLR2004 -- one contests nothing
        return False
    if register.succession is Succession.YIELDING:
        return _overlap(map(_find_start, facts)) or is_disputed_by_link(facts)
    return (
        _differ(facts, register)
        or _counts_exclude([candidate.fact.quantities for candidate in facts])
        or never_meet(facts)
        or is_disputed_by_link(facts)
    )


def under_one_key(facts: Iterable[Candidate], register: Register) -> bool:
    """Whether any two of the facts that have surely begun cannot both be right about one key."""
    begun = [fact for fact in facts if fact.begun]
    if len(begun) < 2:  # noqa: PLR2004 -- one contests nothing
        return False
    if register.succession is not Succession.YIELDING:
        ends = never_meet([candidate for candidate in begun if candidate.lasts])
        return ends or _differ(begun, register) or is_disputed_by_link(begun)
    stretches = [_find_sure_stretch(candidate) for candidate in begun if candidate.certain]
    yielding = [_find_start(candidate) for candidate in begun if candidate.yields]
    return _overlap(stretches) or _overlap(yielding) or is_disputed_by_link(begun)


def never_meet(facts: Sequence[Candidate]) -> bool:
    """Whether two facts of one kind cannot have happened, or begun, at the same time."""
    begins: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for candidate in facts:
        begins[candidate.fact.kind].append(candidate.placed)
    return any(
        len(starts) > 1 and max(low for low, _ in starts) >= min(high for _, high in starts)
        for starts in begins.values()
    )


def is_disputed_by_link(facts: Sequence[Candidate]) -> bool:
    """Whether a link between two of the facts says that they conflict."""
    return bool(find_disputed_by_link(facts))


def find_disputed_by_link(facts: Sequence[Candidate]) -> set[UUID]:
    """The ids of the facts that, according to a link between two of them, are in conflict."""
    linking = [(candidate.id, target) for candidate in facts for target in candidate.fact.denies()]
    if not linking:
        return set()
    named: dict[str, UUID] = {}
    for candidate in facts:
        named.update(dict.fromkeys(candidate.version.record.link_targets, candidate.id))
    pairs = ((id_, named.get(target, id_)) for id_, target in linking)
    return {id_ for one, other in pairs if one != other for id_ in (one, other)}


def _differ(facts: Sequence[Candidate], register: Register) -> bool:
    values: dict[str, dict[Hashable, list[Candidate]]] = defaultdict(lambda: defaultdict(list))
    numbers: dict[str, list[Quantity]] = defaultdict(list)
    for candidate in facts:
        for name in candidate.compared:
            value: Any = candidate.shows.get(name)
            if isinstance(value, Quantity):
                numbers[name].append(value)
            elif value is not None:
                values[name][comparable(value)].append(candidate)
    return any(
        _exclude(candidates, register.sharper.get(name, {})) for name, candidates in values.items()
    ) or any(
        _counts_exclude([(quantity,) for quantity in quantities]) for quantities in numbers.values()
    )


def _exclude(
    by_value: Mapping[Hashable, Sequence[Candidate]], sharper: Mapping[Any, frozenset[str]]
) -> bool:
    """Whether two of the values cannot both be true: neither is `sharper`, or the sharper one surely came first."""
    if not sharper:
        return len(by_value) > 1
    return any(
        one not in sharper.get(other, ()) or _surely_precede(by_value[other], by_value[one])
        for one, other in permutations(by_value, 2)
        if other not in sharper.get(one, ())
    )


def _surely_precede(some: Iterable[Candidate], others: Iterable[Candidate]) -> bool:
    """Whether one of some facts surely began before one of the others."""
    latest = max(other.starts[0] for other in others)
    return any(precedes(candidate, latest) for candidate in some)


def _counts_exclude(counts: Iterable[Sequence[Quantity]]) -> bool:
    """Whether two facts count the same thing, on the same basis, and no number fits both.

    A fact that gives two numbers for one thing may mean either of them, or one between them.
    """
    intervals_by_key: dict[tuple[str, Basis | None], list[Ends]] = defaultdict(list)
    for quantities in counts:
        for key, ends in _spans(quantities).items():
            intervals_by_key[key].append(ends)
    return any(exclude(intervals) for intervals in intervals_by_key.values())


def _spans(quantities: Sequence[Quantity]) -> Mapping[tuple[str, Basis | None], Ends]:
    """{(what is counted, basis): (least, greatest number)}; a number without a basis counts on every basis."""
    spans: dict[tuple[str, Basis | None], Ends] = {}
    for quantity in quantities:
        low, high = meant_ends(quantity)
        for basis in (quantity.basis,) if quantity.basis else _BASES:
            key = (quantity.counted, basis)
            least, most = spans.get(key, (low, high))
            spans[key] = (min(low, least), max(high, most))
    return spans


def _find_sure_stretch(candidate: Candidate) -> Stretch:
    """The time when a fact surely holds, without its last day, so that a handover within a day contests nothing."""
    window = candidate.fact.window
    end = window.certain_to if window.certain_to == END else window.certain_to - DAY
    return window.certain_from, end, _claim(candidate)


def _find_start(candidate: Candidate) -> Stretch:
    earliest, latest = candidate.starts
    return (latest - 1 if earliest == BEGINNING else earliest), latest, _claim(candidate)


def _claim(candidate: Candidate) -> Claim:
    return tuple(comparable(candidate.shows.get(name)) for name in candidate.compared)


def _overlap(stretches: Iterable[Stretch]) -> bool:
    """Whether stretches of two different claims overlap in time."""
    reach: dict[Claim, int] = {}
    for start, end, claim in sorted(stretches, key=lambda each: each[:2]):
        if start >= end:
            continue
        if any(until > start for other, until in reach.items() if other != claim):
            return True
        reach = {c: until for c, until in reach.items() if until > start}
        reach[claim] = max(reach.get(claim, end), end)
    return False
