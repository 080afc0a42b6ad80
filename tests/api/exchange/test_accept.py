from __future__ import annotations

import pytest

from api.http.exchange.accept import prefers_csv


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        ("", False),
        ("text/csv", True),
        ("TEXT/CSV; q=0.9", True),
        ("*/*", False),
        ("text/*", True),
        ("text/csv;q=0", False),
        ("text/csv;q=0.4, application/json;q=0.5", False),
        ("text/csv, */*;q=0.1", True),
        ("application/json, text/csv", False),
        ("text/csv;q=high", False),
        ("text/csv;charset=utf-8", True),
        (";;,,=", False),
    ],
)
def test_csv_is_chosen_where_it_ranks_above_json(header: str | None, expected: bool) -> None:
    assert prefers_csv(header) is expected
