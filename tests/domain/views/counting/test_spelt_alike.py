"""Whether two spellings may mean one person, in either order of counting."""

from __future__ import annotations

from itertools import chain, permutations, zip_longest
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.named import key_of_id
from domain.naming import fold_name
from domain.spelling.names import Spelling, spell
from domain.views.counting import spelt_alike
from domain.views.counting.spelt_alike import COMPARED, Spellings
from domain.views.counting.unnumbered import MOST_NAMES, _Counted

if TYPE_CHECKING:
    from domain.views.rivalry.candidates import Candidate

PAIRS: Final = [
    line.split("\t")
    for line in Path(__file__).with_name("spelt_alike.tsv").read_text().splitlines()[1:]
]
"""(whether two names may mean one person, the names)."""
MORE_PAIRS: Final = [
    line.split("\t")
    for line in Path(__file__).with_name("spelt_pairs.tsv").read_text().splitlines()[1:]
]
"""The same; compared in one test."""
PEOPLE: Final = [
    list(map(fold_name, line.split(" | ")))
    for line in Path(__file__).with_name("spelt_people.txt").read_text().splitlines()
]
"""The names of different people, each as several languages write it."""
WORDS: Final = (
    *("a", "e", "m", "n", "anna", "hanna", "igor"),
    *("egor", "mikola", "nikolai", "nowak", "иван"),
)
NAMES: Final = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)


def may_mean(one: str, other: str) -> bool:
    counted = Spellings()
    counted.add(one)
    return counted.may_mean(other)


@pytest.mark.parametrize(("expected", "one", "other"), PAIRS)
def test_two_spellings_may_mean_one_person_or_cannot(expected: str, one: str, other: str) -> None:
    both, same = (fold_name(one), fold_name(other)), expected == "yes"
    assert may_mean(*both) is same
    assert may_mean(*reversed(both)) is same
    assert may_mean(key_of_id(one, "1"), both[1]) is same
    assert not may_mean(key_of_id(one, "1"), key_of_id(other, "2"))


def test_what_languages_make_of_names_may_mean_one_person_and_like_names_two() -> None:
    assert len(MORE_PAIRS) > 200
    wrong = [
        (one, other)
        for expected, one, other in MORE_PAIRS
        for spelt in ((fold_name(one), fold_name(other)),)
        if {may_mean(*spelt), may_mean(*reversed(spelt))} != {expected == "yes"}
    ]
    assert wrong == []


@pytest.mark.parametrize("spelt", PEOPLE, ids=lambda spelt: spelt[0])
def test_every_spelling_of_a_name_may_mean_the_person_and_nobody_else(spelt: list[str]) -> None:
    missed = [pair for pair in permutations(spelt, 2) if not may_mean(*pair)]
    assert missed == []
    counted = Spellings()
    for name in spelt:
        counted.add(name)
    others = chain.from_iterable(names for names in PEOPLE if names is not spelt)
    assert [name for name in others if counted.may_mean(name)] == []


def test_different_people_are_as_many_as_they_are_however_they_are_spelt() -> None:
    counted, people = Spellings(), 0
    for name in chain.from_iterable(zip_longest(*PEOPLE)):
        if name is not None:
            people += not counted.may_mean(name)
            counted.add(name)
    assert people == len(PEOPLE)


@given(names=st.lists(NAMES, max_size=8), name=NAMES)
def test_among_many_names_each_that_may_mean_the_same_is_found(names: list[str], name: str) -> None:
    counted = Spellings()
    for each in names:
        counted.add(each)
    assert counted.may_mean(name) == any(may_mean(each, name) for each in names)


def test_many_names_that_share_their_words_cost_a_few_comparisons_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = [f"{one}{other}" for one in "bdflmnr" for other in ("ata", "apa", "ala")]
    pairs = [f"{one} {other}" for one in words for other in words if one != other]
    assert count_new(monkeypatch, pairs, further=0) == (len(pairs) // 2, len(pairs) // 2)
    with_initials = [f"{initial}. {pair}" for pair in pairs for initial in "bt"]
    new, compared = count_new(monkeypatch, with_initials, further=100)
    assert 0 < new < len(pairs)
    assert compared <= COMPARED * len(with_initials) + 100


def test_the_names_of_a_fact_are_counted_in_alphabetical_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the order of a set of texts, which differs from process to process, so would a total."""
    people = {f"{letter}. {word}" for letter in "abc" for word in ("ivanov", "losik", "nowak")}
    asked, added = list[str](), list[str]()

    def may_mean(_: Spellings, part: str) -> bool:
        asked.append(part)
        return False

    monkeypatch.setattr(Spellings, "may_mean", may_mean)
    monkeypatch.setattr(Spellings, "add", lambda _, part: added.append(part))
    fact = SimpleNamespace(people=people, bearers={})
    assert _Counted(MOST_NAMES).take(cast("Candidate", fact)) == len(people)
    assert asked == added == sorted(people)


def count_new(
    monkeypatch: pytest.MonkeyPatch, names: list[str], *, further: int
) -> tuple[int, int]:
    """(how many of the names count as separate people, how many comparisons that takes)."""
    compared, compare = [0], Spelling.may_be

    def may_be(one: Spelling, other: Spelling) -> bool:
        compared[0] += 1
        return compare(one, other)

    monkeypatch.setattr(Spelling, "may_be", may_be)
    monkeypatch.setattr(spelt_alike, "MOST_FURTHER", further)
    counted, new = Spellings(), 0
    for name in names:
        new += not counted.may_mean(name)
        counted.add(name)
    monkeypatch.undo()
    return new, compared[0]


def test_of_a_long_name_only_the_beginning_is_compared() -> None:
    longest, beginning = "я" * 100_000, "я" * 400
    assert {spelling.letters for spelling in spell(longest)} == {
        spelling.letters for spelling in spell(beginning)
    }
    assert may_mean(longest, beginning + "x" * 10)
