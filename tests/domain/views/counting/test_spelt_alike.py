"""Whether two spellings may mean one person, in either order of counting."""

from __future__ import annotations

from itertools import chain, permutations, product, zip_longest
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.named import key_of_id
from domain.naming import fold_name
from domain.spelling.index import spell_name
from domain.spelling.keys import list_keys
from domain.spelling.names import Spelling, spell
from domain.views.counting import spelt_alike
from domain.views.counting.spelt_alike import COMPARED, Spellings
from domain.views.counting.unnumbered import MOST_NAMES, _Counted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

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


LIKE_NAMES: Final = (
    *("m losik", "maria losik", "mikola losik", "mikalai losik", "losik", "m k losik"),
    *("nikolai", "ann losik", "anna", "a losik", "hanna losik", "nowak"),
)


def count_reports(reports: Sequence[Collection[str]]) -> list[int]:
    """How many people each of some reports, in order, names who surely were not counted before."""
    counted = _Counted(MOST_NAMES)
    facts = (SimpleNamespace(people={*names}, bearers={}) for names in reports)
    return [counted.take(cast("Candidate", fact)) for fact in facts]


def count_least(reports: Sequence[Collection[str]]) -> int:
    """How many people the reports name at least: each report names different people, by names that may mean them."""
    like = {
        (one, two): one == two or may_mean(one, two) for one, two in product(LIKE_NAMES, repeat=2)
    }
    every = [(at, name) for at, names in enumerate(reports) for name in names]

    def find_least(rest: Sequence[tuple[int, str]], people: list[list[tuple[int, str]]]) -> int:
        if not rest:
            return len(people)
        (at, name), *later = rest
        found = find_least(later, [*people, [rest[0]]])
        for person in people:
            if all(other != at and like[name, known] for other, known in person):
                person.append(rest[0])
                found = min(found, find_least(later, people))
                person.pop()
        return found

    return find_least(every, [])


@given(st.lists(st.sets(st.sampled_from(LIKE_NAMES), max_size=3), max_size=3))
def test_reports_of_like_names_count_no_more_people_than_there_may_be(
    reports: list[set[str]],
) -> None:
    counts = count_reports(reports)
    assert sum(counts) <= count_least(reports)
    assert sum(counts) >= max(map(len, reports), default=0)


@pytest.mark.parametrize(
    ("reports", "counts"),
    [
        (["m losik", "maria losik|mikola losik"], [1, 1]),
        (["m losik|nowak", "maria losik|mikola losik|nowak"], [2, 1]),
        (["m losik", "m losik|maria losik"], [1, 1]),
        (["m losik", "maria losik", "mikola losik"], [1, 0, 0]),
        (["m losik|maria losik", "m k losik|mikola losik"], [2, 0]),
        (["losik", "maria losik|mikola losik|ann losik"], [1, 2]),
        (["losik|anna", "ann losik|maria losik|nowak"], [2, 1]),
        (["m losik", "maria losik|mikola losik", "maria losik|mikola losik"], [1, 1, 0]),
    ],
)
def test_of_two_people_in_one_report_one_is_nobody_who_was_counted(
    reports: list[str], counts: list[int]
) -> None:
    assert count_reports([names.split("|") for names in reports]) == counts


def test_people_with_ids_who_have_one_name_were_each_counted() -> None:
    both = [key_of_id("m losik", "1"), key_of_id("m losik", "2")]
    assert count_reports([both, ["maria losik", "mikola losik"]]) == [2, 0]
    assert count_reports([both[:1], ["maria losik", "mikola losik"]]) == [1, 1]


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


WRITTEN: Final = sorted(
    {name for pair in (*PAIRS, *MORE_PAIRS) for name in pair[1:]} | {*chain.from_iterable(PEOPLE)}
)


def test_the_keys_of_many_names_at_once_are_those_of_each() -> None:
    _compare_keys(WRITTEN)
    assert sum(keys is not None for keys in list_keys(WRITTEN)) > len(WRITTEN) // 2


@given(names=st.lists(st.text(max_size=30), max_size=20))
def test_the_keys_of_texts_at_once_are_those_of_each(names: list[str]) -> None:
    _compare_keys(names)


def _compare_keys(names: Sequence[str]) -> None:
    for name, keys in zip(names, list_keys(names), strict=True):
        assert keys in (None, *(spelling.keys for spelling in spell_name(name))), name
