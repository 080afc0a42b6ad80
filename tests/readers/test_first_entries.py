"""The state of a large record shows the first entries and the number of all, as the fold does, and reads no others."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest

import domain.views.sections
from domain.named import Name, Named
from domain.provenance import Citation, Link
from domain.quantity import Quantity
from domain.time.instant import parse_cut
from domain.time.perspective import Clock, Match, Perspective, PerspectiveQuery
from domain.views.known import timeslices as history
from domain.views.sections import PageQuery
from domain.views.state import count_facts, lists_by_path, page_section, resolve_state
from infrastructure.readers import reading as reading_module
from infrastructure.readers.state import first_entries, sections
from infrastructure.readers.state.sections import SectionReader
from tests.drawn_facts import VALID
from tests.examples import NEGOTIATION, SLUG, fact
from tests.thorough import choose_count, some_of
from tests.written_log import Log

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domain.fact import Fact
    from domain.views.sections import Place
    from domain.views.versions import FactVersion
    from infrastructure.readers.reading import Reading
    from tests.readers.witnesses import Witnesses

RECORDS: Final = choose_count(1, 100)
FACTS: Final = 60
MANY: Final = 400
AT: Final = ("2025-09-11", "2025-12", "1990")
NAMES: Final = tuple(f"Person {letter}" for letter in "abcdefghijkl")
POSTS: Final = tuple(f"Post {letter}" for letter in "abcdef")
TARGETS: Final = tuple(f"Target {letter}" for letter in "abcdefgh")
ACTIONS: Final = ("imposed", "eased", "lifted")
COUNTED: Final = (
    *(Quantity(what=what, value=5) for what in ("held", "women", "Women", "men")),
    Quantity(what="released", value=2, basis="cumulative"),
)
KINDS: Final = (
    *("custody", "custody", "pardon", "release", "measure", "measure", "appointment", "mission"),
    *("statement", "response", "proposal", "agreement", "open_question", "meeting"),
    *("prisoner_count", "prisoner_count", "prisoner_count"),
)


def draw_fact(random: Random, number: int, names: str, *, links: bool) -> Fact:
    """A fact about one of few names, so that many facts have the same key."""
    kind = random.choice((*KINDS, "alias", "alias") if "aliases" in names else KINDS)
    citation = Citation(publisher="Reuters", published=random.choice(("2025-09-12", "2025-12-01")))
    content = _draw_fields(random, kind, _bearers(names))
    if links and number and random.random() < 0.2:
        other = f"external:F-{random.randrange(number)}"
        content["links"] = (Link(relation=random.choice(("executes", "answers")), fact=other),)
    valid = random.choice(VALID)
    return fact(kind, **content, valid=valid, external_id=f"F-{number}", citations=(citation,))


def _bearers(names: str) -> tuple[Name, ...]:
    """The names in a record: without ids, or some with an id, or several ids for one name."""
    if "ids" in names:
        return (*NAMES[:6], *(Named(name=name, id=f"id of {name}") for name in NAMES[4:]))
    if "homonyms" in names:
        ids = ("1", "2", "3")
        return (*NAMES, *(Named(name=name, id=id_) for name in NAMES[:2] for id_ in ids))
    return NAMES


def _draw_fields(random: Random, kind: str, bearers: tuple[Name, ...]) -> dict[str, Any]:
    """Fields of a fact of a kind, besides the required ones."""
    name, post, target = (random.choice(names) for names in (bearers, POSTS, TARGETS))
    stage = random.choice(("discussed", "announced", "in_force"))
    of, spelt = random.choice((("person", bearers), ("post", POSTS)))
    spelling, same_as = random.sample(spelt, 2)
    people = tuple(random.sample(bearers, random.randrange(3)))
    quantities = tuple(random.sample(COUNTED, random.randrange(4)))
    by_kind: dict[str, dict[str, Any]] = {
        "custody": {
            "person": name,
            "status": random.choice(("detained", "sentenced", "died")),
            "place": random.choice(("Minsk", "Gomel", None)),
        },
        "pardon": {"people": people},
        "release": {"people": people},
        "measure": {"target": target, "stage": stage, "action": random.choice(ACTIONS)},
        "appointment": {"person": name, "post": post},
        "mission": {"post": post, "status": random.choice(("open", "closed"))},
        "alias": {"name": spelling, "same_as": same_as, "of": of},
        "meeting": {"stage": random.choice(("held", "cancelled"))},
        "statement": {"speaker": name},
        "response": {"asked": name},
        "proposal": {"content": target, "by": name},
        "agreement": {
            "title": target,
            "stage": random.choice(("negotiated", "initialled", "signed", "ended")),
        },
        "open_question": {"question": target},
        "prisoner_count": {"counted_by": random.choice(bearers[:3]), "quantities": quantities},
    }
    return by_kind[kind]


def write_past(path: str, place: Place) -> str:
    """The address of what follows a place in a list."""
    return f"{path} past {place}"


def pages(reading: Reading, path: str, at: Perspective) -> Iterator[object]:
    """The items of a list, read three at a time."""
    place: Place | None = None
    while True:
        items, place = reading.section(NEGOTIATION, PageQuery(path, place, 3), at, write_past)
        assert len(items) == 3 or place is None
        yield from items
        if place is None:
            return


@pytest.mark.cases(4)
@pytest.mark.either_database
@pytest.mark.parametrize("names", ["plain", "aliases", "ids", "homonyms and aliases"])
@pytest.mark.parametrize("links", [False, True], ids=["no links", "links"])
def test_the_first_entries_and_the_number_of_all_are_those_of_the_fold(
    witnesses: Witnesses, monkeypatch: pytest.MonkeyPatch, names: str, links: bool
) -> None:
    monkeypatch.setattr(sections, "MANY", 0)
    for seed in range(RECORDS):
        random = Random(f"{names} {links} {seed}")
        most = random.randint(1, 4)
        for module in (first_entries, domain.views.sections):
            monkeypatch.setattr(module, "MOST", most)
        log = Log()
        for number in range(FACTS):
            id_ = log.record(draw_fact(random, number, names, links=links))
            if random.random() < 0.1:
                log.retract(id_)
        versions = witnesses.take(log.entries, [])
        for as_of, clock, match in some_of([*product(AT, get_args(Clock), get_args(Match))], 4):
            known_at = parse_cut("2025-10-01") if clock == "published" else None
            asked = Perspective(
                as_of=parse_cut(as_of), as_known_at=known_at, clock=clock, match=match,
                position=len(log.entries),
            )  # fmt: skip
            known, slice_ = (
                history.select_known(versions, asked),
                history.timeslice(versions, asked),
            )
            for reading in witnesses.reading():
                talks = reading.negotiation(SLUG)
                expected = resolve_state(talks, slice_, count_facts(known), asked, write_past)
                assert reading.state(talks, asked, write_past) == expected, (seed, asked)
                for path in lists_by_path():
                    whole, _ = page_section(PageQuery(path, None, 1_000), slice_, asked, write_past)
                    assert list(pages(reading, path, asked)) == whole, (seed, asked, path)


def collect_read(monkeypatch: pytest.MonkeyPatch) -> list[FactVersion]:
    """A list that gets every fact that a section reads from now on."""
    read: list[FactVersion] = []

    class Counting(SectionReader):
        def _standing(self, rows: Iterable[Any]) -> list[FactVersion]:
            versions = super()._standing(rows)
            read.extend(versions)
            return versions

    monkeypatch.setattr(reading_module, "SectionReader", Counting)
    return read


@pytest.mark.parametrize("match", get_args(Match))
def test_a_state_reads_no_more_facts_than_its_entries_show(
    witnesses: Witnesses, monkeypatch: pytest.MonkeyPatch, match: Match
) -> None:
    monkeypatch.setattr(sections, "MANY", MANY // 2)
    log = Log()
    for number in range(MANY):
        log.record(fact("custody", person=f"Person {number:04}", external_id=f"F-{number}"))
    witnesses.take(log.entries, [])
    read = collect_read(monkeypatch)
    for reading in witnesses.reading():
        at = reading.perspective(PerspectiveQuery(as_of=parse_cut("2026"), match=match))
        state = reading.state(reading.negotiation(SLUG), at, write_past)
    assert len(state["custody"]) == domain.views.sections.MOST
    assert state["custody_more"]["count"] == MANY
    assert len(read) == domain.views.sections.MOST + 1


def test_entries_of_an_ambiguous_name_and_of_those_it_may_mean_come_in_the_order_of_the_fold(
    witnesses: Witnesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "MANY", 0)
    log = Log()
    by: tuple[Name, ...] = ("Ann", Named(name="Ann", id="1"), Named(name="Ann", id="2"), "Bob")
    for content, one in product(("x", "y"), by):
        log.record(fact("proposal", content=content, by=one))
    versions = witnesses.take(log.entries, [])
    for match, reading in product(get_args(Match), witnesses.reading()):
        at = reading.perspective(PerspectiveQuery(as_of=parse_cut("2026"), match=match))
        slice_ = history.timeslice(versions, at)
        whole, _ = page_section(PageQuery("proposals", None, 1_000), slice_, at, write_past)
        assert len(whole) == (8 if match == "possible" else 4)
        assert list(pages(reading, "proposals", at)) == whole


def read_by_a_page(
    witnesses: Witnesses, monkeypatch: pytest.MonkeyPatch, extra: Iterable[Fact]
) -> Iterator[int]:
    """How many facts each database reads for a page of custody in a negotiation that also has `extra` facts."""
    log = Log()
    for number in range(MANY):
        log.record(fact("custody", person=f"Person {number:04}", external_id=f"F-{number}"))
    for each in extra:
        log.record(each)
    witnesses.take(log.entries, [])
    read = collect_read(monkeypatch)
    for reading in witnesses.reading():
        read.clear()
        at = reading.perspective(PerspectiveQuery(as_of=parse_cut("2026")))
        items, _ = reading.section(NEGOTIATION, PageQuery("custody", None, 3), at, write_past)
        assert len(items) == 3
        yield len(read)


@pytest.mark.parametrize("last", [1, 20])
def test_a_name_that_may_mean_several_people_costs_what_it_touches(
    witnesses: Witnesses, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    monkeypatch.setattr(first_entries, "MOST_UNTOLD", 1)
    extra = [
        *(fact("release", people=(Named(name="Person 0007", id=id_),)) for id_ in ("1", "2")),
        *(
            fact("alias", name=f"Person {number:04}", same_as=f"Other {other}")
            for number in range(100, 100 + last)
            for other in (number, number + 1)
        ),
    ]
    for read in read_by_a_page(witnesses, monkeypatch, extra):
        assert read < MANY // 2


def test_a_question_that_a_meeting_answers_is_not_counted_and_a_cancelled_one_answers_none(
    witnesses: Witnesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "MANY", 0)
    for module in (first_entries, domain.views.sections):
        monkeypatch.setattr(module, "MOST", 1)
    log = Log()
    for number in range(4):
        log.record(fact("open_question", question=f"Question {number}?", external_id=f"Q-{number}"))
    off = (Link(relation="responds_to", fact="external:Q-2"),)
    log.record(fact("meeting", stage="cancelled", links=off))
    log.record(
        fact("meeting", stage="held", links=(Link(relation="answers", fact="external:Q-1"),))
    )
    witnesses.take(log.entries, [])
    for reading in witnesses.reading():
        at = reading.perspective(PerspectiveQuery(as_of=parse_cut("2026")))
        state = reading.state(reading.negotiation(SLUG), at, write_past)
        page, _ = reading.section(NEGOTIATION, PageQuery("open_questions", None, 2), at, write_past)
    assert state["open_questions_more"]["count"] == 3
    assert [entry["question"] for entry in page] == ["Question 0?", "Question 2?"]
