"""A history written by hand and decided by the domain, and its answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from domain.fact import Fact, fact_id
from domain.streams.entry import Entry
from domain.streams.event import FactRecorded
from domain.streams.fact import FactRecord, decide_record, evolve
from domain.streams.negotiation import Negotiation
from domain.streams.negotiation import evolve as evolve_negotiation
from domain.time.instant import parse_cut
from domain.time.perspective import Perspective
from domain.views.diff import SAYING, Differing
from domain.views.known import timeslices as history
from domain.views.state import count_facts, resolve_state
from domain.views.versions import is_public
from tests.examples import NEGOTIATION, OPENED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from domain.provenance import Citation
    from domain.streams.event import FactEvent, Reason
    from domain.views.versions import FactVersion, Seen


def find_differing(
    versions: Iterable[FactVersion], from_: Perspective, to: Perspective
) -> Differing:
    """The facts that differ between two perspectives, by the fold, and the last changes that explain it."""
    every = list(versions)
    before, after = (history.select_known(every, at) for at in (from_, to))
    known = {version.position for version in every if is_public(version, from_)}
    new = [v for _, v in history.pair_changes(every, to) if v.position not in known]
    changes = {
        event: [*{v.record.id: v for v in new if v.event == event}.values()]
        for event in SAYING.values()
    }
    return Differing(before, after, changes)


class Log:
    """A history written by hand; each change has a record time, by default the end of a day (UTC)."""

    def __init__(self) -> None:
        self.entries = [Entry(position=1, recorded_at=parse_cut("2020-01-01"), event=OPENED)]
        self._records: dict[UUID, FactRecord] = {}

    def record(self, recorded: Fact, *, at: str = "2025-12-01") -> UUID:
        """Record a fact; gives its id."""
        id_ = fact_id(NEGOTIATION, recorded.external_id or f"no {len(self.entries)}")
        event = decide_record(fact_id=id_, negotiation_id=NEGOTIATION, fact=recorded, actor="desk")
        self._take(event, at)
        return id_

    def store(self, stored: Fact) -> UUID:
        """Add a fact as older rules may have stored it; gives its id."""
        id_ = fact_id(NEGOTIATION, stored.external_id or f"no {len(self.entries)}")
        at: dict[str, Any] = {"originator_id": id_, "originator_version": 1, "actor": "desk"}
        self._take(FactRecorded(**at, negotiation_id=NEGOTIATION, fact=stored), "2025-12-01")
        return id_

    def correct(
        self,
        id_: UUID,
        *,
        at: str = "2025-12-02",
        reason: Reason = "source_corrected",
        published: str | None = None,
        citation: Citation | None = None,
        **changes: Any,  # noqa: ANN401 -- a fact's fields
    ) -> None:
        """Correct some fields of a fact."""
        record = self._records[id_]
        event = record.decide_correct(
            reason=reason,
            why="they say so",
            fact=replace(record.fact, **changes),
            citation=citation,
            published=published,
            actor="editor",
        )
        self._take(event, at)

    def corroborate(
        self,
        id_: UUID,
        citation: Citation,
        *,
        at: str = "2025-12-02",
        published: str | None = None,
    ) -> None:
        """Add another source to a fact."""
        event = self._records[id_].decide_corroborate(
            citation=citation, why=None, published=published, actor="desk"
        )
        self._take(event, at)

    def end(
        self, id_: UUID, ended: str, *, at: str = "2025-12-02", published: str | None = None
    ) -> None:
        """End a fact."""
        event = self._records[id_].decide_end(
            ended=ended, why=None, citation=None, published=published, actor="desk"
        )
        self._take(event, at)

    def retract(self, id_: UUID, *, at: str = "2025-12-02", published: str | None = None) -> None:
        """Retract a fact."""
        event = self._records[id_].decide_retract(
            reason="source_retracted", why="they withdrew it", published=published, actor="editor"
        )
        self._take(event, at)

    def reinstate(self, id_: UUID, *, at: str = "2025-12-03", published: str | None = None) -> None:
        """Reinstate a fact."""
        event = self._records[id_].decide_reinstate(
            why="it stood", published=published, actor="editor"
        )
        self._take(event, at)

    def prefer(self, id_: UUID, *, preferred: bool = True, at: str = "2025-12-02") -> None:
        """Mark a fact as preferred, or remove the mark."""
        event = self._records[id_].decide_prefer(preferred=preferred, why="nearest", actor="editor")
        self._take(event, at)

    def _take(self, event: FactEvent, at: str) -> None:
        id_ = event.originator_id
        self._records[id_] = evolve(self._records.get(id_), event)
        recorded_at = max(parse_cut(at), self.entries[-1].recorded_at + 1)
        position = len(self.entries) + 1
        self.entries.append(Entry(position=position, recorded_at=recorded_at, event=event))

    @property
    def negotiation(self) -> Negotiation:
        """The negotiation that the log is of."""
        return evolve_negotiation(None, OPENED)

    def versions(self) -> list[FactVersion]:
        """Every version of every fact."""
        return history.fold_versions(self.entries)

    def perspective(
        self,
        as_of: str = "2025-11-22",
        as_known_at: str | None = None,
        clock: Literal["recorded", "published"] = "recorded",
        match: Literal["certain", "possible"] = "possible",
        position: int | None = None,
    ) -> Perspective:
        """A perspective on the log, its cuts as text."""
        return Perspective(
            as_of=parse_cut(as_of),
            as_known_at=None if as_known_at is None else parse_cut(as_known_at),
            clock=clock,
            match=match,
            position=len(self.entries) if position is None else position,
        )

    def slice(self, **perspective: Any) -> list[Seen]:  # noqa: ANN401 -- as `perspective` takes them
        """The facts that are known and not retracted at a perspective."""
        return history.timeslice(self.versions(), self.perspective(**perspective))

    def list_known(self, **perspective: Any) -> list[FactVersion]:  # noqa: ANN401 -- as `perspective` takes them
        """The versions that are known at a perspective."""
        return history.select_known(self.versions(), self.perspective(**perspective))

    def state(self, **perspective: Any) -> dict[str, Any]:  # noqa: ANN401 -- as `perspective` takes them
        """The state at a perspective."""
        at = self.perspective(**perspective)
        known = history.select_known(self.versions(), at)
        seen = history.timeslice(self.versions(), at)
        return resolve_state(self.negotiation, seen, count_facts(known), at)


def write_log(*facts: Fact) -> Log:
    """A log that holds these facts."""
    log = Log()
    for each in facts:
        log.record(each)
    return log
