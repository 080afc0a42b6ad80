"""When two spellings of a name are the same person."""

from __future__ import annotations

import pytest

from domain.access import same_person


@pytest.mark.parametrize(
    "other",
    [
        "Ann Müller",
        "ann müller",
        "ANN MÜLLER",
        " Ann  Müller\t",
        "Ann Mu\u0308ller",
        "Ａｎｎ Müller",  # noqa: RUF001 -- full-width letters are the point
        "Ann\u00a0Müller",
        "Ann Müller\ufe0f",
        "An\u034fn Müller",
        "Ann\u3164 Müller",
        "\u2060Ann Mül\u00adler",
    ],
)
def test_neither_case_nor_width_nor_composition_nor_blanks_make_another_person(other: str) -> None:
    assert same_person("Ann Müller", other)


@pytest.mark.parametrize("other", ["Anna Müller", "Ann Muller", "Müller Ann", "", "AnnMüller"])
def test_another_name_is_another_person(other: str) -> None:
    assert not same_person("Ann Müller", other)


def test_a_sharp_s_is_two() -> None:
    assert same_person("Strauß", "STRAUSS")
