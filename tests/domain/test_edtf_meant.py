"""Dates as people write them: the EDTF that may be meant is told, both where it may be either."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ContentError
from domain.time.edtf_meant import may_mean
from domain.time.valid_time import ValidTime
from tests.examples import fact
from tests.strategies import SOME

WRITTEN = {
    "1981-1983": ["1981/1983"],
    "1981\u20131983": ["1981/1983"],
    "1981 - 1983": ["1981/1983"],
    "c. 1950s": ["195X~", "195X"],
    "1950s": ["195X"],
    "ca. 1950": ["1950~", "1950"],
    "2016/17": ["2016/2017"],
    "May 2024": ["2024-05"],
    "1 May 2024": ["2024-05-01"],
    "May 1st, 2024": ["2024-05-01"],
    "1. Sept. 2024": ["2024-09-01"],
    "05/01/2024": ["2024-05-01", "2024-01-05"],
    "25/01/2024": ["2024-01-25"],
    "05.01.2024": ["2024-01-05"],
    "2024/05/01": ["2024-05-01"],
    "2024-5-1": ["2024-05-01"],
    "20240501": ["2024-05-01"],
    "2024-05-01T00:00:00.000Z": ["2024-05-01T00:00:00Z", "2024-05-01"],
    "2024-05-01 10:30": ["2024-05-01T10:30:00", "2024-05-01"],
    "May 2024 to June 2024": ["2024-05/2024-06"],
    "since May 2024": ["2024-05/.."],
    "before 2024": ["../2024"],
    "spring 2024": ["2024-21"],
    "22.11.2025": ["2025-11-22"],
    "11/22/2025": ["2025-11-22"],
    "45983": ["2025-11-22"],
    "45983.0": ["2025-11-22"],
    "99999": [],
    "31/02/2024": [],
    "yesterday": [],
    "": [],
    "1" * 1_000: [],
}


@pytest.mark.parametrize("text", WRITTEN)
def test_what_may_be_meant_is_told(text: str) -> None:
    assert may_mean(text) == WRITTEN[text]


@pytest.mark.parametrize("text", ["1981-1983", "05/01/2024", "2024-05-01T00:00:00.000Z"])
def test_a_fact_is_refused_with_it(text: str) -> None:
    with pytest.raises(ContentError) as refused:
        fact("release", valid=text)
    (fault,) = refused.value.faults
    assert fault.pointer == "/valid"
    assert fault.detail.endswith(f"write {' or '.join(WRITTEN[text])}")


@SOME
@given(st.text(alphabet="0123456789-/. csTZ:Maytouni", max_size=24))
def test_all_that_is_told_is_edtf(text: str) -> None:
    for each in may_mean(text):
        ValidTime.parse(each)
