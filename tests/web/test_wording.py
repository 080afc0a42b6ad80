"""Changed words are marked, and only addresses of the web are links."""

from __future__ import annotations

import pytest

from api.web.drawing import _environment
from api.web.wording import changed_words, web_address


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("50 freed", "52 freed", [("del", "50"), ("ins", "52"), ("same", " freed")]),
        (None, "Minsk", [("ins", "Minsk")]),
        ("Minsk", None, [("del", "Minsk")]),
        ("the same", "the same", [("same", "the same")]),
        (["A", "B"], ["B", "C"], [("del", "A"), ("same", " "), ("ins", "C"), ("same", " ")]),
        (3, 4, [("del", "3"), ("ins", "4")]),
    ],
)
def test_changed_words_are_marked_in_reading_order(
    before: object, after: object, parts: list[tuple[str, str]]
) -> None:
    assert changed_words(before, after) == parts


def test_a_long_text_is_compared_as_a_whole() -> None:
    old, new = "old " * 2_000, "new " * 2_000
    assert changed_words(old, new) == [("del", old), ("ins", new)]


@pytest.mark.parametrize("address", ["https://a.example/x", "HTTP://a.example", " https://a.b"])
def test_an_address_of_the_web_is_a_link(address: str) -> None:
    assert web_address(address) == address.strip()


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "\tjavascript:x", "//a.example", "", None],
)
def test_no_other_address_is_a_link(address: str | None) -> None:
    assert web_address(address) is None


def test_an_address_that_runs_a_script_is_no_link_on_a_page() -> None:
    citation = {
        **dict.fromkeys(
            ("title", "origin", "published", "attribution", "sources", "grade", "quote")
        ),
        "publisher": "P",
        "url": "javascript:alert(1)",
        "archived_url": "data:text/html,x",
    }
    macros = _environment().get_template("record.html").module
    drawn = str(macros.cites([citation]))  # type: ignore[attr-defined]
    assert "href" not in drawn
    assert "P" in drawn
