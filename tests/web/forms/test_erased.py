"""An erased fact is on no page, in no picture, and in no cache of the process."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

if TYPE_CHECKING:
    from fastapi import FastAPI

    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database

TALKS: Final = "/n/talks"
WORDS: Final = ("Zdzislawa", "Wspominana", "Przemilczana", "Gazetowska", "Miastowice", "Sprawowska")
SAID: Final = {
    "kind": "custody",
    "valid": "2025-03-04/..",
    "person": "Zdzislawa Przemilczana",
    "status": "detained",
    "place": "Miastowice",
    "summary": "Zdzislawa Wspominana was taken",
    "matter": "sprawowska",
    "quantities": [{"what": "cases", "text": "7"}],
    "citations": [{"publisher": "Gazetowska", "published": "2025-03-05", "quote": "Wspominana"}],
    "external_id": "A-1",
}
STAYS: Final = {
    "kind": "release",
    "valid": "2025-09-11",
    "summary": "Fifty-two were freed",
    "matter": "count",
    "quantities": [{"what": "released", "text": "52"}],
    "citations": [{"publisher": "Paper", "published": "2025-09-11"}],
}
SPELT: Final = re.compile("|".join(WORDS), re.IGNORECASE)


def test_what_was_erased_stands_on_no_page(reader: Reader) -> None:
    ids = _record(reader)
    pages = _pages(ids[0])
    before = {page: _find_erased_words(reader, page) for page in pages}
    assert {word.casefold() for found in before.values() for word in found} == {
        word.casefold() for word in WORDS
    }
    assert SPELT.search(_read_caches(reader))
    gone = reader.editor.post(
        f"/v1/facts/{ids[0]}/erasure", {"reason": "They asked for it"}, if_match="*"
    )
    assert gone.status == 200, gone.json
    assert {page: found for page in pages if (found := _find_erased_words(reader, page))} == {}
    assert not SPELT.search(_read_caches(reader))


def _record(reader: Reader) -> list[str]:
    reader.editor.open()
    settings = {"review_erasure": False}
    assert reader.editor.post("/v1/negotiations/talks/settings", settings).status == 200
    facts = [reader.editor.post("/v1/negotiations/talks/facts", each) for each in (SAID, STAYS)]
    assert [fact.status for fact in facts] == [201, 201], facts
    return [fact.json["id"] for fact in facts]


def _pages(fact_id: str) -> list[str]:
    """Every page that may show a fact, now and at a position at which it was there."""
    own = (
        *("", "/timeline", "/people", "/audit", "/matters/count", "/matters/sprawowska"),
        *("/numbers/released", "/numbers/cases"),
        *(f"/pictures/{name}" for name in ("releases", "held", "known", "posts", "activity")),
        *(f"/facts/{fact_id}", f"/claims/{fact_id}", "/compare?from=2025-01-01&clock=published"),
    )
    there = "position=3"
    pages = [f"{TALKS}{path}" for path in own]
    return [*pages, *(f"{page}{'&' if '?' in page else '?'}{there}" for page in pages), "/"]


def _find_erased_words(reader: Reader, page: str) -> list[str]:
    """The erased words on a page or in its headers, except those of its own address."""
    seen = reader.see(page)
    content = seen.html + repr(seen.headers)
    own = SPELT.findall(page)
    return SPELT.findall(content) if not own else SPELT.findall(_drop_addresses(content, own))


def _drop_addresses(content: str, words: list[str]) -> str:
    """The page without the words that its address contains, since it repeats its address."""
    for word in words:
        content = re.sub(re.escape(word), "", content, flags=re.IGNORECASE)
    return content


def _read_caches(reader: Reader) -> str:
    """The content of the process's caches of answers, pages and pictures."""
    state: Any = cast("FastAPI", reader.http.app).state
    keeping = (state.kept_answers, state.kept_pages, state.pictures)
    return repr([each for cache in keeping for each in cache._kept._kept.values()])
