"""A contested mark leads to the sources, a total shows what it adds, and pages use everyday words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.api.asking import count
from tests.web.browsing import AT, BELARUS, PAGES

if TYPE_CHECKING:
    from tests.web.browsing import Reader, Seen

pytestmark = pytest.mark.either_database

TALKS: Final = "/n/talks"


def list_contested_targets(page: Seen) -> list[str]:
    """The targets of the contested marks on a page; a mark without a target fails."""
    marks = [
        (tag, attributes)
        for tag, attributes in page.elements
        if attributes.get("class") == "mark contested"
    ]
    assert {tag for tag, _ in marks} <= {"a"}
    return [str(attributes["href"]) for _, attributes in marks]


def test_each_contested_mark_leads_to_who_says_what(real: Reader) -> None:
    leading = 0
    for address in (*PAGES, f"{BELARUS}?{AT}", f"{BELARUS}/pictures/measures?{AT}"):
        page = real.see(address)
        assert page.status == 200
        if address == "/about":
            continue
        for to in list_contested_targets(page):
            path, _, anchor = to.partition("#")
            there = real.see(path) if path else page
            assert there.status == 200, to
            assert not anchor or anchor in there.all("section", "id"), to
            leading += 1
    assert leading > 20


def test_a_claim_shows_its_note_and_only_numbers_that_count(real: Reader) -> None:
    ours = real.see(f"{BELARUS}/matters/sep11-count?{AT}")
    assert "Editor’s note: Our count" in ours.words
    assert re.search(r'class="big num">52<', ours.html)
    years = real.see(f"{BELARUS}/matters/losik?{AT}")
    assert "15 sentence, years" in years.words
    assert not re.search(r'class="big num">15', years.html)


def test_a_number_without_bounds_hides_no_exact_one(reader: Reader) -> None:
    about = {"what": "released", "text": "about 50"}
    women = {"what": "women", "comparator": "eq", "value": 7, "basis": "increment"}
    reader.editor.open()
    assert reader.editor.record(matter="m", quantities=[about, women]).status == 201
    page = reader.see(f"{TALKS}/matters/m")
    assert re.search(r'class="big num">7<', page.html)


def test_a_citation_says_what_the_page_shows(real: Reader) -> None:
    page = real.see(f"{BELARUS}/numbers/released?{AT}")
    assert "How many were released: at least 69. US–Belarus talks" in page.words
    assert "What happened when. US–Belarus talks" in real.see(f"{BELARUS}/timeline?{AT}").words


def test_a_citation_writes_a_number_as_the_page_does(reader: Reader) -> None:
    reader.editor.open()
    reader.editor.record(quantities=[{"what": "released", "text": "about 1,500"}])
    assert (
        "How many were released: about 1,500. Talks"
        in reader.see(f"{TALKS}/numbers/released").words
    )


def test_a_comparison_says_where_what_came_and_went_is(real: Reader) -> None:
    page = real.see(f"{BELARUS}/compare?clock=published&from=2025-06-20&to=2025-11-26")
    assert (
        "withdrawn by the second are left out here; they are under What was corrected" in page.words
    )


def test_a_reader_without_a_contact_is_told_whom_to_tell(real: Reader) -> None:
    assert "Tell the people who run this server" in real.see("/about").words


def test_a_mission_that_two_sources_date_otherwise_is_shown_beside_its_rival(real: Reader) -> None:
    state = real.http.get(f"/v1/negotiations/us-belarus?{AT}").json()
    (mission,) = (mission for mission in state["missions"] if mission["contested"])
    to = f"{BELARUS}/claims/{mission['fact']['id']}"
    page = real.see(f"{to}?{AT}")
    assert [to in each for each in list_contested_targets(real.see(f"{BELARUS}?{AT}"))].count(
        True
    ) == 1
    assert f"Shown: {mission['fact']['summary']}" in page.words
    for claim in (mission["fact"], *mission["rivals"]):
        assert claim["summary"] in page.words
        for citation in claim["citations"]:
            assert (citation["origin"] or citation["publisher"]) in page.words


def test_who_says_what_of_a_fact_without_rivals_names_its_sources_alone(reader: Reader) -> None:
    reader.editor.open()
    recorded = reader.editor.record(summary="Ann was freed", valid="2025-09-11")
    id_ = recorded.json["id"]
    page = reader.see(f"{TALKS}/claims/{id_}")
    assert page.status == 200
    assert f"{TALKS}/claims/{id_}" in reader.see(f"{TALKS}/facts/{id_}").all("a", "href")
    assert page.words.count("Ann was freed") >= 2
    assert list_contested_targets(page) == []
    reader.editor.open("others")
    assert reader.see(f"/n/others/claims/{id_}").status == 404


def test_a_total_shows_its_sum_and_what_is_left_out_of_it(real: Reader) -> None:
    page = real.see(f"{BELARUS}?{AT}")
    assert re.search(r"1 \+ 3 \+ 1 \+ 14 \+ 50 to 52 \( contested \) = at least 69", page.words), (
        page.words
    )
    assert (
        "The total is only a lower limit. Not added: “dozens, several waves” , which counts all so far"
        in page.words
    )
    assert "23 + 16 + 25 + 2 = 66" in page.words or "= 97" in page.words
    assert "The pardoned are counted apart from the released" in page.words
    numbers = real.see(f"{BELARUS}/numbers/released?{AT}")
    assert "50 to 52 ( contested ) = at least 69" in numbers.words
    for said in ("RBC-Ukraine speaks of 50 released", "Fifty-one of the 52 reached Lithuania"):
        assert said in numbers.words


def test_a_sum_of_many_numbers_names_the_first_and_leads_to_all(reader: Reader) -> None:
    reader.editor.open()
    for day in range(1, 12):
        reader.editor.record(quantities=count(day), valid=f"2025-09-{day:02d}")
    page = reader.see(TALKS)
    assert "1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 3 more = 66" in page.words
    assert f"{TALKS}/numbers/released#adds-up" in page.all("a", "href")
    listed = reader.see(f"{TALKS}/numbers/released").words
    assert "11 September 2025" in listed or "11 Sep 2025" in listed


def test_a_sum_names_what_the_tally_adds(reader: Reader) -> None:
    reader.editor.open()
    numbers = (
        "5",
        "at least 12",
        "about 50",
        "hundreds or so",
        "up to 9",
        "more than 3",
    )
    for month, text in enumerate(numbers, 1):
        quantity = {"what": "released", "text": text, "basis": "increment"}
        reader.editor.record(quantities=[quantity], valid=f"2025-{month:02d}")
    for text in ("31", "about 40"):
        quantity = {"what": "released", "text": text, "basis": "increment"}
        reader.editor.record(quantities=[quantity], valid="2025-09/2025-11")
    for cut in ("", "as_of=2025-10-15", "as_of=2025-10-15&match=certain"):
        asked = f"{TALKS.replace('/n/', '/v1/negotiations/')}/tally?what=released&parts=true&{cut}"
        tally = reader.http.get(asked).json()
        rest = (part["text"] for part in tally["parts"][len(numbers) :])
        added = " + ".join([*numbers, *rest])
        assert f"{added} = {tally['total']['text']}" in reader.see(f"{TALKS}?{cut}").words, cut


def test_a_sum_names_what_a_part_adds_to_its_whole(reader: Reader) -> None:
    reader.editor.open()
    whole = {"what": "released", "text": "at least 5"}
    reader.editor.record(quantities=[whole], valid="2025-02", external_id="A")
    tie = [{"relation": "refines", "fact": "external:A"}]
    part = {"population": "foreigners", "links": tie, "valid": "2025-02"}
    reader.editor.record(quantities=count(14), **part)
    reader.editor.record(quantities=count(3), valid="2025-03")
    assert "at least 14 + 3 = at least 17" in reader.see(TALKS).words


def test_one_number_is_no_sum(reader: Reader) -> None:
    reader.editor.open()
    reader.editor.record(quantities=count(5))
    assert " = 5" not in reader.see(TALKS).words
    for value in (7, 8):
        reader.editor.record(quantities=count(value), matter="m", valid="2025-10-01")
    assert "5 + 7 to 8 ( contested ) = 12 to 13" in reader.see(TALKS).words


def test_undisputed_is_not_called_certain_and_is_explained(real: Reader) -> None:
    for address in PAGES:
        marks = re.findall(r'<span class="mark certain">([^<]*)', real.see(address).html)
        assert {*marks} <= {"undisputed so far"}, address
    about = real.see("/about").words
    assert "It does not mean that it is true" in about
    assert "contradict" in about


def test_the_slider_says_the_day_of_the_headline_and_when_something_changed_last(
    real: Reader,
) -> None:
    page = real.see(f"{BELARUS}?as_of=2025-12-05&as_known_at=2025-11-26&clock=published")
    assert "What was so on 5 December 2025" in page.words
    shown = re.findall(r"<output[^>]*>([^<]*)</output>", page.html)
    assert shown == ["5 Dec 2025", "26 Nov 2025"]
    assert re.search(r"last date by then: \d+ Nov 2025", page.words)
    today = real.see(BELARUS)
    so, known = re.findall(r"<output[^>]*>([^<]*)</output>", today.html)
    told = re.search(r"What is so today, (\d+) ([A-Z][a-z]{2})[a-z]* (\d{4})", today.words)
    assert told is not None
    assert (so, known) == (" ".join(told.groups()), "all so far")


@pytest.mark.parametrize("address", [page for page in PAGES if page.startswith(BELARUS)])
def test_no_page_uses_words_that_only_those_who_made_it_know(real: Reader, address: str) -> None:
    shown = re.sub(r"(?s)<pre.*?</pre>", "", real.see(address).html)
    text = re.sub(r"<[^>]+>", " ", shown)
    for word in ("perspective", "rules no.", "increment", "bounds"):
        assert word not in text, word


def test_who_holds_a_post_is_said_in_the_words_of_the_source_with_the_editors_note(
    real: Reader,
) -> None:
    """The source says "his choice"; other papers say "nominated" and "appointed"."""
    page = real.see(f"{BELARUS}?{AT}")
    posts = page.html.partition('id="posts"')[2].partition("</section>")[0]
    assert "John Coale is his choice for special envoy to Belarus" in posts
    assert "Editor’s note: Nominated, chosen, appointed: outlets differ" in posts
    assert "Appointed by" not in page.words
    envoy = real.see(f"{BELARUS}/matters/coale-appointed?{AT}")
    assert "Who was named US special envoy for Belarus, and when?" in envoy.words


def test_an_embassy_is_no_post(real: Reader) -> None:
    page = real.see(f"{BELARUS}?{AT}")
    posts, missions = (
        page.html.partition(f'id="{name}"')[2].partition("</section>")[0]
        for name in ("posts", "missions")
    )
    assert "<h2>Embassies and missions</h2>" in missions
    assert "US embassy in Minsk: " in missions
    assert "US embassy" not in posts


def test_a_note_is_that_of_the_day_and_a_post_without_one_has_none(reader: Reader) -> None:
    reader.editor.open()
    named = {"kind": "appointment", "person": "Ann", "post": "envoy", "valid": "2025-01-10/.."}
    made = reader.editor.record(**named, note="Her first day is not said").json
    assert "Editor’s note: Her first day is not said" in reader.see(TALKS).words
    body = {"reason": "refinement", "why": "It is", "changes": {"note": None}}
    address = f"/v1/facts/{made['id']}/corrections"
    assert reader.editor.post(address, body, if_match="1").status == 200
    assert "Editor’s note" not in reader.see(TALKS).words
    before = reader.see(f"{TALKS}?position={made['position']}")
    assert "Editor’s note: Her first day is not said" in before.words


def test_a_meeting_has_a_day_and_no_beginning(reader: Reader) -> None:
    reader.editor.open()
    met = {"kind": "meeting", "form": "visit", "stage": "held", "participants": ["Ann", "Bo"]}
    reader.editor.record(**met, summary="Ann visits Bo", valid="2025-10-01")
    page = reader.see(TALKS)
    meetings = page.html.partition("<h2>Meetings</h2>")[2].partition("</section>")[0]
    assert "<b>1 Oct 2025</b>" in meetings
    assert "since" not in meetings


def test_a_choice_of_an_editor_is_not_told_as_a_change_of_words(real: Reader) -> None:
    page = real.see(f"{BELARUS}/audit")
    assert "Preferred : " in page.words or "Preferred: " in page.words
    assert "preferred :" not in page.words


def test_a_count_of_fewer_than_a_number_is_said_in_its_words(real: Reader) -> None:
    page = real.see(f"{BELARUS}/numbers/held?{AT}")
    assert "almost 1,200" in page.words
    assert "1,199" not in page.words


def test_a_withdrawn_report_names_its_source_under_what_was_corrected(real: Reader) -> None:
    told = real.see(f"{BELARUS}/audit?person=Ihar+Losik").words
    assert "Ihar Losik is reported to be among the 14 freed Vox News Albania False:" in told


def test_the_picture_of_those_held_says_how_many_counters_it_draws(real: Reader) -> None:
    drawn = real.see(f"{BELARUS}/pictures/held")
    assert "How many are held, by who counted" in drawn.words
    assert "counters are drawn: those with the most counts" in " ".join(drawn.words.split())


def test_a_claim_is_shown_once_however_many_answers_rest_on_it(real: Reader) -> None:
    page = real.see(f"{BELARUS}/matters/losik?as_of=2025-11-30")
    assert "side by side" not in page.words
    assert "Shown: Ihar Losik, jailed since 2020, is freed" in page.words
    assert page.html.count('<span class="src">shown') == 1
