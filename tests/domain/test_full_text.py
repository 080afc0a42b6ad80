from __future__ import annotations

import random
import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ContentError
from domain.naming import fold_for_search, fold_name
from domain.provenance import Citation
from domain.quantity import Quantity
from domain.sought import (
    MOST_SPELLINGS,
    MOST_WORDS,
    ROMANISED,
    Term,
    holds_terms,
    make_name_test,
    parse_terms,
    split_terms,
)
from domain.views.full_text import BREAK, LONGEST_TEXT, MOST_BYTES, list_fact_words, list_words
from domain.words import LONGEST_WORD, merge_letters, split_words
from tests.examples import fact


@pytest.mark.parametrize(
    ("written", "searched_as"),
    [
        ("Łukaszenka", "lukaszenka"),
        ("Gitanas NAUSĖDA", "gitanas nauseda"),
        ("Jens Stoltenberg, Tromsø", "jens stoltenberg, tromso"),
        ("Đoković", "dokovic"),
        ("Straße", "strasse"),
        ("Ærø, Œuvre", "aero, oeuvre"),
        ("Erdoğan, Diyarbak\u0131r", "erdogan, diyarbakir"),
        ("Þórður", "thordur"),
        ("Ёлка, Любоў, Ціханоўская", "елка, любоу, ціханоуская"),
        ("  a \t b\n", "a b"),
    ],
)
def test_accents_and_case_do_not_count(written: str, searched_as: str) -> None:
    assert fold_for_search(written) == searched_as


@given(st.text())
def test_folding_a_folded_text_for_search_changes_nothing(text: str) -> None:
    assert fold_for_search(fold_for_search(text)) == fold_for_search(text)


@given(st.text(), st.text())
def test_words_beside_each_other_are_found_as_they_are_alone(left: str, right: str) -> None:
    assert split_words(f"{left} {right}") == [*split_words(left), *split_words(right)]


@given(st.text())
def test_a_word_is_its_own_word_and_holds_neither_blank_nor_punctuation(text: str) -> None:
    for word in split_words(text):
        assert split_words(word) == [word]
        assert not set(word) & set(" \t\n\"'*\\&|!():<>" + BREAK)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("US–Belarus talks", ["us", "belarus", "talks"]),
        ("1,200 freed", ["1", "200", "freed"]),
        ("Lukashenko’s", ["lukashenko", "s"]),
        ("Знам'ям Знам\u02bcям Знам’ям", ["знам", "ям"] * 3),
        ("Luka\u00adschenka", ["lukaschenka"]),
        ("snake_case", ["snake", "case"]),
        ("a.b@example.org/x?y=-5", ["a", "b", "example", "org", "x", "y", "5"]),
        ("❤️ ½ km²", ["1", "2", "km2"]),
        ("52名被关押者", ["52", "名被关押者"]),
        ("Qurʾan, צה״ל, ٥٢", ["quran", "צהל", "52"]),
        ("नमस्ते दुनिया", [*split_words("नमस्ते"), *split_words("दुनिया")]),
        ("—…!", []),
    ],
)
def test_text_falls_into_words(text: str, found: list[str]) -> None:
    assert split_words(text) == found


def test_a_word_with_marks_is_one_word() -> None:
    assert len(split_words("नमस्ते")) == 1


@pytest.mark.parametrize(
    ("q", "terms"),
    [
        ("John Coale", [Term(("john",)), Term(("coale",))]),
        ('"John Coale"', [Term(("john", "coale"))]),
        ("“John Coale” „Vilnius“", [Term(("john", "coale")), Term(("vilnius",))]),
        ("luka*", [Term(("luka",), prefix=True)]),
        ('"john co"*', [Term(("john", "co"), prefix=True)]),
        ('"john co*"', [Term(("john", "co"))]),
        ("US-Bel*", [Term(("us", "bel"), prefix=True)]),
        ("freed OR NOT NEAR ^a", "freed or not near a"),
        ('"unclosed phrase', "unclosed phrase"),
        ("talks talks TALKS", "talks"),
        ("talks - minsk", "talks minsk"),
        ('* ** - \'\' "" "*"', []),
    ],
)
def test_a_question_is_words_phrases_and_prefixes(q: str, terms: list[Term] | str) -> None:
    wanted = [Term((word,)) for word in terms.split()] if isinstance(terms, str) else terms
    assert list(split_terms(q)) == wanted


