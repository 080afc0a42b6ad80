"""Pages show pictures with their numbers, and other sites may embed those of public negotiations."""

from __future__ import annotations

import gzip
import json
import re
from html import unescape
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pytest

from api.commands.charts.subjects import SUBJECTS
from api.web.pictures import PICTURES
from tests.web.browsing import BELARUS
from tests.web.desk import Desk

if TYPE_CHECKING:
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database

AT: Final = "as_of=2025-11-28&as_known_at=2025-11-28&clock=published"
OURS: Final = "http://testserver"
NOT_CACHED: Final = "no-store"


def test_every_picture_has_a_page() -> None:
    assert set(PICTURES) == set(SUBJECTS)


@pytest.mark.cases(3)
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_stands_in_its_page_with_its_numbers(real: Reader, name: str) -> None:
    page = real.see(f"{BELARUS}/pictures/{name}?{AT}")
    assert page.status == 200, page.words
    assert "What was so on 28 November 2025, as published by 28 November 2025" in page.words
    spec = real.http.get(f"/v1/negotiations/us-belarus/charts/{name}.vl.json?{AT}").json()
    rows = spec["usermeta"]["table"]["rows"]
    assert page.html.count("<tr>") == len(rows) + 1
    drawn = page.html.partition('<figure class="picture')[2].partition("</figure>")[0]
    assert re.findall(r'class="(\w+)-picture"', drawn) == ["wide", "slim"]
    assert "style=" not in drawn
    assert "#" not in drawn.replace("&#", "")
    assert "var(--" in drawn
    assert len(page.html) < 100_000
    assert len(gzip.compress(page.html.encode())) < 20_000


def test_what_is_still_so_has_no_end_and_each_row_leads_to_its_sources(real: Reader) -> None:
    page = real.see(f"{BELARUS}/pictures/posts?{AT}")
    table = page.html.partition("In numbers")[2]
    assert "still so" in table
    assert "29 Nov 2025" not in table, (
        "the day after the picture's last is not when something ended"
    )
    rows = table.count("<tr>") - 1
    assert len(re.findall(r'<th scope="row"><a href="[^"]+#posts">', table)) == rows > 0


def test_the_numbers_hold_their_picture_and_say_how_to_embed_it(real: Reader) -> None:
    page = real.see(f"{BELARUS}/numbers/released?{AT}")
    assert page.html.count("<svg") >= 1
    assert page.all("img", "src") == []
    code = re.search(r"&lt;iframe src=&#34;([^\s]+)&#34;", page.html)
    assert code is not None
    framed = unescape(unescape(code[1]))
    assert framed.startswith(f"{OURS}{BELARUS}/embed/releases?")
    shown = real.see(framed.removeprefix(OURS))
    assert shown.status == 200
    assert "at least 69" in shown.words
    assert "max-age" in shown.headers["cache-control"]


def test_the_numbers_show_how_one_became_known(real: Reader) -> None:
    page = real.see(f"{BELARUS}/numbers/released?{AT}")
    assert page.html.count('class="picture"') == 2
    assert "How it became known" in page.words
    address = f"/v1/negotiations/us-belarus/charts/known.svg?{AT}"
    assert _lines(real.http.get(address).text) <= _lines(unescape(page.html))
    assert (
        "clock=published"
        in real.see(f"{BELARUS}/numbers/released")
        .html.partition("charts/known.svg?")[2]
        .partition('"')[0]
    )


def test_about_forty_is_told_alike_on_every_page(reader: Reader) -> None:
    reader.editor.open()
    about = [{"what": "released", "text": "about forty"}]
    made = reader.editor.record(quantities=about, valid="2026-02")
    said = reader.see(f"/n/talks/facts/{made.json['id']}").words
    assert "about forty , read as about 40; the source gives no limits" in said
    told = reader.see("/n/talks/numbers/released?as_of=2026-03").words
    assert "about 40 The source gives no limits." in told
    assert "About 40, by 28 February 2026. Not drawn: no source gives a limit." in told
    assert "Nothing is counted" not in told


