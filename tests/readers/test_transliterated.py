"""A search finds names in other scripts, in the spellings of papers, and follows aliases from these."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.examples import fact
from tests.readers.full_texts import decide_recording, find_facts, open_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.composition import Parley


@pytest.fixture
def parley(database_url: str) -> Iterator[Parley]:
    with open_record(database_url) as parley:
        yield parley


def test_transliteration_can_be_switched_off(parley: Parley) -> None:
    names = {"cyrillic": "Иван Примеров", "latin": "Ivan Primerov"}
    events = [decide_recording(fact("release", summary=each), name) for name, each in names.items()]
    parley.ledger.append(events)
    for indexed in (False, True):
        if indexed:
            parley.catch_up()
        for name, q in names.items():
            assert find_facts(parley, q) == ["cyrillic", "latin"]
            assert find_facts(parley, q, translit=False) == [name]


def test_a_transliterated_word_follows_aliases(parley: Parley) -> None:
    names = ("Мария Колесникова", "Марыя Калеснікава", "Maria Kalesnikava")
    events = [decide_recording(fact("release", summary=each), each) for each in names]
    events += [
        decide_recording(fact("alias", summary="x", name=name, same_as=names[0]), f"to {name}")
        for name in names[1:]
    ]
    parley.ledger.append(events)
    for indexed in (False, True):
        if indexed:
            parley.catch_up()
        for q in (*names, "Maria Kolesnikova", "Mariya Kolesnikova", "Maryja Kalesnikava"):
            found = find_facts(parley, q)
            assert {*names} <= {*found}, q
            assert {q} & {*names} <= {*find_facts(parley, q, translit=False)}
        assert find_facts(parley, "Maria Losik") == []
