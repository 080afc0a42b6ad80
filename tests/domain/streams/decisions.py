"""A fact, and each command on it with the least that it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from domain.fact import Fact, fact_id
from domain.provenance import Citation
from domain.streams.fact import FactRecord, decide_record, evolve
from tests.examples import NEGOTIATION, fact

if TYPE_CHECKING:
    from domain.streams.event import FactEvent

AP: Final = Citation(publisher="AP", published="2025-09-12")
Decide = Callable[[FactRecord], "FactEvent"]


def make_record(content: Fact | None = None) -> FactRecord:
    event = decide_record(
        fact_id=fact_id(NEGOTIATION, "BY-1"),
        negotiation_id=NEGOTIATION,
        fact=content or fact("appointment", valid="2025-11-09/.."),
        actor="desk",
    )
    return evolve(None, event)


def decide_all(record: FactRecord, *decisions: Decide) -> FactRecord:
    for decide in decisions:
        record = evolve(record, decide(record))
    return record


def correct(**changes: Any) -> Decide:  # noqa: ANN401 -- a fact's fields, or a correction's own
    own = {"reason": "source_corrected", "why": "recount", "citation": None, "published": None}
    sent = {name: changes.pop(name, default) for name, default in own.items()}
    return lambda record: record.decide_correct(
        **sent, fact=replace(record.fact, **changes), actor="editor"
    )


def corroborate(citation: Citation = AP, **sent: Any) -> Decide:  # noqa: ANN401 -- a command's fields
    both = {"why": None, "published": None, **sent}
    return lambda record: record.decide_corroborate(citation=citation, **both, actor="desk")


def end(ended: str = "2025-12-01", **sent: Any) -> Decide:  # noqa: ANN401 -- a command's fields
    every = {"why": None, "citation": None, "published": None, **sent}
    return lambda record: record.decide_end(ended=ended, **every, actor="desk")


def retract(**sent: Any) -> Decide:  # noqa: ANN401 -- a command's fields
    every = {"reason": "coding_error", "why": "a duplicate", "published": None, **sent}
    return lambda record: record.decide_retract(**every, actor="editor")


def reinstate(**sent: Any) -> Decide:  # noqa: ANN401 -- a command's fields
    return lambda record: record.decide_reinstate(
        **{"why": "it was none", "published": None, **sent}, actor="editor"
    )


def prefer(preferred: bool = True, why: str = "nearest") -> Decide:
    return lambda record: record.decide_prefer(preferred=preferred, why=why, actor="editor")
