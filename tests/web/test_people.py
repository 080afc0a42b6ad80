"""The page of a person shows what happened to them, however many others have a similar name."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from tests.web.browsing import Reader, Seen

pytestmark = pytest.mark.either_database

MANY: Final = 120
"""More people than one page lists."""


def _page(reader: Reader, **parameters: str) -> Seen:
    query = "&".join(f"{name}={quote(text)}" for name, text in parameters.items())
    page = reader.see(f"/n/talks/person?{query}")
    assert page.status == 200, page.words
    return page


def test_a_person_is_found_among_more_than_a_page_of_people_with_such_a_name(
    reader: Reader,
) -> None:
    reader.editor.open()
    others: list[Any] = [
        {"name": f"Ann Example Zoë {n:03}", "id": f"other:{n}"} for n in range(MANY)
    ]
    reader.editor.record(people=others, valid="2025-09-11")
    held = {"kind": "custody", "status": "detained", "valid": "2025-01-10/.."}
    last = {"name": "Zoë Ann Example", "id": "list:17"}
    reader.editor.record(**held, person=last)
    for asked in ({"name": "Zoe Ann Example"}, {"id": "list:17"}):
        assert (
            "Zoë Ann Example : in custody (detained), since 10 January 2025"
            in _page(reader, **asked).words
        )
    assert "Zoë Ann Example :" not in _page(reader, name="Ann Example Zoë 007").words


def test_a_name_that_more_people_bear_than_a_page_shows_leads_to_all_of_them(
    reader: Reader,
) -> None:
    reader.editor.open()
    bearers = [{"name": "Ann Example", "id": f"list:{n}"} for n in range(MANY)]
    reader.editor.record(people=bearers, valid="2025-09-11")
    page = _page(reader, name="Ann Example")
    assert "Everyone of this name" in page.words
    assert "/n/talks/people?q=Ann+Example" in page.all("a", "href")
    assert "Everyone of this name" not in _page(reader, id="list:7").words


def test_a_day_of_which_nothing_is_said_leads_to_what_begins_later(reader: Reader) -> None:
    reader.editor.open()
    held = {"kind": "custody", "status": "detained", "valid": "2025-06-25/.."}
    reader.editor.record(**held, person="Ann Example", summary="Ann Example is held")
    early = _page(reader, name="Ann Example", as_of="2025-06-22")
    assert "No fact on record names Ann Example by this day" in early.words
    assert "Ann Example is held" in early.words
    later = _page(reader, name="Ann Example", as_of="2025-06-26")
    assert "begins on" not in later.words
    unknown = _page(reader, name="Ben Example", as_of="2025-06-22")
    assert "No fact on record names this person" in unknown.words


def _record_held(reader: Reader, valid: str, published: str, **more: str) -> str:
    """Record that Ann is held, by one paper's report; gives the fact's id."""
    content = {"kind": "custody", "status": "detained", "person": "Ann Example", "valid": valid}
    citations = [{"publisher": "Wire", "published": published}]
    return str(reader.editor.record(**content, citations=citations, **more).json["id"])


def _follow_link(reader: Reader, page: Seen, words: str) -> Seen:
    """The page behind a link with these words."""
    (address,) = re.findall(rf'<a href="([^"]*)">{words}</a>', page.html)
    return reader.see(unescape(address))


@pytest.mark.parametrize(
    ("valid", "match", "begins"),
    [
        ("2025-06-25/..", "possible", "25 June 2025"),
        ("[2025-06-25..2025-06-28]/..", "possible", "25 June 2025"),
        ("[2025-06-25..2025-06-28]/..", "certain", "28 June 2025"),
        ("2026", "possible", "1 January 2026"),
    ],
)
def test_a_day_before_anything_began_says_when_it_begins_and_leads_there(
    reader: Reader, valid: str, match: str, begins: str
) -> None:
    reader.editor.open()
    _record_held(reader, valid, "2025-07-01", summary="Ann Example is held")
    early = _page(reader, name="Ann Example", as_of="2025-06-22", match=match)
    assert f"The first that does begins on {begins}. What was so then" in early.words
    then = _follow_link(reader, early, "What was so then")
    assert "Ann Example : in custody (detained)" in then.words
    assert "No fact on record names" not in then.words


def test_a_day_before_anything_was_known_says_when_it_became_known_and_leads_there(
    reader: Reader,
) -> None:
    reader.editor.open()
    reader.editor.record(valid="2025-01-10", citations=[{"publisher": "A", "published": "2025-01"}])
    _record_held(reader, "2025-06-10/..", "2025-06-25?", summary="Ann Example is held")
    _record_held(
        reader, "2025-05/..", "2025-06-28", summary="Ann Example was seized", external_id="B"
    )
    false = _record_held(reader, "2025-03/..", "2025-04-01", summary="Canary", external_id="C")
    said = {"reason": "coding_error", "why": "Misread"}
    assert reader.editor.post(f"/v1/facts/{false}/retraction", said, if_match="*").status == 200
    for so in ({}, {"as_of": "2025-02-20"}):
        cuts = {**so, "as_known_at": "2025-02-20", "clock": "published"}
        early = _page(reader, name="Ann Example", **cuts)
        told = "The first report that still stands was published by 25 June 2025."
        assert f"{told} What was known then" in early.words
        assert "Canary" not in early.html
        then = _follow_link(reader, early, "What was known then")
        assert "as the papers had it by 25 June 2025" in then.words
        assert "Ann Example is held" in then.words
        assert "Ann Example was seized" not in then.words
    unknown = _page(reader, name="Ben", as_known_at="2025-02-20", clock="published")
    assert "No fact on record names this person by this day." in unknown.words
    assert "The first" not in unknown.words


def test_a_page_that_shows_some_of_many_spellings_says_how_many_there_are(reader: Reader) -> None:
    reader.editor.open()
    people: list[Any] = [{"name": f"Ann Example {n:03}", "id": "list:1"} for n in range(MANY)]
    reader.editor.record(people=people, valid="2025-09-11")
    said = f"Ann Example 099 … in {MANY} spellings in all"
    assert said in _page(reader, id="list:1").words
    assert said in reader.see("/n/talks/people").words
    reader.editor.record(people=["Ben Example"], valid="2025-09-11")
    assert "spellings in all" not in _page(reader, name="Ben Example").words


def test_a_person_of_two_spellings_is_shown_with_the_other_one(reader: Reader) -> None:
    reader.editor.open()
    reader.editor.record(people=["Joan Coale"], valid="2025-01-10")
    reader.editor.record(people=["Joan Cole"], valid="2025-01-11")
    reader.editor.record(kind="alias", name="Joan Cole", same_as="Joan Coale", valid="2025")
    for name in ("Joan Cole", "Joan Coale"):
        assert "Also written Joan Cole" in _page(reader, name=name).words


def test_a_status_stands_in_words_and_the_day_of_a_report_is_no_beginning(reader: Reader) -> None:
    reader.editor.open()
    held = {"kind": "custody", "status": "sentenced", "valid": "2025-06-25"}
    cited = [{"publisher": "Wire", "published": "2025-06-25"}]
    reader.editor.record(
        **held, person="Ann Example", summary="Ann Example is still in prison", citations=cited
    )
    reader.editor.record(**held, person="Bo Example", summary="Bo Example gets ten years")
    day = "25 June 2025"
    for name, since in (("Ann", f"reported {day}; since when is not said"), ("Bo", f"since {day}")):
        said = _page(reader, name=f"{name} Example", as_of="2025-07").words
        assert f"{name} Example : in prison (sentenced), {since}" in said
    for path in ("", "/people"):
        words = reader.see(f"/n/talks{path}?as_of=2025-07").words
        assert "n prison (sentenced)" in words
        assert "reported 25 Jun 2025; since when is not said" in words


def test_that_a_report_was_withdrawn_is_told_and_never_what_it_said(reader: Reader) -> None:
    reader.editor.open()
    reader.editor.record(people=["Ann Example"], summary="Ann is named", valid="2025-01-10")
    assert "withdrawn" not in _page(reader, name="Ann Example").words
    ids = []
    for day in ("11", "12"):
        false = {"people": ["Ann Example"], "valid": f"2025-01-{day}", "external_id": day}
        made = reader.editor.record(**false, summary=f"Canary {day}")
        ids.append(made.json["id"])
        said = {"reason": "coding_error", "why": "Misread"}
        address = f"/v1/facts/{ids[-1]}/retraction"
        assert reader.editor.post(address, said, if_match="*").status == 200
        page = _page(reader, name="Ann Example")
        assert "Canary" not in page.html
        assert "/n/talks/audit?person=Ann+Example" in page.all("a", "href")
        one = "One report about this person was withdrawn: see what was corrected ."
        assert (one in page.words) == (len(ids) == 1)
    several = "Some reports about this person were withdrawn: see what was corrected ."
    assert several in page.words
    assert "Canary 11" in reader.see("/n/talks/audit?person=Ann+Example").words
    assert "withdrawn" not in _page(reader, name="Ann Example", position="3").words


def test_a_person_whom_a_fact_names_only_since_a_correction_was_not_known_from_its_sources(
    reader: Reader,
) -> None:
    reader.editor.open()
    fact = _record_held(reader, "2025-06-01/..", "2025-06-05")
    said = {"reason": "source_corrected", "why": "It was Ben", "published": "2025-07-20"}
    change = {**said, "changes": {"person": "Ben Example"}}
    corrected = reader.editor.post(f"/v1/facts/{fact}/corrections", change, if_match="*")
    assert corrected.status == 200, corrected.json
    early = _page(reader, name="Ben Example", as_known_at="2025-02-20", clock="published")
    assert "No fact on record names this person by this day." in early.words
    assert "5 June 2025" not in early.words


def test_of_more_facts_than_a_page_shows_none_is_called_the_first(reader: Reader) -> None:
    reader.editor.open()
    for number in range(100):
        _record_held(reader, "2024-01", "2025-06-25", external_id=f"{number}")
    _record_held(reader, "2025-03-01", "2025-03-02", external_id="first")
    early = _page(reader, name="Ann Example", as_known_at="2025-02-20", clock="published")
    assert "by this day. A report was published by 25 June 2025." in early.words
