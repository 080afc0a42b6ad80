"""An answer that is kept is, byte for byte, the one that would be made anew."""

from __future__ import annotations

import gc
import pickle
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode
from weakref import ref

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from api.http.exchange.kept_answers import KeptAnswers
from domain.kinds.prisoners import CUSTODY
from domain.streams.negotiation import evolve
from domain.time.instant import BEGINNING, END, format_instant, parse_cut
from domain.time.perspective import Perspective, PerspectiveQuery
from domain.views.answers import Answers
from domain.views.counting.parts import Part
from domain.views.known.timeslices import fold_versions
from domain.views.moments import valid_boundaries
from domain.views.naming import Names
from domain.views.people import Everyone, PeopleFilter, filter_people
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.keyed import MOST_MADE, Course, Keyed
from domain.views.state import Section, describe_state
from infrastructure.kept_bytes import KeptBytes
from infrastructure.projections.rebuild import rebuild
from infrastructure.readers.reading import Reading
from infrastructure.readers.state import kept_facts
from infrastructure.readers.state.kept_facts import KeptFacts, KeptSlices, weigh
from infrastructure.readers.state.sections import SectionReader
from infrastructure.tables.facts import serving_tables
from tests.api.asking import TALKS, Client, authorize, without_credentials
from tests.databases import UNBOUNDED, settings_of
from tests.drawn_facts import instants
from tests.examples import NEGOTIATION, OPENED, OWNER, fact
from tests.readers.test_two_witnesses import NOW, Witnesses
from tests.strategies import SLUG, histories
from tests.thorough import often
from tests.written_log import Log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from hypothesis.strategies import DataObject, SearchStrategy

    from domain.streams.entry import Entry
    from domain.views.rivalry.answered import Answered
    from domain.views.versions import FactVersion

BELARUS: Final = f"/v1/negotiations/{SLUG}"
QUESTIONS: Final = (
    "",
    "/people",
    "/people?status=held",
    "/people?q=coale&limit=1",
    "/tally?what=released",
    "/tally?what=released&by=day",
    "/tally?what=held&by=year",
    "/tally?what=unheard+of",
    "/tally?count=facts&kind=statement&by=day&limit=1",
    "/tally?what=released&from=2025-09&to=2025-11&per=population",
    *(f"/moments?axis={axis}&by=auto&limit=2" for axis in ("valid", "recorded", "published")),
)
EDGES: Final = ("possible_from", "certain_from", "certain_to", "possible_to")


@pytest.fixture
def witnesses(database_url: str) -> Iterator[Witnesses]:
    found = Witnesses(database_url)
    yield found
    found.database.close()


@pytest.fixture
def asking(database_url: str) -> Iterator[Client]:
    """A client of the same database, whose rates nobody counts."""
    parley = compose(settings_of(database_url, **UNBOUNDED), upgrade=False)
    app = create_app(parley)
    yield Client(TestClient(app, headers=authorize(parley), raise_server_exceptions=False))
    parley.close()


@pytest.mark.either_database
@settings(
    max_examples=often(8, 300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(entries=histories(), data=st.data())
def test_an_answer_that_is_kept_is_the_one_made_anew(
    witnesses: Witnesses, asking: Client, entries: list[Entry], data: DataObject
) -> None:
    versions = witnesses.take(entries, [])
    state = cast("FastAPI", asking.http.app).state
    keeping, keeps_facts = KeptAnswers(), replace(state.parley, kept=KeptSlices())
    question = data.draw(st.sampled_from(QUESTIONS))
    cuts = data.draw(st.lists(_cuts(len(entries)), min_size=1, max_size=2))
    instants_ = data.draw(st.lists(_instants(versions), min_size=1, max_size=6))
    for as_of in (*instants_, *instants_):
        path = _path(question, data.draw(st.sampled_from(cuts)), as_of)
        state.kept_answers, state.parley = keeping, keeps_facts
        kept = asking.http.get(path)
        state.kept_answers = KeptAnswers()
        state.parley = replace(keeps_facts, kept=KeptSlices())
        anew = asking.http.get(path)
        assert kept.content == anew.content, path
        assert kept.status_code == anew.status_code
        names = ("etag", "cache-tag", "link", "cache-control")
        assert [kept.headers.get(name) for name in names] == [
            anew.headers.get(name) for name in names
        ]


def _cuts(positions: int) -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "position": st.just(positions) | st.integers(1, positions),
            "clock": st.sampled_from(("recorded", "published")),
            "match": st.sampled_from(("certain", "possible")),
        },
        optional={"as_known_at": instants().map(format_instant)},
    )


