from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from api.http.exchange.edtf_patterns import CUT
from domain.time.instant import InstantError, parse_cut


@given(st.from_regex(CUT, fullmatch=True))
def test_every_text_that_fits_is_a_cut(text: str) -> None:
    parse_cut(text)


@given(st.text("0123456789-+:TZtz.", max_size=28))
@example("2023-02-29")
@example("2024-02-29")
@example("1900-02-29")
@example("2025-11-22T23:59:59.9+03:00")
def test_a_text_is_a_cut_where_it_fits(text: str) -> None:
    try:
        parse_cut(text)
    except InstantError:
        assert not re.fullmatch(CUT[1:-1], text)
    else:
        assert re.fullmatch(CUT[1:-1], text) or text[0] in "+-"
