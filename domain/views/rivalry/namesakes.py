"""Finds facts under one name that may be about two people who have that name.

Nobody is confined in two places at one time. If two facts say so, and neither can be followed by a transfer to the
other place, a release of that name frees one of two people, and nobody knows which. So both facts stay rivals of the
fact that is shown, whatever followed.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

from domain.views.rivalry.candidates import precedes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.views.rivalry.candidates import Candidate

_MOST: Final = 100
"""How many facts under one name are compared, the latest to begin."""


def find_namesakes(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The facts that hold and that cannot be about the same person as another one of them, in the order given."""
    placed = [
        candidate
        for candidate in candidates
        if candidate.apart and candidate.begun and candidate.holds and not _has_id(candidate)
    ]
    if len(placed) < 2:  # noqa: PLR2004 -- one excludes nothing
        return []
    latest = sorted(placed, key=lambda candidate: (candidate.starts, candidate.by_content))[-_MOST:]
    ids = {
        candidate.id for both in combinations(latest, 2) if _exclude(*both) for candidate in both
    }
    return [candidate for candidate in placed if candidate.id in ids]


def _has_id(candidate: Candidate) -> bool:
    return any(candidate.shows.get(f"{field}_id") for field in candidate.key)


def _exclude(one: Candidate, other: Candidate) -> bool:
    return (
        _begin_together(one, other)
        and _hold_together(one, other)
        and _are_elsewhere(one, other)
        and not _are_tied(one, other)
    )


def _begin_together(one: Candidate, other: Candidate) -> bool:
    """Whether neither surely began before the other; a later one may tell of a transfer."""
    return not precedes(one, other.starts[0]) and not precedes(other, one.starts[0])


def _hold_together(one: Candidate, other: Candidate) -> bool:
    ours, theirs = one.fact.window, other.fact.window
    begun = max(ours.certain_from, theirs.certain_from)
    return begun < min(ours.certain_to, theirs.certain_to)


def _are_elsewhere(one: Candidate, other: Candidate) -> bool:
    """Whether two facts name different places; "Minsk" may be the same, as "prison No. 1, Minsk" has its words."""
    ours, theirs = (
        set(candidate.read_field(candidate.apart or "")[0].split()) for candidate in (one, other)
    )
    return not (ours <= theirs or theirs <= ours)


def _are_tied(one: Candidate, other: Candidate) -> bool:
    """Whether both have the same matter, or one links to the other."""
    if one.fact.matter_key is not None and one.fact.matter_key == other.fact.matter_key:
        return True
    pairs = ((one, other), (other, one))
    return any(
        link.fact in target.version.record.link_targets
        for fact, target in pairs
        for link in fact.fact.links
    )
