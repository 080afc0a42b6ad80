"""A negotiation is opened once under a slug, and its snapshots have names of their own."""

from __future__ import annotations

import pytest

from domain.errors import ContentError, StateError, TakenError
from domain.streams.event import NegotiationOpened, SnapshotTaken
from domain.streams.negotiation import Negotiation, decide_open, evolve, negotiation_id, project
from domain.time.instant import parse_cut
from domain.time.perspective import Perspective
from tests.examples import NEGOTIATION, OPENED, SLUG, example_events

AT = Perspective(
    as_of=parse_cut("2025-11-22"), as_known_at=7, clock="published", match="certain", position=3
)


def open_negotiation(**changes: object) -> NegotiationOpened:
    sent: dict[str, object] = {"slug": SLUG, "title": "T", "parties": (), "summary": None}
    return decide_open(**{**sent, **changes}, actor="desk")  # type: ignore[arg-type]


def snapshot(negotiation: Negotiation, name: str = "article") -> SnapshotTaken:
    return negotiation.decide_snapshot(name=name, perspective=AT, sha256="ab" * 32, actor="desk")


def test_given_nothing_when_opened_then_it_has_the_id_of_its_slug() -> None:
    event = open_negotiation(title="US–Belarus talks", parties=("Belarus",), summary="Prisoners")
    assert event == NegotiationOpened(
        originator_id=negotiation_id(SLUG),
        originator_version=1,
        actor="desk",
        slug=SLUG,
        title="US–Belarus talks",
        parties=("Belarus",),
        summary="Prisoners",
    )


def test_the_id_of_a_slug_is_permanent() -> None:
    assert str(negotiation_id("us-belarus")) == "f8f4a431-0203-5aa3-8668-611aa5c34fe2"


@pytest.mark.parametrize("slug", ["a", "us-belarus", "9", "a" * 100, "a--b"])
def test_a_slug_is_lower_case_letters_digits_and_inner_hyphens(slug: str) -> None:
    assert open_negotiation(slug=slug).slug == slug


@pytest.mark.parametrize("slug", ["", "-a", "a-", "A", "a b", "a/b", "é", "a" * 101, "a\n", "a."])
def test_any_other_slug_is_refused(slug: str) -> None:
    with pytest.raises(ContentError) as refused:
        open_negotiation(slug=slug)
    assert [fault.pointer for fault in refused.value.faults] == ["/slug"]


def test_every_fault_of_an_opening_is_named_at_once() -> None:
    with pytest.raises(ContentError) as refused:
        open_negotiation(slug="A", title=" ", parties=("Belarus", ""), summary="\x00")
    pointers = [fault.pointer for fault in refused.value.faults]
    assert pointers == ["/title", "/parties/1", "/summary", "/slug"]


def test_given_a_negotiation_when_a_snapshot_is_taken_then_it_pins_the_whole_perspective() -> None:
    event = snapshot(evolve(None, OPENED))
    assert event == SnapshotTaken(
        originator_id=NEGOTIATION,
        originator_version=2,
        actor="desk",
        name="article",
        as_of=AT.as_of,
        as_known_at=7,
        clock="published",
        match="certain",
        position=3,
        sha256="ab" * 32,
        reading=AT.reading,
    )


def test_given_a_snapshot_when_its_name_is_used_again_then_it_is_taken() -> None:
    negotiation = evolve(None, OPENED)
    negotiation = evolve(negotiation, snapshot(negotiation))
    assert (negotiation.version, negotiation.snapshots) == (2, frozenset({"article"}))
    with pytest.raises(TakenError) as refused:
        snapshot(negotiation)
    assert refused.value.name == "article"
    assert snapshot(negotiation, "Article").originator_version == 3


@pytest.mark.parametrize("name", ["", ".a", "-a", "a b", "a/b", "é", "a" * 101, "a\n", "../a"])
def test_a_snapshots_name_can_stand_in_a_path(name: str) -> None:
    with pytest.raises(ContentError) as refused:
        snapshot(evolve(None, OPENED), name)
    assert [fault.pointer for fault in refused.value.faults] == ["/name"]


def test_a_stream_folds_to_the_negotiation_it_left() -> None:
    negotiation = evolve(None, OPENED)
    taken = snapshot(negotiation)
    assert project(None, [OPENED, taken]) == evolve(negotiation, taken)
    assert project(negotiation, []) == negotiation
    assert project(None, []) is None


def test_a_snapshot_of_nothing_and_a_strange_event_are_refused() -> None:
    events = example_events()
    with pytest.raises(StateError, match="SnapshotTaken"):
        evolve(None, events["negotiation.snapshot_taken"])
    with pytest.raises(StateError, match="FactRecorded"):
        evolve(evolve(None, OPENED), events["fact.recorded"])
