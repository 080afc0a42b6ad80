"""Whatever is only possible is called so on every page, and a contested mark links to the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.web.browsing import BELARUS
from tests.web.hostile import import_facts

if TYPE_CHECKING:
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database

TALKS: Final = "/n/talks"
THEN: Final = "as_of=2025-11-15"


def _cite(publisher: str) -> dict[str, Any]:
    return {"citations": [{"publisher": publisher, "published": "2025-11-20"}]}


def test_a_comparison_says_what_is_only_possible(real: Reader, reader: Reader) -> None:
    words = real.see(f"{BELARUS}/compare?from=2025-08-31&clock=published").words
    assert "Mikalai Statkevich not on record in prison (sentenced) (possible)" in words
    vague = {"valid": "2025-11", **_cite("Wire")}
    import_facts(
        reader,
        {**vague, "kind": "appointment", "person": "Ann", "post": "envoy"},
        {**vague, "kind": "prisoner_count", "counted_by": "V", "population": "p",
         "quantities": [{"what": "held", "value": 7, "basis": "stock"}, {"what": "women", "value": 2}]},
        {"kind": "statement", "speaker": "Bo", "valid": "2025-01-01",
         "citations": [{"publisher": "Wire", "published": "2025-01-02"}]},
    )  # fmt: skip
    address = f"{TALKS}/compare?from=2025-01-10&to=2025-11-20&clock=published&{THEN}"
    words = reader.see(address).words
    for told in ("Ann (possible)", "7 (possible)", "2 (possible)"):
        assert told in words, words


def test_a_count_or_a_statement_of_which_only_the_month_is_known_says_so(reader: Reader) -> None:
    vague = {"valid": "2025-11", **_cite("Wire")}
    held = [{"what": "held", "value": 7, "basis": "stock"}]
    import_facts(
        reader,
        {
            **vague,
            "kind": "prisoner_count",
            "counted_by": "V",
            "population": "p",
            "quantities": held,
        },
        {**vague, "kind": "statement", "speaker": "Ann"},
        {**vague, "kind": "response", "asked": "Bo", "answer": "declined"},
    )
    words = reader.see(f"{TALKS}?{THEN}").words
    assert "Counted by: V . date not sure" in words
    assert words.count("date not sure") == 4
    assert "date not sure" not in reader.see(f"{TALKS}?as_of=2025-12-15").words


def test_answers_that_cannot_both_be_right_are_contested(reader: Reader) -> None:
    asked = {"kind": "response", "asked": "Bo", "about": "the swap", "valid": "2025-11-01"}
    import_facts(
        reader,
        {**asked, "answer": "declined", "matter": "m", **_cite("Wire")},
        {**asked, "answer": "denied", "matter": "m", **_cite("Post")},
    )
    state = reader.http.get("/v1/negotiations/talks?as_of=2025-12").json()
    assert [response["contested"] for response in state["responses"]] == [True]
    page = reader.see(f"{TALKS}?as_of=2025-12")
    assert f'<a class="mark contested" href="{TALKS}/' in page.html.partition('id="unknown"')[2]


def test_a_number_of_a_stretch_of_time_is_not_told_as_that_of_all(real: Reader) -> None:
    page = real.see(f"{BELARUS}/numbers/released?from=2025-06-01&to=2025-07-31&clock=published")
    told = "How many were released from 1 June 2025 to 31 July 2025"
    assert f"{told}: 14." in page.words
    assert f"<h1>{told}</h1>" in page.html
    assert "How many were released: 14" not in page.words
    assert "in this time counts any other part" in page.words
    since = real.see(f"{BELARUS}/numbers/pardoned?from=2025-11&clock=published")
    assert "How many were pardoned from November 2025: 33." in since.words
    held = real.see(f"{BELARUS}/numbers/held?from=2025-06-01&clock=published")
    assert "<h1>How many were held</h1>" in held.html


def test_a_count_without_a_number_is_on_record(reader: Reader) -> None:
    told = {"kind": "prisoner_count", "counted_by": "V", "population": "p", "valid": "2025-01-01"}
    import_facts(reader, {**told, "quantities": []})
    words = reader.see(TALKS).words
    assert "Still held not counted A report on record says that people are held" in words
    reader.editor.open("empty")
    assert "Still held nothing recorded" in reader.see("/n/empty").words


def test_a_question_says_how_many_origins_the_shown_claim_has(real: Reader, reader: Reader) -> None:
    told = "It has 5 separate origins; each other claim has 1. How this is decided"
    assert told in real.see(f"{BELARUS}/matters/sep11-count?clock=published").words
    papers = [{"publisher": name, "published": "2025-01-02"} for name in ("A", "B")]
    freed = {"kind": "release", "valid": "2025-01-01", "matter": "m"}
    import_facts(
        reader,
        {**freed, "quantities": [{"what": "released", "value": 5}], "citations": papers},
        {**freed, "quantities": [{"what": "released", "value": 6}], **_cite("C")},
    )
    page = f"{TALKS}/matters/m"
    assert "It has 2 separate origins; the other claim has 1." in reader.see(page).words
    facts = reader.http.get("/v1/negotiations/talks/timeline").json()["items"]
    (other,) = (fact for fact in facts if len(fact["fact"]["citations"]) == 1)
    body = {"preferred": True, "why": "It counted"}
    address = f"/v1/facts/{other['id']}/preference"
    assert reader.editor.post(address, body, if_match="*").status == 200
    words = reader.see(page).words
    assert "An editor prefers it. How this is decided" in words
    assert "separate origins;" not in words


def test_a_timeline_marks_what_is_contested_without_a_link(reader: Reader) -> None:
    freed = {"kind": "release", "valid": "2025-01-01"}
    held = {"kind": "custody", "status": "detained", "valid": "2025-01-01/.."}
    import_facts(
        reader,
        {
            **freed,
            "matter": "m",
            "summary": "Five",
            "quantities": [{"what": "released", "value": 5}],
        },
        {
            **freed,
            "matter": "M ",
            "summary": "Six",
            "quantities": [{"what": "released", "value": 6}],
        },
        {
            **freed,
            "matter": "n",
            "summary": "Four",
            "quantities": [{"what": "released", "value": 4}],
        },
        {**held, "person": "Ann"},
    )
    html = reader.see(f"{TALKS}/timeline").html
    marked = [each.partition("</a>")[0].rpartition(">")[2] for each in html.split("<h3>")[1:]
              if 'class="mark contested"' in each]  # fmt: skip
    assert sorted(marked) == ["Five", "Six"]


def test_a_list_of_those_held_does_not_claim_to_be_all(real: Reader) -> None:
    told = "Only people whose status is on record are listed; there may be others."
    assert told in real.see(f"{BELARUS}/people?status=held").words
    assert told not in real.see(f"{BELARUS}/people").words


def test_what_took_some_days_is_shown_with_all_of_them(reader: Reader) -> None:
    days = {"valid": "2025-11-03/2025-11-10", **_cite("Wire")}
    met = {"form": "talks", "stage": "held", "participants": ["A", "B"]}
    import_facts(
        reader,
        {**days, "kind": "meeting", **met},
        {**days, "kind": "statement", "speaker": "Ann"},
        {**days, "kind": "response", "asked": "Bo", "answer": "declined"},
        {**days, "kind": "incident", "form": "arrests"},
    )
    words = reader.see(f"{TALKS}?{THEN}").words
    assert words.count("3 Nov 2025 to 10 Nov 2025") == 4
