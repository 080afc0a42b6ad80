"""One example of every kind of fact and of every event.

A test names only what it is about: `fact("release", valid="2025-09-11")` fills in the rest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import domain.kinds  # noqa: F401 -- registers the kinds that the examples are of
from domain.access import owner
from domain.fact import KINDS, Fact, fact_id
from domain.fact_checks import check_fact
from domain.provenance import Citation, Link
from domain.quantity import Quantity
from domain.streams.change_request import stream_of
from domain.streams.clock_corrections import CLOCK_STREAM
from domain.streams.event import (
    ChangeApproved,
    ChangeProposed,
    ChangeRefused,
    ChangeRevised,
    ChangeWithdrawn,
    ClockCorrected,
    ClockCorrectionWithdrawn,
    FactCorrected,
    FactCorroborated,
    FactEnded,
    FactErased,
    FactPreferred,
    FactRecorded,
    FactReinstated,
    FactRetracted,
    NegotiationCorrected,
    RecordEvent,
    SettingsChanged,
    SnapshotTaken,
    SourcesErased,
)
from domain.streams.negotiation import decide_open, negotiation_id
from domain.time.instant import parse_cut

SLUG: Final = "us-belarus"
NEGOTIATION: Final = negotiation_id(SLUG)
OWNER: Final = owner("desk")
REUTERS: Final = Citation(publisher="Reuters", published="2025-09-11")
OPENED: Final = decide_open(
    slug=SLUG,
    title="US–Belarus talks",
    parties=("United States", "Belarus"),
    summary=None,
    actor="desk",
)

_LEAST: Final[dict[str, dict[str, Any]]] = {
    "appointment": {"person": "John Coale", "post": "Special Envoy for Belarus"},
    "mission": {"post": "US embassy in Minsk", "status": "suspended"},
    "pardon": {"granted_by": "Alexander Lukashenko"},
    "release": {},
    "custody": {"person": "Ihar Losik", "status": "sentenced"},
    "prisoner_count": {"population": "political prisoners", "counted_by": "Viasna"},
    "statement": {"speaker": "Alexander Lukashenko"},
    "response": {"asked": "White House", "answer": "no_reply"},
    "meeting": {"form": "talks", "stage": "held", "participants": ("John Coale",)},
    "proposal": {"by": "United States", "content": "reopen the embassy", "stage": "offered"},
    "measure": {
        "authority": "United States",
        "target": "Belavia",
        "action": "imposed",
        "stage": "in_force",
    },
    "alias": {"name": "John Cole", "same_as": "John Coale"},
    "agreement": {"title": "Exchange of prisoners", "form": "exchange", "stage": "signed"},
    "incident": {"form": "arrests"},
    "open_question": {"question": "Who will be freed, and when?"},
}
_FULL: Final[dict[str, dict[str, Any]]] = {
    "appointment": {"appointed_by": "Donald Trump", "on_behalf_of": "United States"},
    "mission": {},
    "pardon": {"population": "political prisoners"},
    "release": {"population": "political prisoners", "destination": "Lithuania"},
    "custody": {"place": "Navapolatsk"},
    "prisoner_count": {},
    "statement": {"on_behalf_of": "Belarus", "topic": "a big deal", "quote": "take them all"},
    "response": {"about": "a further release", "asked_by": "Reuters"},
    "meeting": {},
    "proposal": {"to": "Belarus", "in_return_for": "a further release"},
    "measure": {},
    "alias": {},
    "agreement": {"signatories": ("Belarus", "United States")},
    "incident": {"actor": "KGB of Belarus", "target": "journalists"},
    "open_question": {"about": "the potash deal"},
}


def fact(kind: str, **fields: Any) -> Fact:  # noqa: ANN401 -- the kind's own fields, whatever they are
    """Make a checked fact of a kind from the given fields, with defaults for the required ones."""
    base = {"valid": "2025-09-11", "summary": f"A {kind}", "citations": (REUTERS,)}
    return check_fact(KINDS[kind](**{**base, **_LEAST[kind], **fields}))


def full_fact(kind: str) -> Fact:
    """Make a fact of a kind with every field filled in."""
    return fact(
        kind,
        **_FULL[kind],
        summary="Fifty-two prisoners, „freed“ — Łukasz, Юлия & others\tin Vilnius",
        quantities=(
            Quantity(
                what="released", comparator="gt", value=51, text="more than 51", basis="increment"
            ),
            Quantity(what="held", low=1400, high=1500, text="1,400 to 1,500", basis="stock"),
            Quantity(what="sought", comparator="ge", text="dozens"),
            Quantity(what="asked", comparator="approx", value=100, basis="cumulative"),
        ),
        people=("Ihar Losik",),
        places=("Lithuania", "Minsk"),
        parties=("Belarus", "United States"),
        matter="sep11-count",
        citations=(
            Citation(
                publisher="Kyiv Independent",
                title="Fifty-two freed",
                url="https://example.org/a?b=c&d=é",
                published="2025-09-11?",
                origin="Reuters",
                attribution="anonymous",
                sources=2,
                grade="B2",
            ),
            Citation(publisher="Viasna"),
        ),
        links=(
            Link(relation="conflicts_with", fact="external:BY-049"),
            Link(relation="executes", fact="0b2b8f3e-6a3d-5b0e-9a54-0f7a3f0b7c11"),
        ),
        external_id="BY-047",
        note="as printed",
    )


def count(value: int | None = None, **fields: Any) -> tuple[Quantity, ...]:  # noqa: ANN401 -- a quantity's fields
    """Make the quantities of a release: an increment of those released."""
    return (Quantity(**{"what": "released", "value": value, "basis": "increment", **fields}),)


def example_events() -> dict[str, RecordEvent]:
    """One example of every event, by its stored name."""
    at: dict[str, Any] = {"originator_id": fact_id(NEGOTIATION, "BY-047"), "actor": "desk"}
    cited = Citation(publisher="AP", published="2025-09-12", attribution="document")
    release = full_fact("release")
    proposed: dict[str, Any] = {
        "originator_id": stream_of(at["originator_id"]),
        "actor": "desk",
        "proposal": UUID("0b2b8f3e-6a3d-4b0e-9a54-0f7a3f0b7c11"),
        "fact_id": at["originator_id"],
    }
    body = {
        "reason": "source_corrected",
        "why": "the ministry recounted",
        "changes": {
            "summary": "Fifty-one freed — Łukasz, Юлия",
            "note": None,
            "people": ["A", "B"],
        },
        "citation": None,
        "published": "2025-09-12",
    }
    every: tuple[RecordEvent, ...] = (
        replace(OPENED, summary="Political prisoners for sanctions relief"),
        NegotiationCorrected(
            originator_id=NEGOTIATION,
            originator_version=4,
            actor="desk",
            reason="source_corrected",
            why="potash is part of it",
            title="US–Belarus talks — Łukasz, Юлия",
            parties=("United States", "Belarus"),
            summary=None,
            published="2025-09-12",
        ),
        SettingsChanged(
            originator_id=NEGOTIATION,
            originator_version=2,
            actor="desk",
            visibility="private",
            members=("Ann", "Борис"),
            review_record=True,
            review_erasure=True,
        ),
        SnapshotTaken(
            originator_id=NEGOTIATION,
            originator_version=2,
            actor="desk",
            name="article-2025-11-26",
            as_of=parse_cut("2025-11-22"),
            as_known_at=None,
            clock="published",
            match="possible",
            position=85,
            sha256="ab" * 32,
        ),
        FactRecorded(**at, originator_version=1, negotiation_id=NEGOTIATION, fact=release),
        FactCorrected(
            **at,
            originator_version=2,
            reason="source_corrected",
            why="the ministry recounted",
            fact=replace(release, summary="Fifty-one freed"),
            citation=cited,
            published="2025-09-12",
        ),
        FactCorroborated(**at, originator_version=3, citation=cited, why=None, published=None),
        FactEnded(
            **at,
            originator_version=4,
            valid="2025-09-11/2025-11",
            why="lapsed",
            citation=None,
            published="2025-11",
        ),
        FactRetracted(
            **at, originator_version=5, reason="coding_error", why="a duplicate", published=None
        ),
        FactReinstated(**at, originator_version=6, why="it was none", published="2025-09-13"),
        FactPreferred(**at, originator_version=7, preferred=True, why="nearest to the event"),
        SourcesErased(
            **at, originator_version=8, why="the source asked for it", approvers=("Ann", "Борис")
        ),
        FactErased(
            **at,
            originator_version=9,
            negotiation_id=NEGOTIATION,
            why="it lets others find them",
            approvers=("Борис",),
        ),
        ChangeProposed(
            **proposed,
            originator_version=1,
            negotiation_id=NEGOTIATION,
            fact_version=7,
            op="correct",
            body=body,
            expires_at=parse_cut("2025-12-03"),
        ),
        ChangeRevised(
            **proposed,
            originator_version=2,
            fact_version=7,
            body={**body, "published": None},
            expires_at=parse_cut("2025-12-04"),
        ),
        ChangeApproved(**proposed, originator_version=3, digest="ab" * 32, why="as the list says"),
        ChangeRefused(**proposed, originator_version=3, why="the list is older"),
        ChangeWithdrawn(**proposed, originator_version=3, why=None),
        ClockCorrected(
            originator_id=CLOCK_STREAM,
            originator_version=1,
            actor="desk",
            first=86,
            last=88,
            why="the clock stood ten years ahead after the battery — ушли вперёд — was changed",
        ),
        ClockCorrectionWithdrawn(
            originator_id=CLOCK_STREAM,
            originator_version=2,
            actor="desk",
            first=9,
            last=12,
            why="the machine's clock was behind",
            correction=9,
        ),
    )
    return {event.stored_name: event for event in every}
