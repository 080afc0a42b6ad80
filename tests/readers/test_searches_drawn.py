"""Both databases find what the pure reference finds, and use the index of words first."""

from __future__ import annotations

import random
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import event, text

from domain.errors import ContentError, StateError
from domain.provenance import Citation
from domain.sought import holds_terms, parse_terms, split_terms
from domain.streams.entry import Entry
from domain.time.instant import parse_cut
from domain.time.perspective import PerspectiveQuery
from domain.views.full_text import list_fact_words
from domain.views.known.timeslices import fold_versions
from domain.views.timeline import TimelineFilter, list_timeline
from infrastructure.readers import searches
from tests.examples import NEGOTIATION, fact
from tests.readers.full_texts import cut_published, decide_recording, find_facts, open_record
from tests.thorough import choose_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.composition import Parley
    from domain.streams.event import FactEvent
    from domain.streams.fact import FactRecord

ASKED: Final = choose_count(12, 80)
"""How many queries are drawn after each change of the record."""
WORDS: Final = (
    *("Łukaszenka", "Lukaszenka", "Nausėda", "Ціханоўская", "Коул", "Ёлка", "straße", "Erdoğan"),
    *("prisoners", "freed", "Minsk-Vilnius", "talks", "TALKS", "deal", "deals", "dealt", "the"),
    *(
        "Лукашенка",
        "Андрей",
        "Andrei",
        "被关押",
        "关押",
        "被",
        "억류된",
        "คุมขัง",
        "محمّد",
        "محمد",
        "Ґ52名",
    ),
    *("a", "of", "‘quoted’", "e-mail", "52", "1,200", "a.b@c.org", "-5", "+7.5"),
)


@pytest.fixture
def parley(database_url: str) -> Iterator[Parley]:
    with open_record(database_url) as parley:
        yield parley


def draw_text(draw: random.Random, most: int) -> str:
    return draw.choice((" ", ", ", " — ", "  ")).join(draw.choices(WORDS, k=draw.randint(1, most)))


def draw_history(draw: random.Random) -> list[FactEvent]:
    events: list[FactEvent] = []
    for n in range(120):
        kind = draw.choice(("release", "pardon"))
        content = fact(
            kind,
            summary=draw_text(draw, 6),
            valid=f"2025-{draw.randint(1, 12):02}",
            note=draw.choice((None, draw_text(draw, 4))),
            people=tuple(draw.choices(WORDS, k=draw.randint(0, 2))),
            citations=tuple(draw_citation(draw) for _ in range(draw.randint(1, 2))),
        )
        events.append(decide_recording(content, f"fact {n}"))
    return events


def draw_citation(draw: random.Random) -> Citation:
    published = draw.choice((None, f"2025-{draw.randint(1, 12):02}"))
    return Citation(publisher=draw_text(draw, 1), title=draw_text(draw, 2), published=published)


def draw_change(draw: random.Random, record: FactRecord) -> FactEvent:
    """A change whose published time may be earlier than that of others."""
    published = f"2025-{draw.randint(1, 12):02}"
    if draw.random() < 0.2:
        return record.decide_retract(reason="coding_error", why="no", published=None, actor="ed")
    if draw.random() < 0.4:
        return record.decide_corroborate(
            citation=draw_citation(draw), why=None, published=published, actor="editor"
        )
    changed: dict[str, Any] = draw.choice(
        ({"summary": draw_text(draw, 6)}, {"people": tuple(draw.choices(WORDS, k=2))})
    )
    return record.decide_correct(
        reason="better_evidence",
        why="it is so",
        fact=replace(record.fact, **changed),
        citation=draw.choice((None, draw_citation(draw))),
        published=published,
        actor="editor",
    )


def draw_question(draw: random.Random) -> str:
    terms = []
    for _ in range(draw.randint(1, 2)):
        words = draw_text(draw, 2)
        cut = words[: draw.randint(1, len(words))] + "*" if draw.random() < 0.3 else words
        terms.append(draw.choice((cut, f'"{words}"', f'"{cut.rstrip("*")}"*')))
    return " ".join(terms)


