"""Counts stand side by side with their counters; a part is shown if a source gives it, else it is called missing."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any, Final

import pytest

from api.web.counted.changed import list_changes
from tests.api.asking import count, fact
from tests.web.browsing import BELARUS
from tests.web.hostile import import_facts

if TYPE_CHECKING:
    from tests.web.browsing import Reader, Seen

pytestmark = pytest.mark.either_database

TALKS: Final = "/n/talks"
_COUNT: Final = {"kind": "prisoner_count", "population": "prisoners", "valid": "2025-09-01"}


def _held(value: int, comparator: str = "eq") -> dict[str, Any]:
    return {"what": "held", "value": value, "comparator": comparator, "basis": "stock"}


def _part(value: int, what: str = "women") -> dict[str, Any]:
    return {"what": what, "value": value}


def _record(reader: Reader, *facts: dict[str, Any]) -> None:
    reader.editor.open()
    for each in facts:
        posted = reader.editor.post("/v1/negotiations/talks/facts", each)
        assert posted.status == 201, posted.json


def _words(page: Seen, begin: str, end: str) -> str:
    """The words of a page from some markup up to some other."""
    found = page.html.partition(begin)[2].partition(end)[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", found)))


def _lead(page: Seen) -> str:
    return _words(page, '<div class="lead', "<section")


def test_counts_of_several_counters_stand_side_by_side_and_none_is_the_number(
    reader: Reader,
) -> None:
    _record(
        reader,
        fact(**_COUNT, counted_by="Viasna", quantities=[_held(1184, "ge")]),
        fact(**{**_COUNT, "valid": "2025-09-03"}, counted_by="A digest", quantities=[_held(1300)]),
        fact(**{**_COUNT, "valid": "2025-09-03"}, counted_by="Rights groups", quantities=[_held(1000, "gt")]),
    )  # fmt: skip
    for address in (TALKS, f"{TALKS}/numbers/held"):
        page = reader.see(address)
        told = _lead(page)
        assert re.search(
            "more than 1,000 Rights groups, 3 Sep 2025 1,300 A digest, 3 Sep 2025 at least 1,184 Viasna, 1 Sep 2025",
            told,
        )
        assert (
            "The 3 counts differ: the lowest is more than 1,000 (by Rights groups, 3 Sep 2025), "
            "the highest 1,300 (by A digest, 3 Sep 2025)." in told
        )
        assert not re.search('class="big num"[^/]*1,300', page.html)


def test_a_number_of_one_source_is_told_in_its_words(reader: Reader) -> None:
    since = [{"what": "held", "text": "1050, counted since 2020"}]
    _record(
        reader,
        fact(**_COUNT, counted_by="Viasna", quantities=[_held(1000, "gt")]),
        fact(**{**_COUNT, "valid": "2025-09-03"}, counted_by="B", quantities=[_held(1300, "lt")]),
        fact(**{**_COUNT, "valid": "2025-09-04"}, counted_by="C", quantities=since),
        fact(quantities=[{"what": "released", "comparator": "gt", "value": 2000}]),
        fact(valid="2025-10-01", quantities=count(12000)),
    )  # fmt: skip
    held = reader.see(f"{TALKS}/numbers/held?as_of=2025-12")
    for told in ("more than 1,000", "fewer than 1,300", "1,050, counted since 2020"):
        assert told in _words(held, "<h2>By month", "</section>")
    assert "2,020" not in held.words
    for wrong in ("1,001", "1,299"):
        assert wrong not in held.words
    freed = reader.see(f"{TALKS}/numbers/released?as_of=2025-12")
    assert "more than 2,000" in _words(freed, 'id="adds-up"', "</section>")
    for page in (freed, reader.see(f"{TALKS}?as_of=2025-12")):
        assert "more than 2,000 + 12,000 = at least 14,001" in page.words


def test_counts_of_some_counters_alone_are_not_said_to_be_all(reader: Reader) -> None:
    counts = [
        {
            **_COUNT,
            "counted_by": f"Counter {number:03d}",
            "quantities": [_held(1000 + number, "ge")],
        }
        for number in range(101)
    ]
    import_facts(reader, *counts)
    for address in (TALKS, f"{TALKS}/numbers/held"):
        page = reader.see(address)
        assert "More than a hundred counts are on record" in _lead(page)
        assert "These 100 counts differ" in _lead(page)
        assert "no upper limit" not in page.words


def test_all_reports_without_a_number_are_counted_also_those_that_are_not_listed(
    reader: Reader,
) -> None:
    days = [
        {"kind": "release", "valid": f"2025-{1 + n // 28:02d}-{1 + n % 28:02d}"} for n in range(101)
    ]
    numbered = {"kind": "release", "valid": "2026-01-01", "quantities": count(5)}
    import_facts(reader, *days, numbered)
    told = reader.see(TALKS).words
    assert "101 reports that do not say how many were released" in told
    assert "101 reports do not say how many were released" in told


def test_the_page_of_a_question_singles_out_no_count_of_several_counters(real: Reader) -> None:
    page = real.see(f"{BELARUS}/matters/viasna-count")
    assert "of these claims are shown side by side" in page.words
    assert "Shown:" not in page.words
    one = real.see(f"{BELARUS}/matters/sep11-count")
    assert "Shown: Fifty-two prisoners freed" in one.words


def test_counts_that_agree_are_not_said_to_differ(reader: Reader) -> None:
    _record(
        reader,
        *(fact(**_COUNT, counted_by=name, quantities=[_held(1184)]) for name in ("Viasna", "B")),
    )
    told = _lead(reader.see(TALKS))
    assert "1,184 B, 1 Sep 2025 1,184 Viasna, 1 Sep 2025" in told
    assert "differ" not in told


def test_the_count_of_one_population_is_not_compared_with_that_of_another(reader: Reader) -> None:
    other = {**_COUNT, "population": "foreigners", "valid": "2025-08"}
    _record(
        reader,
        fact(**_COUNT, counted_by="Viasna", quantities=[_held(1184)]),
        fact(**other, counted_by="Viasna", quantities=[_held(40)]),
    )
    told = _lead(reader.see(TALKS))
    assert "1,184 Prisoners, 1 September 2025. Counted by: Viasna ." in told
    assert "differ" not in told
    assert "women, men or foreigners" not in reader.see(TALKS).words


def test_parts_of_those_held_are_shown_with_their_day_and_counter(reader: Reader) -> None:
    _record(
        reader,
        fact(**_COUNT, counted_by="Viasna", quantities=[_held(1184), _part(170)]),
    )
    part = "Of them: women 170 (Viasna, 1 Sep 2025)."
    for address in (TALKS, f"{TALKS}/numbers/held"):
        assert part in _lead(reader.see(address))
        assert part not in _lead(reader.see(f"{address}?as_of=2025-08"))
    besides = _words(reader.see(f"{TALKS}/numbers/held"), 'id="besides"', "</section>")
    assert "women 170" in besides
    assert "No count of those held on record counts any other part of them." in besides
    assert "women, men or foreigners" not in reader.see(TALKS).words


def test_a_part_of_an_earlier_count_is_no_part_of_the_next(reader: Reader) -> None:
    _record(
        reader,
        fact(**_COUNT, counted_by="Viasna", quantities=[_held(1255), _part(29, "clergy")]),
        fact(**{**_COUNT, "valid": "2025-09-03"}, counted_by="Viasna", quantities=[_held(1184)]),
    )
    page = reader.see(f"{TALKS}/numbers/held")
    assert "clergy" not in _lead(page)
    assert "clergy 29" in _words(page, 'id="besides"', "</section>")


def test_where_no_source_gives_a_part_the_pages_say_so(reader: Reader) -> None:
    _record(
        reader,
        fact(**_COUNT, counted_by="Viasna", quantities=[_held(1184)]),
        fact(quantities=count(52)),
    )
    unsaid = "No count that stands on this day says how many of them are women, men or foreigners."
    assert unsaid in reader.see(TALKS).words
    assert (
        "No count of those held on record says how many of them are women, men or foreigners"
        in reader.see(f"{TALKS}/numbers/held").words
    )
    assert (
        "No report of a release on record says how many of them are women, men or foreigners"
        in reader.see(f"{TALKS}/numbers/released").words
    )
    nothing = reader.see(f"{TALKS}/numbers/pardoned").words
    assert "women" not in nothing


def test_how_many_of_the_released_are_women_is_listed_and_not_added(reader: Reader) -> None:
    _record(
        reader,
        fact(quantities=[*count(52), _part(14)], summary="Fifty-two were freed"),
        fact(quantities=[*count(3), _part(1)], valid="2025-10-01", summary="Three were freed"),
    )
    page = reader.see(f"{TALKS}/numbers/released")
    besides = _words(page, 'id="besides"', "</section>")
    assert re.search("women 14 Fifty-two were freed .* women 1 Three were freed", besides)
    assert "15" not in _lead(page)
    women = reader.see(f"{TALKS}/numbers/women")
    assert "not added up 2 reports give a number of women" in _lead(women)
    assert "do not say how many" not in women.words
    assert "not counted" not in women.words


def test_women_who_are_added_are_a_total_of_their_own(reader: Reader) -> None:
    women = {"what": "women", "value": 14, "basis": "increment"}
    _record(reader, fact(quantities=[*count(52), women]))
    assert "Women 14" in _lead(reader.see(f"{TALKS}/numbers/women"))


def test_the_women_of_the_real_record_are_said_of_each_pardon(real: Reader) -> None:
    page = real.see(f"{BELARUS}/numbers/pardoned")
    besides = _words(page, 'id="besides"', "</section>")
    for told in ("women 3 men 20", "women 8 men 8", "women 12 men 13"):
        assert told in besides
    women = real.see(f"{BELARUS}/numbers/women").words
    assert "3 reports give a number of women" in women


def test_a_comparison_begins_with_the_figures_that_changed(real: Reader) -> None:
    asked = "from=2025-06-20&to=2025-06-26&clock=published"
    page = real.see(f"{BELARUS}/compare?{asked}")
    told = _words(page, 'id="figures-that-changed"', "</section>")
    assert "20 Jun 2025 26 Jun 2025 Released 5 19" in told
    assert "Pardoned" not in told
    assert (
        "Political prisoners held, counted by Sviatlana Tsikhanouskaya not on record 1,150" in told
    )
    assert page.html.index('id="figures-that-changed"') < page.html.index("<h2>Added")
    for figure, day in (("5", "2025-06-20"), ("19", "2025-06-26")):
        match = re.search(
            rf'<a href="([^"]*)">{figure}</a>', page.html.partition('id="figures-that-changed"')[2]
        )
        assert match is not None
        to = unescape(match[1])
        assert f"as_known_at={day}" in to
        assert f"Released {figure}" in _lead(real.see(to))


def test_a_comparison_tells_parts_of_those_held_from_all_of_them(reader: Reader) -> None:
    later = {**_COUNT, "valid": "2025-10-01"}
    cited = [[{"publisher": "A", "published": day}] for day in ("2025-09-02", "2025-10-02")]
    _record(
        reader,
        fact(**_COUNT, counted_by="V", quantities=[_held(1184), _part(170)], citations=cited[0]),
        fact(**later, counted_by="V", quantities=[_held(1184), _part(160)], citations=cited[1]),
    )
    page = reader.see(f"{TALKS}/compare?from=2025-09-15&to=2025-10-15&clock=published")
    told = _words(page, 'id="figures-that-changed"', "</section>")
    assert "Prisoners (women) held, counted by V 170 160" in told
    assert "1,184" not in told


def test_what_a_state_cuts_short_is_not_said_to_have_changed() -> None:
    def state(*posts: tuple[str, str], cut: bool = False) -> dict[str, Any]:
        sure = {"contested": False, "certainty": "certain"}
        listed = [{"post": post, "holder": name, **sure} for post, name in posts]
        empty = {"text": "nothing recorded", "contested": False}
        prisoners = {"released": empty, "pardoned": empty, "held": []}
        more = {"posts_more": {"count": 101}} if cut else {}
        others: dict[str, Any] = {"missions": [], "measures": [], "custody": []}
        return {"posts": listed, "prisoners": prisoners, **others, **more}

    before, after = (("a", "Ann"), ("b", "Bo")), (("b", "Cy"), ("c", "Di"))
    told = [change.told for change in list_changes(state(*before), state(*after))]
    assert told == ["b", "c", "a"]
    whole, cut = state(*before), state(*after, cut=True)
    for one, other in ((whole, cut), (cut, whole)):
        assert [change.told for change in list_changes(one, other)] == ["b"]


def test_a_comparison_lists_the_people_whose_status_changed(reader: Reader) -> None:
    held = {"kind": "custody", "person": "Anna", "status": "detained", "valid": "2025-03-01/.."}
    freed = {"kind": "release", "people": ["Anna"], "valid": "2025-09-01"}
    other = {"kind": "custody", "person": "Bo", "status": "sentenced", "valid": "2025-03-01/.."}
    cited = [[{"publisher": "A", "published": day}] for day in ("2025-03-02", "2025-09-02")]
    _record(
        reader,
        fact(**held, citations=cited[0]),
        fact(**other, citations=cited[0]),
        fact(**freed, citations=cited[1]),
    )
    page = reader.see(f"{TALKS}/compare?from=2025-06&to=2025-10&clock=published")
    told = _words(page, 'id="people-whose-status-changed"', "</section>")
    assert "Anna in custody (detained) free" in told
    assert "Bo" not in told
    (_, after) = re.findall(r'<td[^>]*><a href="([^"]*)">', page.html.partition(">Anna<")[2])
    assert "Anna" in _words(reader.see(unescape(after)), "<h3>Free", "</section>")


def test_a_comparison_says_who_holds_a_post_now(reader: Reader) -> None:
    post = {"kind": "appointment", "post": "envoy"}
    cited = [[{"publisher": "A", "published": day}] for day in ("2025-03-02", "2025-09-02")]
    _record(
        reader,
        fact(**post, person="Anna", valid="2025-03-01", citations=cited[0]),
        fact(**post, person="Bo", valid="2025-09-01", citations=cited[1]),
    )
    page = reader.see(f"{TALKS}/compare?from=2025-06&to=2025-10&clock=published")
    assert "envoy Anna Bo" in _words(page, 'id="figures-that-changed"', "</section>")
    same = reader.see(f"{TALKS}/compare?from=2025-10&to=2025-11&clock=published")
    assert 'id="figures-that-changed"' not in same.html
    before = reader.see(f"{TALKS}/compare?from=2020&clock=recorded")
    assert before.status == 200


def test_spellings_are_no_news_of_a_comparison(reader: Reader) -> None:
    cited = [{"publisher": "A", "published": "2025-09-12"}]
    alias = {"kind": "alias", "name": "Ana", "same_as": "Ann", "summary": "Ana is Ann"}
    _record(reader, fact(**alias, citations=cited), fact(citations=cited))
    page = reader.see(f"{TALKS}/compare?from=2020&to=2026&clock=published")
    assert "Added 1 Release" in page.words
    assert "Spellings and other names 1 Ana is Ann" in page.words
