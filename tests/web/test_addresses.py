"""Every address on a page works, whatever characters are in its names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from tests.api.serving import Served
from tests.thorough import some_of
from tests.web.browsing import BELARUS, Reader

if TYPE_CHECKING:
    from tests.web.browsing import Seen

pytestmark = pytest.mark.either_database

NAMES: Final = (
    "a/b",
    "a?b=c",
    "a#b",
    "100%",
    "a&clock=published",
    "a+b c",
    "..a",
    ".a",
    "a/../b",
    "/a/",
    "a//b",
    ";a:@=$,!*'()",
    "мінск",
    "e\u0301",
    '"><',
    "\\a",
)


def list_own(page: Seen) -> list[str]:
    """The addresses on a page that lead to this server, as a browser requests them: without the part after #."""
    found = [*page.all("a", "href"), *page.all("form", "action")]
    return [href.partition("#")[0] for href in dict.fromkeys(found) if href.startswith("/n/")]


@pytest.mark.cases(3)
@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_characters_lead_to_their_pages(reader: Reader, name: str) -> None:
    reader.editor.open()
    made = reader.editor.record(
        kind="custody", status="detained", person=name, people=[name], matter=name, summary="Held"
    )
    state = reader.see("/n/talks")
    pages = [state, reader.see("/n/talks/people"), reader.see(f"/n/talks/facts/{made.json['id']}")]
    followed = {href for page in pages for href in list_own(page)}
    assert any(href.startswith("/n/talks/person?") for href in followed)
    for href in some_of(sorted(followed), 8):
        page = reader.see(href)
        assert page.status == 200, (href, page.words)
        assert "." not in urlsplit(href).path.split("/"), href
        assert ".." not in urlsplit(href).path.split("/"), href
        if "/matters/" in href or "/person?" in href:
            assert "/n/talks/facts/" in page.html, href
            fixed = next(
                each["href"]
                for tag, each in page.elements
                if tag == "a" and each.get("rel") == "canonical"
            )
            again = reader.see(str(fixed))
            assert again.status == 200
            assert "/n/talks/facts/" in again.html
            cited = again.html.partition("<summary>Cite this page</summary>")[2]
            assert f"http://testserver{urlsplit(href).path}?" in cited


def test_a_name_that_looks_encoded_is_encoded_again(reader: Reader) -> None:
    """This uses a real server, since the client of the other tests decodes a path twice."""
    reader.editor.open()
    reader.editor.record(matter="a%2Fb", summary="Half of them")
    served = Served(uvicorn.Config(reader.http.app, log_level="critical", lifespan="off"))
    try:
        where = f"http://127.0.0.1:{served.address[1]}"
        timeline = httpx.get(f"{where}/n/talks/timeline").text
        (href,) = set(re.findall(r'href="(/n/talks/matters/[^"]*)"', timeline))
        assert href == "/n/talks/matters/a%252Fb"
        page = httpx.get(where + href)
        assert page.status_code == 200
        assert "Half of them" in page.text
        assert f'href="{href}?' in page.text
    finally:
        served.stop()


@pytest.mark.cases(12)
@pytest.mark.parametrize(
    "written",
    [
        "%3F",
        "x%3Fy",
        "%2F",
        "x%2Fy",
        "%23",
        "%25",
        "мінск",
        "%D0%BC",
        "%FF",
        "x%00",
        "..%2F..",
        "%0A",
    ],
)
@pytest.mark.parametrize(
    "where",
    [
        f"{BELARUS}/facts/",
        f"{BELARUS}/matters/",
        "/n/",
        f"{BELARUS}/numbers/",
        f"{BELARUS}/pictures/",
        f"{BELARUS}/embed/",
    ],
)
def test_no_part_of_a_path_is_an_error_of_ours(real: Reader, where: str, written: str) -> None:
    page = real.see(f"{where}{written}")
    assert page.status in {200, 404, 422}, page.words
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.status != 200 or "/facts/" not in where


def test_a_fact_of_another_negotiation_is_shown_there(reader: Reader) -> None:
    reader.editor.open()
    made = reader.editor.record()
    hidden = {"slug": "hidden", "title": "Canary", "parties": [], "visibility": "private"}
    for body in (hidden, {"slug": "other", "title": "Other talks", "parties": []}):
        assert reader.editor.post("/v1/negotiations", body).status == 201
    address = f"/facts/{made.json['id']}"
    gone = {"reason": "coding_error", "why": "Misread"}
    for withdrawn in (False, True):
        if withdrawn:
            assert reader.editor.post(f"/v1{address}/retraction", gone, if_match="*").status == 200
        for slug in ("other", "nothing", "%3F", "hidden"):
            moved = reader.http.get(f"/n/{slug}{address}?as_of=2026", follow_redirects=False)
            assert moved.status_code == 308
            assert moved.headers["location"] == f"/n/talks{address}?as_of=2026"
            assert moved.headers["cache-control"] == "no-store"
        page = reader.see(f"/n/other{address}")
        assert page.status == 200
        assert "Other talks" not in page.words


def test_where_a_fact_that_one_may_not_see_is_stays_unsaid(reader: Reader) -> None:
    hidden = {"slug": "talks", "title": "Canary", "parties": [], "visibility": "private"}
    assert reader.editor.post("/v1/negotiations", hidden).status == 201
    made = reader.editor.record()
    assert (
        reader.editor.post(
            "/v1/negotiations", {**hidden, "slug": "b", "visibility": "public"}
        ).status
        == 201
    )
    page = reader.see(f"/n/b/facts/{made.json['id']}")
    unknown = reader.see("/n/b/facts/00000000-0000-0000-0000-000000000000")
    assert page.status == unknown.status == 404
    assert "talks" not in page.html


def test_a_matter_is_shown_whatever_its_fact_is_to_the_state(reader: Reader) -> None:
    reader.editor.open()
    post = {"kind": "appointment", "post": "Envoy"}
    measure = {"kind": "measure", "authority": "US", "target": "Potash", "action": "imposed"}
    for fields in (
        {**post, "person": "Ann", "valid": "2025-01-01/2025-02-01", "matter": "before"},
        {**post, "person": "Eve", "valid": "2025-03-01/..", "matter": "now"},
        {**measure, "stage": "in_force", "valid": "2025-01-01", "matter": "sanctions"},
        {
            **measure,
            "action": "lifted",
            "stage": "discussed",
            "valid": "2025-06-01",
            "matter": "talk",
        },
        {
            **post,
            "post": "Consul",
            "person": "Jo",
            "valid": "2025-01-01/2025-02-01",
            "matter": "gone",
        },
    ):
        reader.editor.record(**fields)
    shown = {
        matter: "Shown:" in reader.see(f"/n/talks/matters/{matter}?as_of=2025-07-01").words
        for matter in ("before", "now", "sanctions", "talk", "gone", "none")
    }
    assert shown == {
        "before": False,
        "now": True,
        "sanctions": True,
        "talk": False,
        "gone": False,
        "none": False,
    }
