"""The codec: the bytes under each permanent name, and what cannot be read.

The golden files under `tests/golden` hold the bytes that logs hold. They are never edited: a change
of shape adds an upcast and a file of the new shape, and the old file must still be read.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pytest
from hypothesis import given

from domain.fact import KINDS, Fact
from domain.fact_checks import check_fact
from domain.named import Named
from domain.streams.event import STORED_NAMES, RecordEvent
from infrastructure.errors import UnreadableEventError
from infrastructure.log import codec
from infrastructure.log.codec import UPCASTS, EventCodec, decode_fact, encode_fact
from infrastructure.log.entry import AuthoredEvent
from tests.drawn_facts import facts
from tests.examples import NEGOTIATION, example_events, fact, full_fact
from tests.strategies import SOME, histories

if TYPE_CHECKING:
    from eventsourcing.persistence import StoredEvent

    from domain.streams.entry import Entry

GOLDEN: Final = Path(__file__).parents[2] / "golden"
CODEC: Final = EventCodec()
EVENTS: Final = sorted(path.stem for path in (GOLDEN / "events").glob("*.json"))
FACTS: Final = sorted(path.stem for path in (GOLDEN / "facts").glob("*.json"))


def read_golden(folder: str, name: str) -> bytes:
    return (GOLDEN / folder / f"{name}.json").read_bytes()


def make_stored_event(
    name: str, state: bytes, originator_id: UUID | str = NEGOTIATION
) -> StoredEvent:
    event = example_events().get(name)
    return AuthoredEvent(
        originator_id=originator_id if event is None else event.originator_id,
        originator_version=1 if event is None else event.originator_version,
        topic=name,
        state=state,
        actor="desk",
    )


def test_every_event_has_a_golden_file_and_every_golden_file_an_event() -> None:
    assert sorted(STORED_NAMES) == EVENTS
    assert sorted(example_events()) == EVENTS


def test_every_kind_has_a_golden_file_and_every_golden_file_a_kind() -> None:
    assert sorted(KINDS) == FACTS


def test_the_stored_names_are_permanent() -> None:
    assert set(STORED_NAMES) == {
        "negotiation.opened",
        "negotiation.corrected",
        "negotiation.settings_changed",
        "negotiation.snapshot_taken",
        "fact.recorded",
        "fact.corrected",
        "fact.corroborated",
        "fact.ended",
        "fact.retracted",
        "fact.reinstated",
        "fact.preferred",
        "fact.erased",
        "fact.sources_erased",
        "change.proposed",
        "change.revised",
        "change.approved",
        "change.refused",
        "change.withdrawn",
        "clock.corrected",
        "clock.correction_withdrawn",
    }


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_stored_as_its_golden_file(name: str) -> None:
    event = example_events()[name]
    written = CODEC.to_stored_event(event)
    assert isinstance(written, AuthoredEvent)
    assert written.state == read_golden("events", name)
    assert (written.topic, written.actor) == (name, event.actor)
    assert (written.originator_id, written.originator_version) == (
        event.originator_id,
        event.originator_version,
    )


@pytest.mark.parametrize("name", EVENTS)
def test_a_golden_file_is_read_as_its_event(name: str) -> None:
    assert (
        CODEC.to_domain_event(make_stored_event(name, read_golden("events", name)))
        == example_events()[name]
    )


@pytest.mark.parametrize("kind", FACTS)
def test_a_fact_is_stored_as_its_golden_file_and_read_back(kind: str) -> None:
    assert encode_fact(full_fact(kind)) == read_golden("facts", kind)
    assert decode_fact(read_golden("facts", kind)) == full_fact(kind)
    assert type(decode_fact(read_golden("facts", kind))) is KINDS[kind]


def test_an_alias_from_before_aliases_had_sorts_is_one_of_a_person() -> None:
    stored = read_golden("facts", "alias").replace(b',"of":"person"', b"")
    assert decode_fact(stored) == full_fact("alias")


def test_a_name_with_an_id_is_stored_as_an_object_and_one_without_as_a_text() -> None:
    named = Named(name="Ihar Losik", id="list:17")
    stored = encode_fact(fact("custody", person=named, people=("Ann", named)))
    assert b'"person":{"name":"Ihar Losik","id":"list:17"}' in stored
    assert b'"people":["Ann",{"name":"Ihar Losik","id":"list:17"}]' in stored
    assert decode_fact(stored) == fact("custody", person=named, people=("Ann", named))


@SOME
@given(facts())
def test_every_fact_is_read_back_as_it_was(drawn: Fact) -> None:
    assert decode_fact(encode_fact(check_fact(drawn))) == check_fact(drawn)


@SOME
@given(histories())
def test_every_event_is_read_back_as_it_was_and_stored_again_alike(entries: list[Entry]) -> None:
    for entry in entries:
        written = CODEC.to_stored_event(entry.event)
        again = CODEC.to_domain_event(written)
        assert again == entry.event
        assert CODEC.to_stored_event(again).state == written.state


@pytest.mark.parametrize(
    "name", ["fact.imagined", "", "domain.streams.event:FactRecorded", "fact.Recorded"]
)
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(UnreadableEventError, match="no event is stored as"):
        CODEC.to_domain_event(make_stored_event(name, b"{}"))


def _change_fields(name: str, **fields: Any) -> bytes:  # noqa: ANN401 -- any JSON
    return json.dumps({**json.loads(read_golden("events", name)), **fields}).encode()


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        _change_fields("fact.recorded", fact={"kind": "miracle"}),
        _change_fields("fact.recorded", fact={"kind": "release"}),
        _change_fields("fact.recorded", fact={"kind": ["release"]}),
        _change_fields("fact.recorded", fact={}),
        _change_fields("fact.recorded", fact=None),
        _change_fields("fact.recorded", negotiation_id="us-belarus"),
    ],
)
def test_a_payload_that_does_not_fit_is_refused_as_unreadable(state: bytes) -> None:
    with pytest.raises(UnreadableEventError, match=r"fact\.recorded"):
        CODEC.to_domain_event(make_stored_event("fact.recorded", state))


def test_a_payload_cannot_name_a_class_of_its_own() -> None:
    poison = _change_fields("fact.retracted", _type_="uuid.UUID", _data_="x", __class__="os.system")
    assert (
        CODEC.to_domain_event(make_stored_event("fact.retracted", poison))
        == example_events()["fact.retracted"]
    )


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("fact.retracted", {"reason": "because"}),
        ("fact.retracted", {"why": None}),
        ("fact.preferred", {"preferred": "yes"}),
        ("negotiation.snapshot_taken", {"clock": "sun"}),
        ("negotiation.snapshot_taken", {"position": 1.5}),
        ("change.proposed", {"op": "record"}),
        ("change.proposed", {"body": []}),
        ("change.approved", {"digest": None}),
    ],
)
def test_a_field_is_of_its_type_or_the_event_is_refused(name: str, fields: dict[str, Any]) -> None:
    with pytest.raises(UnreadableEventError):
        CODEC.to_domain_event(make_stored_event(name, _change_fields(name, **fields)))


def test_what_is_no_event_of_the_record_is_not_stored() -> None:
    @dataclass(frozen=True)
    class Stray:
        originator_id: UUID = NEGOTIATION
        originator_version: int = 1

    with pytest.raises(TypeError, match="Stray"):
        CODEC.to_stored_event(Stray())


def test_an_older_shape_is_brought_up_to_date_when_read(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "fact.preferred"

    def flag_from_rank(payload: dict[str, Any]) -> dict[str, Any]:
        rest = {key: value for key, value in payload.items() if key != "rank"}
        return {**rest, "preferred": payload["rank"] == 1, "shape": 2}

    def why_from_note(payload: dict[str, Any]) -> dict[str, Any]:
        rest = {key: value for key, value in payload.items() if key != "note"}
        return {**rest, "why": payload["note"], "shape": 3}

    monkeypatch.setitem(UPCASTS, name, (flag_from_rank, why_from_note))
    event = example_events()[name]
    shapes = (
        b'{"shape":1,"rank":1,"note":"nearest to the event"}',
        b'{"shape":2,"preferred":true,"note":"nearest to the event"}',
        b'{"shape":3,"preferred":true,"why":"nearest to the event"}',
    )
    assert [CODEC.to_domain_event(make_stored_event(name, shape)) for shape in shapes] == [
        event
    ] * 3
    assert json.loads(CODEC.to_stored_event(event).state)["shape"] == 3


def test_an_events_actor_comes_from_the_log_and_not_from_the_payload() -> None:
    event = example_events()["fact.retracted"]
    state = read_golden("events", "fact.retracted")
    assert b"desk" not in state
    written = make_stored_event("fact.retracted", state)
    assert CODEC.read(written, "editor") == replace(event, actor="editor")


def test_a_kind_defined_anew_is_read_with_its_new_class(monkeypatch: pytest.MonkeyPatch) -> None:
    decode_fact(read_golden("facts", "release"))
    again = type("Release", (KINDS["release"],), {"__doc__": "Freed."})
    monkeypatch.setitem(KINDS, "release", again)
    assert type(decode_fact(read_golden("facts", "release"))) is again
    monkeypatch.undo()
    assert type(decode_fact(read_golden("facts", "release"))) is KINDS["release"]


def test_every_event_is_frozen_and_has_a_stored_name() -> None:
    for name, event in example_events().items():
        assert isinstance(event, RecordEvent)
        assert type(event) is STORED_NAMES[name]
        with pytest.raises(AttributeError):
            event.actor = "someone else"  # type: ignore[misc]
    assert codec.__doc__


BEGINNING_AT_ONCE: Final = """
import sys
from pathlib import Path
from threading import Barrier, Thread
from infrastructure.log.codec import decode_fact
sys.setswitchinterval(1e-6)
contents = [each.read_bytes() for each in sorted(Path(sys.argv[1]).glob("*.json"))]
together, read = Barrier(8), []
def decode():
    together.wait()
    read.extend(decode_fact(each).kind for each in contents)
threads = [Thread(target=decode) for _ in range(8)]
for each in threads: each.start()
for each in threads: each.join()
assert len(read) == 8 * len(contents)
"""


def test_threads_that_read_a_kind_for_the_first_time_at_once_all_read_it() -> None:
    command = [sys.executable, "-c", BEGINNING_AT_ONCE, str(GOLDEN / "facts")]
    ended = [subprocess.run(command, check=False).returncode for _ in range(3)]
    assert ended == [0, 0, 0]
