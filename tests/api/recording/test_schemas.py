from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.commands.bodies import CorrectionBody, NegotiationBody, SnapshotBody
from api.commands.commands import BodyParser, FactParser
from api.commands.examples import FACTS
from api.commands.merge_patch import apply_merge_patch
from domain.errors import ContentError, Fault
from domain.fact import as_primitives
from domain.kinds.prisoners import Release

PARSER = FactParser()
RELEASE = FACTS["fifty-two are freed"]


def _pointers(error: pytest.ExceptionInfo[ContentError]) -> list[str]:
    return [fault.pointer for fault in error.value.faults]


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_read_from_bytes_and_from_an_object_alike(name: str) -> None:
    fact = PARSER.parse(FACTS[name])
    assert fact.kind == FACTS[name]["kind"]
    assert PARSER.parse(as_primitives(fact)) == fact


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(ContentError) as error:
        PARSER.parse({**RELEASE, "summary": 3, "people": "A", "extra": 1})
    assert sorted(_pointers(error)) == ["/extra", "/people", "/summary"]


@pytest.mark.parametrize("kind", [None, "rumour", 7, ["release"]])
def test_a_kind_is_needed(kind: object) -> None:
    with pytest.raises(ContentError) as error:
        PARSER.parse({**RELEASE, "kind": kind})
    assert _pointers(error) == ["/kind"]


def test_nothing_is_coerced() -> None:
    quantity = {"what": "released", "value": "52"}
    with pytest.raises(ContentError) as error:
        PARSER.parse({**RELEASE, "quantities": [quantity]})
    assert _pointers(error) == ["/quantities/0/value"]


def test_a_number_without_a_fraction_is_an_integer() -> None:
    quantities = b'[{"what":"released","value":52.0}]'
    raw = b'{"kind":"release","valid":"2025","summary":"x","citations":[{"publisher":"A"}],'
    fact = PARSER.parse(raw + b'"quantities":' + quantities + b"}")
    assert fact.quantities[0].value == 52


def test_bodies_are_read_strictly() -> None:
    assert BodyParser(SnapshotBody).parse({"name": "a"}).clock == "recorded"
    for raw in (b"{}", b'{"slug":"a","title":"A","parties":"B"}', b"[]"):
        with pytest.raises(ContentError):
            BodyParser(NegotiationBody).parse(raw)
    sent = {"reason": "whim", "why": "x", "changes": [], "citation": {"pub": 1}}
    with pytest.raises(ContentError) as error:
        BodyParser(CorrectionBody).parse(sent)
    assert set(_pointers(error)) == {
        "/reason",
        "/changes",
        "/citation/publisher",
        "/citation/pub",
    }


def test_a_patch_changes_what_it_names_and_derives_bounds_again() -> None:
    fact = PARSER.parse(RELEASE)
    changed = apply_merge_patch(fact, {"quantities": [{"what": "released", "value": 50}]}, PARSER)
    assert changed.quantities[0].interval.high == 50
    assert changed.citations == fact.citations
    assert apply_merge_patch(fact, {}, PARSER) == fact
    assert apply_merge_patch(fact, {"population": None}, PARSER).matter == fact.matter


def test_a_patch_that_breaks_a_rule_is_pointed_at_under_changes() -> None:
    fact = PARSER.parse(RELEASE)
    with pytest.raises(ContentError) as error:
        apply_merge_patch(fact, {"summary": None, "valid": 3}, PARSER)
    assert sorted(_pointers(error)) == ["/changes/summary", "/changes/valid"]


def test_a_patch_may_change_the_kind_and_leaves_its_fields_behind() -> None:
    pardon = apply_merge_patch(PARSER.parse(RELEASE), {"kind": "pardon", "granted_by": "A"}, PARSER)
    assert not isinstance(pardon, Release)
    assert not hasattr(pardon, "destination")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*RELEASE, "kind", "note", "x"]), JSON, max_size=3))
def test_whatever_is_patched_in_is_read_or_refused(changes: dict[str, object]) -> None:
    fact = PARSER.parse(RELEASE)
    faults: tuple[Fault, ...] = ()
    try:
        patched = apply_merge_patch(fact, changes, PARSER)
    except ContentError as error:
        faults = error.faults
    else:
        assert PARSER.parse(as_primitives(patched)) == patched
    assert all(fault.pointer.startswith("/changes") for fault in faults)