def _instants(versions: list[FactVersion]) -> SearchStrategy[int]:
    """Instants at, just before and just after which an answer may change, and others."""
    windows = [version.record.fact.window for version in versions if not version.record.erased]
    edges = {
        at + step
        for window in windows
        for at in valid_boundaries(getattr(window, name) for name in EDGES)
        for step in (-1, 0, 1)
        if BEGINNING < at + step < END - 1
    }
    return st.sampled_from(sorted(edges)) | instants() if edges else instants()


def _path(question: str, cuts: dict[str, Any], as_of: int) -> str:
    mark = "&" if "?" in question else "?"
    return f"{BELARUS}{question}{mark}{urlencode({**cuts, 'as_of': format_instant(as_of)})}"


@pytest.mark.parametrize("question", ["?", "/people?", "/tally?what=released&", "/moments?"])
def test_it_is_made_again_only_when_something_changed(client: Client, question: str) -> None:
    client.open()
    made = _count_made(client)
    client.record(external_id="A", valid="2025-09-11")
    client.record(external_id="B", valid="2025-11-22")
    whole = 1 if question == "/moments?" else 2

    def ask(as_of: str) -> bytes:
        return client.http.get(f"{TALKS}{question}as_of={as_of}").content

    first = ask("2025-09-20")
    assert ask("2025-09-21") != first  # the perspective that it names
    assert ask("2025-09-20") == first
    assert len(made) == 1
    ask("2025-11-25")
    assert len(made) == whole
    client.record(external_id="C", valid="2025-09-12")
    ask("2025-09-20")
    assert len(made) == whole + 1


def _count_made(client: Client) -> list[object]:
    """A list that has one item more for each answer that is made, and not taken from what is kept."""
    made: list[object] = []

    class Counting(KeptAnswers):
        def answer(self, sight: Any, make: Any, fills: Any) -> Any:  # noqa: ANN401 -- as it is called
            def counted(blanks: Any) -> Any:  # noqa: ANN401 -- as it is called
                made.append(sight)
                return make(blanks)

            return super().answer(sight, counted, fills)

    cast("FastAPI", client.http.app).state.kept_answers = Counting()
    return made


def test_another_negotiation_and_another_title_are_not_mixed_up(client: Client) -> None:
    client.open()
    client.record(external_id="A")
    client.open("others")
    path = "?as_of=2025-12"
    assert client.get(f"{TALKS}{path}").json["facts"]["recorded"] == 1
    assert client.get(f"/v1/negotiations/others{path}").json["facts"]["recorded"] == 0
    body = {"reason": "coding_error", "why": "It was wrong", "changes": {"title": "New title"}}
    told = client.post(f"{TALKS}/corrections", body, if_match="*")
    assert told.status == 200, told.json
    assert client.get(f"{TALKS}{path}").json["negotiation"]["title"] == "New title"


def test_an_erasure_drops_what_was_kept(client: Client) -> None:
    client.open()
    named = "Zdzislawa Wspominana"
    recorded = client.record(external_id="A", people=[named], summary=f"{named} was freed")
    assert client.post(f"{TALKS}/settings", {"review_erasure": False}).status == 200
    position = recorded.json["position"]
    dates = "&as_of=2025-11-23", "&as_of=2025-11-24", ""
    paths = [f"{TALKS}{path}position={position}{at}" for path in ("?", "/people?") for at in dates]
    assert all(named.encode() in client.http.get(path).content for path in paths)
    state = cast("FastAPI", client.http.app).state

    def kept() -> list[bool]:
        both = state.kept_answers._kept, state.parley.kept._kept
        return [named in repr([*each._kept.values()]) for each in both]

    assert kept() == [True, True]
    gone = client.post(
        f"{recorded.headers['location']}/erasure", {"reason": "Asked for"}, if_match="*"
    )
    assert gone.status == 200, gone.json
    assert not any(named.encode() in client.http.get(path).content for path in paths)
    assert kept() == [False, False]


