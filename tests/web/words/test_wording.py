"""Changed words are marked, and only addresses of the web are links."""

from __future__ import annotations

import pytest

from api.web.drawing import _environment
from api.web.words.quantities import choice_in_words, reading_in_words
from api.web.words.wording import (
    brief,
    close_turns,
    field_in_words,
    mark_changes,
    web_address,
)


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
    assert mark_changes(before, after) == parts


def test_a_long_text_is_compared_as_a_whole() -> None:
    old, new = "old " * 2_000, "new " * 2_000
    assert mark_changes(old, new) == [
        ("del", f"{old[:2_000]} …"),
        ("ins", f"{new[:2_000]} …"),
        ("same", " "),
    ]


def test_words_that_recur_often_are_not_compared_one_by_one() -> None:
    """Comparing each pair of such words again and again takes ten seconds for a thousand words."""
    found = mark_changes("a " * 500, "b a " * 250)
    assert [what for what, _ in found] == ["del", "ins", "same"]


def test_of_a_long_text_that_stayed_the_beginning_and_the_end_are_shown() -> None:
    text = " ".join(f"word{number}" for number in range(20_000))
    found = mark_changes(f"{text} 50 freed", f"{text} 52 freed")
    assert [what for what, _ in found] == ["same", "del", "ins", "same"]
    assert found[0][1].startswith("word0 word1 ")
    assert found[0][1].endswith(" word19999")
    assert len(found[0][1]) < 500
    assert found[1:] == [("del", " 50"), ("ins", " 52"), ("same", " freed")]


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("plain", "plain"),
        ("a\u202eb", "a\u202eb\u202c"),
        ("\u2067a\u202ab", "\u2067a\u202ab\u202c\u2069"),
        ("\u2067a\u202ab\u2069", "\u2067a\u202ab\u2069"),
        ("\u202aa\u202c \u2066b\u2069", "\u202aa\u202c \u2066b\u2069"),
        ("a\u202c\u2069", "a\u202c\u2069"),
    ],
    ids=range(6),
)
def test_marks_of_direction_in_a_text_are_closed(text: str, closed: str) -> None:
    assert close_turns(text) == closed
    assert close_turns(closed) == closed


def test_fields_and_choices_are_said_in_plain_words() -> None:
    told = [field_in_words(name) for name in ("valid", "citations", "sentence_ends", "post")]
    assert told == ["when", "sources", "sentence ends", "post"]
    assert choice_in_words("increment") == "on this occasion"
    assert choice_in_words("house_arrest") == "house arrest"


def test_a_number_says_how_it_is_read_only_where_its_words_do_not() -> None:
    said = {
        "what": "released",
        "comparator": "eq",
        "value": 52,
        "text": "52",
        "low": 52,
        "high": 52,
    }
    assert reading_in_words({**said, "basis": None}) == ""
    assert reading_in_words({**said, "basis": "increment"}) == "on this occasion"
    dozens = {**said, "text": "dozens", "value": None, "low": 24, "high": None}
    assert reading_in_words({**dozens, "basis": "cumulative"}) == "read as 24 or more; all so far"
    unbounded = {**dozens, "low": None, "basis": None}
    assert reading_in_words(unbounded) == "the source gives no limits"
    about = {**unbounded, "comparator": "approx", "text": "about forty", "value": 40}
    assert reading_in_words(about) == "read as about 40; the source gives no limits"


def test_a_list_shows_the_first_words_of_a_long_text() -> None:
    assert brief("word " * 20) == "word " * 20
    assert brief("word " * 100) == "word " * 78 + "word …"
    assert brief("w" * 500) == "w" * 400 + " …"
    assert brief(" " * 500).strip() == "…"


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
