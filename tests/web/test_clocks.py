"""A slider stops at every change, however many there are and whenever they were, and shows the cut of its answer."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import pytest

from api.web.clocks import MOST_STOPS
from tests.api.asking import fact
from tests.thorough import some_of
from tests.web.browsing import BELARUS, Reader

if TYPE_CHECKING:
    from tests.web.browsing import Seen

pytestmark = pytest.mark.either_database

TALKS: Final = "/n/talks"
PAGES: Final = ("", "/timeline", "/people", "/person?name=Ann", "/matters/m", "/numbers/released")


def record(reader: Reader, *facts: dict[str, Any]) -> None:
    """Import facts about Ann, all of one matter, into a new negotiation."""
    reader.editor.open()
    shared = {"people": ["Ann"], "matter": "m"}
    lines = "\n".join(json.dumps(fact(**shared, **fields)) for fields in facts)
    address = "/v1/negotiations/talks/import"
    sent = reader.editor.post(address, lines.encode(), content_type="application/x-ndjson")
    assert sent.status == 200, sent.json
    assert sent.json["recorded"] == len(facts)


def read_stops(page: Seen) -> dict[str, list[str]]:
    """The stops of each slider, by its cut."""
    given = (each for tag, each in page.elements if tag == "input" and "data-stops" in each)
    return {str(each["data-cut"]): str(each["data-stops"]).split(" ") for each in given}


def words(page: Seen) -> dict[str, list[str]]:
    """The stops of each slider, in words."""
    given = (each for tag, each in page.elements if tag == "input" and "data-stops" in each)
    return {str(each["data-cut"]): str(each["data-words"]).split("|") for each in given}


def steps(page: Seen, label: str) -> dict[str, str]:
    """The links of a slider to the changes before and after."""
    return {
        str(each["rel"]): str(each["href"])
        for tag, each in page.elements
        if tag == "a" and "rel" in each and str(each.get("aria-label")).startswith(label)
    }


@pytest.mark.cases(3)
@pytest.mark.parametrize(
    "valid", ["-0044", "0000", "Y12000", "-0044-03-15", "Y170000002", "Y-17E7"]
)
def test_a_fact_of_any_year_is_on_every_page(reader: Reader, valid: str) -> None:
    record(reader, {"valid": valid}, {"valid": "2025-09-11"}, {"valid": f"{valid}/.."})
    cuts = ("", "as_of=-0043", "as_of=%2B012001", "as_known_at=0001&clock=published")
    for path, cut in some_of([*product(PAGES, cuts)], 12):
        page = reader.see(f"{TALKS}{path}{'&' if '?' in path else '?'}{cut}")
        assert page.status == 200, (path, cut)
        for name in ("as_of", "as_known_at"):
            assert [
                each["value"]
                for tag, each in page.elements
                if tag == "input" and each.get("id") == name and len(each["value"] or "") > 10
            ] == []


def test_there_are_never_more_stops_than_a_slider_has_and_every_change_is_behind_one(
    reader: Reader,
) -> None:
    first = date(2000, 1, 1)
    cited: list[dict[str, Any]] = []
    for number in range(MOST_STOPS + 50):
        days = [first + timedelta(days=far * number) for far in (31, 7)]
        source = {"publisher": "A", "published": f"{days[1]}"}
        cited.append({"valid": f"{days[0]}", "citations": [source]})
    record(reader, *cited)
    for path in PAGES:
        page = reader.see(f"{TALKS}{path}{'&' if '?' in path else '?'}clock=published")
        assert page.status == 200, path
        found = read_stops(page)
        assert len(found["as_of"]) == 30, "the years"
        assert len(found["as_known_at"]) == 81, "the months"
        assert found["as_of"][-1] == cited[-1]["valid"][:4]


def test_changes_over_thousands_of_years_are_grouped_and_none_is_left_out(reader: Reader) -> None:
    record(reader, *({"valid": f"{year:04d}"} for year in range(1, 2_000, 3)), {"valid": "Y14000"})
    page = reader.see(f"{TALKS}/timeline")
    assert page.status == 200
    found, told = read_stops(page)["as_of"], words(page)["as_of"]
    assert (found[0], told[0]) == ("0009", "1 BC to 9")
    assert (found[-1], told[-1]) == ("+014009", "the year 14000 to the year 14009")
    assert len(found) == 201
    assert reader.see(f"{TALKS}/timeline?as_of=%2B014009").status == 200


def test_before_the_first_change_a_slider_has_a_stop_and_the_next_is_the_first(
    reader: Reader,
) -> None:
    record(reader, {"valid": "2025-09-11"}, {"valid": "2025-10-01"})
    page = reader.see(f"{TALKS}?as_of=2025-01-10")
    assert words(page)["as_of"][:2] == ["10 Jan 2025", "11 Sep 2025"]
    (slider,) = (each for _, each in page.elements if each.get("id") == "so-slider")
    assert (slider["value"], slider["aria-valuetext"]) == ("0", "10 Jan 2025")
    assert list(steps(page, "What was so")) == ["next"]
    assert "as_of=2025-09-11" in steps(page, "What was so")["next"]
    at_first = reader.see(f"{TALKS}?as_of=2025-09-11")
    assert "as_of=2025-10-01" in steps(at_first, "What was so")["next"]
    again = reader.see(f"{TALKS}?as_of={read_stops(page)['as_of'][0]}")
    assert "What was so on 10 January 2025" in again.words


CLOCKS: Final = (
    ("", "recorded"),
    ("&clock=recorded", "recorded"),
    ("&clock=published", "published"),
)


def list_chosen_clocks(page: Seen) -> list[str | None]:
    """The chosen value of the field for the clock."""
    return [
        each["value"]
        for tag, each in page.elements
        if tag == "option" and "selected" in each and each.get("value") in {"recorded", "published"}
    ]


@pytest.mark.cases(3)
@pytest.mark.parametrize(("asked", "clock"), CLOCKS)
@pytest.mark.parametrize("path", ["", "/timeline", "/people", "/numbers/released"])
def test_the_form_and_the_slider_say_by_which_clock_the_answer_goes(
    real: Reader, path: str, asked: str, clock: str
) -> None:
    page = real.see(f"{BELARUS}{path}?as_known_at=2039-01-01{asked}")
    assert list_chosen_clocks(page) == [clock]
    source = "as our record had it by" if clock == "recorded" else "as the papers had it by"
    assert source in page.words
    known = read_stops(page).get("as_known_at", [])
    assert ("2025-06-21" in known) == (clock == "published")
    (other,) = (
        href
        for href in page.all("a", "href")
        if href.startswith(f"{BELARUS}{path}?")
        and "position" not in href
        and "clock=" in href
        and f"clock={clock}" not in href
    )
    assert list_chosen_clocks(real.see(other)) != [clock]


@pytest.mark.parametrize(("asked", "clock"), CLOCKS)
def test_a_comparison_says_by_which_clock_it_goes(real: Reader, asked: str, clock: str) -> None:
    page = real.see(f"{BELARUS}/compare?from=2025-06-21&to=2039{asked}")
    answer = real.http.get(f"/v1/negotiations/us-belarus/diff?from=2025-06-21&to=2039{asked}")
    assert list_chosen_clocks(page) == [clock] == [answer.json()["to"]["clock"]]


@pytest.mark.parametrize("asked", ["", "?as_of=2025-11-22", "?match=certain"])
def test_where_all_is_known_the_slider_of_the_papers_is_offered(real: Reader, asked: str) -> None:
    """The answer is the same by either clock, and the record was imported on one day."""
    page = real.see(f"{BELARUS}{asked}")
    assert list_chosen_clocks(page) == ["published"]
    assert "2025-06-21" in read_stops(page)["as_known_at"]
    assert "clock=published" in steps(page, "What was known")["prev"]


_PUBLISHED: Final = (
    "the first report on record was published, or recorded if its source gives no day"
)
SPAN: Final = re.compile(r"From (.*?) , when (.*?), to (.*?) \.")


@pytest.mark.parametrize(
    ("asked", "begins", "because", "ends"),
    [
        ("", None, "our record begins", "now"),
        ("?clock=published", "31 December 2021", _PUBLISHED, "now"),
        (
            "?clock=published&as_known_at=2025-11-26",
            "31 December 2021",
            _PUBLISHED,
            "26 November 2025",
        ),
        ("?position=100", None, "our record begins", "entry 100"),
    ],
)
def test_what_was_corrected_says_from_which_day_to_which(
    real: Reader, asked: str, begins: str | None, because: str, ends: str
) -> None:
    page = real.see(f"{BELARUS}/audit{asked}")
    match = SPAN.search(page.words)
    assert match is not None, page.words
    today = re.search(r"What is so today, (.*?) ,", real.see(BELARUS).words)
    assert today is not None
    assert match.groups() == (begins or today[1], because, ends)


@pytest.mark.parametrize(
    "path", ["", "/timeline", "/people", "/numbers/released", "/audit", "/compare"]
)
def test_each_clock_has_one_name_on_all_pages(real: Reader, path: str) -> None:
    """The glossary defines the two names."""
    page = real.see(f"{BELARUS}{path}")
    assert "the papers: when it was published" in page.words
    assert "our record: when it was recorded" in page.words
    for other in ("wrote it", "the papers’", "ours:", "whose clock"):
        assert other not in page.words