def test_after_a_rebuild_nothing_of_damaged_tables_is_given(
    witnesses: Witnesses, asking: Client
) -> None:
    log = Log()
    log.record(fact("custody", summary="He was sentenced"))
    witnesses.take(log.entries, [])

    def ask() -> list[bytes]:
        days = ("2026-01-01", "2026-01-02", "2026-01-03")
        paths = [f"{ask_at}as_of={day}" for day in days for ask_at in ("?", "/people?")]
        return [asking.http.get(f"/v1/negotiations/us-belarus{path}").content for path in paths]

    with witnesses.database.writing() as connection:
        table = serving_tables(connection).version
        content = connection.execute(select(table.c.content)).scalar_one()
        damaged = content.replace(b"He was sentenced", b"He was set free.")
        connection.execute(table.update().values(content=damaged))
    assert any(b"He was set free" in answer for answer in ask())
    for _ in range(2):
        rebuild(witnesses.database, witnesses.ledger.codec)
        answers = ask()
        assert not any(b"He was set free" in answer for answer in answers)
        assert any(b"He was sentenced" in answer for answer in answers)


def test_what_is_kept_shows_nothing_private(client: Client) -> None:
    body = {"slug": "talks", "title": "Talks", "parties": [], "visibility": "private"}
    assert client.post("/v1/negotiations", body).status == 201
    client.record(external_id="A")
    assert client.get(TALKS).status == 200
    assert without_credentials(client).get(TALKS).status == 404


def test_what_is_kept_has_so_many_bytes_at_most() -> None:
    keeping: KeptBytes[bytes] = KeptBytes(100)
    for number in range(5):
        keeping.keep("talks", 0, number, bytes(30))
        assert keeping.size <= 100
    assert keeping.find("talks", 0, 4) is not None
    assert keeping.find("talks", 0, 0) is None
    keeping.keep("talks", 0, "large", bytes(101))
    assert keeping.find("talks", 0, "large") is None
    assert keeping.size == 90


def test_a_question_counts_with_its_answer(client: Client) -> None:
    client.open()
    keeping = cast("FastAPI", client.http.app).state.kept_answers
    sizes = [keeping._kept.size]
    for word in ("a", "b" * 201):
        assert client.get(f"{TALKS}/people?q={word}&as_of=2025").json["items"] == []
        sizes.append(keeping._kept.size)
    first, second = (later - earlier for earlier, later in pairwise(sizes))
    assert first > 1_000
    assert second == first + 200


def test_an_answer_that_was_made_before_an_erasure_is_not_kept_after_it() -> None:
    keeping: KeptBytes[bytes] = KeptBytes(100)
    assert keeping.find("talks", 7, "state") is None
    keeping.keep("talks", 6, "state", b"with what was erased")
    assert keeping.find("talks", 7, "state") is None
    keeping.keep("others", 0, "state", b"of another negotiation")
    assert keeping.find("others", 0, "state") is not None


def test_what_is_made_of_facts_under_one_key_does_not_grow_with_the_questions() -> None:
    log = Log()
    for day in range(1, 31):
        log.record(fact("custody", valid=f"2025-01-{day:02}"))
    versions = fold_versions(log.entries)
    answers = Answers.of(versions, Names(()), CUSTODY, keep="possible")
    for day in range(1, 31):
        assert len(answers.at(CUSTODY, _at(f"2025-01-{day:02}"))) == 1
    mine = {version.record.id for version in versions}
    held = [each for each in gc.get_objects() if isinstance(each, Candidate) and each.id in mine]
    assert len(held) <= (MOST_MADE + 1) * len(versions)


def test_from_one_day_to_another_only_keys_that_may_differ_are_resolved() -> None:
    log = Log()
    for day in range(1, 31):
        log.record(fact("custody", person=f"Ihar {day}", valid=f"2025-01-{day:02}/.."))
    answers = Answers.of(fold_versions(log.entries), Names(()), CUSTODY)
    course, resolved = Course(answers.keyed[CUSTODY], answers.settlers), list[int]()
    for day in (1, 20, 21, 20, 20, 30, 1):
        made = list[Keyed]()

        def make(keyed: Keyed, day: int = day, made: list[Keyed] = made) -> Answered | None:
            made.append(keyed)
            at = _at(f"2025-01-{day:02}")
            of_key = Answers(answers.names, answers.settlers, {CUSTODY: {("",): keyed}})
            return of_key.at(CUSTODY, at).get(("",))

        at = _at(f"2025-01-{day:02}")
        assert list(course.at(at.as_of, make)) == list(answers.at(CUSTODY, at))
        resolved.append(len(made))
    assert resolved == [30, 19, 1, 1, 0, 10, 29]


