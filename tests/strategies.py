"""Hypothesis strategies for histories that the domain decides, and for perspectives on them.

Names, matters and posts come from small pools, so that rivals, successions and aliases occur.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from domain.errors import ContentError, ErasedError, StateError, TakenError
from domain.fact import fact_id
from domain.provenance import Link
from domain.streams.entry import Entry
from domain.streams.event import FactErased, FactEvent, Reason, RecordEvent
from domain.streams.fact import FactRecord, decide_record, evolve
from domain.streams.negotiation import Negotiation, NegotiationContent, decide_open, negotiation_id
from domain.streams.negotiation import evolve as evolve_negotiation
from domain.time.perspective import Perspective
from domain.views.negotiation_changes import fold_entries
from domain.views.versions import Recorded
from tests.drawn_facts import (
    DAY,
    HOUR,
    MATTERS,
    OPENED,
    citations,
    facts,
    instants,
    published_days,
    quantities,
    valid_times,
)

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

#: Enough cases for a simple rule; a slow machine fails no test.
SOME: Final = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)
SLUG: Final = "talks"
NEGOTIATION: Final = negotiation_id(SLUG)


class _Log:
    """A log under construction: the present facts, and the entries that led there."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.facts: list[FactRecord] = []
        self.negotiation: Negotiation | None = None

    def take(self, event: RecordEvent, elapsed: int) -> None:
        """Append an event `elapsed` microseconds after the last one."""
        last = self.entries[-1].recorded_at if self.entries else OPENED - elapsed
        position = len(self.entries) + 1
        self.entries.append(Entry(position=position, recorded_at=last + elapsed, event=event))
        if not isinstance(event, FactEvent):
            self.negotiation = evolve_negotiation(self.negotiation, event)
            return
        ids = [record.id for record in self.facts]
        if event.originator_id in ids:
            index = ids.index(event.originator_id)
            self.facts[index] = evolve(self.facts[index], event)
        else:
            self.facts.append(evolve(None, event))


_Change = Callable[["DrawFn", _Log], RecordEvent | None]
_ELAPSED: Final = st.sampled_from((1, HOUR, DAY, 10 * DAY))
_REASONS: Final = st.sampled_from(get_args(Reason))
PARTIES: Final = ("Belarus", "United States", "Lithuania")
_BATCHES: Final = st.sampled_from((None, None, "first", "second"))
_WHY: Final = st.sampled_from(("the ministry says so", "misread"))


@st.composite
def histories(draw: DrawFn, max_changes: int = 12) -> list[Entry]:
    """A log of one negotiation and its facts, every event decided by the domain.

    Positions run from 1 without gaps, `recorded_at` rises strictly; the first event is the opening.
    """
    log = _Log()
    parties = ("Belarus", "United States")
    log.take(
        decide_open(slug=SLUG, title="Talks", parties=parties, summary=None, actor="desk"), DAY
    )
    for _ in range(draw(st.integers(1, max_changes))):
        event = _draw_change(draw, log)
        if isinstance(event, FactEvent) and not isinstance(event, FactErased):
            event = dataclasses.replace(event, batch=draw(_BATCHES))
        if event is not None:
            log.take(event, draw(_ELAPSED))
    return log.entries


def list_recorded(log: list[Entry]) -> list[Recorded]:
    """The opening of the negotiation in a log, and its corrections."""
    opening = log[0]
    first = Recorded(
        position=opening.position,
        recorded_at=opening.recorded_at,
        published_at=opening.recorded_at,
        actor=opening.event.actor,
        event=type(opening.event).stored_name,
        reason=None,
        why=None,
    )
    return [first, *fold_entries(log)[1]]


def _draw_change(draw: DrawFn, log: _Log) -> RecordEvent | None:
    change: _Change = _record
    if len(log.facts) > 1 or (log.facts and draw(st.booleans())):
        change = draw(st.sampled_from(_CHANGES))
    try:
        return change(draw, log)
    except (ContentError, ErasedError, StateError, TakenError):
        return None


def _record(draw: DrawFn, log: _Log) -> RecordEvent:
    number = len(log.facts)
    external_id = f"F-{number}" if draw(st.booleans()) else None
    name = external_id or f"drawn {number}"
    drawn = draw(facts())
    links = (*drawn.links, *_draw_denials(draw, log))
    return decide_record(
        fact_id=fact_id(NEGOTIATION, name),
        negotiation_id=NEGOTIATION,
        fact=dataclasses.replace(drawn, external_id=external_id, links=links),
        actor="desk",
    )


def _draw_denials(draw: DrawFn, log: _Log) -> list[Link]:
    """Links that set a fact against others, by their ids or external ids; most facts have none."""
    if not log.facts or draw(st.integers(0, 2)):
        return []
    targets = {target for record in log.facts for target in record.link_targets}
    denied = draw(st.lists(st.sampled_from(sorted(targets)), min_size=1, max_size=2, unique=True))
    return [Link(relation="conflicts_with", fact=target) for target in denied]


