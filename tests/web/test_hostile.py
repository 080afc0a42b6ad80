"""Any text of a record is shown as text on every page: escaped, in its own direction, and of bounded size."""

from __future__ import annotations

import gzip
import random
import re
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

import pytest

from api.web.words.wording import close_turns
from domain.fact import LONGEST_NAME
from domain.texts import LONGEST_TEXT
from tests.thorough import THOROUGH, choose_count, some_of
from tests.web.hostile import import_facts, store_hostile

if TYPE_CHECKING:
    from typing import Any

    from fastapi import FastAPI

    from api.composition import Parley
    from tests.web.browsing import Reader, Seen

pytestmark = pytest.mark.either_database

RANDOM: Final = random.Random(12)
MARKUP: Final = '<b onclick="x()">&quot;\'--></script></title>{{ 7*7 }}{% x %}'
OVERRIDE: Final = "abc\u202edesrever\u2067\u05d0\u202a"
LONG: Final = " ".join("".join(RANDOM.choices("abcdefghij", k=7)) for _ in range(LONGEST_TEXT // 8))
UNBROKEN: Final = "ß" * LONGEST_TEXT
STRANGE: Final = "\u009b31m\u2028\u200b\ufeff\U000e0041 end"
NAMES: Final = (MARKUP, OVERRIDE, "w" * LONGEST_NAME, "ö" * LONGEST_NAME, "a/b?c#d", "мінск")
LARGEST: Final = 150_000
PATHS: Final = (
    "/n/talks",
    "/n/talks/timeline",
    "/n/talks/people",
    "/n/talks/audit",
    "/n/talks/compare?from=2020&clock=published",
    "/n/talks/numbers/released",
    "/n/talks/person?name=Ann",
    "/n/talks/matters/m",
    *(
        f"/n/talks/pictures/{name}"
        for name in ("releases", "held", "posts", "measures", "activity")
    ),
    "/",
)


def parley_of(reader: Reader) -> Parley:
    """The record itself."""
    return cast("Parley", cast("FastAPI", reader.http.app).state.parley)


def list_onward(page: Seen) -> list[str]:
    """The addresses of other pages of the negotiation."""
    return [href for href in page.all("a", "href") if href.startswith("/n/talks")]


def check(page: Seen, address: str) -> None:
    """Check what must hold on every page."""
    assert page.status == 200, (address, page.words[:300])
    assert page.all("script", "src") == [
        src for src in page.all("script", "src") if src.startswith("/assets/")
    ]
    for tag, given in page.elements:
        assert tag != "b" or not given, (address, given)
        assert tag != "script" or "src" in given
        for name, text in given.items():
            assert not name.startswith("on"), address
            assert name not in {"href", "src", "action"} or re.match(
                r"/|#|\?|data:,|https?://", text or ""
            ), (address, text)
            assert close_turns(text) == text, (address, name)
    for part in page.parts:
        assert close_turns(part) == part, (address, part[:100])


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    "text", [MARKUP, OVERRIDE, LONG, UNBROKEN, STRANGE], ids=["m", "o", "l", "u", "s"]
)
def test_an_old_record_of_hostile_texts_is_text_on_every_page(reader: Reader, text: str) -> None:
    store_hostile(parley_of(reader), text)
    made = reader.http.get("/v1/negotiations/talks/timeline").json()["items"]
    for number, record in enumerate(made):
        where = f"/v1/facts/{record['id']}"
        body = {
            "reason": "coding_error",
            "why": f"x {LONG}"[:1_000],
            "changes": {"note": f"new {number}"},
        }
        changed = reader.editor.post(f"{where}/corrections", body, if_match="*")
        assert changed.status == 200, changed.json
    seen: set[str] = set()
    facts = some_of([f"/n/talks/facts/{record['id']}" for record in made], 5)
    others = [*PATHS, f"/n/talks/timeline?q={quote(text[:20])}", f"/n/talks/claims/{made[0]['id']}"]
    left = [*facts, *some_of(others, len(others))]
    while left and len(seen) < choose_count(18, 400):
        address = left.pop(0)
        if address in seen:
            continue
        seen.add(address)
        page = reader.see(address)
        check(page, address)
        is_of_fact = "/facts/" in address
        assert is_of_fact or len(gzip.compress(page.html.encode())) < LARGEST, address
        left += [
            href
            for href in list_onward(page)
            if urlsplit(href).path not in {urlsplit(s).path for s in seen}
        ]
    assert seen.issuperset(facts)


def test_a_long_text_is_whole_on_the_page_of_its_fact_and_begun_in_lists(reader: Reader) -> None:
    reader.editor.open()
    made = reader.editor.record(summary=LONG)
    page = reader.see(f"/n/talks/facts/{made.json['id']}")
    assert LONG in page.words
    assert len(gzip.compress(page.html.encode())) < LARGEST
    assert LONG not in page.html.partition("</title>")[0]
    timeline = reader.see("/n/talks/timeline")
    assert LONG[:350] in timeline.words
    assert LONG[:500] not in timeline.words


_DRAWN: Final = frozenset(
    {
        "svg",
        "g",
        "path",
        "text",
        "rect",
        "line",
        "title",
        "desc",
        "defs",
        "pattern",
        "style",
        "tspan",
        "clipPath",
    }
)
"""The elements that a picture consists of."""


@pytest.mark.cases(3)
@pytest.mark.parametrize("what", NAMES, ids=range(6))
@pytest.mark.parametrize("name", ["releases", "known", "held"])
def test_a_picture_of_a_hostile_name_is_well_formed(reader: Reader, name: str, what: str) -> None:
    store_hostile(parley_of(reader), what)
    asked = quote(what, safe="")
    forms = {
        "svg": "image/svg+xml",
        "png": "image/png",
        "vl.json": "application/vnd.vegalite.v5+json",
    }
    for form in some_of([*forms], 1):
        drawn = reader.http.get(f"/v1/negotiations/talks/charts/{name}.{form}?what={asked}")
        assert drawn.status_code == 200, drawn.text
        assert drawn.headers["content-type"].startswith(forms[form])
        if form == "svg":
            tags = {each.tag.partition("}")[2] for each in ET.fromstring(drawn.content).iter()}  # noqa: S314 -- what Parley drew itself
            assert tags <= _DRAWN
    for address in (
        f"/n/talks/pictures/{name}?what={asked}",
        f"/n/talks/embed/{name}?what={asked}",
    ):
        check(reader.see(address), address)
    page = reader.see(f"/n/talks/numbers/{asked}")
    check(page, what)
    assert page.status == 200


def test_a_name_that_is_too_long_is_refused_in_words(reader: Reader) -> None:
    reader.editor.open()
    long = "w" * (LONGEST_NAME + 1)
    for address in (
        f"/n/talks/numbers/{long}",
        f"/n/talks/matters/{long}",
        f"/n/talks/person?name={long}",
    ):
        page = reader.see(address)
        assert page.status == 422
        assert "longer than 255 characters" in page.words


@pytest.mark.cases(3)
@pytest.mark.parametrize("path", PATHS)
def test_a_page_that_one_has_is_not_sent_again(reader: Reader, path: str) -> None:
    reader.editor.open()
    reader.editor.record(people=["Ann"], matter="m")
    at = "as_of=2026-01-01" if path != "/" else ""
    address = f"{path}{'&' if '?' in path else '?'}{at}"
    page = reader.see(address)
    assert page.status == 200
    again = reader.see(address, if_none_match=page.headers["etag"])
    assert (again.status, again.html) == (304, "")
    assert again.headers["etag"] == page.headers["etag"]
    assert again.headers["content-security-policy"] == page.headers["content-security-policy"]
    assert again.headers["cache-control"] == page.headers["cache-control"]
    reader.editor.record(summary="Another")
    reader.editor.post("/v1/negotiations", {"slug": "more", "title": "More", "parties": []})
    later = reader.see(address, if_none_match=page.headers["etag"])
    assert later.status == 200
    assert later.headers["etag"] != page.headers["etag"]


def facts_of_all_sorts(count: int) -> list[dict[str, Any]]:
    """Facts that fill every section of the state, with many people, days and sources."""
    found: list[dict[str, Any]] = []
    for number in range(count):
        day = f"{2000 + number % 26}-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
        source = {
            "publisher": f"Paper {number % 40}",
            "published": day,
            "title": f"Report {number}",
        }
        words = " ".join(RANDOM.choices(_WORDS, k=20))
        sort = _SORTS[number % len(_SORTS)]
        own = {
            name: f"{text} {number // 8}" if name in _NUMBERED else text
            for name, text in sort.items()
        }
        found.append(
            {
                "valid": day,
                "summary": f"No {number}: {words}",
                "citations": [source],
                "people": ["Ann", f"Person {number % 3_000}"],
                "matter": "m",
                **own,
            }
        )
    return found


_WORDS: Final = ["".join(RANDOM.choices("abcdefghijklmnoprstuvz", k=7)) for _ in range(3_000)]
_NUMBERED: Final = frozenset(
    {"person", "post", "counted_by", "speaker", "asked", "target", "title", "question"}
)
_SORTS: Final = (
    {"kind": "custody", "person": "Prisoner", "status": "detained"},
    {"kind": "appointment", "person": "Envoy", "post": "Post"},
    {"kind": "statement", "speaker": "Speaker", "quote": "We said so"},
    {
        "kind": "measure",
        "authority": "US",
        "target": "Firm",
        "action": "imposed",
        "stage": "in_force",
    },
    {"kind": "response", "asked": "Ministry", "answer": "no_reply"},
    {"kind": "open_question", "question": "How many"},
    {"kind": "agreement", "title": "Treaty", "form": "treaty", "stage": "signed"},
    {"kind": "incident", "form": "arrests"},
)


_PARTED: Final = {
    "/timeline": "Later facts",
    "/people": "More people",
    "/matters/m": "Later claims",
    "/person?name=Ann": "All in the timeline",
    "/compare?from=2000&clock=published": "More differences",
}
_SLOW: Final = ("/n/talks/pictures/posts", "/n/talks/pictures/measures")
"""Pictures with many lanes, which take seconds."""
_ONWARD: Final = re.compile(r"[?&]cursor=|/timeline\?(?:.*&)?person=")


def test_ten_thousand_facts_are_parted(reader: Reader) -> None:
    count = choose_count(600, 10_000)
    import_facts(reader, *facts_of_all_sorts(count))
    for path in (each for each in PATHS if THOROUGH or each not in _SLOW):
        page = reader.see(path)
        check(page, path)
        assert len(gzip.compress(page.html.encode())) < LARGEST, path
    for path, more in _PARTED.items():
        page = reader.see(f"/n/talks{path}")
        assert more in page.words, path
        onward = [href for href in page.all("a", "href") if _ONWARD.search(href)]
        check(reader.see(onward[-1]), onward[-1])
