"""A record with expensive questions: many ordinary facts, and some of the largest that were ever accepted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from domain.fact import Fact, fact_id
from domain.provenance import Citation
from domain.quantity import Quantity
from domain.streams.event import FactCorrected, FactRecorded
from domain.streams.negotiation import negotiation_id
from domain.texts import MOST_QUANTITIES
from tests.benchmarks.population import day
from tests.examples import count, fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.streams.event import FactEvent
    from infrastructure.ledger import StoredLedger

SLUG: Final = "dear"
LONG_NAME: Final = "Ǹ" * 255
_NEGOTIATION: Final = negotiation_id(SLUG)
_BATCH: Final = 1_000
_LONGEST: Final = 1_000
"""The length of the longest lists that were ever accepted."""
_VAGUE: Final = ("19XX", "1900/2024", "[1800..2024]", "XXXX-12-XX", "2024-21", "..2020", "2020/..")


def populate(ledger: StoredLedger, size: int) -> None:
    """Open a negotiation with `size` facts, of which each sort of large facts is a twentieth."""
    ledger.open_negotiation(slug=SLUG, title="Dear", parties=(), summary=None, actor="desk")
    batch: list[FactEvent] = []
    for number, (each, large) in enumerate(_facts(size)):
        named = replace(each, external_id=f"D-{number}")
        batch += _make_events(named, corrected=large or number % 4 == 0)
        if len(batch) >= _BATCH:
            ledger.append(batch)
            batch = []
    ledger.append(batch)


def _make_events(each: Fact, *, corrected: bool) -> list[FactEvent]:
    """The event that records a fact unchecked, and a correction if it is `corrected`."""
    id_ = fact_id(_NEGOTIATION, each.external_id or "")
    named: dict[str, Any] = {"originator_id": id_, "actor": "desk"}
    recorded = FactRecorded(**named, originator_version=1, negotiation_id=_NEGOTIATION, fact=each)
    if not corrected:
        return [recorded]
    mended = replace(each, summary="As it should have read")
    return [
        recorded,
        FactCorrected(
            **named,
            originator_version=2,
            reason="refinement",
            why="It reads better",
            fact=mended,
            citation=None,
            published=None,
        ),
    ]


def _facts(size: int) -> Iterator[tuple[Fact, bool]]:
    """(fact, whether it is one of the largest)."""
    yield from ((each, False) for each in _make_small(size))
    yield from ((each, True) for each in _largest(size))


def _make_small(size: int) -> Iterator[Fact]:
    yield from (_make_ordinary(number, size) for number in range(size - size // 4))
    for number in range(size // 20):
        yield fact("alias", name=f"Ring {number}", same_as=f"Ring {(number + 1) % (size // 20)}")
        yield fact("alias", name=f"Chain {number}", same_as=f"Chain {number + 1}")
        yield fact(
            "release", valid=_VAGUE[number % 5], quantities=count(number), people=(LONG_NAME,)
        )
        yield fact("custody", person=f"Chain {number % 50}", valid=day(number * 7))
        yield fact("statement", speaker=LONG_NAME, valid=day(number), quote="é " * 2_000)


def _make_ordinary(number: int, size: int) -> Fact:
    when, groups = day(number * 16_000 // size), max(1, size // 10)
    match number % 5:
        case 0:
            return fact(
                "release",
                valid=when,
                quantities=count(number % 50),
                population=f"P {number % groups}",
                places=(f"Place {number % groups}",),
            )
        case 1:
            return fact(
                "appointment",
                valid=f"{when}/..",
                person=f"Envoy {number}",
                post=f"Post {number % 90}",
            )
        case 2:
            if number % 2:
                return fact("custody", valid=when, person=f"Person {number}", place="Minsk")
            return fact(
                "prisoner_count",
                valid=when,
                population=f"P {number % 3}",
                counted_by=f"Counter {number % groups}",
                quantities=[Quantity(what="held", low=number, high=number, basis="stock")],
            )
        case 3:
            return fact(
                "measure", valid=when, target=f"Target {number % 200}", matter=f"m {number % 100}"
            )
        case _:
            return fact(
                "statement", valid=when, speaker=f"Speaker {number % 50}", people=("A", "B")
            )


def _largest(size: int) -> Iterator[Fact]:
    """Facts whose lists and texts grow with the record, beyond what is accepted today."""
    many = min(size, _LONGEST)
    for number in range(10):
        yield _make_count(number, many, matter="many")
    for number in range(size // 20):
        yield _make_count(number, MOST_QUANTITIES, matter="more")
    cited = tuple(Citation(publisher=f"P {n}", published=day(n)) for n in range(many))
    yield replace(fact("appointment", person="Cited"), citations=cited)
    yield fact("release", people=tuple(f"Freed {n}" for n in range(many)), quantities=count(many))
    yield fact("statement", quote="x " * 40 * many, note="y" * 80 * many)


def _make_count(number: int, many: int, matter: str) -> Fact:
    """A release with so many different numbers."""
    mine = range(number * many, (number + 1) * many)
    quantities = (Quantity(what="released", low=n, high=n, basis="increment") for n in mine)
    return replace(fact("release", matter=matter), quantities=tuple(quantities))