def _correct(draw: DrawFn, log: _Log) -> RecordEvent:
    record = draw(st.sampled_from([fact for fact in log.facts if not fact.erased] or log.facts))
    fact = record.fact
    if draw(st.integers(0, 3)):
        changes: dict[str, Any] = {
            "valid": draw(valid_times()),
            "matter": draw(st.none() | st.sampled_from(MATTERS)),
            "quantities": tuple(draw(st.lists(quantities(), max_size=2))),
            "links": tuple(_draw_denials(draw, log)),
        }
        changed = draw(st.lists(st.sampled_from(sorted(changes)), min_size=1, unique=True))
        fact = dataclasses.replace(fact, **{name: changes[name] for name in changed})
    else:
        fact = dataclasses.replace(draw(facts()), external_id=fact.external_id)
    return record.decide_correct(
        reason=draw(_REASONS),
        why=draw(_WHY),
        fact=fact,
        citation=draw(st.none() | citations()),
        published=draw(published_days()),
        actor="editor",
    )


def _correct_negotiation(draw: DrawFn, log: _Log) -> RecordEvent | None:
    if log.negotiation is None:
        return None
    content = NegotiationContent(
        title=draw(st.sampled_from(("Talks", "Other talks", "Talks on prisoners"))),
        parties=tuple(draw(st.lists(st.sampled_from(PARTIES), max_size=3, unique=True))),
        summary=draw(st.none() | st.sampled_from(("Prisoners", "Potash"))),
    )
    return log.negotiation.decide_correct(
        reason=draw(_REASONS),
        why=draw(_WHY),
        content=content,
        published=draw(published_days()),
        actor="editor",
    )


def _corroborate(draw: DrawFn, log: _Log) -> RecordEvent:
    return draw(st.sampled_from(log.facts)).decide_corroborate(
        citation=draw(citations()),
        why=draw(st.none() | _WHY),
        published=draw(published_days()),
        actor="desk",
    )


def _end(draw: DrawFn, log: _Log) -> RecordEvent:
    return draw(st.sampled_from(log.facts)).decide_end(
        ended=draw(st.sampled_from(("2025-10-15", "2025-11", "2026", "2025-12-01~"))),
        why=draw(st.none() | _WHY),
        citation=draw(st.none() | citations()),
        published=draw(published_days()),
        actor="desk",
    )


def _retract(draw: DrawFn, log: _Log) -> RecordEvent:
    return draw(st.sampled_from(log.facts)).decide_retract(
        reason=draw(_REASONS), why=draw(_WHY), published=draw(published_days()), actor="editor"
    )


def _reinstate(draw: DrawFn, log: _Log) -> RecordEvent:
    gone = [record for record in log.facts if record.status == "retracted"]
    return draw(st.sampled_from(gone or log.facts)).decide_reinstate(
        why=draw(_WHY), published=draw(published_days()), actor="editor"
    )


def _prefer(draw: DrawFn, log: _Log) -> RecordEvent:
    return draw(st.sampled_from(log.facts)).decide_prefer(
        preferred=draw(st.booleans()), why=draw(_WHY), actor="editor"
    )


def _erase(draw: DrawFn, log: _Log) -> RecordEvent:
    approvers = draw(st.sampled_from(((), ("second",))))
    return draw(st.sampled_from(log.facts)).decide_erase(
        why="they asked for it", approvers=approvers, actor="editor"
    )


def _erase_sources(draw: DrawFn, log: _Log) -> RecordEvent:
    return draw(st.sampled_from(log.facts)).decide_erase_sources(
        why="they asked for it", approvers=(), actor="editor"
    )


def _snapshot(draw: DrawFn, log: _Log) -> RecordEvent:
    assert log.negotiation is not None
    return log.negotiation.decide_snapshot(
        name=f"s{draw(st.integers(0, 2))}",
        perspective=draw(perspectives(len(log.entries))),
        sha256="0" * 64,
        actor="desk",
    )


_CHANGES: Final[tuple[_Change, ...]] = (
    _record,
    _record,
    _record,
    _correct,
    _correct,
    _correct_negotiation,
    _corroborate,
    _end,
    _retract,
    _reinstate,
    _prefer,
    _erase,
    _erase_sources,
    _snapshot,
)


def perspectives(max_position: int) -> SearchStrategy[Perspective]:
    """Perspectives on a log whose last position is `max_position`."""
    return st.builds(
        Perspective,
        as_of=instants(),
        as_known_at=st.none() | instants(),
        clock=st.sampled_from(("recorded", "published")),
        match=st.sampled_from(("certain", "possible")),
        position=st.just(max_position) | st.integers(1, max_position),
    )
