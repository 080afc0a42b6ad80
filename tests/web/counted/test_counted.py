"""Counts are shown beside their counters; a part without a source is called missing."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from tests.api.asking import count, fact
from tests.web.browsing import BELARUS
from tests.web.counted.reports import (
    COUNT,
    TALKS,
    lead_of,
    make_part,
    make_stock,
    record_facts,
    words_between,
)
from tests.web.hostile import import_facts

if TYPE_CHECKING:
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database


def test_counts_of_several_counters_stand_side_by_side_and_none_is_the_number(
    reader: Reader,
) -> None:
    record_facts(
        reader,
        fact(**COUNT, counted_by="Viasna", quantities=[make_stock(1184, "ge")]),
        fact(**{**COUNT, "valid": "2025-09-03"}, counted_by="A digest", quantities=[make_stock(1300)]),
        fact(**{**COUNT, "valid": "2025-09-03"}, counted_by="Rights groups", quantities=[make_stock(1000, "gt")]),
    )  # fmt: skip
    for address in (TALKS, f"{TALKS}/numbers/held"):
        page = reader.see(address)
        told = lead_of(page)
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
    record_facts(
        reader,
        fact(**COUNT, counted_by="Viasna", quantities=[make_stock(1000, "gt")]),
        fact(**{**COUNT, "valid": "2025-09-03"}, counted_by="B", quantities=[make_stock(1300, "lt")]),
        fact(**{**COUNT, "valid": "2025-09-04"}, counted_by="C", quantities=since),
        fact(quantities=[{"what": "released", "comparator": "gt", "value": 2000}]),
        fact(valid="2025-10-01", quantities=count(12000)),
    )  # fmt: skip
    held = reader.see(f"{TALKS}/numbers/held?as_of=2025-12")
    for told in ("more than 1,000", "fewer than 1,300", "1,050, counted since 2020"):
        assert told in words_between(held, "<h2>By month", "</section>")
    assert "2,020" not in held.words
    for wrong in ("1,001", "1,299"):
        assert wrong not in held.words
    freed = reader.see(f"{TALKS}/numbers/released?as_of=2025-12")
    assert "more than 2,000" in words_between(freed, 'id="adds-up"', "</section>")
    for page in (freed, reader.see(f"{TALKS}?as_of=2025-12")):
        assert "more than 2,000 + 12,000 = at least 14,001" in page.words


def test_counts_of_some_counters_alone_are_not_said_to_be_all(reader: Reader) -> None:
    counts = [
        {
            **COUNT,
            "counted_by": f"Counter {number:03d}",
            "quantities": [make_stock(1000 + number, "ge")],
        }
        for number in range(101)
    ]
    import_facts(reader, *counts)
    for address in (TALKS, f"{TALKS}/numbers/held"):
        page = reader.see(address)
        assert "More than a hundred counts are on record" in lead_of(page)
        assert "These 100 counts differ" in lead_of(page)
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
    record_facts(
        reader,
        *(
            fact(**COUNT, counted_by=name, quantities=[make_stock(1184)])
            for name in ("Viasna", "B")
        ),
    )
    told = lead_of(reader.see(TALKS))
    assert "1,184 B, 1 Sep 2025 1,184 Viasna, 1 Sep 2025" in told
    assert "differ" not in told


def test_the_count_of_one_population_is_not_compared_with_that_of_another(reader: Reader) -> None:
    other = {**COUNT, "population": "foreigners", "valid": "2025-08"}
    record_facts(
        reader,
        fact(**COUNT, counted_by="Viasna", quantities=[make_stock(1184)]),
        fact(**other, counted_by="Viasna", quantities=[make_stock(40)]),
    )
    told = lead_of(reader.see(TALKS))
    assert "1,184 Prisoners, 1 September 2025. Counted by: Viasna ." in told
    assert "differ" not in told
    assert "women, men or foreigners" not in reader.see(TALKS).words


def test_parts_of_those_held_are_shown_with_their_day_and_counter(reader: Reader) -> None:
    record_facts(
        reader,
        fact(**COUNT, counted_by="Viasna", quantities=[make_stock(1184), make_part(170)]),
    )
    part = "Of them: women 170 (Viasna, 1 Sep 2025)."
    for address in (TALKS, f"{TALKS}/numbers/held"):
        assert part in lead_of(reader.see(address))
        assert part not in lead_of(reader.see(f"{address}?as_of=2025-08"))
    besides = words_between(reader.see(f"{TALKS}/numbers/held"), 'id="besides"', "</section>")
    assert "women 170" in besides
    assert "No count of those held on record counts any other part of them." in besides
    assert "women, men or foreigners" not in reader.see(TALKS).words


def test_a_part_of_an_earlier_count_is_no_part_of_the_next(reader: Reader) -> None:
    record_facts(
        reader,
        fact(**COUNT, counted_by="Viasna", quantities=[make_stock(1255), make_part(29, "clergy")]),
        fact(
            **{**COUNT, "valid": "2025-09-03"}, counted_by="Viasna", quantities=[make_stock(1184)]
        ),
    )
    page = reader.see(f"{TALKS}/numbers/held")
    assert "clergy" not in lead_of(page)
    assert "clergy 29" in words_between(page, 'id="besides"', "</section>")


def test_where_no_source_gives_a_part_the_pages_say_so(reader: Reader) -> None:
    record_facts(
        reader,
        fact(**COUNT, counted_by="Viasna", quantities=[make_stock(1184)]),
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
    record_facts(
        reader,
        fact(quantities=[*count(52), make_part(14)], summary="Fifty-two were freed"),
        fact(quantities=[*count(3), make_part(1)], valid="2025-10-01", summary="Three were freed"),
    )
    page = reader.see(f"{TALKS}/numbers/released")
    besides = words_between(page, 'id="besides"', "</section>")
    assert re.search("women 14 Fifty-two were freed .* women 1 Three were freed", besides)
    assert "15" not in lead_of(page)
    women = reader.see(f"{TALKS}/numbers/women")
    assert "not added up 2 reports give a number of women" in lead_of(women)
    assert "do not say how many" not in women.words
    assert "not counted" not in women.words


def test_women_who_are_added_are_a_total_of_their_own(reader: Reader) -> None:
    women = {"what": "women", "value": 14, "basis": "increment"}
    record_facts(reader, fact(quantities=[*count(52), women]))
    assert "Women 14" in lead_of(reader.see(f"{TALKS}/numbers/women"))


def test_the_women_of_the_real_record_are_said_of_each_pardon(real: Reader) -> None:
    page = real.see(f"{BELARUS}/numbers/pardoned")
    besides = words_between(page, 'id="besides"', "</section>")
    for told in ("women 3 men 20", "women 8 men 8", "women 12 men 13"):
        assert told in besides
    women = real.see(f"{BELARUS}/numbers/women").words
    assert "3 reports give a number of women" in women


def test_a_comparison_begins_with_the_figures_that_changed(real: Reader) -> None:
    asked = "from=2025-06-20&to=2025-06-26&clock=published"
    page = real.see(f"{BELARUS}/compare?{asked}")
    told = words_between(page, 'id="figures-that-changed"', "</section>")
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
        assert f"Released {figure}" in lead_of(real.see(to))
