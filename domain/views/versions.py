"""A fact after one of its events (`FactVersion`), and as it is seen at a perspective (`Seen`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from domain.streams.fact import FactRecord
from domain.time.holding import Certainty
from domain.time.instant import END
from domain.time.record_time import find_record_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.fact import Fact
    from domain.time.perspective import Perspective
    from domain.time.record_time import ClockCorrection


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A change and its place in the log: when it was recorded, when it became public, by whom and why.

    If a wrong clock gave `recorded_at`, and the perspective knows that, `recorded_by` is the time by which the change
    was recorded. Times are microseconds UTC.
    """

    position: int
    recorded_at: int
    published_at: int
    actor: str
    event: str
    reason: str | None
    why: str | None
    recorded_by: int | None = None


Dated = TypeVar("Dated", bound=Recorded)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactVersion(Recorded):
    """A fact after one of its events."""

    record: FactRecord
    first_position: int
    batch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A version as seen at a perspective; `certainty` is None if it does not hold yet, or no longer holds."""

    version: FactVersion
    certainty: Certainty | None


def is_public(version: Recorded, perspective: Perspective) -> bool:
    """Whether an event was recorded by the perspective's position, and known by its cut on its clock."""
    if version.position > perspective.position:
        return False
    if perspective.as_known_at is None:
        return True
    when = correct_times(version, perspective.corrections)
    recorded_at = when.recorded_at if when.recorded_by is None else when.recorded_by
    at = when.published_at if perspective.clock == "published" else recorded_at
    return at <= perspective.as_known_at


def correct_times(version: Dated, corrections: Sequence[ClockCorrection]) -> Dated:
    """A version, or another recorded change, with its times corrected by the known corrections of the clock.

    A change without a published date became public when it was recorded.
    """
    if not corrections:
        return version
    at = find_record_time(version.position, version.recorded_at, corrections)
    if at == version.recorded_at:
        return version
    undated = version.published_at == version.recorded_at
    return replace(version, recorded_by=at, published_at=at if undated else version.published_at)


def find_counted(fact: Fact, certainty: Certainty | None) -> Certainty | None:
    """The certainty of a fact's numbers, from that of the fact.

    They are numbers of the whole occurrence. If it goes on, or its end is unknown, they are never certain.
    """
    return "possible" if certainty == "certain" and fact.told[1] == END else certainty


def matches(certainty: Certainty | None, perspective: Perspective) -> bool:
    """Whether a certainty is enough for the match that was asked for."""
    return certainty is not None and (perspective.match == "possible" or certainty == "certain")


def by_valid_time(seen: Seen) -> tuple[int, int, int]:
    """The sort key of a timeline: earliest start, then latest start, then order of recording."""
    bounds = seen.version.record.fact.valid_time.bounds
    return (bounds.start_earliest, bounds.start_latest, seen.version.first_position)
