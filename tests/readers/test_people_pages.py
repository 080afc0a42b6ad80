"""A page of people equals that of the fold over all facts, and its cost depends on what it shows."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest

from domain.named import Name, Named
from domain.provenance import Citation
from domain.sought import parse_terms, split_terms
from domain.streams.negotiation import negotiation_id
from domain.time.instant import parse_cut
from domain.time.perspective import Perspective
from domain.views import alike
from domain.views.known import timeslices as history
from domain.views.naming import Names
from domain.views.people import PeopleFilter, list_people, list_statuses
from infrastructure.clock import system_clock
from infrastructure.ledger import StoredLedger
from infrastructure.log.codec import EventCodec
from infrastructure.readers.reading import Reading
from infrastructure.readers.state import named_people, near_names, people_pages
from infrastructure.readers.state.questions import bind_given
from tests.benchmarks.population import day, populate
from tests.databases import open_database
from tests.examples import NEGOTIATION, OWNER, fact
from tests.readers.full_texts import rows_read
from tests.readers.plans.measures import instructions
from tests.thorough import choose_count
from tests.written_log import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from uuid import UUID

    from sqlalchemy import Connection

    from domain.fact import Fact
    from domain.sought import AllOf
    from domain.views.sections import Place
    from infrastructure.database.database import Database
    from tests.databases import Kind

NAMES: Final = (
    *("Mikalai Nowak", "Nikolai Nowak", "M. Nowak", "Mikalaj Vikt Novak", "Ivan Ivanič", "Ivan"),
    *("Ann Example", "ANN EXAMPLE", "Änn Example", "Anna Example", "Example Ann", "Ann Exampel"),
    *("Я" * 501, "e" * 1_001),
    *("Jose", "José", "JOSÉ", "Bob", "Viasna", "viasna", "Reuters", "Юрий Иванов", "Юрии Иванов"),
)
DAYS: Final = ("2025-01-10", "2025-02", "2025-03-01/2025-04-01", "2025-05-05")
IDS: Final = ("1", "2", "bob", "Viasna")
"""The ids of people; some of them are like a name."""
CHANGES: Final = 30
LESS: Final = 300
MORE: Final = 4 * LESS
LIMIT: Final = 10
SOUNDS: Final = "bdflmnprst"
"""Letters that no language takes for one another."""
FEW: Final = 600
"""Smaller numbers of instructions are not compared."""


def draw(random: Random) -> Log:
    """A history of facts that name a few people and bodies, also by aliases, with changes of these facts.

    In some histories some of the names have an id, and some names have several.
    """
    log = Log()
    bearing = random.sample(NAMES, random.choice((0, 0, 1, 3)))
    bearers = [Named(name=name, id=random.choice(IDS)) for name in bearing for _ in "12"]
    names: tuple[Name, ...] = (*NAMES, *bearers)
    known: list[UUID] = []
    for number in range(CHANGES):
        at = f"2025-12-{1 + number // 2:02}"
        change = random.random()
        if known and change < 0.1:
            log.retract(known.pop(random.randrange(len(known))), at=at)
        elif known and change < 0.2:
            others = (random.choice(names),)
            log.correct(random.choice(known), people=others, note=f"{number}", at=at)
        else:
            known.append(log.record(draw_fact(random, names), at=at))
    return log


def draw_fact(random: Random, names: Sequence[Name]) -> Fact:
    """A fact that names somebody, and a publisher from the same names."""
    one, *others = random.sample(names, 4)
    if random.random() < 0.08:
        return fact("alias", name=one, same_as=others[0], valid="2025")
    published = random.choice(("2025-01-15", "2025-06-01"))
    cited = Citation(publisher=random.choice(NAMES[-6:]), published=published)
    kinds: dict[str, dict[str, Any]] = {
        "custody": {"person": one, "status": random.choice(("detained", "charged"))},
        "release": {"people": tuple(others)},
        "pardon": {"people": (one,), "granted_by": others[0]},
        "statement": {"speaker": one},
        "prisoner_count": {"counted_by": one},
    }
    kind = random.choice(sorted(kinds))
    return fact(kind, **kinds[kind], valid=random.choice(DAYS), citations=(cited,))


def draw_search(random: Random) -> AllOf:
    """A search for a name, or for words or the beginning of a word in it, in this script or another."""
    words = random.choice((*NAMES, "Iurii", "Yury Ivanov", "nobody")).split()
    some = " ".join(random.sample(words, random.randint(1, len(words))))
    return parse_terms(split_terms(random.choice((some, f"{some[:2]}*"))))


def walk(reading: Reading, at: Perspective, wanted: PeopleFilter, limit: int) -> list[Any]:
    """All people of a list, read with `limit` on each page."""
    found: list[Any] = []
    place: Place | None = None
    while True:
        page, place = reading.people(NEGOTIATION, at, wanted, None).page(place, limit)
        found += page
        if place is None:
            return found
        assert len(page) == limit


@pytest.mark.cases(4)
@pytest.mark.either_database
@pytest.mark.parametrize("limited", [False, True])
@pytest.mark.parametrize("seed", range(choose_count(4, 200)))
def test_pages_say_what_the_fold_says(
    database: Database, seed: int, *, limited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if limited:
        monkeypatch.setattr(people_pages, "MANY", 0)
        monkeypatch.setattr(near_names, "_NAMES_A_LIST", 3)
        monkeypatch.setattr(near_names, "_MOST_READ", 4)
        monkeypatch.setattr(named_people, "_NAMES_AT_ONCE", 2)
        for module in (alike, near_names):
            monkeypatch.setattr(module, "MOST_COMPARED", 2)
    random = Random(f"{seed} {limited}")
    log = draw(random)
    StoredLedger(database).append([entry.event for entry in log.entries])
    with database.reading() as connection:
        reading = Reading(connection, EventCodec(), system_clock(), OWNER)
        stored = history.fold_versions(reading.entries_of(NEGOTIATION, reading.head))
        for _ in range(8):
            at = Perspective(
                as_of=parse_cut(random.choice(("2025-01-20", "2025-03", "2025-12"))),
                as_known_at=parse_cut("2025-04") if random.random() < 0.3 else None,
                clock="published",
                match=random.choice(("possible", "possible", "certain")),
                position=random.randrange(len(log.entries) // 2, len(log.entries) + 1),
            )
            slice_ = history.timeslice(stored, at)
            versions, names = [seen.version for seen in slice_], Names.of(slice_)
            parties = tuple(random.sample(NAMES, 1))
            for wanted in (
                PeopleFilter(parties=parties),
                PeopleFilter(status=random.choice(list_statuses()), parties=parties),
                PeopleFilter(status="held"),
                PeopleFilter(person=random.choice((*NAMES, *IDS, "jose", "Nobody"))),
                PeopleFilter(person=random.choice(NAMES), status="free"),
                PeopleFilter(q=draw_search(random), parties=parties),
                PeopleFilter(q=draw_search(random), status="free"),
            ):
                expected = list_people(versions, names, at, wanted).page(None, 1_000)[0]
                assert walk(reading, at, wanted, random.choice((1, 2, 3))) == expected
                assert walk(reading, at, wanted, 1_000) == expected


def facts(size: int) -> Iterator[Fact]:
    """Facts about different people, a statement and a release in turn; one person in ten was detained.

    One of them has an id, aliases lead another to two names, and the name of a third is too long for lists.
    """
    yield fact("statement", valid="2019", speaker="c" * 1_200)
    yield fact("release", valid="2019", people=(Named(name="badafala", id="1"),))
    for same_as in ("cbaz", "dbaz"):
        yield fact("alias", name="bcd", same_as=same_as, valid="2019")
    for number in range(size):
        when = day(17_500 + number * 700 // size)
        name = "".join(f"{SOUNDS[int(digit)]}a" for digit in f"{number // 2:04}"[::-1])
        if number % 2:
            yield fact("statement", valid=when, speaker=name)
        elif number % 20:
            yield fact("release", valid=when, people=(name,))
        else:
            yield fact("custody", valid=f"{when}/..", person=name, status="detained")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(kind, marks=pytest.mark.xdist_group(f"people on {kind}"))
        for kind in ("sqlite-file", "postgresql")
    ],
)
def people_database(
    request: pytest.FixtureRequest, lasting_database: Callable[[Kind], str]
) -> Iterator[Database]:
    """Two negotiations, one with four times as many people, without statistics; tests must only read them."""
    database = open_database(lasting_database(request.param))
    ledger = StoredLedger(database)
    for size in (LESS, MORE):
        populate(ledger, f"talks-{size}", size, facts(size))
    yield database
    ledger.close()
    database.close()


def begin_alike(size: int) -> Iterator[Fact]:
    """Statements of different people whose names all begin alike, and are not much alike."""
    for number in range(size):
        word = "".join(Random(number).sample("abcdefghijklmnopqrstuvwxyz", 12))
        yield fact("statement", valid="2019", speaker=f"Ann{word} Exa{word[::-1]}")


def test_of_names_that_begin_alike_those_are_read_that_are_much_alike(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = StoredLedger(database)
    for size in (LESS, MORE):
        populate(ledger, f"talks-{size}", size, begin_alike(size))
    asked: list[int] = []

    def count_given(given: Sequence[str], *, sqlite: bool) -> dict[str, Any]:
        asked.append(len(given))
        return bind_given(given, sqlite=sqlite)

    monkeypatch.setattr(named_people, "bind_given", count_given)
    with database.reading() as connection:
        for size in (LESS, MORE):
            cost(connection, size, PeopleFilter(), None)
    assert max(asked) <= 3 * LIMIT


def cost(connection: Connection, size: int, wanted: PeopleFilter, after: Place | None) -> int:
    """The cost of a page: instructions of SQLite's machine, or rows that PostgreSQL reads by its cached plan."""
    at = Perspective(
        as_of=parse_cut("2025"),
        as_known_at=None,
        clock="recorded",
        match="possible",
        position=10 * MORE,
    )

    def read() -> None:
        reading = Reading(connection, EventCodec(), system_clock(), OWNER)
        listed = reading.people(negotiation_id(f"talks-{size}"), at, wanted, None)
        assert listed.page(after, LIMIT)[0]

    for _ in range(10):
        read()
    before = rows_read(connection)
    return instructions(connection, read) or rows_read(connection) - before


@pytest.mark.cases(8)
@pytest.mark.parametrize(
    ("status", "after"),
    [(None, None), (None, ("d",)), ("free", ("d",)), ("held", None), ("held", ("bada",))],
)
def test_a_page_reads_what_it_shows(
    people_database: Database,
    status: str | None,
    after: Place | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(people_pages, "MANY", 0)
    wanted = PeopleFilter(status=status)
    with people_database.reading() as connection:
        less, more = (cost(connection, size, wanted, after) for size in (LESS, MORE))
    assert more < 1.5 * less


def test_one_person_is_read_alone(people_database: Database) -> None:
    wanted = PeopleFilter(person="lafadaba")
    with people_database.reading() as connection:
        less, more = (cost(connection, size, wanted, None) for size in (LESS, MORE))
    assert more < 1.5 * max(less, FEW)
