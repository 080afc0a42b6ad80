"""A browser gets a refusal as a page with the words and the status of the API's refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.web.site import create_site
from tests.api.asking import Client, authorize
from tests.databases import settings_of
from tests.web.browsing import BELARUS, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web.browsing import Seen

pytestmark = pytest.mark.either_database

V1: Final = "/v1/negotiations/us-belarus"
EMBASSY: Final = "0030cb29-4575-55d1-8152-1fe772aac767"
LOSIK: Final = "c0e25be5-c83e-5ea0-9fc0-acc1124864b9"
ASKED: Final = {
    "": "",
    "/timeline": "/timeline",
    "/people": "/people",
    "/person?name=Ihar+Losik": "/timeline?person=Ihar+Losik",
    f"/claims/{EMBASSY}": "",
    "/matters/sep11-count": "/timeline?matter=sep11-count",
    "/numbers/released": "/tally?what=released",
    "/audit": "/audit",
    "/compare?from=2025-06-21": "/diff?from=2025-06-21",
}
"""{page: the first address of the API that it reads}."""
WRONG: Final = (
    "as_of=2025-XX",
    "as_of=2025-11-22&as_of=2025-11-23",
    "match=foo",
    "clock=theirs",
    "position=-1",
    "position=1e3",
)
STRANGE: Final = ("utm_source=x", "as_of=%FF", "as_of=2025&limit=%ff", "as-of=2025", "clock=%00")


def is_page(page: Seen) -> bool:
    """Whether a response is a page that is not cached and has a link back."""
    assert "default-src 'none'; script-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "/" in page.all("a", "href")
    return page.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.cases(16)
@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("path", ASKED)
def test_a_bad_cut_is_refused_on_every_page_in_the_words_of_the_api(
    real: Reader, path: str, wrong: str
) -> None:
    page = real.see(f"{BELARUS}{path}{'&' if '?' in path else '?'}{wrong}")
    question = f"{V1}{ASKED[path]}"
    answer = real.http.get(f"{question}{'&' if '?' in question else '?'}{wrong}")
    assert is_page(page)
    assert page.status == answer.status_code == 422
    for error in answer.json()["errors"]:
        assert error["detail"].partition(";")[0].casefold() in page.words.casefold()


@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("path", ["/", "/about", BELARUS, *(f"{BELARUS}{each}" for each in ASKED)])
def test_a_parameter_that_is_unknown_or_no_text_is_refused(
    real: Reader, path: str, strange: str
) -> None:
    page = real.see(f"{path}{'&' if '?' in path else '?'}{strange}")
    assert is_page(page)
    assert page.status == 422, page.words


def test_a_field_given_twice_is_refused(real: Reader) -> None:
    assert real.see(f"{BELARUS}/timeline?q=a&q=b").status == 422
    assert "Given twice" in real.see(f"{BELARUS}/timeline?q=a&q=b").words
    assert real.see(f"{BELARUS}/timeline?q=a&q=").status == 200


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/", "/v1/negotiations"),
        ("/search", "/v1/search"),
        ("/search?q=prison", "/v1/search?q=prison"),
        *((f"{BELARUS}{each}", f"{V1}{each}") for each in ("/timeline", "/people", "/audit")),
        (f"{BELARUS}/numbers/released", f"{V1}/tally?what=released"),
        (f"{BELARUS}/matters/sep11-count", f"{V1}/timeline?matter=sep11-count"),
        (f"{BELARUS}/compare", f"{V1}/diff"),
    ],
)
def test_a_cursor_that_was_not_given_here_is_refused_and_what_to_write_is_said(
    real: Reader, path: str, asked: str
) -> None:
    for cursor in ("zz", "-1", "bm9uc2Vuc2U", "a%2Fb", "%F0%9F%98%80", "W3t9LHt9LFtdXQ"):
        page = real.see(f"{path}{'&' if '?' in path else '?'}cursor={cursor}")
        answer = real.http.get(f"{asked}{'&' if '?' in asked else '?'}cursor={cursor}")
        assert is_page(page)
        assert page.status == answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/query/cursor"
        assert "cursor" in page.parts
        assert "write what the page before gave as next, or leave cursor out" in page.words
        assert path.partition("?")[0] in page.all("a", "href")


def test_a_cursor_does_not_go_with_other_cuts_or_filters(real: Reader) -> None:
    first = real.http.get(f"{V1}/timeline?limit=1&q=prison&as_of=2025-11-22&clock=published").json()
    onward = f"{BELARUS}/timeline?cursor={first['next']}"
    assert real.see(onward).status == 200
    same = "&q=prison&as_of=2025-11-22&clock=published"
    assert real.see(f"{onward}{same}").status == 200
    for other in (
        same.replace("22", "23"),
        same.replace("published", "recorded"),
        same.replace("prison", "potash"),
        f"{same}&kind=release",
        f"{same}&match=certain",
        f"{same}&as_known_at=2025",
    ):
        page = real.see(f"{onward}{other}")
        assert is_page(page)
        assert page.status == 422, other
        assert "The cursor belongs to another" in page.words


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/n/nothing", 404),
        ("/n/", 404),
        ("/n", 404),
        (f"{BELARUS}/", 404),
        (f"{BELARUS}/nothing", 404),
        (f"{BELARUS}/facts", 404),
        (f"{BELARUS}/facts/{LOSIK}/more", 404),
        ("/n/%00", 404),
        ("/n/us%2Dbelarus", 200),
        ("/n/%FF", 404),
        (f"/n/{'a' * 300}", 404),
        ("/nothing", 404),
        (f"{BELARUS}?position=99999", 409),
        (f"{BELARUS}/numbers/released?by=week", 422),
        (f"{BELARUS}/audit?event=fact.forgotten", 422),
        (f"{BELARUS}/person", 422),
        (f"{BELARUS}/compare?from=2025-06&to=2025-05", 422),
    ],
)
def test_every_refusal_is_a_page(real: Reader, address: str, status: int) -> None:
    page = real.see(address)
    assert page.status == status, page.words
    assert status == 200 or is_page(page)


def test_a_program_is_refused_in_json_outside_of_the_pages(real: Reader) -> None:
    for address in ("/nothing", "/?x=1", f"{V1}/nothing"):
        answer = real.http.get(address, headers={"Accept": "application/json"})
        assert answer.headers["content-type"] == "application/problem+json"
    answer = real.http.get(f"{V1}/nothing", headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_page_is_only_read(real: Reader, method: str) -> None:
    answer = real.http.request(method, f"{BELARUS}/timeline", headers={"Accept": "text/html"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert len(answer.content) == int(answer.headers["content-length"])


@pytest.mark.parametrize("address", [BELARUS, f"{BELARUS}/nothing", f"{BELARUS}?as_of=x", "/about"])
def test_head_says_what_get_says_without_the_body(real: Reader, address: str) -> None:
    asked = {"Accept": "text/html"}
    before, head, got = (
        ask(address, headers=asked) for ask in (real.http.get, real.http.head, real.http.get)
    )
    assert head.status_code == got.status_code
    assert head.content == b""
    differing = dict.fromkeys({"content-length", "ratelimit"})
    asked_by_then = [{**each.headers} | differing for each in (before, got)]
    assert {**head.headers} | differing in asked_by_then  # the minute may change in between
    assert head.headers.get("content-length", f"{len(got.content)}") == f"{len(got.content)}"


@pytest.fixture
def limited_reader(database_url: str) -> Iterator[Reader]:
    """A reader with a small hourly budget."""
    parley = compose(settings_of(database_url, PARLEY_RATE_READS="12/hour"), upgrade=False)
    site = create_site(parley)
    with TestClient(site, raise_server_exceptions=False) as http:
        editor = Client(TestClient(site, headers=authorize(parley), raise_server_exceptions=False))
        yield Reader(http, editor)
    parley.close()


def test_who_asked_too_often_is_told_so_by_a_page(limited_reader: Reader) -> None:
    limited_reader.editor.open()
    seen = [limited_reader.see("/n/talks") for _ in range(14)]
    assert seen[0].status == 200
    assert seen[-1].status == 429
    assert {page.status for page in seen} == {200, 429}
    for page in seen:
        if page.status == 429:
            assert is_page(page)
            assert 1 <= int(page.headers["retry-after"]) <= 3_601
            assert "more than 12 per 1 hour" in page.words


def test_a_negotiation_that_is_not_there_is_named(reader: Reader) -> None:
    page = reader.see("/n/nothing")
    assert page.status == 404
    assert "This server shows no negotiation “nothing”." in page.words


@pytest.mark.parametrize("many", [3_000, 16_000, 32_000])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "address",
    [
        "/{}",
        "/n/{}",
        "/n/{}/timeline?as_of=2025",
        "/n/{}/facts/{}/correct",
        "/sign-in/{}",
        "/sign-in?to={}",
        "/search?q={}",
        "/oembed?url={}",
        BELARUS + "?{}=1",
        BELARUS + "?as_of={}",
        BELARUS + "/timeline?cursor={}",
        BELARUS + "/audit?cursor={}",
        BELARUS + "/person?name={}",
        BELARUS + "/{}",
        BELARUS + "/facts/{}",
        BELARUS + "/matters/{}",
        BELARUS + "/claims/{}",
        BELARUS + "/numbers/{}",
        BELARUS + "/pictures/{}",
        BELARUS + "/embed/{}",
        BELARUS + "/state/{}",
        BELARUS + "/record/{}",
        BELARUS + "/certificate?of={}",
    ],
)
def test_a_page_repeats_little_of_an_address_that_no_page_has(
    real: Reader, address: str, method: str, many: int
) -> None:
    answer = real.http.request(
        method, address.replace("{}", "q" * many), headers={"Accept": "text/html"}
    )
    if answer.status_code != 200:
        assert 400 <= answer.status_code < 500
        assert len(answer.text) < 10_000
    else:
        assert answer.text.count("q" * 1_000) * 1_000 <= many, "it may fill a field once"


@pytest.mark.parametrize("id_", ["xx", LOSIK[:-1] + "0"])
def test_a_fact_that_is_not_there_is_told_in_words_for_people(real: Reader, id_: str) -> None:
    page = real.see(f"{BELARUS}/facts/{id_}")
    assert page.status == 404
    assert "No fact on record has this address." in page.words
    assert "`" not in page.words
    assert f"{BELARUS}/timeline" in page.all("a", "href")
