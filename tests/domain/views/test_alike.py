"""Hints name other people whom a name may mean, and cost little among many different names."""

from __future__ import annotations

from typing import Final

import pytest

from domain.views.alike import MOST, MOST_COMPARED, Likeness
from tests.domain.views.steps import steps

IN_LANGUAGES: Final = "may be one name, spelt in two ways"
AN_INITIAL: Final = "the same if an initial stands for the name"
AN_INITIAL_ELSEWHERE: Final = f"{AN_INITIAL}, as another language writes it"
MORE_WORDS: Final = "may be the same, but one has more words"


@pytest.mark.parametrize(
    ("name", "other", "why"),
    [
        ("Ivan Primerov", "Иван Примеров", "the same in Latin letters"),
        ("Łukasz Nowak", "Lukasz Nowak", "the same but for accents"),
        ("Пётр Ёлкин", "Петр Елкин", "the same but for accents"),
        ("Фёдор", "Федор", "the same but for accents"),
        ("Ґалаґан", "Галаган", "the same but for accents"),
        ("Nowak Łukasz", "Lukasz Nowak", "the same words in another order"),
        ("Yevgeny Primerov", "Evgeny Primerov", IN_LANGUAGES),
        ("Aliaksandr Kazlou", "Aliaksandar Kazlou", IN_LANGUAGES),
        ("Ann Example", "Ann Exampled", "written much alike"),
        ("I. Primerov", "Ivan Primerov", AN_INITIAL),
        ("M. Statkevich", "Mikalai Statkevich", AN_INITIAL),
        ("M. Статкевич", "Mikalai Statkevich", AN_INITIAL),
        ("Statkevich M.", "Mikalai Statkevich", AN_INITIAL),
        ("M. Statkevich", "Nikolai Statkevich", AN_INITIAL_ELSEWHERE),
        ("M. Статкевич", "Nikolai Statkevich", AN_INITIAL_ELSEWHERE),
        ("E. Afnagel", "Yauhen Afnahel", AN_INITIAL_ELSEWHERE),
        ("Ann E. Losik", "Hanna Losik", AN_INITIAL_ELSEWHERE),
        ("Mikalai Statkevich", "Nikolai Statkevich", IN_LANGUAGES),
        ("Siarhei Tsikhanouski", "Sergei Tikhanovsky", IN_LANGUAGES),
        ("Ales Bialiatski", "Александр Беляцкий", IN_LANGUAGES),
        ("Uładzimir Mackievič", "Vladimir Matskevich", IN_LANGUAGES),
        ("Ihar Losik", "Ihar Aliaksandravich Losik", MORE_WORDS),
        ("Losik", "Ihar Losik", None),
        ("Oleg Petrov", "Olga Petrova", "written much alike"),
        ("A. Losik", "Ihar Losik", None),
        ("Ivan Primerov", "Anna Sokolova", None),
        ("!", "?", None),
    ],
)
def test_a_hint_says_what_two_names_have_in_common(name: str, other: str, why: str | None) -> None:
    found = Likeness([(name, None), (other, "1")]).of(name, None)
    assert found == ([] if why is None else [{"name": other, "id": "1", "why": why}])


def test_who_has_another_id_is_somebody_else() -> None:
    everyone = Likeness([("Ann Example", "1"), ("Ann Example", "2"), ("Ann Exampel", None)])
    assert [each["name"] for each in everyone.of("Ann Example", "1")] == ["Ann Exampel"]
    assert len(everyone.of("Ann Exampel", None)) == 2


def test_there_are_few_hints_and_they_cost_little_where_many_names_begin_alike() -> None:
    def count_steps(number: int) -> int:
        everyone = Likeness((f"Ann Example {n:05}", None) for n in range(number))
        everyone.of("Ann Example 00000", None)  # the names are prepared once
        return steps(lambda: everyone.of("Ann Example 00000", None))

    assert (
        len(Likeness((f"Ann Exampl{n}", None) for n in range(50)).of("Ann Example", None)) == MOST
    )
    assert count_steps(8_000) < 2 * count_steps(4_000)


def test_of_words_that_many_names_share_the_first_is_compared_first() -> None:
    alike = [("Aaaa Cbbb", None), *((f"Aaaz{n:05}", None) for n in range(MOST_COMPARED + 200))]
    others = [(f"Bbbz{n:05}", None) for n in range(MOST_COMPARED + 100)]
    found = Likeness([*alike, *others]).of("Aaaa Bbbb", None)
    assert [each["name"] for each in found] == ["Aaaa Cbbb"]
