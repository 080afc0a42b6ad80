"""The day of a report that says "still" is never given as the beginning."""

from __future__ import annotations

import pytest

from domain.views.since import since
from tests.examples import fact

STILL = "Ihar Losik still in prison"


@pytest.mark.parametrize(
    ("valid", "summary", "expected"),
    [
        ("2025-06-25", STILL, "[..2025-06-25]"),
        ("2025-06-25", "STILL held", "[..2025-06-25]"),
        ("2025-06", "He remains in custody", "[..2025-06]"),
        ("2025", "He continues to be held", "[..2025]"),
        ("2025-06-25?", STILL, "[..2025-06-26]"),
        ("2025-06-25T10:20:30Z", STILL, "[..2025-06-25]"),
        ("2025-06-2X", STILL, "[..2025-06-29]"),
        ("Y170000002", STILL, ".."),
        ("2025-06-25", "Лосик по-прежнему в колонии", "[..2025-06-25]"),
        ("2025-06-25", "Лосик всё ещё в колонии", "[..2025-06-25]"),
        ("2025-06-25", "Лосик остаётся под стражей", "[..2025-06-25]"),
        ("2025-06-25", "Лосик досі у в'язниці", "[..2025-06-25]"),
        ("2025-06-25", "Лосик залишається у в’язниці", "[..2025-06-25]"),
        ("2025-06-25", "Ihar Losik arrested", "2025-06-25"),
        ("2025-06-25", "A stillborn plan; he is held", "2025-06-25"),
        ("2021-06-25/..", "Arrested on 25 June 2021, still in prison", "2021-06-25"),
        ("2021-06-25/", "Arrested on 25 June 2021, still in prison", "2021-06-25"),
        ("[..2025-06-25]", STILL, "[..2025-06-25]"),
        ("[2025-06-20,2025-06-25]", STILL, "[..2025-06-25]"),
        ("../2025-06-25", STILL, ".."),
        ("/2025-06-25", STILL, ""),
    ],
)
def test_what_had_begun_before_is_since_that_date_at_the_latest(
    valid: str, summary: str, expected: str
) -> None:
    assert since(fact("custody", valid=valid, summary=summary)) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("appointment", "[..2025-06-25]"),
        ("mission", "[..2025-06-25]"),
        ("measure", "[..2025-06-25]"),
        ("agreement", "[..2025-06-25]"),
        ("prisoner_count", "2025-06-25"),
        ("statement", "2025-06-25"),
        ("release", "2025-06-25"),
    ],
)
def test_what_happened_on_a_day_happened_then_whatever_goes_on(kind: str, expected: str) -> None:
    assert since(fact(kind, valid="2025-06-25", summary="It still stands")) == expected
