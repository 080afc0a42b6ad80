"""A cached answer has the same bytes as a newly made one."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from api.http.exchange.kept_answers import KeptAnswers
from domain.time.instant import BEGINNING, END, format_instant
from domain.views.moments import valid_boundaries
from infrastructure.projections.rebuild import rebuild
from infrastructure.readers.state.kept_facts import KeptSlices
from infrastructure.tables.facts import serving_tables
from tests.api.asking import TALKS, Client, authorize, without_credentials
from tests.databases import UNBOUNDED, settings_of
from tests.drawn_facts import instants
from tests.examples import fact
from tests.readers.witnesses import Witnesses
from tests.strategies import SLUG, histories
from tests.thorough import choose_count
from tests.written_log import Log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from hypothesis.strategies import DataObject, SearchStrategy

    from domain.streams.entry import Entry
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
    "/timeline?limit=2",
    "/timeline?include=ahead&limit=2",
    "/timeline?include=retracted,ahead",
    "/timeline?include=ahead&person=coale",
    "/audit?limit=1",
    "/audit?order=newest",
)
EDGES: Final = ("possible_from", "certain_from", "certain_to", "possible_to")


@pytest.fixture
def witnesses(database_url: str) -> Iterator[Witnesses]:
    found = Witnesses(database_url)
    yield found
    found.database.close()


@pytest.fixture
def asking(database_url: str) -> Iterator[Client]:
    """A client of the same database, without rate limits."""
    parley = compose(settings_of(database_url, **UNBOUNDED), upgrade=False)
    app = create_app(parley)
    yield Client(TestClient(app, headers=authorize(parley), raise_server_exceptions=False))
    parley.close()


@pytest.mark.either_database
@settings(
    max_examples=choose_count(8, 300),
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
        state.kept_answers = state.kept_pages = keeping
        state.parley = keeps_facts
        kept = asking.http.get(path)
        state.kept_answers = state.kept_pages = KeptAnswers()
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
    """Instants at and one microsecond beside each change of an answer, and arbitrary others."""
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


@pytest.mark.parametrize(
    "question",
    [
        *("?", "/people?", "/tally?what=released&", "/moments?"),
        *("/timeline?include=ahead&", "/audit?"),
    ],
)
def test_it_is_made_again_only_when_something_changed(client: Client, question: str) -> None:
    client.open()
    made = _note_made(client)
    client.record(external_id="A", valid="2025-09-11")
    client.record(external_id="B", valid="2025-11-22")
    whole = 1 if question in {"/moments?", "/audit?"} else 2

    def ask(as_of: str) -> bytes:
        return client.http.get(f"{TALKS}{question}as_of={as_of}").content

    first = ask("2025-09-20")
    assert ask("2025-09-21") != first  # at the perspective that it names
    assert ask("2025-09-20") == first
    assert len(made) == 1
    ask("2025-11-25")
    assert len(made) == whole
    client.record(external_id="C", valid="2025-09-12")
    ask("2025-09-20")
    assert len(made) == whole + 1


def _note_made(client: Client) -> list[object]:
    """A list that gets one item for each answer that is made instead of taken from the cache."""
    made: list[object] = []

    class Counting(KeptAnswers):
        def answer(self, sight: Any, make: Any, fills: Any) -> Any:  # noqa: ANN401 -- as it is called
            def note_making(blanks: Any) -> Any:  # noqa: ANN401 -- as it is called
                made.append(sight)
                return make(blanks)

            return super().answer(sight, note_making, fills)

    state = cast("FastAPI", client.http.app).state
    state.kept_answers = state.kept_pages = Counting()
    return made


@pytest.mark.parametrize(
    "question", ["/moments?axis=recorded", "/moments?axis=published", "/audit"]
)
def test_a_correction_of_the_negotiation_is_told_at_once(client: Client, question: str) -> None:
    client.open()
    client.record(external_id="A")
    before = client.get(f"{TALKS}{question}").json["items"]
    body = {"reason": "coding_error", "why": "It was wrong", "changes": {"title": "New title"}}
    assert client.post(f"{TALKS}/corrections", body, if_match="*").status == 200
    told = client.get(f"{TALKS}{question}").json["items"]
    assert told[: len(before)] == before
    assert len(told) == len(before) + 1


def test_a_page_of_the_timeline_is_kept_only_for_its_own_filter(client: Client) -> None:
    client.open()
    made = _note_made(client)
    client.record(external_id="A", valid="2025-09-11")
    client.record(external_id="B", valid="2025-11-22")
    for question in ("", "?limit=1", "?kind=custody", "?include=retracted", "?as_of=2025-10"):
        first, again = (client.http.get(f"{TALKS}/timeline{question}") for _ in "ab")
        assert first.content == again.content
    assert len(made) == 5
    client.http.get(f"{TALKS}/timeline?as_of=2025-10-01")
    assert len(made) == 6


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
    questions = "?", "/people?", "/timeline?", "/timeline?include=ahead&"
    paths = [f"{TALKS}{path}position={position}{at}" for path in questions for at in dates]
    assert all(named.encode() in client.http.get(path).content for path in paths)
    state = cast("FastAPI", client.http.app).state

    def list_kept() -> list[bool]:
        every = state.kept_answers._kept, state.kept_pages._kept, state.parley.kept._kept
        return [named in repr([*each._kept.values()]) for each in every]

    assert list_kept() == [True, True, True]
    gone = client.post(
        f"{recorded.headers['location']}/erasure", {"reason": "Asked for"}, if_match="*"
    )
    assert gone.status == 200, gone.json
    assert not any(named.encode() in client.http.get(path).content for path in paths)
    assert list_kept() == [False, False, False]


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
    for path in ("", "/timeline", "/audit"):
        assert [client.get(f"{TALKS}{path}").status for _ in "ab"] == [200, 200]
        assert without_credentials(client).get(f"{TALKS}{path}").status == 404


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
