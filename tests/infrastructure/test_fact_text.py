"""What full text finds is what the words say, on both databases, from any perspective."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import SQLAlchemyError

from api.composition import Parley, compose
from domain.errors import ContentError
from domain.fact import fact_id
from domain.fact_record import decide_record
from domain.full_text import MOST_WORDS, answers, question, searched
from domain.history import Entry, versions
from domain.instant import parse_cut
from domain.negotiation import decide_open
from domain.perspective import PerspectiveQuery
from domain.provenance import Citation
from domain.views.timeline import TimelineFilter, timeline
from infrastructure.projections import fact_text as follower
from infrastructure.projections import following
from infrastructure.settings import Settings
from infrastructure.text_tables import fact_text
from tests.examples import NEGOTIATION, OPENED, fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from domain.event import FactEvent
    from domain.fact import Fact

SECOND: Final = 1_000_000
START: Final = parse_cut("2025-12-01")
WIRE: Final = Citation(publisher="LIGA.net", title="Fifty-two freed", published="2025-09-12")
RECORDED: Final = {
    "envoy": fact("appointment", summary="John Coale speaks for Washington in Minsk"),
    "spelling": fact("alias", summary="The article spells it “Cole”"),
    "release": fact(
        "release",
        summary="Łukaszenka freed 52; Nausėda met them",
        places=("Lithuania",),
        citations=(WIRE,),
    ),
    "statement": fact("statement", summary="Сказал: «Ещё лучше»", quote="1,200 to go"),
}
ASKED: Final = {
    "lukaszenka": ["release"],
    "ŁUKASZENKA nauseda": ["release"],
    "Nausėda": ["release"],
    "coale": ["envoy", "spelling"],
    "cole": ["spelling"],
    "COAL*": ["envoy", "spelling"],
    "coal": [],
    '"john coale" minsk': ["envoy"],
    '"coale john"': [],
    '"speaks for wash"*': ["envoy"],
    '"speaks for wash"': [],
    "wash* speaks": ["envoy"],
    "еще лучше": ["statement"],
    '"ЕЩЁ ЛУЧШЕ"': ["statement"],
    "1,200": ["statement"],
    "200,1": [],
    "lithuania": ["release"],
    "fifty-two LIGA.net": ["release"],
    "reuters": ["envoy", "spelling", "statement"],
    "coale OR lithuania": [],
    "-": [],
}
HOSTILE: Final = (
    "'",
    '"',
    '""',
    "'; DROP TABLE fact_text; --",
    '" OR "1"="1',
    "a' & 'b",
    "a:*&b",
    "!a",
    "a <-> b",
    "a\\",
    "\\' a",
    "NEAR(a b, 2)",
    "body : a",
    "^a",
    "a AND",
    "AND OR NOT",
    "{body fact_id}: a",
    "a + b",
    "()",
    "(a",
    "* ***",
    "%_",
    "\ufe0f\u200d",
    "\U0001f1e7\U0001f1fe",
    "¶",
    "x" * 4_000,
    "é" * 4_000,
    "\ufdfa" * 400,
    " ".join(f'"w{n} v{n}"' for n in range(MOST_WORDS // 2)),
    " ".join(f"w{n}*" for n in range(MOST_WORDS)),
)


def opened(url: str) -> Parley:
    steps = iter(range(START, 2**62, SECOND))
    return compose(Settings.from_env({"PARLEY_DATABASE_URL": url}), clock=lambda: next(steps))


@pytest.fixture
def parley(database_url: str) -> Iterator[Parley]:
    parley = opened(database_url)
    parley.ledger.append([OPENED])
    yield parley
    parley.close()


def recorded(content: Fact, name: str, negotiation: UUID = NEGOTIATION) -> FactEvent:
    return decide_record(
        fact_id=fact_id(negotiation, name),
        negotiation_id=negotiation,
        fact=replace(content, external_id=name),
        actor="desk",
    )


def record_all(parley: Parley) -> None:
    parley.ledger.append([recorded(content, name) for name, content in RECORDED.items()])


def found(parley: Parley, q: str, negotiation: UUID = NEGOTIATION, **cuts: Any) -> list[str]:  # noqa: ANN401
    with parley.reading(searched=True) as reading:
        perspective = reading.perspective(PerspectiveQuery(**cuts))
        seen = reading.timeline(negotiation, perspective, TimelineFilter(), q=q, limit=10_000)
        return sorted(str(each.version.record.fact.external_id) for each in seen)


def published(day: str) -> dict[str, Any]:
    return {"clock": "published", "as_known_at": parse_cut(day), "as_of": START}


def indexed(parley: Parley) -> list[tuple[str, int]]:
    with parley.database.reading() as connection:
        rows = connection.execute(select(fact_text.c.fact_id, fact_text.c.version))
        return sorted((row.fact_id, row.version) for row in rows)


def test_words_are_found_whatever_their_accents_and_case(parley: Parley) -> None:
    record_all(parley)
    assert {q: found(parley, q) for q in ASKED} == ASKED


def test_any_question_is_safe(parley: Parley) -> None:
    record_all(parley)
    for q in HOSTILE:
        assert found(parley, q) == [], q


def test_a_question_of_too_many_words_is_refused(parley: Parley) -> None:
    with pytest.raises(ContentError, match="at most"):
        found(parley, "\ufdfa" * 4_000)


def test_a_search_sees_what_was_just_written_and_says_where_it_stands(parley: Parley) -> None:
    for count, (name, content) in enumerate(RECORDED.items(), start=2):
        parley.ledger.append([recorded(content, name)])
        assert name in found(parley, content.summary)
        with parley.reading(searched=True) as reading:
            assert reading.head == count == reading.projections()["fact_text"]


def test_full_text_is_refused_in_a_reading_that_was_not_opened_for_it(parley: Parley) -> None:
    record_all(parley)
    with parley.reading() as reading, pytest.raises(RuntimeError, match="searched"):
        reading.timeline(
            NEGOTIATION, reading.perspective(PerspectiveQuery()), TimelineFilter(), q="a", limit=1
        )


def test_what_was_corrected_is_found_where_it_stood_and_nowhere_later(parley: Parley) -> None:
    record_all(parley)
    envoy = parley.ledger.fact(fact_id(NEGOTIATION, "envoy"))
    better = replace(envoy.fact, summary="John Coale deals with Minsk")
    parley.ledger.change(
        envoy.decide_correct(
            reason="coding_error",
            why="he does not speak",
            fact=better,
            citation=None,
            published="2025-10-01",
            actor="editor",
        )
    )
    assert found(parley, "speaks") == []
    assert found(parley, "deals") == ["envoy"]
    assert found(parley, "speaks", position=5) == ["envoy"]
    assert found(parley, "deals", position=5) == []
    assert found(parley, "speaks", **published("2025-09-30")) == ["envoy"]
    assert found(parley, "speaks", **published("2025-10-01")) == []
    assert found(parley, "deals", **published("2025-10-01")) == ["envoy"]
    assert found(parley, "deals", **published("2025-09-30")) == []


def test_what_was_retracted_is_not_found_and_what_was_reinstated_is(parley: Parley) -> None:
    record_all(parley)
    id_ = fact_id(NEGOTIATION, "release")
    withdrawn = parley.ledger.fact(id_).decide_retract(
        reason="source_retracted", why="false", published=None, actor="editor"
    )
    parley.ledger.change(withdrawn)
    assert found(parley, "lukaszenka") == []
    assert found(parley, "lukaszenka", position=5) == ["release"]
    undone = parley.ledger.fact(id_).decide_reinstate(why="true", published=None, actor="editor")
    parley.ledger.change(undone)
    assert found(parley, "lukaszenka") == ["release"]


def test_a_search_keeps_to_its_negotiation(parley: Parley) -> None:
    record_all(parley)
    other = decide_open(slug="other", title="Other", parties=("A",), summary=None, actor="desk")
    second = recorded(RECORDED["release"], "elsewhere", other.originator_id)
    parley.ledger.append([other, second])
    assert found(parley, "lukaszenka") == ["release"]
    assert found(parley, "lukaszenka", other.originator_id) == ["elsewhere"]


def test_long_texts_are_found_to_their_end(parley: Parley) -> None:
    common = "the quick " * 9_000
    long = fact("release", summary=common + "brown fox", note="w" * 5_000)
    many = fact("release", summary="many", note=" ".join(f"n{n:05}" for n in range(14_000)))
    parley.ledger.append([recorded(long, "long"), recorded(many, "many")])
    assert found(parley, '"the quick brown fox"') == ["long"]
    assert found(parley, '"quick the brown"') == []
    assert found(parley, "w" * 4_000) == ["long"]
    assert found(parley, '"n13998 n13999"') == ["many"]
    assert found(parley, '"n13998 n139"*') == ["many"]


def test_catching_up_at_once_indexes_once(
    parley: Parley, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "BATCH", 3)
    wanted = 60
    parley.ledger.append([recorded(RECORDED["envoy"], f"no {n}") for n in range(wanted)])
    both = (parley, opened(database_url))
    together = Barrier(4)

    def catch_up(turn: int) -> int:
        together.wait()
        return both[turn % 2].catch_up()

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(catch_up, range(4))) == {wanted + 1}
    rows = indexed(parley)
    assert len(rows) == len(set(rows)) == wanted
    assert len(found(parley, "coale")) == wanted
    both[1].close()


def test_a_batch_that_fails_leaves_neither_rows_nor_checkpoint(
    parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_all(parley)
    monkeypatch.setattr(follower, "BATCH", 2)
    with monkeypatch.context() as patched:
        patched.setattr(follower, "searched", lambda _: ["\ud800"])
        with pytest.raises((UnicodeError, SQLAlchemyError)):
            parley.catch_up()
    with parley.database.reading() as connection:
        assert follower.checkpoint(connection) == 0
    assert indexed(parley) == []
    assert parley.catch_up() == len(RECORDED) + 1
    assert len(indexed(parley)) == len(RECORDED)


def test_a_rebuild_derives_the_full_text_again(parley: Parley) -> None:
    record_all(parley)
    assert found(parley, "coale") == ["envoy", "spelling"]
    with parley.database.writing() as connection:
        connection.execute(fact_text.delete().where(fact_text.c.body.like("%coale%")))
    assert found(parley, "coale") == []
    reached: list[tuple[int, int]] = []
    parley.rebuild(lambda position, last: reached.append((position, last)))
    assert found(parley, "coale") == ["envoy", "spelling"]
    assert len(indexed(parley)) == len(RECORDED)
    assert reached[-1] == (5, 5)


def test_a_search_during_a_rebuild_waits_for_the_full_text(
    parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_all(parley)
    caught_up = follower.catch_up
    resets = iter([True, True, False])

    def emptied_after(*arguments: Any) -> int:  # noqa: ANN401 -- those of `catch_up`
        last = caught_up(*arguments)
        if next(resets):
            follower.reset(parley.database)
        return last

    monkeypatch.setattr(follower, "catch_up", emptied_after)
    assert found(parley, "coale") == ["envoy", "spelling"]


def test_the_full_text_is_followed_without_being_asked(
    parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "PAUSE_SECONDS", 0.01)
    with parley.following():
        record_all(parley)
        until = time.monotonic() + 10
        while len(indexed(parley)) < len(RECORDED) and time.monotonic() < until:
            time.sleep(0.01)
        assert len(indexed(parley)) == len(RECORDED)


WORDS: Final = (
    *("Łukaszenka", "Lukaszenka", "Nausėda", "Ціханоўская", "Коул", "Ёлка", "straße", "Erdoğan"),
    *("prisoners", "freed", "Minsk-Vilnius", "talks", "TALKS", "deal", "deals", "dealt", "the"),
    *("a", "of", "‘quoted’", "e-mail", "52", "1,200", "a.b@c.org", "-5", "+7.5"),
)


def drawn_text(draw: random.Random, most: int) -> str:
    return draw.choice((" ", ", ", " — ", "  ")).join(draw.choices(WORDS, k=draw.randint(1, most)))


def drawn_history(draw: random.Random) -> list[FactEvent]:
    events: list[FactEvent] = []
    for n in range(120):
        kind = draw.choice(("release", "pardon"))
        content = fact(
            kind,
            summary=drawn_text(draw, 6),
            valid=f"2025-{draw.randint(1, 12):02}",
            note=draw.choice((None, drawn_text(draw, 4))),
            people=tuple(draw.choices(WORDS, k=draw.randint(0, 2))),
        )
        events.append(recorded(content, f"fact {n}"))
    return events


def drawn_question(draw: random.Random) -> str:
    terms = []
    for _ in range(draw.randint(1, 3)):
        words = drawn_text(draw, 2)
        cut = words[: draw.randint(1, len(words))] + "*" if draw.random() < 0.3 else words
        terms.append(draw.choice((cut, f'"{words}"', f'"{cut.rstrip("*")}"*')))
    return " ".join(terms)


def test_both_databases_find_what_the_words_say(parley: Parley) -> None:
    draw = random.Random(20251126)
    first = drawn_history(draw)
    parley.ledger.append(first)
    for each in draw.sample(first, 40):
        record = parley.ledger.fact(each.originator_id)
        change = record.decide_correct(
            reason="better_evidence",
            why="it is so",
            fact=replace(record.fact, summary=drawn_text(draw, 6)),
            citation=None,
            published=f"2025-{draw.randint(1, 12):02}",
            actor="editor",
        )
        retract = record.decide_retract(reason="coding_error", why="no", published=None, actor="ed")
        parley.ledger.change(draw.choice((change, change, retract)))
    hits = 0
    with parley.reading(searched=True) as reading:
        entries = reading.entries(after=0, limit=1_000)
        history = versions(
            Entry(position=entry.id, recorded_at=entry.recorded_at, event=each)
            for entry, each in entries
        )
        texts = {(v.record.id, v.record.version): searched(v.record.fact) for v in history}
        for _ in range(250):
            q = drawn_question(draw)
            perspective = reading.perspective(drawn_cuts(draw, reading.head))
            asked = question(q)
            wanted = [
                seen
                for seen in timeline(history, perspective, TimelineFilter())
                if answers(asked, texts[seen.version.record.id, seen.version.record.version])
            ]
            given = reading.timeline(NEGOTIATION, perspective, TimelineFilter(), q=q, limit=1_000)
            assert given == wanted, (q, perspective)
            hits += bool(wanted)
    assert hits > 100


def drawn_cuts(draw: random.Random, head: int) -> PerspectiveQuery:
    if draw.random() < 0.5:
        return PerspectiveQuery(position=draw.randint(1, head))
    at = parse_cut(f"2025-{draw.randint(1, 12):02}")
    return PerspectiveQuery(clock="published", as_known_at=at, as_of=at)


LOOKED_UP: Final = {
    True: ("SCAN fact_text VIRTUAL TABLE INDEX", "autoindex_fact_version_1 (fact_id=?"),
    False: ("on ix_fact_text_words", "pk_fact_version on fact_version"),
}
"""By whether the database is SQLite: the index of words first, then each version by its key."""


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
    statement, parameters = next(
        each for each in sent if "fact_text" in each[0] and "LIMIT" in each[0]
    )
    explain = "EXPLAIN QUERY PLAN" if parley.database.is_sqlite else "EXPLAIN"
    with parley.database.reading() as connection:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
        return "\n".join(str(row[-1]) for row in rows)


def test_a_rare_word_is_looked_up_and_no_fact_without_it_is_read(parley: Parley) -> None:
    rare = fact("release", summary="An extraordinary rendezvous")
    usual = [fact("release", summary=f"Release {n}", valid=f"{1900 + n % 120}") for n in range(240)]
    events = [recorded(usual[n % 240], f"no {n}") for n in range(4_000)]
    parley.ledger.append([*events[:2_000], recorded(rare, "rare"), *events[2_000:]])
    parley.catch_up()
    with parley.database.writing() as connection:
        connection.execute(text("ANALYZE"))
    for cuts in ({}, published("2025-12-01")):
        shown = plan(parley, partial(found, parley, '"extraordinary rendez"*', **cuts))
        for part in LOOKED_UP[parley.database.is_sqlite]:
            assert part in shown, shown
        assert "Seq Scan" not in shown, shown
        assert "SCAN fact_version" not in shown, shown
    assert found(parley, "rendezvous") == ["rare"]
