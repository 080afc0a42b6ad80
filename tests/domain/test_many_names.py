"""Many names at once are folded and written in Latin letters as each of them is alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.naming import fold_for_search, fold_name
from domain.spelling.many_names import fold_names, list_latin_words
from domain.views.alike import write_in_latin
from domain.words import romanise, split_words, transliterate

_LETTERS = st.characters(max_codepoint=0x52F, exclude_categories=("Cc", "Cs"))
_NAMES = st.lists(st.text(st.one_of(_LETTERS, st.sampled_from(" -.'ьъйёîŁßςא"))), max_size=4)


@given(_NAMES)
def test_names_are_folded_as_each_is_alone(names: list[str]) -> None:
    folded = [*map(fold_name, names)]
    assert fold_names(folded) == [*map(fold_for_search, folded)]
    words = [split_words(name) for name in folded]
    assert write_in_latin(folded) == [" ".join(transliterate(each) or each) for each in words]


@given(_NAMES)
def test_the_latin_words_of_a_name_are_those_by_which_it_is_found(names: list[str]) -> None:
    folded = [*map(fold_name, names)]
    for name, words in zip(folded, list_latin_words(folded), strict=True):
        if words is not None:
            found = [*(romanise(name) or [split_words(name)])]
            assert {word for form in found for word in form} <= set(words.split())