def _lines(markup: str) -> set[str]:
    """The texts of a picture that no other picture of the page has."""
    return {text for text in re.findall(r">([^<]+)</text>", markup) if "became known" in text}


def test_counts_that_are_not_added_are_shown_by_who_counted(real: Reader) -> None:
    page = real.see(f"{BELARUS}/numbers/held?{AT}")
    assert page.status == 200, page.words
    assert "Nothing is counted" not in page.words
    assert "are not added up" in page.words
    points = real.http.get(f"/v1/negotiations/us-belarus/tally?what=held&{AT}").json()["points"]
    assert len(points) > 3
    for point in points:
        told = [name for name in (point["population"], point["counted_by"]) if name]
        assert (", ".join(told) or "not said") in page.words
    assert "charts/held.svg" in page.html


def test_only_what_is_to_be_embedded_may_be_framed(real: Reader) -> None:
    framed = real.see(f"{BELARUS}/embed/posts?{AT}")
    assert "frame-ancestors *" in framed.headers["content-security-policy"]
    assert "script-src" not in framed.headers["content-security-policy"]
    assert "x-frame-options" not in framed.headers
    assert framed.headers["cross-origin-resource-policy"] == "cross-origin"
    for path in ("", "/pictures/posts", "/numbers/released", "/embed/none"):
        page = real.see(f"{BELARUS}{path}")
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert page.headers["x-frame-options"] == "DENY"


def oembed(reader: Reader, url: str, **more: str) -> tuple[int, dict[str, object]]:
    """The oEmbed response for an address."""
    answer = reader.http.get(f"/oembed?{urlencode({'url': url, 'format': 'json', **more})}")
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    "path",
    [
        f"{BELARUS}/numbers/released?{AT}",
        f"{BELARUS}/pictures/measures?{AT}",
        f"{BELARUS}/embed/held?{AT}",
        f"/v1/negotiations/us-belarus/charts/known.svg?{AT}",
    ],
)
def test_a_picture_is_described_for_other_sites(real: Reader, path: str) -> None:
    status, told = oembed(real, f"{OURS}{path}", maxwidth="400", maxheight="300")
    assert status == 200
    assert (told["version"], told["type"], told["provider_name"]) == ("1.0", "rich", "Parley")
    assert isinstance(told["width"], int)
    assert isinstance(told["height"], int)
    assert told["width"] <= 400
    assert told["height"] <= 300
    source = re.search('src="([^"]+)"', str(told["html"]))
    assert source is not None
    assert real.see(unescape(source[1]).removeprefix(OURS)).status == 200


@pytest.mark.parametrize(("width", "height"), [("1", "1"), ("10000", "10000"), ("90", "50")])
def test_a_frame_is_never_larger_than_asked_nor_than_its_picture(
    real: Reader, width: str, height: str
) -> None:
    url = f"{OURS}{BELARUS}/pictures/posts?{AT}"
    _, told = oembed(real, url, maxwidth=width, maxheight=height)
    _, whole = oembed(real, url)
    for side, most in (("width", width), ("height", height)):
        found, full = told[side], whole[side]
        assert isinstance(found, int)
        assert isinstance(full, int)
        assert 1 <= found <= min(int(most), full)


def test_a_page_leads_to_its_description(real: Reader) -> None:
    page = real.see(f"{BELARUS}/numbers/released?{AT}")
    (found,) = (
        given["href"]
        for tag, given in page.elements
        if tag == "link" and given.get("type") == "application/json+oembed"
    )
    answer = real.http.get(str(found).removeprefix(OURS))
    assert answer.json()["type"] == "rich"
    assert oembed(real, f"{OURS}{BELARUS}")[1]["title"] == "US–Belarus talks"


