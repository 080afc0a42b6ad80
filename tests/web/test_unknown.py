"""A page lists in one place what the record says is unknown, and nothing else."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.api.asking import count, fact
from tests.web.browsing import BELARUS

if TYPE_CHECKING:
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database

_APPOINTMENT: Final = {"kind": "appointment", "person": "Anna", "post": "envoy"}
_HELD: Final = {"what": "held", "text": "at least 1,300", "basis": "stock"}
_COUNT: Final = {"kind": "prisoner_count", "population": "prisoners", "counted_by": "Viasna"}


def _read_unknown(reader: Reader, *facts: dict[str, Any]) -> str:
    """The text of the section on what is unknown, in a record of these facts; empty without one."""
    opened = {"slug": "talks", "title": "Talks", "parties": ["A", "B"]}
    reader.editor.post("/v1/negotiations", opened)
    for each in facts:
        posted = reader.editor.post("/v1/negotiations/talks/facts", each)
        assert posted.status == 201, posted.json
    return _section(reader.see("/n/talks").html)


def _section(page: str) -> str:
    match = re.search(r'<section id="unknown">(.*?)</section>', page, re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<.*?>", " ", match[1]))) if match else ""


def test_a_total_without_an_upper_limit_and_a_release_without_a_number_are_not_known(
    reader: Reader,
) -> None:
    told = _read_unknown(reader, fact(quantities=count(3)), fact(summary="Some were freed"))
    assert "How many were released in all" in told
    assert (
        "At least 3 are on record; no source gives an upper limit. One report does not say how many were released."
        in told
    )
    assert "pardoned" not in told


def test_a_total_that_is_known_is_no_gap(reader: Reader) -> None:
    assert _read_unknown(reader, fact(quantities=count(3))) == ""


def test_a_count_without_an_upper_limit_is_not_known(reader: Reader) -> None:
    told = _read_unknown(reader, fact(**_COUNT, quantities=[_HELD]))
    assert "The latest count, “at least 1,300”, gives no upper limit." in told


def test_a_count_of_some_of_them_is_not_told_as_how_many_are_held(reader: Reader) -> None:
    women = {"what": "women", "value": 170, "basis": "stock"}
    assert (
        _read_unknown(reader, fact(**_COUNT), fact(**_COUNT, valid="2025-10", quantities=[women]))
        == ""
    )
    page = re.sub(r"<.*?>", "", reader.see("/n/talks").html)
    assert re.search(r"Still held\s*not counted", page)
    assert re.search(r"170\s*prisoners: women", page)
    reader.editor.post("/v1/negotiations/talks/facts", fact(**_COUNT, quantities=[_HELD]))
    page = re.sub(r"<.*?>", "", reader.see("/n/talks").html)
    assert re.search(
        r"Still held\s*at least 1,300\s*Prisoners, [\w ]*2025\. Counted by: Viasna", page
    )
    assert re.search(r"at least 1,300\s*prisoners\s*women: 170, Oct 2025", page)


def test_a_post_that_somebody_left_is_vacant(reader: Reader) -> None:
    told = _read_unknown(reader, fact(**_APPOINTMENT, valid="2025-01-01/2025-03-01"))
    assert "Who is envoy No source on record says who holds it now. Before: Anna." in told


def test_what_was_so_by_the_day_of_a_report_has_no_known_beginning(reader: Reader) -> None:
    jailed = fact(kind="custody", person="Boris", status="detained", valid="[..2025-06-25]/..")
    told = _read_unknown(reader, jailed, fact(**_APPOINTMENT, valid="2025-01-01/.."))
    assert "When this began" in told
    assert "Boris: in custody (detained), by 25 Jun 2025" in told
    assert "Anna" not in told


def test_open_questions_come_first_and_refusals_last(reader: Reader) -> None:
    asked = fact(kind="open_question", question="Who pays?", valid="2025-01-01")
    refused = fact(kind="response", asked="The ministry", answer="declined", valid="2025-01-02")
    told = _read_unknown(
        reader, refused, asked, fact(quantities=count(3)), fact(summary="Some went")
    )
    places = [told.index(each) for each in ("Who pays?", "How many", "The ministry declined")]
    assert places == sorted(places)
    assert "since 2 Jan 2025" not in told
    assert "2 Jan 2025" in told


def test_the_real_record_says_what_it_does_not_know(real: Reader) -> None:
    told = _section(real.see(BELARUS).html)
    assert (
        "At least 69 are on record; no source gives an upper limit. One report does not say how many were released."
        in told
    )
    assert "How many are still held" in told
    assert "White House declined" in told


def test_a_day_on_which_nobody_holds_a_post_says_so(real: Reader) -> None:
    told = "Nobody is on record as the holder of a post on this day."
    assert told in real.see(f"{BELARUS}?as_of=2025-09-01").words
    assert told not in real.see(f"{BELARUS}?as_of=2025-11-22").words
