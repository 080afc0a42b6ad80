"""Every page agrees with the API, never changes at its fixed address, and loads nothing from elsewhere."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pytest

from tests.api.asking import fact
from tests.web.browsing import AT, BELARUS, LARGEST_PAGE, LOSIK, PAGES
from tests.web.hostile import HOSTILE_TEXTS, UNNAMED

if TYPE_CHECKING:
    from tests.web.browsing import Reader, Seen

pytestmark = pytest.mark.either_database


@pytest.mark.cases(4)
@pytest.mark.parametrize("address", PAGES)
def test_a_page_runs_no_script_of_its_own_and_loads_nothing_from_elsewhere(
    real: Reader, address: str
) -> None:
    page = real.see(address)
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not [given for _, given in page.elements if "style" in given]
    assert not [name for _, given in page.elements for name in given if name.startswith("on")]
    assert not [given for tag, given in page.elements if tag == "script" and "src" not in given]
    links = [given for tag, given in page.elements if tag == "link"]
    loaded = [*page.all("script", "src")]
    loaded += [str(given["href"]) for given in links if given["rel"] != "alternate"]
    for asset in loaded:
        assert not urlsplit(asset).netloc
        if asset.startswith("/assets/"):
            kept = real.http.get(asset)
            assert kept.status_code == 200
            assert "immutable" in kept.headers["cache-control"]
    assert len(page.html) < LARGEST_PAGE


@pytest.mark.cases(5)
@pytest.mark.parametrize("address", [page for page in PAGES if page.startswith(BELARUS)])
def test_a_page_leads_to_the_same_answer_and_to_its_fixed_form(real: Reader, address: str) -> None:
    page = real.see(address)
    links = page.headers["link"]
    alternate = links.partition("<")[2].partition(">")[0]
    for link in links.split(", "):
        target, _, relation = link.partition(">; ")
        if relation.startswith('rel="alternate"'):
            alternate = target.removeprefix("<")
    assert real.http.get(alternate).status_code == 200
    fixed = next(
        link.partition(">")[0].removeprefix("<")
        for link in links.split(", ")
        if 'rel="canonical"' in link
    )
    again = real.see(fixed)
    assert again.status == 200, again.words
    assert "max-age" in again.headers["cache-control"]
    assert 'rel="canonical"' not in again.headers["link"]
    assert real.see(fixed, if_none_match=again.headers["etag"]).status == 304


@pytest.mark.parametrize("address", PAGES)
def test_the_one_first_heading_names_the_subject_and_no_clock(real: Reader, address: str) -> None:
    page = real.see(address)
    (heading,) = re.findall(r"<h1>(.*?)</h1>", page.html)
    told = unescape(re.sub(r"<.*?>", "", heading))
    assert told, address
    assert not told.startswith(("What was so on", "What is so")), told
    if not address.startswith(BELARUS):
        return
    (title,) = re.findall(r"<title>(.*?)</title>", page.html)
    assert "US–Belarus talks" in title
    if address == BELARUS:
        assert told == "US–Belarus talks"
    elif "/person?" in address:
        assert told == "Ihar Losik"
    elif "/claims/" in address or "/matters/" in address:
        assert title.startswith(f"{heading}: ")


def test_what_is_new_is_shown_before_anybody_chose_days(real: Reader) -> None:
    page = real.see(f"{BELARUS}/compare")
    assert "What became known between 22 November 2025 and now" in re.sub(" +", " ", page.words)
    assert "Added 12" in page.words
    assert "Day of publication not given 3" in page.words
    assert "Spellings and other names 7" in page.words
    _, fields = page.form()
    assert fields == {"from": "2025-11-22", "to": "", "clock": "published"}
    past = real.see(f"{BELARUS}/compare?as_known_at=2025-06-26&clock=published")
    _, fields = past.form()
    assert (fields["to"], fields["from"] < "2025-06-26") == ("2025-06-26", True)
    assert re.search(r"Added [1-9]", past.words)
    never = real.see(f"{BELARUS}/compare?to=never")
    assert (never.status, "such as 2025-09-11" in never.words) == (422, True)


def test_what_is_new_says_that_all_became_known_on_one_day(reader: Reader) -> None:
    reader.editor.post("/v1/negotiations", {"slug": "talks", "title": "Talks", "parties": ["A"]})
    reader.editor.post("/v1/negotiations/talks/facts", fact())
    page = reader.see("/n/talks/compare")
    assert page.status == 200
    assert "All that is on record became known on one day." in page.words


def test_the_sentence_says_where_one_stands(real: Reader) -> None:
    page = real.see(f"{BELARUS}?{AT}")
    words = "What was so on 22 November 2025 , as the papers had it by 26 November 2025 ."
    assert words in page.words
    assert "as our record had it by" in real.see(f"{BELARUS}?as_known_at=2039-01-01").words
    assert (
        "What was so, however the sources’ dates are read, on"
        in real.see(f"{BELARUS}?{AT}&match=certain").words
    )
    today = real.see(BELARUS).words
    assert re.search(r"What is so today, \d+ [A-Z][a-z]+ \d{4} , as far as we know\.", today)


def test_the_state_shows_the_envoy_the_totals_and_the_rivals(real: Reader) -> None:
    page = real.see(f"{BELARUS}?{AT}")
    state = real.http.get(f"/v1/negotiations/us-belarus?{AT}").json()
    assert "John Coale, US special envoy for Belarus" in page.words
    assert 'John Cole was appointed special envoy "earlier this month"' in page.words
    assert "at least 69" in page.words
    assert state["prisoners"]["released"]["text"] == "at least 69"
    for section in ("posts", "measures", "proposals", "missions"):
        for entry in state[section]:
            assert f"{BELARUS}/facts/{entry['fact']['id']}" in page.html


def test_a_falsehood_stands_on_no_page_of_present_knowledge(real: Reader) -> None:
    falsehood = "Ihar Losik is reported to be among the 14 freed"
    for address in PAGES:
        page = real.see(address)
        told_of = page.headers.get("x-robots-tag") == "noindex"
        assert falsehood not in page.words or told_of, address
    then = real.see(f"{BELARUS}/timeline?as_known_at=2025-06-22&clock=published")
    assert falsehood in then.words
    history = real.see(f"{BELARUS}/facts/{LOSIK}")
    assert "This was withdrawn" in history.words
    assert f"It said: {falsehood}" in history.words
    assert history.headers["x-robots-tag"] == "noindex"
    assert falsehood not in "".join(history.html.partition("</title>")[0])
    audit = real.see(f"{BELARUS}/audit")
    assert falsehood in audit.words
    assert audit.headers["x-robots-tag"] == "noindex"


def test_the_knowledge_slider_stops_where_something_became_known(real: Reader) -> None:
    page = real.see(f"{BELARUS}?{AT}")
    stops = dict(zip(page.all("input", "data-cut"), page.all("input", "data-stops"), strict=True))
    assert {"2025-06-21", "2025-06-25"} <= set(stops["as_known_at"].split())
    assert "2025-09-11" in stops["as_of"].split()
    (before, _) = (
        given["href"] for tag, given in page.elements if tag == "a" and given.get("rel") == "prev"
    )
    assert before is not None
    assert real.see(before).status == 200


def test_a_citation_leads_back_to_the_same_answer(real: Reader) -> None:
    page = real.see(f"{BELARUS}?{AT}")
    cited = page.html.partition("<summary>Cite this page</summary>")[2]
    address = re.search(r"http://testserver(/n/us-belarus\?[^\s<]*position=[^\s<]*)", cited)
    assert address is not None
    fixed = unescape(address[1])
    again = real.see(fixed)
    assert "This page does not change" in again.words
    digest = re.search(r"[0-9a-f]{64}", again.words)
    answer = real.http.get(f"/v1/negotiations/us-belarus?{fixed.partition('?')[2]}")
    assert digest is not None
    assert digest[0] == sha256(answer.content).hexdigest()
    assert "@misc{parley-" in again.html


def test_what_a_form_leaves_empty_was_not_asked(real: Reader) -> None:
    empty = real.see(f"{BELARUS}/timeline?q=Losik&kind=&person=&place=&from=&to=")
    given = real.see(f"{BELARUS}/timeline?q=Losik")
    assert empty.status == 200
    assert empty.words == given.words


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/n/nothing", 404, "nothing"),
        (f"{BELARUS}?as_of=yesterday", 422, "as_of"),
        (f"{BELARUS}?position=99999", 409, "position"),
        (f"{BELARUS}/numbers/released?by=week", 422, "by"),
        (f"{BELARUS}/facts/{LOSIK.replace('c', 'd')}", 404, "fact"),
    ],
)
def test_a_refusal_is_a_page_that_says_what_was_wrong(
    real: Reader, address: str, status: int, words: str
) -> None:
    page = real.see(address)
    assert (page.status, page.headers["cache-control"]) == (status, "no-store")
    assert page.headers["content-type"].startswith("text/html")
    assert words in page.words


def test_talks_on_an_agreement_stand_below_what_is_in_force(reader: Reader) -> None:
    reader.editor.open()
    truce = {"kind": "agreement", "title": "Truce", "form": "ceasefire", "matter": "truce"}
    reader.editor.record(**truce, stage="in_force", valid="2024-11-27")
    assert "Outlook" not in reader.see("/n/talks?as_of=2025-12").words
    reader.editor.record(**truce, stage="negotiated", valid="2025-02-10")
    assert "Truce: in force Outlook: negotiated" in reader.see("/n/talks?as_of=2025-12").words


def test_a_program_gets_json_at_the_bare_address(real: Reader) -> None:
    assert real.http.get("/").json()["negotiations"] == "/v1/negotiations"


@pytest.mark.cases(3)
@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_text_is_text(reader: Reader, text: str) -> None:
    reader.editor.open()
    made = reader.editor.record(
        kind="custody",
        status="sentenced",
        person=text,
        summary=f"{text} said",
        matter=text,
        places=[text],
        note=text,
        quantities=[{"what": text[:50], "comparator": "eq", "value": 3, "text": "3"}],
        citations=[{"publisher": text, "title": text, "quote": text, "origin": text}],
    )
    pages = [f"/n/talks/facts/{made.json['id']}"]
    first: Seen = reader.see("/n/talks")
    pages += [href for href in first.all("a", "href") if href.startswith("/n/talks/")]
    for address in dict.fromkeys(["/n/talks", *pages, "/n/talks/timeline"]):
        page = reader.see(address)
        assert page.status == 200, (address, page.words)
        assert page.all("img", "src") == []
        assert not [given for tag, given in page.elements if tag == "script" and "src" not in given]
        assert not [name for _, given in page.elements for name in given if name.startswith("on")]
        assert text in page.words or not UNNAMED.isdisjoint(address.partition("?")[0].split("/"))


def test_a_later_part_of_a_list_stands_where_the_first_did(reader: Reader) -> None:
    reader.editor.open()
    lines = "\n".join(json.dumps(fact(people=["Ann"], summary=f"No {n}")) for n in range(101))
    imported = reader.editor.post(
        "/v1/negotiations/talks/import", lines.encode(), content_type="application/x-ndjson"
    )
    assert imported.json["recorded"] == 101
    first = reader.see("/n/talks/timeline?person=Ann&as_of=2025-11-22&clock=published")
    (onward,) = (href for href in first.all("a", "href") if "cursor=" in href)
    later = reader.see(onward)
    assert later.status == 200
    assert "What was so on 22 November 2025" in later.words
    assert later.headers["x-robots-tag"] == "noindex"
    links = [href for href in later.all("a", "href") if href.startswith("/n/talks/facts/")]
    assert len(links) == 1
    assert "as_of=2025-11-22&clock=published" in links[0]


def test_a_page_that_does_not_change_never_says_today(real: Reader) -> None:
    assert "today" not in real.see(f"{BELARUS}?position=100").html


@pytest.mark.parametrize("address", ["/", "/search?q=Losik"])
def test_a_page_over_all_records_has_a_fixed_form(real: Reader, address: str) -> None:
    page = real.see(address)
    fixed = next(
        link.partition(">")[0].removeprefix("<")
        for link in page.headers["link"].split(", ")
        if 'rel="canonical"' in link
    )
    again = real.see(fixed)
    assert again.status == 200, again.words
    assert "max-age" in again.headers["cache-control"]


def test_the_filter_goes_on_from_what_is_filtered_already(reader: Reader) -> None:
    reader.editor.open()
    reader.editor.record(matter="sep11", people=["Ann"])
    asked = {"matter": "sep11", "person": "Ann", "batch": "first", "kind": "release", "q": "freed"}
    page = reader.see(f"/n/talks/timeline?{urlencode({**asked, 'as_of': '2025-12'})}")
    at = next(at for at, (_, given) in enumerate(page.elements) if given.get("role") == "search")
    inside = [given for _, given in page.elements[at:] if "name" in given]
    fields = {str(given["name"]): given.get("value") for given in inside}
    chosen = page.form(page.elements[at][1]["action"])[1]["kind"]
    assert {**fields, "kind": chosen}.items() >= {**asked, "as_of": "2025-12"}.items()
