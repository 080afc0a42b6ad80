"""The first page and the search cover all records that the reader may see, and no others."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.api.asking import fact

if TYPE_CHECKING:
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database


def test_the_first_page_says_what_changed_last_and_never_what_was_withdrawn(reader: Reader) -> None:
    reader.editor.open()
    reader.editor.record(summary="Ann was freed")
    false = reader.editor.record(summary="Bo was freed").headers["location"]
    assert "Last added or corrected: Bo was freed" in reader.see("/").words
    body = {"reason": "coding_error", "why": "It was another"}
    assert reader.editor.post(f"{false}/retraction", body, if_match="*").status == 200
    page = reader.see("/")
    assert "Last added or corrected: Ann was freed" in page.words
    assert "Bo" not in page.words
    assert re.search(r"\d+ [A-Z][a-z]{2} \d{4}, \d\d:\d\d UTC", page.words)


def test_a_search_finds_facts_of_every_record_that_the_reader_may_see(reader: Reader) -> None:
    reader.editor.open()
    reader.editor.record(summary="Canaries were freed")
    body = {"slug": "quiet", "title": "Quiet", "parties": [], "visibility": "private"}
    assert reader.editor.post("/v1/negotiations", body).status == 201
    hidden = fact(summary="Canaries of the quiet")
    assert reader.editor.post("/v1/negotiations/quiet/facts", hidden).status == 201
    page = reader.see("/search?q=canar*")
    assert "Canaries were freed" in page.words
    assert "uiet" not in page.words
    assert page.headers["x-robots-tag"] == "noindex"
    own = reader.editor.http.get("/search?q=canar*", headers={"Accept": "text/html"})
    assert "Canaries of the quiet" in own.text
    assert "private" in own.headers["cache-control"]
    none = "No fact on record has {} in its texts."
    assert none.format("this word") in reader.see("/search?q=nothing").words
    assert none.format("all of these words") in reader.see("/search?q=canaries+nothing").words


def test_a_search_goes_on_where_it_ended(reader: Reader) -> None:
    reader.editor.open()
    lines = "\n".join(json.dumps(fact(summary=f"Freed, no {n}")) for n in range(60))
    imported = reader.editor.post(
        "/v1/negotiations/talks/import", lines.encode(), content_type="application/x-ndjson"
    )
    assert imported.json["recorded"] == 60
    first = reader.see("/search?q=freed")
    (onward,) = (href for href in first.all("a", "href") if "cursor=" in href)
    second = reader.see(onward)
    hrefs = [
        href for page in (first, second) for href in page.all("a", "href") if "/facts/" in href
    ]
    assert len(hrefs) == len(set(hrefs)) == 60


def test_a_page_is_not_known_of_a_private_negotiation(reader: Reader) -> None:
    body = {"slug": "talks", "title": "Canary", "parties": [], "visibility": "private"}
    assert reader.editor.post("/v1/negotiations", body).status == 201
    reader.editor.record(summary="Something said in private")
    for path in ("", "/timeline", "/people", "/audit", "/numbers/released", "/matters/m"):
        page = reader.see(f"/n/talks{path}")
        assert page.status == 404
        assert "Something" not in page.html
        assert "Canary" not in page.words
    assert "Canary" not in reader.see("/").words


def test_an_empty_record_has_all_its_pages(reader: Reader) -> None:
    reader.editor.open()
    for path in ("", "/timeline", "/people", "/audit", "/compare", "/numbers/released"):
        assert reader.see(f"/n/talks{path}").status == 200, path
    assert "nothing recorded" in reader.see("/n/talks").words
