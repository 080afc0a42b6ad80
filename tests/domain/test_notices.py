"""Notices point out facts that an editor should check, and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from domain.provenance import Citation
from domain.quantity import Quantity, fill_bounds
from domain.views.notices import find_notices, find_rereadings
from tests.examples import count, fact, full_fact


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"valid": "2024-25"}, "/valid"),
        ({"valid": "1939-40"}, "/valid"),
        ({"valid": "2020-22"}, "/valid"),
        ({"valid": "2012-21"}, "/valid"),
        ({"valid": "2025-09-11/..", "people": ("Ann Example",)}, "/valid"),
        ({"valid": "2025-09-11/", "quantities": count(52)}, "/valid"),
        ({"people": ("Ann Example, Bob Example",)}, "/people/0"),
        ({"people": ("Ann Example and Bob Example",)}, "/people/0"),
        ({"people": ("Ann Example|Bob Example",)}, "/people/0"),
        ({"people": ("Bob", "Ann Example & Bob Example")}, "/people/1"),
        ({"people": ("Ann Example; Bob Example",)}, "/people/0"),
        ({"people": ("Iv\u0430n Primerov",)}, "/people/0"),
        ({"places": ("\u041cinsk",)}, "/places/0"),
        ({"population": "prisoners | soldiers"}, "/population"),
        ({"quantities": count(52, what="relased")}, "/quantities/0/what"),
        ({"quantities": count(52, what="freed")}, "/quantities/0/what"),
        ({"quantities": count(52, what="people released")}, "/quantities/0/what"),
        ({"quantities": count(52, what="Released prisoners")}, "/quantities/0/what"),
        ({"quantities": count(52, what="освобождены")}, "/quantities/0/what"),
    ],
)
def test_what_may_be_another_thing_is_noticed(fields: dict[str, Any], pointer: str) -> None:
    assert [notice.pointer for notice in find_notices(fact("release", **fields))] == [pointer]


@pytest.mark.parametrize(
    "fields",
    [
        {"valid": "2024-21"},
        {"valid": "2025-09-11/.."},
        {"valid": "[2025-09-11..]", "people": ("Ann Example",)},
        {"valid": "2025-09-11/2025-09-13", "people": ("Ann Example",)},
        {"valid": "2001-22"},
        {"valid": "2010-12"},
        {"people": ("Example, Ann", "Bosnia and Herzegovina")},
        {"valid": "2024/2025"},
        {"valid": "2021-12"},
        {
            "people": (
                "Ann Example",
                "\u0418\u0432\u0430\u043d \u041f\u0440\u0438\u043c\u0435\u0440\u043e\u0432",
                "Jos\u00e9 D'Arc-Smith",
            )
        },
        {"people": ("Ann (\u0410\u043d\u043d\u0430) Example",)},
        {"places": ("Ministry of Finance and Development", "AC/DC")},
        {"quantities": (*count(52), *count(3, what="Released"), *count(7, what="women"))},
    ],
)
def test_a_fact_that_is_written_well_gets_no_notice(fields: dict[str, Any]) -> None:
    assert find_notices(fact("release", **fields)) == []


@pytest.mark.parametrize("what", ["freed", "People", "released prisoners", "political prisoners"])
def test_a_number_of_all_in_other_words_is_noticed_where_they_are_added_up(what: str) -> None:
    (notice,) = find_notices(
        fact("release", population="Political prisoners", quantities=count(52, what=what))
    )
    assert notice.detail.endswith("is released meant?")


def test_a_running_total_that_somebody_states_is_noticed_because_no_total_includes_it() -> None:
    freed = count(200, what="Released", basis="cumulative")
    (notice,) = find_notices(fact("statement", speaker="Ann", quantities=freed))
    assert notice.pointer == "/quantities/0"
    assert notice.detail.endswith("of the kind statement: to count it, record a release")
    worded = (Quantity(what="released", text="200 so far"),)
    assert find_notices(fact("statement", speaker="Ann", quantities=worded)) == [notice]
    in_groups = (Quantity(what="released", text="52, in two groups"),)
    assert not find_notices(fact("statement", speaker="Ann", quantities=in_groups))
    assert not find_notices(fact("release", quantities=freed))
    assert not find_notices(fact("statement", speaker="Ann", quantities=count(200)))


def test_an_agreement_that_no_matter_and_no_names_tell_from_others_is_noticed() -> None:
    (notice,) = find_notices(fact("agreement", signatories=(), matter=None))
    assert (notice.pointer, "the same agreement" in notice.detail) == ("/matter", True)
    assert find_notices(fact("agreement", signatories=("Belarus",), matter=None)) == []
    assert find_notices(fact("agreement", signatories=(), matter="deal")) == []


TWO: Final = ("Ann Example", "Bob Example")


@pytest.mark.parametrize(
    ("kind", "what", "fields", "noticed"),
    [
        ("release", "released", {"value": 1}, True),
        ("release", "Released", {"text": "fewer than two"}, True),
        ("release", "released", {"value": 1, "basis": "cumulative"}, True),
        ("pardon", "pardoned", {"value": 1}, True),
        ("prisoner_count", "held", {"value": 1}, True),
        ("prisoner_count", "inmates", {"value": 0}, True),
        ("release", "released", {"value": 2}, False),
        ("release", "released", {"text": "at least 1"}, False),
        ("release", "released", {"text": "about 1"}, False),
        ("release", "women", {"value": 1}, False),
        ("statement", "released", {"value": 1}, False),
    ],
)
def test_a_number_below_that_of_the_people_named_is_noticed(
    kind: str, what: str, fields: dict[str, Any], noticed: bool
) -> None:
    number = fill_bounds(Quantity(what=what, **fields))
    notices = find_notices(fact(kind, people=(*TWO, "ANN EXAMPLE"), quantities=(number,)))
    assert [each.pointer for each in notices] == (["/quantities/0"] if noticed else [])
    assert not notices or "2 people are named" in notices[0].detail


def test_of_a_count_in_parts_only_the_number_of_all_has_to_reach_the_people_named() -> None:
    women, held = (fill_bounds(Quantity(what=w, value=v)) for w, v in (("women", 1), ("held", 2)))
    assert find_notices(fact("prisoner_count", people=TWO, quantities=(women, held))) == []
    men = fill_bounds(Quantity(what="men", value=3))
    assert find_notices(fact("prisoner_count", people=TWO, quantities=(women, men))) == []
    (notice,) = find_notices(fact("prisoner_count", people=TWO, quantities=(women,)))
    assert "2 people are named" in notice.detail


def test_one_field_for_one_name_is_told_from_a_list() -> None:
    (notice,) = find_notices(fact("custody", person="Ann | Bob"))
    assert (notice.pointer, notice.detail.endswith("write only one here")) == ("/person", True)
    assert find_notices(full_fact("appointment")) == []


@pytest.mark.parametrize(
    ("stored", "pointers"),
    [
        (
            {"text": "not fewer than 50", "comparator": "lt", "value": 50, "high": 49},
            ["/comparator"],
        ),
        ({"text": "a great many", "comparator": "approx"}, ["/text"]),
        ({"text": "dozens", "comparator": "ge", "low": 12}, [""]),
        ({"comparator": "gt", "value": 50, "low": 50}, [""]),
        ({"text": "at least 50", "comparator": "ge", "value": 50, "low": 50}, []),
        ({"comparator": "eq", "low": 50, "high": 60}, []),
        ({"text": "50 to 60", "comparator": "eq", "low": 50, "high": 60}, []),
        ({"text": "some 1,400-1,500", "comparator": "approx", "low": 1400, "high": 1500}, []),
        ({"text": "dozens", "comparator": "ge", "low": 24}, []),
        (
            {"text": "52, ongoing", "comparator": "eq", "value": 52, "low": 52, "high": 52},
            ["/text"],
        ),
        ({"text": "at least 50 (claimed)", "comparator": "ge", "value": 50, "low": 50}, ["/text"]),
        ({"text": "52, ongoing", "comparator": "ge", "value": 52, "low": 52}, []),
        ({"text": "52 (BBC)", "comparator": "eq", "value": 52, "low": 52, "high": 52}, []),
        ({"text": "", "comparator": "eq", "value": 52, "low": 52, "high": 52}, []),
        ({"text": "52 of the 60", "comparator": "eq", "low": 52, "high": 52}, []),
        ({"text": "52 of the 60", "comparator": "eq", "value": 52, "low": 52, "high": 52}, []),
    ],
)
def test_a_stored_number_that_todays_rules_read_differently_gets_a_notice(
    stored: dict[str, Any], pointers: list[str]
) -> None:
    kept = replace(fact("release"), quantities=(Quantity(what="released", **stored),))
    found = [notice.pointer.removeprefix("/quantities/0") for notice in find_rereadings(kept)]
    assert found == pointers


@pytest.mark.parametrize(
    ("valid", "ends", "noticed"),
    [
        ("2025-09-11", "2025-09-10", True),
        ("2025-09-11/..", "2024", True),
        ("2025-09/2025-12", "2025-08", True),
        ("2025", "2020/2024-12-31", True),
        ("2025-09-11", "2025-09-11", False),
        ("2025-09-11", "2025-09", False),
        ("2025-09-11", "2020/2026", False),
        ("2025-09-11", "2024/..", False),
        ("2025-09", "2025-09-01", False),
        ("../2025-09-11", "2024", False),
        ("2025-09-11", None, False),
    ],
)
def test_a_sentence_that_ends_before_the_fact_begins_is_noticed(
    valid: str, ends: str | None, *, noticed: bool
) -> None:
    sentenced = fact("custody", status="sentenced", valid=valid, sentence_ends=ends)
    pointers = [notice.pointer for notice in find_notices(sentenced)]
    assert pointers == (["/sentence_ends"] if noticed else [])


@pytest.mark.parametrize(
    ("published", "accessed", "noticed"),
    [
        ("2025-09-11", "2025-09-09", True),
        ("2025-09-11T10:00:00Z", "2025-09-09T12:00:00Z", True),
        (None, "2025-08", True),
        ("2025-09-11", "2025-09-10", False),
        ("2025-09", "2025-09-11", False),
        ("2025-09-11", "2026", False),
        (None, "2025-09-12", False),
        ("2025-09-11", None, False),
    ],
)
def test_a_source_seen_before_it_was_published_is_noticed(
    published: str | None, accessed: str | None, *, noticed: bool
) -> None:
    cited = (Citation(publisher="AP", published=published, accessed=accessed),)
    notices = find_notices(fact("release", valid="2025-09-11", citations=cited))
    pointers = [notice.pointer for notice in notices]
    assert pointers == (["/citations/0/accessed"] if noticed else [])


@pytest.mark.parametrize(
    ("kind", "valid", "published", "noticed"),
    [
        ("release", "2025-09-11", "2025-09-09", True),
        ("statement", "2025-09", "2024-09-11", True),
        ("incident", "2025-09-11", "2025-08", True),
        ("release", "2025-09-11", "2025-09-10", False),
        ("release", "2025-09-11", "2025-09-11", False),
        ("release", "2025-09", "2025-09-11", False),
        ("release", "2025-09-11", None, False),
        ("appointment", "2025-09-11", "2025-08-01", False),
        ("custody", "2025-09-11/..", "2025-08-01", True),
        ("custody", "2025-09-11/..", "2025-09-12", False),
        ("prisoner_count", "2025-09-11", "2025-08-01", True),
        ("proposal", "2025-09-11", "2025-08-01", False),
        ("alias", "2025-09-11", "2025-08-01", False),
    ],
)
def test_a_report_from_before_what_it_reports_is_noticed(
    kind: str, valid: str, published: str | None, *, noticed: bool
) -> None:
    cited = (Citation(publisher="AP"), Citation(publisher="Reuters", published=published))
    pointers = [notice.pointer for notice in find_notices(fact(kind, valid=valid, citations=cited))]
    assert pointers == (["/citations/1/published"] if noticed else [])


@pytest.mark.parametrize(("stage", "number"), [("held", 1), ("planned", 0)])
def test_what_is_planned_is_reported_before_it_happens(stage: str, number: int) -> None:
    cited = (Citation(publisher="Reuters", published="2025-08-01"),)
    planned = fact("meeting", valid="2025-09-11", stage=stage, citations=cited)
    assert len(find_notices(planned)) == number


@pytest.mark.parametrize(
    ("valid", "published", "read"),
    [
        ("2025-09-20~", "2025-09-12", "2025-09-20~ is read as 2025-09-19 to 2025-09-21;"),
        ("2025-09-20?/..", "2025-09-12", "2025-09-20? is read as 2025-09-19 to 2025-09-21;"),
        ("2025-09~", "2025-07-12", "2025-09~ is read as 2025-08-01 to 2025-10-31;"),
        ("2025-09-20%", "2025-09-12", "[2025-09-18..2025-09-22]"),
        ("2025-09-20", "2025-09-12?", "2025-09-12? is read as 2025-09-11 to 2025-09-13;"),
        ("2025-09-20~", "2025-09-18", None),
        ("2025-09-20", "2025-09-12", "one of the two dates may be wrong"),
    ],
)
def test_a_notice_says_how_an_approximate_date_is_read(
    valid: str, published: str, read: str | None
) -> None:
    cited = (Citation(publisher="AP", published=published),)
    told = [each.detail for each in find_notices(fact("custody", valid=valid, citations=cited))]
    assert len(told) == (read is not None)
    assert all(read in each for each in told if read is not None)


@pytest.mark.parametrize(
    ("valid", "ends", "vague"),
    [("2027-03-01", "2026~/2026-02~", "2026-02~"), ("2027~", "2024", "2027~")],
)
def test_an_approximate_end_of_a_sentence_is_told_as_it_is_read(
    valid: str, ends: str, vague: str
) -> None:
    sentenced = fact("custody", status="sentenced", valid=valid, sentence_ends=ends)
    (told,) = (each.detail for each in find_notices(sentenced) if each.pointer == "/sentence_ends")
    assert f"{vague} is read as" in told
