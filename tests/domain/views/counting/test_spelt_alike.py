"""Two spellings may mean one person, or cannot, whichever of them was counted first."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.named import key_of_id
from domain.naming import fold_name
from domain.views.counting.spelt_alike import Spellings

PAIRS: Final = [
    line.split("\t")
    for line in Path(__file__).with_name("spelt_alike.tsv").read_text().splitlines()[1:]
]
"""Whether two names may mean one person, and the names."""
NAMES: Final = st.lists(
    st.sampled_from(("a", "e", "i", "ann", "anna", "igor", "ihar", "nowak", "иван")), max_size=4
).map(" ".join)


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


@given(names=st.lists(NAMES, max_size=8), name=NAMES)
def test_among_many_names_each_that_may_mean_the_same_is_found(names: list[str], name: str) -> None:
    counted = Spellings()
    for each in names:
        counted.add(each)
    assert counted.may_mean(name) == any(may_mean(each, name) for each in names)
