"""A timeline lists the known facts by valid time: earliest start, then latest start, then order of recording.

With `as_of` it lists what had begun by then, ended or not; without it, all of valid time, the future included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.time.instant import BEGINNING, END
from domain.views.known.timeslices import select_known
from domain.views.naming import Names
from domain.views.terms import terms_of
from domain.views.versions import Seen, by_valid_time, is_public, matches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.time.perspective import Perspective
    from domain.views.versions import FactVersion

#: Where in a timeline a fact stands: (start_earliest, start_latest, first_position).
Place = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineFilter:
    """Which facts a timeline keeps; None sets no limit. `from_` and `to` are in microseconds UTC, both inclusive.

    `matter` is folded.
    """

    begun: bool = False
    kind: str | None = None
    person: str | None = None
    place: str | None = None
    matter: str | None = None
    batch: str | None = None
    from_: int | None = None
    to: int | None = None
    retracted: bool = False
    after: Place | None = None

    @property
    def names(self) -> bool:
        """Whether it filters by a person or a place."""
        return self.person is not None or self.place is not None


def list_timeline(
    history: Iterable[FactVersion], perspective: Perspective, wanted: TimelineFilter
) -> list[Seen]:
    """The facts that the filter keeps, in order, each with its certainty at `as_of`."""
    recorded = list(history)
    versions = select_known(recorded, perspective)
    brought = {
        version.record.id for version in _select_brought(recorded, perspective, wanted.batch)
    }
    names = Names.of(Seen(version=v, certainty=None) for v in versions if v.record.stands)
    seen_facts = [
        Seen(version=version, certainty=version.record.fact.window.begun(perspective.as_of))
        for version in versions
        if _is_wanted(version, wanted, names)
        and (wanted.batch is None or version.record.id in brought)
    ]
    if wanted.begun:
        seen_facts = [seen for seen in seen_facts if matches(seen.certainty, perspective)]
    ordered = sorted(seen_facts, key=by_valid_time)
    after = wanted.after
    return ordered if after is None else [seen for seen in ordered if by_valid_time(seen) > after]


def find_span(listed: Iterable[Seen], wanted: TimelineFilter, as_of: int) -> tuple[int, int]:
    """The half-open range of `as_of`, in microseconds UTC, in which these facts and their certainty stay the same.

    With `wanted.begun` the range is `as_of` alone.
    """
    if wanted.begun:
        return as_of, as_of + 1
    windows = [seen.version.record.fact.window for seen in listed]
    edges = [at for window in windows for at in (window.possible_from, window.certain_from)]
    begins = max((at for at in edges if at <= as_of), default=BEGINNING)
    return begins, min((at for at in edges if at > as_of), default=END)


def _select_brought(
    recorded: Iterable[FactVersion], perspective: Perspective, batch: str | None
) -> Iterable[FactVersion]:
    """The versions that the events of a batch made and that the perspective knows."""
    return (
        version
        for version in recorded
        if version.batch == batch and is_public(version, perspective)
    )


def _is_wanted(version: FactVersion, wanted: TimelineFilter, names: Names) -> bool:
    record = version.record
    if record.erased:
        return False
    fact = record.fact
    bounds = fact.valid_time.bounds
    return (
        (wanted.retracted or record.status != "retracted")
        and wanted.kind in (None, fact.kind)
        and wanted.matter in (None, fact.matter_key)
        and all(
            not terms.isdisjoint(terms_of(fact)) for terms in find_terms(wanted, names).values()
        )
        and (wanted.from_ is None or _last(version) >= wanted.from_)
        and (wanted.to is None or bounds.start_earliest <= wanted.to)
    )


def _last(version: FactVersion) -> int:
    """The last microsecond at which the fact may still have been happening; its effects may last longer."""
    valid = version.record.fact.valid_time
    return (valid.bounds.end_latest if valid.spans else valid.bounds.start_latest) - 1


def find_terms(wanted: TimelineFilter, names: Names) -> dict[str, set[tuple[str, str]]]:
    """The terms of the `person` and of the `place` in the filter; a fact has to have at least one term of each."""
    filters = (("person", wanted.person), ("place", wanted.place))
    return {field: names.terms(field, name) for field, name in filters if name is not None}
