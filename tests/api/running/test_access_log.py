"""The access log has the shortened path of each request, without words of facts."""

from __future__ import annotations

import logging

import pytest

from api.http.middleware.access_log import WithoutWords


@pytest.mark.parametrize(
    ("address", "logged"),
    [
        ("/n/talks?q=word", "/n/talks"),
        ("/n/talks/matters/word", "/n/talks/matters/-"),
        ("/" + "q" * 60_000, "/" + "q" * 499 + "…"),
    ],
    ids=range(3),
)
def test_a_line_has_a_path_that_is_not_long_and_no_words(address: str, logged: str) -> None:
    told = ("127.0.0.1:1", "GET", address, "1.1", 200)
    line = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, "%s", told, None)
    assert WithoutWords().filter(line)
    assert line.args == ("127.0.0.1:1", "GET", logged, "1.1", 200)
