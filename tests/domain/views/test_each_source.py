"""The range of a total includes numbers of each of its sources, even if they disagree.

The sources are drawn without an actual event behind them, so they disagree on the number, on the day, or on both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from hypothesis import given, note, settings
from hypothesis import strategies as st

from domain.provenance import Citation, Link
from domain.quantity import Quantity
from domain.time.instant import parse_cut
from domain.views.counting.points import bucket_name
from domain.views.counting.query import TallyQuery
from domain.views.counting.tally import tally
from tests.drawn_facts import DAY
from tests.examples import fact
from tests.strategies import SOME
from tests.thorough import choose_count
from tests.written_log import Log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DrawFn

    from domain.fact import Fact

DATES: Final = (
    "2025-09-09",
    "2025-09-11",
    "2025-09-20",
    "2025-09-10/2025-09-12",
    "2025-09",
    "2025",
)
NUMBERS: Final = ("52", "50", "at least 40", "fewer than 10", "20 to 30", "dozens")
AS_OF: Final = "2025-12-31"
GOING_ON: Final = ("2025-09-11/", "2025-09-12/..")
"""Reports with these dates never have a certain number."""
ABOUT: Final = ("about 25", "so far 40", None)
APPROXIMATE: Final = (
    "about 5", "about 50", "about 50 to 60", "about 200", "hundreds or so", "at least 120", "up to 10"
)  # fmt: skip
Bounds = tuple[int, int | None]


@st.composite
def reports(
    draw: DrawFn,
    dates: Sequence[str] = DATES,
    numbers: Sequence[str | None] = NUMBERS,
    names: Sequence[int] = (0,),
) -> list[Fact]:
    """Two to four reports that a matter or links join to one question; each names `names` people, drawn."""
    tied = draw(st.sampled_from(("matter", "link", "both")))
    facts = []
    for index in range(draw(st.integers(2, 4))):
        more: dict[str, Any] = {}
        if tied != "link":
            more["matter"] = f"m-{index}" if tied == "both" else "m"
        if tied != "matter" and index:
            more["links"] = (Link(relation="conflicts_with", fact="external:F-0"),)
        text = draw(st.sampled_from(numbers))
        number = () if text is None else (Quantity(what="released", text=text),)
        named = draw(st.sampled_from(names))
        publisher = draw(st.sampled_from(("Reuters", "AP", "BelTA")))
        facts.append(
            fact(
                "release",
                valid=draw(st.sampled_from(dates)),
                quantities=number,
                people=tuple(f"Ann {each}" for each in range(named)),
                citations=(Citation(publisher=publisher, published="2025-12-01"),),
                external_id=f"F-{index}",
                **more,
            )
        )
    return facts


def totals(facts: Sequence[Fact], query: TallyQuery) -> tuple[Bounds, dict[str, Bounds]]:
    """The bounds of a tally, and of each of its days."""
    log = Log()
    for each in facts:
        log.record(each)
    found, _ = tally(log.slice(as_of=AS_OF), log.perspective(as_of=AS_OF), query).page(None, 999)
    days = {
        bucket_name(day, "day"): (point["low"], point["high"])
        for point in found["points"]
        for day in range(
            parse_cut(point["at"]) // DAY,
            parse_cut(point["until"]) // DAY + 1,
        )
    }
    return (found["total"]["low"], found["total"]["high"]), days


def ends_in(text: str) -> Bounds:
    """The least and the greatest number in the words of a total; the greatest is None if the words name none."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if text.startswith("up to"):
        return 0, numbers[0]
    open_ = text.startswith("at least") or text.endswith("or more")
    return numbers[0], None if open_ else numbers[-1]


def is_within(one: Bounds, other: Bounds) -> bool:
    """Whether the first bounds lie within the others."""
    above = other[1] is None or (one[1] is not None and one[1] <= other[1])
    return one[0] >= other[0] and above


def meet(one: Bounds, other: Bounds) -> bool:
    return all(
        high is None or low <= high for low, high in ((one[0], other[1]), (other[0], one[1]))
    )


@settings(SOME, max_examples=choose_count(40, 5_000))
@given(
    facts=reports(),
    stretch=st.tuples(*[st.none() | st.sampled_from(DATES[:3])] * 2),
)
def test_a_total_and_each_day_of_it_meet_what_each_source_says(
    facts: list[Fact], stretch: tuple[str | None, str | None]
) -> None:
    from_, to = (None if day is None else parse_cut(day) for day in stretch)
    query = TallyQuery(what="released", by="day", from_=from_ and from_ - DAY + 1, to=to)
    found, days = totals(facts, query)
    note(f"{found} {[(f.valid, f.quantities[0].text, f.matter) for f in facts]}")
    for each in facts:
        alone, of_days = totals([each], query)
        if of_days:  # otherwise the source reports nothing in this period
            assert meet(found, alone), alone
        for day, bounds in of_days.items():
            assert meet(days.get(day, (0, 0)), bounds), (day, bounds, days)


@settings(SOME, max_examples=choose_count(40, 5_000))
@given(
    facts=reports((*DATES, *GOING_ON), (*NUMBERS, *ABOUT), (0, 2, 45)),
    as_of=st.sampled_from(("2025-09-10", "2025-09-11", "2025-09-15", "2025-09-30", AS_OF)),
)
def test_what_is_sure_is_neither_raised_nor_lowered_by_what_is_only_possible(
    facts: list[Fact], as_of: str
) -> None:
    log = Log()
    for each in facts:
        log.record(each)
    possible, certain = (
        log.state(as_of=as_of, match=match)["prisoners"]["released"]
        for match in ("possible", "certain")
    )
    note(f"{possible} {certain}")
    assert possible["low"] == certain["low"]
    assert possible["contested"] or not certain["contested"]


@settings(SOME, max_examples=choose_count(60, 5_000))
@given(facts=reports(DATES[1:2], (*NUMBERS, *APPROXIMATE)))
def test_the_words_of_a_contested_total_leave_out_no_number_that_is_in_dispute(
    facts: list[Fact],
) -> None:
    log = Log()
    for each in facts:
        log.record(each)
    total = log.state(as_of=AS_OF)["prisoners"]["released"]
    numbers = [each.quantities[0] for each in facts]
    note(f"{total['text']} {[number.text for number in numbers]}")
    exact = [(q.low or 0, q.high) for q in numbers if q.about is None]
    sharp = [
        one for one in exact if not any(other != one and is_within(other, one) for other in exact)
    ]
    about = [number.about for number in numbers if number.about is not None]
    if total["contested"] and len(facts) > 1:
        told = [*sharp, *about] if total["approximate"] else sharp
        assert all(is_within(each, ends_in(total["text"])) for each in told), told
    if not total["contested"]:
        bounds = total["low"], total["high"]
        assert all(meet(bounds, each) for each in exact)
        assert all(
            meet(bounds, (least // 2, None if most is None else most * 2)) for least, most in about
        )
