"""Two spellings are one name if they look the same to a reader, or differ only by what a keyboard offers."""

from __future__ import annotations

import unicodedata
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import same_person
from domain.naming import LONGEST_KEY, fold_name, shorten_key

ALIKE = [
    ("Zoë Müller", unicodedata.normalize("NFD", "Zoë Müller"), "ZOË\u00a0MÜLLER"),
    ("Андрей", unicodedata.normalize("NFD", "Андрей"), "АНДРЕЙ"),
    ("محمد", "محمد\u200f", "\u202bمحمد\u202c", "\u2067محمد\u2069", "\u061cمحمد"),
    ("می\u200cخواهم", "میخواهم", "می\u200dخواهم"),
    ("O'Neil", "O’Neil", "O‘Neil", "OʼNeil", "Oʹneil", "O´Neil", "O`Neil", "O＇Neil", "O′Neil"),
    (unicodedata.normalize("NFKC", "O´Neil"), "O'Neil"),
    ("Мар'яна", "Мар’яна", "Марʼяна"),
    (
        "Jean-Luc",
        "Jean\u2010Luc",
        "Jean\u2011Luc",
        "Jean–Luc",
        "Jean—Luc",
        "Jean−Luc",
        "Jean﹣Luc",
        "Jean－Luc",
    ),
    ("בן-גוריון", "בן־גוריון"),
    ('צה"ל', "צה״ל", "צה”ל"),
    (
        "Ann Example",
        "Ann\u2003Example",
        " Ann \t Example ",
        "Ann\u3000Example",
        "Ａｎｎ Ｅｘａｍｐｌｅ",
    ),
    (
        "Ann Example",
        "Ann\u200b Example",
        "\ufeffAnn Example",
        "Ann Ex\u00adample",
        "Ann\ufe0f Example",
    ),
    ("Straße", "STRASSE", "strasse"),
    ("Βίκτωρ Σίμος", "ΒΊΚΤΩΡ ΣΊΜΟΣ"),
    ("ﬁne", "fine"),
]


@pytest.mark.parametrize("spellings", ALIKE)
def test_spellings_that_look_alike_are_one_name(spellings: tuple[str, ...]) -> None:
    assert len({fold_name(spelling) for spelling in spellings}) == 1
    assert all(same_person(*pair) for pair in permutations(spellings, 2))


@pytest.mark.parametrize(
    "names",
    [
        ("Losik", "Łosik"),
        ("Élise", "Elise"),
        ("Андрей", "Андреи"),
        ("Фёдор", "Федор"),
        ("محمد", "محمود"),
        ("Ann", "Anna"),
        ("Ann Example", "AnnExample"),
        ("Жан", "Jean"),
    ],
)
def test_names_that_a_reader_tells_apart_are_two(names: tuple[str, str]) -> None:
    assert len({fold_name(name) for name in names}) == 2


@given(st.text())
def test_folding_a_folded_name_changes_nothing(text: str) -> None:
    assert fold_name(fold_name(text)) == fold_name(text)


@given(st.text(st.characters(codec="utf-8", min_codepoint=0xA1)))
def test_neither_composition_nor_case_matters(text: str) -> None:
    seen = fold_name(text)
    for form in ("NFC", "NFD"):
        assert fold_name(unicodedata.normalize(form, text)) == fold_name(text)
    assert fold_name(seen.upper()) == fold_name(seen.upper().lower())


def test_a_long_key_goes_by_its_hash() -> None:
    assert shorten_key("ż" * (LONGEST_KEY // 2)) == "ż" * (LONGEST_KEY // 2)
    assert len(shorten_key("ż" * LONGEST_KEY)) == 64