def test_a_description_is_given_of_our_own_addresses_alone(real: Reader) -> None:
    for url in ("", "x", f"http://elsewhere.example{BELARUS}", f"{OURS}/about", f"{OURS}/n/none"):
        assert oembed(real, url)[0] == 404
    assert oembed(real, f"{OURS}{BELARUS}", maxwidth="0")[0] == 422
    assert real.http.get(f"/oembed?format=xml&url={OURS}{BELARUS}").status_code == 501


def test_nothing_private_is_embedded_not_even_for_its_members(reader: Reader) -> None:
    body = {"slug": "talks", "title": "Canary", "parties": [], "visibility": "private"}
    assert reader.editor.post("/v1/negotiations", body).status == 201
    assert reader.editor.http.get("/n/talks/pictures/posts").status_code == 200
    desk = Desk(reader.editor.http.app)  # type: ignore[arg-type]
    desk.enter("editor")
    assert desk.see("/n/talks/pictures/posts").status == 200
    assert desk.see("/n/talks/embed/posts").status == 404
    never = {}
    for http in (reader.http, reader.editor.http):
        assert http.get("/n/talks/embed/posts").status_code == 404
        for slug in ("talks", "nothing"):
            for path in ("", "/numbers/released", "/pictures/posts"):
                answer = http.get("/oembed", params={"url": f"{OURS}/n/{slug}{path}"})
                assert answer.status_code == 404
                never[answer.text] = path
    assert len(never) == 1
    assert "Canary" not in next(iter(never))


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "</svg><img src=x onerror=alert(1)>"]
)
def test_a_hostile_name_is_text_in_a_picture(reader: Reader, text: str) -> None:
    reader.editor.open()
    reader.editor.record(kind="appointment", person=text, post=f"{text} post", valid="2025-01")
    for path in ("pictures", "embed"):
        page = reader.see(f"/n/talks/{path}/posts?as_of=2025-12")
        assert page.status == 200
        assert not [tag for tag, _ in page.elements if tag in {"img", "foreignobject"}]
        assert not [given for tag, given in page.elements if tag == "script" and "src" not in given]
        assert text in page.words


def test_a_picture_that_there_is_not_is_a_page_that_says_so(real: Reader) -> None:
    for path in ("pictures/none", "embed/none"):
        page = real.see(f"{BELARUS}/{path}")
        assert (page.status, page.headers["cache-control"]) == (404, NOT_CACHED)


def test_how_a_number_became_known_is_one_click_away_where_many_facts_count(
    reader: Reader,
) -> None:
    reader.editor.open()
    fact = {
        "kind": "release",
        "valid": "2025-09-11",
        "quantities": [{"what": "released", "value": 1}],
    }
    cited = {"citations": [{"publisher": "Paper", "published": "2025-09-12"}]}
    lines = [
        {**fact, **cited, "summary": f"One of {n}", "external_id": f"R-{n}"} for n in range(101)
    ]
    body = "\n".join(map(json.dumps, lines)).encode()
    path = "/v1/negotiations/talks/import"
    assert reader.editor.post(path, body, content_type="application/x-ndjson").status == 200
    page = reader.see("/n/talks/numbers/released")
    assert page.status == 200, page.words
    assert page.html.count('class="picture"') == 1
    assert "/n/talks/pictures/known?what=released&clock=published" in page.all("a", "href")


@pytest.mark.parametrize(
    ("query", "led_to"),
    [
        ("", "clock=published"),
        ("?clock=recorded", "clock=recorded"),
        ("?as_known_at=2099", "as_known_at=2099"),
    ],
)
def test_how_a_number_became_known_is_told_by_the_papers_unless_one_chose(
    real: Reader, query: str, led_to: str
) -> None:
    links = real.see(f"{BELARUS}/pictures/posts{query}").all("a", "href")
    assert f"{BELARUS}/pictures/known?{led_to}" in links