@given(
    st.lists(st.text("abcйиёўґ'’\"-é ßİŁא״かが漢字한กำ०ﬁ", max_size=8), min_size=1, max_size=2),
    st.text("abcйиёўґ'é ßא״かが漢字한กำ", min_size=1, max_size=4),
    st.booleans(),
)
def test_the_quick_test_of_names_misses_none_that_is_found(
    names: list[str], other: str, begins: bool
) -> None:
    words = [word.removeprefix(ROMANISED) for word in list_words(names)]
    for text in (*names, *words, other):
        wanted = parse_terms(split_terms(f"{text[:3]}*" if begins else text))
        if holds_terms(wanted, list_words(names)):
            assert make_name_test(wanted)([" ".join(map(fold_name, names))]) == [True]


@pytest.mark.parametrize("asked", ["ann", "Exam* Ann", "ann-x", "xam*", "ry*", "yury ivano"])
def test_the_quick_test_of_names_leaves_out_other_names(asked: str) -> None:
    may_match = make_name_test(parse_terms(split_terms(asked)))
    assert may_match(["bob example", "юрый іваноў"]) == [False, False]
    assert make_name_test(parse_terms(()))(["ann example"]) == [False]


@given(st.text("aeijyxksd", max_size=8), st.integers(0, 8))
def test_the_beginning_of_a_word_begins_it_when_letters_are_merged(word: str, end: int) -> None:
    assert merge_letters(word).startswith(merge_letters(word[:end]))


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (["Лосик"], "Losik"),
        (["Losik"], "Лосик"),
        (["Дарья Лосик"], "Daria Losik"),
        (["Ann"], "Лосик"),
    ],
)
def test_any_transliteration_of_a_name_leads_to_its_other_spellings(
    names: list[str], asked: str
) -> None:
    for translit in (True, False):
        others = [(f"other{n}", f"иной{n}") for n in range(25)]
        spellings = [*others, (*names, "Someone Else"), *others]
        wanted = parse_terms(split_terms(asked), translit=translit, spellings=spellings)
        assert wanted == parse_terms(
            split_terms(asked), translit=translit, spellings=[spellings[25]]
        )
        is_one = translit and names != ["Ann"]
        assert holds_terms(wanted, list_words(["Someone Else"])) is is_one
        assert not holds_terms(wanted, list_words(["Someone"]))
        for name in names:
            assert holds_terms(wanted, list_words([name])) is is_one


def test_some_spellings_of_a_transliterated_name_that_has_very_many_are_found() -> None:
    spellings = [("Лосик", *(f"other{n}" for n in range(MOST_SPELLINGS + 1)))]
    wanted = parse_terms(split_terms("Losik"), spellings=spellings)
    assert holds_terms(wanted, list_words(["Лосик"]))
    assert holds_terms(wanted, list_words(["other1"]))
    with pytest.raises(ContentError, match="/q"):
        parse_terms(split_terms("Лосик"), spellings=spellings)


APART: Final = st.text("abяд'’ʼ` -.,sé\u02ba", max_size=12)
"""Texts with apostrophes within, before and after words, and with English endings."""


@given(APART, APART, APART, st.booleans())
def test_words_are_found_as_they_are_written_with_an_apostrophe(
    before: str, asked: str, after: str, begins: bool
) -> None:
    words, text = split_words(asked), [f"{before} {asked} {after}"]
    for q in (f'"{asked}"', asked, f'"{" ".join(words)}"'):
        wanted = parse_terms(split_terms(f"{q}*" if begins and q else q))
        assert holds_terms(wanted, list_words(text)) or not words


