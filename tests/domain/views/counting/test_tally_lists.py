"""A tally lists the facts that its total leaves out, says how many there are, and uses one name for each thing."""

from __future__ import annotations

from domain.named import Named
from domain.provenance import Citation
from domain.quantity import Quantity
from domain.views.counting.query import TallyQuery
from domain.views.counting.tally import tally
from tests.domain.views.counting.tallies import RELEASED, read_whole, tally_log, write_releases
from tests.examples import count, fact
from tests.written_log import Log


def test_cumulative_figures_and_uncounted_facts_are_listed_beside_a_total() -> None:
    log = Log()
    so_far = log.record(fact("release", quantities=count(99, basis="cumulative")))
    unsaid = log.record(fact("release", quantities=count(9, what="women")))
    log.record(fact("release", quantities=count(3)))
    answer = tally_log(log)
    assert answer["total"]["text"] == "at least 99"
    ((figure),) = answer["cumulative"]
    assert (figure["quantity"]["value"], figure["fact"]["id"]) == (99, str(so_far))
    assert answer["uncounted"] == [str(unsaid)]


def list_also_counted(log: Log, what: str) -> list[tuple[str, int | None]]:
    """The quantities that a tally lists as also counted."""
    totals = tally(log.slice(), log.perspective(), TallyQuery(what=what, parts=True))
    listed = read_whole(totals)["also_counted"]
    return [(each["quantity"]["what"], each["quantity"]["value"]) for each in listed]


def test_what_the_facts_of_a_total_count_besides_is_listed_and_not_added() -> None:
    log = Log()
    women = count(14, what="women", basis=None)
    log.record(fact("release", quantities=(*count(52), *women)))
    log.record(fact("release", valid="2025-01", quantities=count(2, what="foreigners", basis=None)))
    log.record(fact("pardon", quantities=(*count(16, what="pardoned"), *women)))
    assert list_also_counted(log, "released") == [("foreigners", 2), ("women", 14)]
    assert list_also_counted(log, "pardoned") == [("women", 14)]
    assert list_also_counted(log, "women") == [("women", 14), ("women", 14)]
    assert list_also_counted(log, "children") == []
    assert tally_log(log)["total"]["text"] == "at least 52"
    assert "also_counted" not in tally_log(log)


def test_a_number_that_is_added_is_not_listed_as_also_counted() -> None:
    log = Log()
    log.record(fact("release", quantities=(*count(52), *count(14, what="women"))))
    assert list_also_counted(log, "women") == []
    assert tally_log(log, what="women")["total"]["text"] == "14"


def test_what_a_count_counts_besides_stays_listed_after_the_next_count() -> None:
    log = Log()
    of_viasna = {"population": "prisoners", "counted_by": "Viasna"}
    both = (*count(1255, what="held", basis="stock"), *count(29, what="clergy", basis=None))
    log.record(fact("prisoner_count", **of_viasna, valid="2025-09-01", quantities=both))
    later = count(1184, what="held", basis="stock")
    log.record(fact("prisoner_count", **of_viasna, valid="2025-09-02", quantities=later))
    assert list_also_counted(log, "held") == [("clergy", 29)]
    assert list_also_counted(log, "clergy") == [("held", 1255)]


def test_a_page_has_a_hundred_facts_and_says_how_many_there_are() -> None:
    totals = tally(
        (log := write_releases(*[("2025-09-11", 1)] * 250)).slice(), log.perspective(), RELEASED
    )
    first, place = totals.page(None, 100)
    assert (len(first["facts"]), first["facts_more"], len(first["points"])) == (100, 250, 1)
    assert place is not None
    second, third = totals.page(place, 100), totals.page((place[0], 200), 100)
    assert (len(second[0]["facts"]), second[0]["points"]) == (100, [])
    assert (len(third[0]["facts"]), "facts_more" in third[0], third[1]) == (50, False, None)
    assert len(set(read_whole(totals)["facts"])) == 250


def test_the_order_of_recording_does_not_decide_by_which_name_a_counter_or_a_word_is_shown() -> (
    None
):
    held = (Quantity(what="Held", value=1_000), Quantity(what="held", value=1_000))
    counted = [
        fact("prisoner_count", counted_by=Named(name=name, id="1"), quantities=(each,))
        for name, each in zip(("Viasna", "Human Rights Center Viasna"), held, strict=True)
    ]
    for recorded in (counted, counted[::-1]):
        log = Log()
        for each in recorded:
            log.record(each)
        (point,) = tally_log(log, "held", "year", as_of="2025-12")["points"]
        assert point["counted_by"] == "Human Rights Center Viasna"
        assert tally_log(log, "sought")["known"] == ["Held"]


def test_of_two_reports_of_one_number_the_one_with_the_sharper_date_is_shown() -> None:
    log = Log()
    for valid, published in (("2025-09-11", "2025-09-12"), ("2025-09", "2025-09-20")):
        cited = (Citation(publisher=f"Of {valid}", published=published),)
        stored = fact("release", quantities=count(52), matter="m", valid=valid, citations=cited)
        log.record(stored)
    (point,) = tally(log.slice(), log.perspective(), TallyQuery(what="released", by="day")).points
    assert (point["at"], point["until"], point["text"]) == ("2025-09-11", "2025-09-11", "52")
