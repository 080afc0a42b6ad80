"""A fact is checked as a whole: every fault is named with its place; two facts are compared field by field."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal

import pytest
from hypothesis import given

from domain.errors import ContentError
from domain.fact import KINDS, LONGEST_NAME, Fact, as_primitives, differences, fact_id, kind
from domain.fact_checks import check_fact
from domain.kinds.prisoners import Release
from domain.provenance import Citation, Link
from domain.quantity import Quantity
from domain.texts import LONGEST_LIST, LONGEST_TEXT, text_faults
from domain.time.holding import Holding
from tests.drawn_facts import facts
from tests.examples import NEGOTIATION, REUTERS, fact, full_fact
from tests.strategies import SOME


def pointers(wrong: Fact) -> list[str]:
    with pytest.raises(ContentError) as refused:
        check_fact(wrong)
    return [fault.pointer for fault in refused.value.faults]


def test_checking_fills_in_the_bounds_of_every_quantity() -> None:
    counts = (Quantity(what="a", comparator="ge", value=100), Quantity(what="b", text="dozens"))
    quantities = check_fact(replace(fact("release"), quantities=counts)).quantities
    assert [(each.low, each.high) for each in quantities] == [(100, None), (24, None)]


@SOME
@given(facts())
def test_a_checked_fact_passes_again_unchanged(drawn: Fact) -> None:
    once = check_fact(drawn)
    assert check_fact(once) == once


def test_every_fault_is_named_at_once_with_its_place() -> None:
    wrong = replace(
        fact("release"),
        valid="2025-13",
        summary="  ",
        quantities=(Quantity(what="released", value=1), Quantity(what="released")),
        citations=(REUTERS, replace(REUTERS, grade="Z9"), replace(REUTERS, published="soon")),
        links=(Link(relation="confirms", fact="BY-1"),),
    )
    assert pointers(wrong) == [
        "/summary",
        "/valid",
        "/quantities/1/value",
        "/citations/1/grade",
        "/citations/2/published",
        "/links/0/fact",
    ]


def test_a_malformed_valid_time_says_where_it_breaks() -> None:
    with pytest.raises(ContentError, match="offset 5"):
        check_fact(replace(fact("release"), valid="2025-13"))


def test_a_fact_without_a_citation_is_refused() -> None:
    assert pointers(replace(fact("release"), citations=())) == ["/citations"]


@pytest.mark.parametrize(
    "text", ["", " \t", "a\x00b", "\x1b[31m", "\ud800", "x" * (LONGEST_TEXT + 1)]
)
def test_text_that_cannot_be_kept_or_read_is_refused_wherever_it_stands(text: str) -> None:
    assert pointers(replace(fact("release"), note=text)) == ["/note"]
    assert pointers(replace(fact("release"), people=("Ihar", text))) == ["/people/1"]
    cited = replace(fact("release"), citations=(replace(REUTERS, title=text),))
    assert pointers(cited) == ["/citations/0/title"]


def test_text_may_be_missing_and_may_hold_line_breaks_and_any_script() -> None:
    assert text_faults({"why": None, "quote": "Łukasz\n\tЮлия 𐐷", "sources": 3}) == []


def test_the_longest_text_and_the_longest_list_are_kept() -> None:
    kept = replace(fact("release"), note="x" * LONGEST_TEXT, people=("A",) * LONGEST_LIST)
    assert check_fact(kept) == kept
    assert pointers(replace(kept, people=("A",) * (LONGEST_LIST + 1))) == ["/people"]


@pytest.mark.parametrize(
    ("name", "most", "part"),
    [
        ("quantities", 50, Quantity(what="released", value=1)),
        ("citations", 200, REUTERS),
    ],
)
def test_a_fact_has_a_bounded_number_of_quantities_and_of_citations(
    name: str, most: int, part: object
) -> None:
    full = replace(fact("release"), **{name: (part,) * most})  # type: ignore[arg-type]
    assert len(getattr(check_fact(full), name)) == most
    with pytest.raises(ContentError) as refused:
        check_fact(replace(fact("release"), **{name: (part,) * 1_001}))  # type: ignore[arg-type]
    (fault,) = refused.value.faults
    assert fault.pointer == f"/{name}"
    assert fault.detail == f"write at most {most} entries, not 1001"


@pytest.mark.parametrize("name", ["matter", "external_id"])
def test_a_name_is_no_longer_than_an_index_can_hold(name: str) -> None:
    longest = replace(fact("release"), **{name: "é" * LONGEST_NAME})  # type: ignore[arg-type]
    assert check_fact(longest) == longest
    assert pointers(replace(longest, **{name: "é" * (LONGEST_NAME + 1)})) == [f"/{name}"]  # type: ignore[arg-type]


def test_an_external_id_gives_the_same_id_in_every_copy_of_the_record() -> None:
    assert str(fact_id(NEGOTIATION, "BY-047")) == str(fact_id(NEGOTIATION, "BY-047"))
    assert fact_id(NEGOTIATION, "BY-047") != fact_id(NEGOTIATION, "BY-048")


def test_primitives_keep_the_order_of_the_fields_and_are_ready_for_json() -> None:
    found = as_primitives(full_fact("release"))
    assert list(found) == [field.name for field in fields(Release)]
    assert found["citations"][0]["origin"] == "Reuters"
    assert found["people"] == ["Ihar Losik"]


def test_a_difference_names_each_field_that_changed_and_no_other() -> None:
    before = fact("release", destination="Lithuania")
    after = replace(before, valid="2025-09-12", people=("Ihar Losik",))
    assert differences(before, after) == [
        {"field": "valid", "before": "2025-09-11", "after": "2025-09-12"},
        {"field": "people", "before": [], "after": ["Ihar Losik"]},
    ]
    assert differences(before, before) == []


def test_a_difference_of_kind_names_the_fields_that_only_one_of_them_has() -> None:
    before, after = fact("pardon", granted_by="Lukashenko"), fact("release", destination="Vilnius")
    changed = {
        difference["field"]: (difference["before"], difference["after"])
        for difference in differences(before, after)
    }
    assert changed["kind"] == ("pardon", "release")
    assert changed["granted_by"] == ("Lukashenko", None)
    assert changed["destination"] == (None, "Vilnius")


def test_two_kinds_cannot_share_a_name() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Impostor(Fact):
        kind: Literal["release"] = "release"

    with pytest.raises(ValueError, match="release"):
        kind(holds=Holding.ONWARD)(Impostor)
    assert KINDS["release"] is Release


def test_a_kind_is_one_class_in_the_registry_until_it_is_taken_out() -> None:
    @kind(holds=Holding.PERIOD)
    @dataclass(frozen=True, kw_only=True)
    class Ceasefire(Fact):
        kind: Literal["ceasefire"] = "ceasefire"
        front: str

    try:
        made = check_fact(
            KINDS["ceasefire"](
                valid="2025",
                summary="Quiet",
                citations=(Citation(publisher="AP"),),
                front="north",  # type: ignore[call-arg]
            )
        )
        assert isinstance(made, Ceasefire)
        assert made.holding is Holding.PERIOD
    finally:
        del KINDS["ceasefire"]
