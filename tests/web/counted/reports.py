"""Reports of numbers, short to write in a test, and the words of the page that shows them."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.web.browsing import Reader, Seen

TALKS: Final = "/n/talks"
COUNT: Final = {"kind": "prisoner_count", "population": "prisoners", "valid": "2025-09-01"}


def make_stock(value: int, comparator: str = "eq") -> dict[str, Any]:
    return {"what": "held", "value": value, "comparator": comparator, "basis": "stock"}


def make_part(value: int, what: str = "women") -> dict[str, Any]:
    return {"what": what, "value": value}


def record_facts(reader: Reader, *facts: dict[str, Any]) -> None:
    reader.editor.open()
    for each in facts:
        posted = reader.editor.post("/v1/negotiations/talks/facts", each)
        assert posted.status == 201, posted.json


def words_between(page: Seen, begin: str, end: str) -> str:
    """The words of a page between two pieces of its markup."""
    found = page.html.partition(begin)[2].partition(end)[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", found)))


def lead_of(page: Seen) -> str:
    return words_between(page, '<div class="lead', "<section")
