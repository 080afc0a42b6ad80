"""No made-up address of a page causes an error of the server, whatever the record holds."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.domain.time.edtf_examples import MOMENTS, SPANS
from tests.thorough import choose_count
from tests.web.hostile import import_facts

if TYPE_CHECKING:
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database

PATHS: Final = (
    "",
    "/timeline",
    "/people",
    "/person",
    "/matters/m",
    "/state/measures",
    "/numbers/released",
    "/audit",
    "/compare",
    "/pictures/releases",
    "/embed/known",
    "/certificate",
)
_YEARS: Final = (
    "0001",
    "0000",
    "-0044",
    "-9999",
    "9999",
    "%2B012000",
    "-144000",
    "%2B147999",
    "2025",
)
_DAYS: Final = ("", "-01", "-12", "-02-30", "-12-31", "-01-01T00:00:00Z", "-12-31T23:59:59%2B14:00")
_OTHER: Final = (
    *(
        "published",
        "recorded",
        "certain",
        "possible",
        "release",
        "day",
        "month",
        "year",
        "held",
        "free",
    ),
    *("Ann", "m", "released", "1", "3", "0", "10", "population", "counted_by", "fact.corrected"),
    *(
        "%00",
        "%FF",
        "%E2%80%AE",
        "%F0%9F%98%80",
        "(",
        "%22a",
        "*",
        "a+OR",
        "%5C",
        "x" * 256,
        "..",
        "é",
    ),
    *("W3t9LHt9LFtdXQ", "bm9uZQ", "%3Cb%3E"),
)


def test_no_address_of_a_page_is_an_error_of_ours(reader: Reader) -> None:
    dates = [*MOMENTS, *SPANS]
    counted = [{"what": "released", "text": "at least 3", "basis": "increment"}]
    shared = {"people": ["Ann"], "matter": "m", "quantities": counted}
    import_facts(reader, *({"valid": valid, **shared} for valid in dates))
    drawn = random.Random()
    seed = drawn.randrange(10**9)
    drawn.seed(seed)
    names = {path: _list_known_parameters(reader, path) for path in PATHS}
    statuses = set()
    for _ in range(choose_count(80, 3_000)):
        path = drawn.choice(PATHS)
        chosen = drawn.sample(names[path], drawn.randrange(min(4, len(names[path])) + 1))
        query = "&".join(f"{name}={_value(drawn)}" for name in chosen)
        page = reader.see(f"/n/talks{path}?{query}")
        statuses.add(page.status)
        assert page.status in {200, 303, 404, 409, 422}, (seed, path, query, page.words)
        assert page.headers["content-type"].startswith(("text/html", "application/json")), query
    assert {200, 422} <= statuses


def _list_known_parameters(reader: Reader, path: str) -> list[str]:
    """The parameters that a page names as known."""
    match = re.search("known: ([a-z_, ]+)", reader.see(f"/n/talks{path}?strange=1").words)
    assert match is not None, path
    return [name for each in match[1].split(",") if (name := each.strip().partition(" ")[0])]


def _value(drawn: random.Random) -> str:
    if drawn.random() < 0.5:
        return drawn.choice(_YEARS) + drawn.choice(_DAYS)
    return drawn.choice(_OTHER)
