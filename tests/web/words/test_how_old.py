"""A page says how old its reports are and where the rest of a list is, and links to related facts."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.api.asking import fact
from tests.web.browsing import BELARUS
from tests.web.hostile import import_facts

if TYPE_CHECKING:
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database

TALKS: Final = "/n/talks"


def _cite(published: str | None) -> dict[str, Any]:
    return {"citations": [{"publisher": "Wire", "published": published}]}


def test_a_measure_says_what_it_is_and_when_it_was_last_reported(real: Reader) -> None:
    for path in ("", "/state/measures"):
        words = real.see(f"{BELARUS}{path}").words
        assert re.search(r"since 2 Dec 2021 undisputed so far last reported Dec 2021", words), path
        assert "OFAC lists Belarusian Potash Company and Agrorozkvit" in words


def test_somebody_in_custody_is_said_to_be_held_as_last_reported(reader: Reader) -> None:
    held = {"kind": "custody", "status": "sentenced"}
    import_facts(
        reader,
        {**held, "person": "Ann", "valid": "2021-02", **_cite("2022-05-06")},
        {**held, "person": "Bo", "valid": "[2025-06-01..2025-06-09]", **_cite("2025-06-09")},
        {"kind": "release", "people": ["Cy"], "valid": "2025-03-01", **_cite("2025-04-01")},
    )
    words = reader.see(TALKS).words
    assert "Ann since Feb 2021, last reported 6 May 2022" in words
    told = "since some time between 1 Jun 2025 and 9 Jun 2025, last reported 9 Jun 2025"
    assert f"Bo {told}" in words.replace("possible ", "")
    assert "Cy since 1 Mar 2025 " in words


def test_people_of_one_name_lead_each_to_their_own_page(reader: Reader) -> None:
    held = {"kind": "custody", "status": "detained", "valid": "2025-01-01"}
    people = [{"name": "Ann", "id": f"list:{number}"} for number in (1, 2)]
    import_facts(reader, *({**held, "person": person} for person in people))
    found = {*reader.see(TALKS).all("a", "href")}
    assert {f"{TALKS}/person?id=list%3A{number}" for number in (1, 2)} <= found


def test_a_state_says_of_when_its_latest_report_is(reader: Reader, real: Reader) -> None:
    told = "The latest dated report behind this page is of 26 November 2025 (uncertain)."
    assert told in real.see(BELARUS).words
    import_facts(reader, {"kind": "statement", "speaker": "Ann", "valid": "2025", **_cite(None)})
    assert "latest dated report" not in reader.see(TALKS).words


def test_a_fact_leads_to_the_facts_that_it_is_tied_to(reader: Reader) -> None:
    links = [
        {"relation": "refines", "fact": "external:B"},
        {"relation": "confirms", "fact": "external:not yet"},
    ]
    reader.editor.open()
    there = reader.editor.record(external_id="B").json["id"]
    here = reader.editor.record(external_id="A", links=links).json["id"]
    page = reader.see(f"{TALKS}/facts/{here}")
    assert f'<a href="{TALKS}/facts/{there}">B</a>' in page.html
    assert "confirms not yet" in page.words
    assert ">not yet</a>" not in page.html


def test_a_timeline_says_how_far_its_lines_go(real: Reader) -> None:
    words = real.see(f"{BELARUS}/timeline?kind=custody").words
    assert "Each line goes from 1 Apr 2021 to 30 Nov 2025" in words


def test_a_part_of_a_comparison_does_not_count_all(reader: Reader) -> None:
    import_facts(
        reader,
        *(
            {
                "kind": "statement",
                "speaker": f"Ann {n}",
                "valid": "2025-01-10",
                **_cite("2025-01-11"),
            }
            for n in range(101)
        ),
        {"kind": "statement", "speaker": "Bo", "valid": "2025-01-01", **_cite("2025-01-02")},
    )
    page = reader.see(f"{TALKS}/compare?from=2025-01-05&clock=published")
    assert "Added 100 on this part of the list" in page.words
    (following,) = re.findall(r'<a href="([^"]*)">More differences', page.html)
    assert "Added 1 on this part of the list" in reader.see(unescape(following)).words


def test_the_filter_of_changes_tells_a_fact_from_the_negotiation(reader: Reader) -> None:
    reader.editor.open()
    reader.editor.post("/v1/negotiations/talks/facts", fact())
    page = reader.see(f"{TALKS}/audit")
    for event in ("fact.corrected", "negotiation.corrected"):
        (option,) = re.findall(rf'<option value="{event}"[^>]*>([^<]*)', page.html)
        assert page.html.count(f">{option}</option>") == 1