@pytest.mark.either_database
@pytest.mark.parametrize("many", [1, searches.MANY], ids=["along the timeline", "by the index"])
def test_both_databases_find_what_the_words_say(
    parley: Parley, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "MANY", many)
    draw = random.Random(20251126)
    first = draw_history(draw)
    parley.ledger.append(first)
    changed = draw.choices(first, k=80)
    for some in (changed[:60], changed[60:]):
        parley.catch_up()
        for each in some:
            with suppress(ContentError, StateError):
                record = parley.ledger.fact(each.originator_id)
                parley.ledger.change(draw_change(draw, record))
        assert compare_searches(parley, draw) > ASKED // 3
    parley.catch_up()
    assert compare_searches(parley, draw) > ASKED // 3


def compare_searches(parley: Parley, draw: random.Random) -> int:
    """Compare the fold and the database on drawn queries; gives how many of them found something."""
    hits = 0
    with parley.reading(parley.owner, searched=True) as reading:
        entries = reading.entries(after=0, limit=1_000)
        history = fold_versions(
            Entry(position=entry.id, recorded_at=entry.recorded_at, event=each)
            for entry, each in entries
        )
        for _ in range(ASKED):
            q, translit = draw_question(draw), draw.random() < 0.7
            perspective = reading.perspective(draw_cuts(draw, reading.head))
            terms = parse_terms(split_terms(q), translit=translit)
            wanted = [
                seen
                for seen in list_timeline(history, perspective, TimelineFilter())
                if holds_terms(terms, list_fact_words(seen.version.record.fact))
            ]
            found, _ = reading.timeline(
                NEGOTIATION, perspective, TimelineFilter(), q=q, limit=1_000, translit=translit
            )
            assert found == wanted, (q, perspective)
            first, _ = reading.timeline(
                NEGOTIATION, perspective, TimelineFilter(), q=q, limit=3, translit=translit
            )
            assert first == wanted[: len(first)]
            assert bool(first) == bool(wanted)
            hits += bool(wanted)
    return hits


def draw_cuts(draw: random.Random, head: int) -> PerspectiveQuery:
    if draw.random() < 0.5:
        return PerspectiveQuery(position=draw.randint(1, head))
    at = parse_cut(f"2025-{draw.randint(1, 12):02}")
    return PerspectiveQuery(clock="published", as_known_at=at, as_of=at)


LOOKED_UP: Final = {
    True: ("SCAN fact_text VIRTUAL TABLE INDEX", "autoindex_fact_version_1 (fact_id=?"),
    False: ("on ix_fact_text_words", "pk_fact_version on fact_version"),
}
"""{whether the database is SQLite: its plan}: first the index of words, then each version by its key."""


@contextmanager
def statements(parley: Parley) -> Iterator[list[tuple[str, Any]]]:
    sent: list[tuple[str, Any]] = []

    def keep(_c: object, _k: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401
        sent.append((statement, parameters))

    event.listen(parley.database.engine, "before_cursor_execute", keep)
    yield sent
    event.remove(parley.database.engine, "before_cursor_execute", keep)


def plan(parley: Parley, ask: Callable[[], object]) -> str:
    with statements(parley) as sent:
        ask()
    *_, (statement, parameters) = (
        each for each in sent if "fact_text" in each[0] and "LIMIT" in each[0]
    )
    explain = "EXPLAIN QUERY PLAN" if parley.database.is_sqlite else "EXPLAIN"
    with parley.database.reading() as connection:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
        return "\n".join(str(row[-1]) for row in rows)


def test_a_rare_word_is_looked_up(parley: Parley) -> None:
    rare = fact("release", summary="An extraordinary rendezvous")
    usual = [fact("release", summary=f"Release {n}", valid=f"{1900 + n % 120}") for n in range(240)]
    events = [decide_recording(usual[n % 240], f"no {n}") for n in range(4_000)]
    parley.ledger.append([*events[:2_000], decide_recording(rare, "rare"), *events[2_000:]])
    parley.catch_up()
    with parley.database.writing() as connection:
        connection.execute(text("ANALYZE"))
    for cuts in ({}, cut_published("2025-12-01")):
        shown = plan(
            parley, partial(find_facts, parley, '"extraordinary rendez"*', limit=20, **cuts)
        )
        for part in LOOKED_UP[parley.database.is_sqlite]:
            assert part in shown, shown
        assert "Seq Scan" not in shown, shown
        assert "SCAN fact_version" not in shown, shown
    assert find_facts(parley, "rendezvous") == ["rare"]