def test_what_is_made_of_a_total_does_not_grow_with_the_questions() -> None:
    log = Log()
    for number in range(10):
        log.record(fact("release", people=(f"Ihar {number}",), valid="2025-01-01"))
    answers = Answers.of(fold_versions(log.entries), Names(()), keep="possible")
    talks = evolve(None, OPENED)
    for day in range(1, 31):
        at = _at(f"2025-01-{day:02}")
        state = describe_state(talks, lambda _: Section(answers), {}, at, lambda *_: "")
        assert len(state["prisoners"]["released"]["parts"]) == 10
    gc.collect()
    parts = [each for each in gc.get_objects() if isinstance(each, Part)]
    assert len(parts) <= 31 * MOST_MADE


def test_a_name_that_is_asked_for_is_not_kept_with_those_of_the_record() -> None:
    log = Log()
    log.record(fact("custody"))
    versions = fold_versions(log.entries)
    everyone = Everyone(versions, Names(()), ())
    answers = Answers.of(versions, everyone.names, keep="possible")
    for wanted, found in (("Ihar Losik", 1), ("Nobody Ever", 0)):
        asked = PeopleFilter(person=wanted)
        listed = filter_people(everyone, answers, _at("2026"), asked, None)
        assert len(listed.places) == found
    kept = pickle.dumps((everyone, answers.names))
    assert b"Ihar Losik" in kept
    assert b"Nobody Ever" not in kept


def test_perspectives_by_turns_do_not_make_everything_be_read_each_time(
    witnesses: Witnesses,
) -> None:
    log, kept, read = Log(), KeptSlices(), list[int]()
    log.record(fact("custody"))
    for name in ("John Cole", "Johnny Coale"):
        log.record(fact("alias", name=name))
    witnesses.take(log.entries, [])

    class Counting(SectionReader):
        def read_facts(self) -> KeptFacts:
            read.append(self.last_change)
            return super().read_facts()

    def ask(position: int) -> bool:
        asked = PerspectiveQuery(as_of=parse_cut("2026"), position=position)
        with witnesses.database.reading() as connection:
            reading = Reading(connection, witnesses.ledger.codec, NOW, OWNER)
            at = reading.perspective(asked)
            read_by = connection, serving_tables(connection), NEGOTIATION, at, kept
            facts = Counting(*read_by).facts_kept
            expected = [seen.version for seen in reading.timeslice(NEGOTIATION, at)]
            return facts is not None and [*facts.versions.values()] == expected

    assert [ask(position) for position in 3 * (2, 3, 4)] == 3 * [False, True, False]
    assert read == [3]
    assert ask(4) is True
    assert read == [3, 4]


def test_facts_with_too_many_answers_are_not_kept(
    witnesses: Witnesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log()
    log.record(fact("release", people=tuple(f"Ihar {number}" for number in range(20))))
    witnesses.take(log.entries, [])
    for room, kept in ((weigh(3, 30), True), (weigh(3, 10), False)):
        monkeypatch.setattr(kept_facts, "MOST_BYTES", room)
        slices = KeptSlices()
        for _ in range(2):
            for reading in witnesses.reading(slices):
                at = reading.perspective(PerspectiveQuery(as_of=parse_cut("2026")))
                found = reading.sections(NEGOTIATION, at).facts_kept
        assert (found is not None) is kept


def test_of_the_parties_only_the_last_are_kept_with_whom_facts_name() -> None:
    log = Log()
    log.record(fact("custody"))
    versions = {version.record.id: version for version in fold_versions(log.entries)}
    answers = Answers.of(versions.values(), Names(()), keep="possible")
    facts = KeptFacts(_at("2026"), 2, versions, answers)
    first = ref(facts.everyone(["Belarus"]))
    assert first() is facts.everyone(["Belarus"])
    assert facts.everyone(["Ihar Losik"]).people.keys() == facts.everyone([]).people.keys()
    gc.collect()
    assert first() is None


def _at(as_of: str) -> Perspective:
    cut = parse_cut(as_of)
    return Perspective(as_of=cut, as_known_at=None, clock="recorded", match="possible", position=31)