@given(APART, st.booleans())
def test_words_are_found_with_and_without_their_apostrophes(name: str, translit: bool) -> None:
    joined = re.sub("(?<=[abядsé])['’ʼ`\u02ba](?=[abядsé])(?!s(?![abядsé]))", "", name)
    for text, asked in ((name, joined), (joined, name)):
        wanted = parse_terms(split_terms(f'"{asked}"'), translit=translit)
        assert holds_terms(wanted, list_words([text])) or not split_words(asked)
        for word in asked.split():
            wanted = parse_terms(split_terms(word), translit=translit)
            assert holds_terms(wanted, list_words([text])) or not split_words(word)


def test_a_long_text_repeats_only_the_words_around_an_apostrophe() -> None:
    common = "one two three four five six "
    words = list_words([f"{common}Ol'ga {common}the minister's {common}"])
    assert len(words) == len(split_words(common)) * 3 + 5 + 1 + 7 + 1
    assert words[-9:] == [BREAK, *["four", "five", "six", "olga", "one", "two", "three"], BREAK]


def test_a_question_of_too_many_words_is_refused() -> None:
    assert len(split_terms(" ".join(f"w{n}" for n in range(MOST_WORDS)))) == MOST_WORDS
    with pytest.raises(ContentError, match="/q"):
        split_terms(" ".join(f"w{n}" for n in range(MOST_WORDS + 1)))


def test_a_fact_is_found_by_all_its_texts_and_by_no_phrase_across_two() -> None:
    released = fact(
        "statement",
        summary="The first text",
        note="A second",
        quote="take them all",
        people=("Ihar Losik",),
        places=("Navapolatsk",),
        parties=("Lithuania",),
        quantities=(Quantity(what="released", comparator="ge", value=None, text="dozens"),),
        citations=(Citation(publisher="LIGA.net", title="After Reuters", url="https://x.invalid"),),
        matter="hidden-matter",
        external_id="BY-1",
    )
    text = list_fact_words(released)
    for q in (
        '"the first text" second "take them all" Lukashenko Losik navapolatsk lithuania dozens',
        '"liga.net" "after reuters"',
    ):
        assert holds_terms(parse_terms(split_terms(q)), text)
    for q in ('"text a"', "invalid", "hidden", "BY", '"second alexander"'):
        assert not holds_terms(parse_terms(split_terms(q)), text)


def test_a_question_without_words_finds_nothing() -> None:
    assert not holds_terms(parse_terms(split_terms("!?")), ["a"])


def test_only_the_first_of_very_much_text_is_searched() -> None:
    many = tuple(f"name{n} " + "x" * 300 for n in range(1_000))
    text = list_fact_words(fact("release", people=many))
    assert LONGEST_TEXT - 2 * LONGEST_WORD < sum(len(word) + 1 for word in text) <= LONGEST_TEXT
    assert {len(word) for word in text if word.startswith("xx")} == {LONGEST_WORD}


def test_a_text_of_pairs_is_bounded_by_what_a_database_takes_of_a_row() -> None:
    draw = random.Random(20251127)
    ideographs = [chr(draw.randrange(0x20000, 0x2A6D0)) for _ in range(300_000)]
    many = tuple("".join(ideographs[n : n + 30_000]) for n in range(0, 300_000, 30_000))
    different = set(list_fact_words(fact("release", people=many)))
    assert MOST_BYTES - 15_000 < sum(len(unit.encode()) for unit in different) <= MOST_BYTES + 10


def test_a_name_with_more_spellings_than_are_looked_for_is_refused_and_not_cut_short() -> None:
    few = [f"Ann {number}" for number in range(MOST_SPELLINGS + 1)]
    wanted = parse_terms(split_terms("ann 0"), spellings=[few])
    assert all(holds_terms(wanted, split_words(f"{each} freed")) for each in few)
    with pytest.raises(ContentError, match="ask for the person or the place"):
        parse_terms(split_terms("freed ann 0"), spellings=[[*few, "Bea"]])
    assert parse_terms(split_terms("ann 0*"), spellings=[[*few, "Bea"]]).parts


def test_no_more_of_a_text_is_read_than_is_searched() -> None:
    words = list_words(["\ufdfa" * 50_000])
    assert sum(map(len, words)) < 3 * LONGEST_TEXT
