"""The short form of a fact in answers, {id, version, summary, valid, citations}, and other parts that answers share."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from domain.fact import as_primitives
from domain.time.instant import BEGINNING, END, format_instant

if TYPE_CHECKING:
    from domain.streams.negotiation import Negotiation
    from domain.time.perspective import Perspective
    from domain.views.versions import FactVersion, Seen


def describe_briefly(version: FactVersion) -> dict[str, Any]:
    """The short form of a fact, also of a rival."""
    fact = version.record.fact
    return {
        "id": str(version.record.id),
        "version": version.record.version,
        "summary": fact.summary,
        "valid": fact.valid,
        "citations": as_primitives(fact.citations),
    }


@lru_cache(maxsize=4_096)
def describe_instant(instant: int) -> str | None:
    """An instant in RFC 3339, UTC, with microseconds; None where there is no bound."""
    return None if instant in (BEGINNING, END) else format_instant(instant)


def describe_record_time(at: int, by: int | None) -> dict[str, Any]:
    """A record time; if a wrong clock gave it, also the time by which the event was recorded."""
    shown = {"recorded_at": format_instant(at)}
    return shown if by is None else {**shown, "recorded_by": format_instant(by)}


def describe_fact(seen: Seen, slug: str) -> dict[str, Any]:
    """A fact record: the fact with its place in the log, its status, its certainty and its bounds."""
    version = seen.version
    record = version.record
    bounds = record.fact.valid_time.bounds
    return {
        "id": str(record.id),
        "version": record.version,
        "position": version.position,
        "negotiation": slug,
        "status": record.status,
        "preferred": record.preferred,
        **describe_record_time(version.recorded_at, version.recorded_by),
        "certainty": seen.certainty,
        "fact": as_primitives(record.fact),
        "valid_bounds": {
            "start_earliest": describe_instant(bounds.start_earliest),
            "start_latest": describe_instant(bounds.start_latest),
            "end_earliest": describe_instant(bounds.end_earliest),
            "end_latest": describe_instant(bounds.end_latest),
            "start_unknown": bounds.start_unknown,
            "end_unknown": bounds.end_unknown,
        },
    }


def describe_negotiation(negotiation: Negotiation) -> dict[str, Any]:
    """A negotiation as the list of negotiations shows it."""
    return {
        "slug": negotiation.slug,
        "title": negotiation.title,
        "parties": list(negotiation.parties),
        "summary": negotiation.summary,
    }


def describe_perspective(perspective: Perspective) -> dict[str, Any]:
    """The resolved perspective that every answer carries."""
    as_known_at = perspective.as_known_at
    return {
        "as_of": format_instant(perspective.as_of),
        "as_known_at": None if as_known_at is None else format_instant(as_known_at),
        "clock": perspective.clock,
        "match": perspective.match,
        "position": perspective.position,
        "reading": perspective.reading,
    }
