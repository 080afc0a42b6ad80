"""Right-to-left words do not move the text beside them, and only the number itself is set large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from api.web.words.dates import ends_in_words
from api.web.words.names import isolate, join_names
from api.web.words.quantities import split_figure
from tests.web.browsing import BELARUS
from tests.web.hostile import import_facts

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database

TALKS: Final = "/n/talks"
WHO: Final = "سجناء"
PAPER: Final = "هآرتس"
_LEFT: Final = """part => {
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walker.nextNode()) {
    const at = walker.currentNode.textContent.indexOf(part);
    if (at < 0) continue;
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + part.length);
    return [...range.getClientRects()].map(box => Math.round(box.left));
  }
}"""
"""The positions, from the left, of the boxes of a part of a text."""


def _counts() -> list[dict[str, Any]]:
    cited = [{"publisher": PAPER, "title": "T", "published": "2025-03-01"}]
    held = {"what": "held", "value": 1184, "basis": "stock"}
    told = {"kind": "prisoner_count", "population": WHO, "valid": "2025-03-01", "citations": cited}
    return [{**told, "counted_by": PAPER, "quantities": [held]}]


def test_a_date_stays_behind_a_name_from_right_to_left(reader: Reader) -> None:
    import_facts(reader, *_counts())
    assert f"\u2068{WHO}\u2069, 1 March 2025. Counted by:" in reader.see(TALKS).words
    (fact,) = reader.http.get("/v1/negotiations/talks/timeline").json()["items"]
    assert f"\u2068{PAPER}\u2069, 1 Mar 2025" in reader.see(f"{TALKS}/facts/{fact['id']}").words


@pytest.mark.needs("chromium")
def test_a_browser_shows_such_a_date_in_one_piece(browser: Browser) -> None:
    page = browser.new_page()
    for name, pieces in ((WHO, 2), (isolate(WHO), 1)):
        page.set_content(f"<main><p>{name}, 1 March 2025.</p></main>")
        assert len(page.evaluate(_LEFT, "1 March 2025")) == pieces
    page.close()


def test_only_words_from_right_to_left_are_kept_apart() -> None:
    assert isolate("Viasna") == "Viasna"
    assert isolate("Вясна (Viasna) 12") == "Вясна (Viasna) 12"
    assert join_names(["A", WHO]) == f"A, \u2068{WHO}\u2069"


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("at least 12, and about 40", ("at least", "12", ", and about 40")),
        ("1,184 to 12,300", ("", "1,184 to 12,300", "")),
        ("more than 1,000", ("more than", "1,000", "")),
        ("not counted", ("", "not counted", "")),
    ],
)
def test_a_number_is_split_from_the_words_around_it(text: str, split: tuple[str, str, str]) -> None:
    assert split_figure(text) == split


def test_a_sum_says_of_when_its_numbers_are(real: Reader) -> None:
    told = "The first of these is of 26 January 2025, the last of 11 September 2025."
    for path in ("", "/numbers/released"):
        assert told in real.see(f"{BELARUS}{path}").words
    assert (
        ends_in_words(["2025-01", "2025"])
        == "The first of these is of January 2025, the last of 2025."
    )
    assert ends_in_words(["2025-01-01", "[2025-01-02..2025-02]"]) == ""
    assert ends_in_words(["2025-01-01", "2025-01-01"]) == ""


def test_a_choice_of_an_editor_between_two_days_is_no_news(real: Reader) -> None:
    words = real.see(f"{BELARUS}/compare?from=2025-11-22&clock=published").words
    assert "an editor of this record chose which of some rival claims is shown" in words
    before = real.see(f"{BELARUS}/compare?from=2025-11-22&to=2025-11-26&clock=published").words
    assert "an editor of this record chose" not in before
