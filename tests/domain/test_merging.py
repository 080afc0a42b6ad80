"""A change is applied to a content that lacks other changes, and changes nothing else of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.named import Named
from domain.provenance import Citation
from domain.quantity import Basis, Quantity, fill_bounds
from domain.views.known.merging import merge_fact
from tests.drawn_facts import facts
from tests.examples import fact
from tests.strategies import SOME

if TYPE_CHECKING:
    from domain.fact import Fact

Items = tuple[object, ...]
ANN = Named(name="Ann", id="list:1")
OTHER = Named(name="Ann", id="list:2")
AP = Citation(publisher="AP", url="https://ap.example/1", published="2025-09-12")
BABEL = Citation(publisher="Babel", published="2025-09-13")
TASS = Citation(publisher="TASS", title="Freed", published="2025-09-14")


def make_quantity(what: str, number: int, basis: Basis | None = "increment") -> Quantity:
    return fill_bounds(Quantity(what=what, comparator="eq", value=number, basis=basis))


def make_release(**fields: Any) -> Fact:  # noqa: ANN401 -- a fact's fields
    return fact("release", **fields)


def merge_field(field: str, current: Items, before: Items, after: Items) -> object:
    """The value of a field after its change from `before` to `after` is applied to `current`."""
    was, is_ = (make_release(**{field: items}) for items in (before, after))
    merged = merge_fact(make_release(note="x", **{field: current}), was, is_)
    assert merged is not None
    assert merged.note == "x"
    return getattr(merged, field)


def test_a_field_that_did_not_change_stays_as_the_other_content_has_it() -> None:
    before = make_release(summary="52 freed", matter="count")
    found = merge_fact(
        make_release(summary="50 freed"), before, replace(before, note="seen by two")
    )
    assert found == make_release(summary="50 freed", note="seen by two")


@pytest.mark.parametrize(
    ("current", "before", "after", "expected"),
    [
        (("A", "B"), ("A", "B", "C"), ("A", "C"), ("A",)),
        (("A",), ("A", "B"), ("A", "B", "C"), ("A", "C")),
        (("A", "X"), ("A",), ("A", "X"), ("A", "X")),
        (("A", "A"), ("A", "A", "B"), ("A", "B"), ("A",)),
        ((), ("A",), (), ()),
        (("Ann", "B"), ("Ann",), (ANN,), (ANN, "B")),
        (("Ann",), (ANN,), (OTHER,), (OTHER,)),
        ((ANN, "B"), ("Ann", "B"), (OTHER, "B"), (OTHER, "B")),
        ((ANN, OTHER), (ANN,), (), (OTHER,)),
        (("Ann",), (ANN,), (ANN, OTHER), ("Ann", OTHER)),
    ],
)
def test_lists_are_merged_item_by_item(
    current: Items, before: Items, after: Items, expected: Items
) -> None:
    assert merge_field("people", current, before, after) == expected


def test_a_quantity_is_the_same_one_by_what_it_counts_and_its_basis() -> None:
    women, freed = make_quantity("women", 8), make_quantity("released", 50)
    found = merge_field(
        "quantities",
        (women, freed),
        (women, make_quantity("released", 52)),
        (make_quantity("women", 9), make_quantity("released", 52)),
    )
    assert found == (make_quantity("women", 9), freed)


def test_of_a_quantity_what_changed_is_its_basis_or_its_amount() -> None:
    before, after = make_quantity("released", 52, None), make_quantity("released", 52)
    assert merge_field(
        "quantities", (make_quantity("released", 50, None),), (before,), (after,)
    ) == (make_quantity("released", 50),)
    told = fill_bounds(Quantity(what="released", text="at least 55", basis=None))
    assert merge_field("quantities", (make_quantity("released", 50),), (before,), (told,)) == (
        replace(told, basis="increment"),
    )


def test_a_citation_is_the_same_one_by_its_address_its_title_or_its_publisher() -> None:
    mended = replace(AP, title="Fifty-two freed")
    assert merge_field("citations", (TASS, AP), (AP, BABEL), (mended, BABEL)) == (TASS, mended)
    assert merge_field("citations", (BABEL,), (AP, BABEL), (mended, BABEL)) == (BABEL, mended)
    graded = replace(TASS, grade="B2")
    assert merge_field("citations", (graded,), (TASS,), (replace(TASS, sources=2),)) == (
        replace(graded, sources=2),
    )


@pytest.mark.parametrize(
    ("current", "before", "after", "expected"),
    [
        ("2025-01-01", "2025-02-01", "2025-02-01/2025-06", "2025-01-01/2025-06"),
        ("2025-01-01/2025-06", "2025-01-01/2025-07", "2025-02/2025-07", "2025-02/2025-06"),
        ("2025-01-01", "2025-01-01/2025-06", "2025-01-02/2025-06", "2025-01-02"),
        ("2025-01-01/..", "2024/..", "2025-03/2025-04", "2025-03/2025-04"),
        ("2025-08", "2025-01-01", "2025-01-01/2025-06", None),
        ("{2025-01,2025-03}", "2025-01", "2025-01/2025-06", None),
    ],
)
def test_start_and_end_of_an_interval_are_merged_separately(
    current: str, before: str, after: str, expected: str | None
) -> None:
    of = {"person": "Ihar Losik", "status": "detained"}
    found = merge_fact(*(fact("custody", valid=each, **of) for each in (current, before, after)))
    assert (None if found is None else found.valid) == expected


def test_without_a_source_there_is_no_fact() -> None:
    before = make_release(citations=(AP, BABEL))
    after = make_release(citations=(BABEL,))
    assert merge_fact(make_release(citations=(AP,)), before, after) is None


def test_a_change_of_kind_brings_the_fields_of_the_new_one() -> None:
    before = make_release(summary="x", destination="Lithuania")
    pardoned = fact("pardon", summary="x", granted_by="Lukashenka")
    found = merge_fact(make_release(summary="y", destination="Poland"), before, pardoned)
    assert found == replace(pardoned, summary="y")
    elsewhere = fact("pardon", summary="x", granted_by="X")
    assert merge_fact(before, pardoned, elsewhere) is None
    assert merge_fact(before, pardoned, replace(pardoned, note="z")) == replace(before, note="z")


@SOME
@given(facts(), facts())
def test_on_what_it_was_made_of_a_change_gives_what_it_gave(before: Fact, after: Fact) -> None:
    assert merge_fact(before, before, after) == after


@SOME
@given(facts(), st.data())
def test_two_changes_of_different_fields_come_out_the_same_in_either_order(
    first: Fact, data: st.DataObject
) -> None:
    one = replace(first, summary="changed", people=("A", *first.people))
    other = replace(first, note="changed", places=("B",), valid=data.draw(st.just("2025-03")))
    both = replace(other, summary=one.summary, people=one.people)
    assert merge_fact(other, first, one) == both
    assert merge_fact(one, first, other) == both
