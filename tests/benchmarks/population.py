"""A record of any size, the same each time: many statements by few speakers, and a few facts of other kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.streams.ledger import decide_new_fact
from domain.streams.negotiation import negotiation_id
from tests.examples import count, fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from domain.fact import Fact
    from domain.streams.event import FactEvent
    from infrastructure.ledger import StoredLedger

SPEAKERS: Final = 50
#: One fact in this many is not a statement.
SELDOM: Final = 100
_BATCH: Final = 5_000


def day(number: int) -> str:
    """A day in years from 1970 on that have twelve months of 28 days."""
    year, rest = divmod(number, 336)
    return f"{1970 + year}-{rest // 28 + 1:02d}-{rest % 28 + 1:02d}"


def facts(size: int, days: int = 16_000) -> Iterator[Fact]:
    """`size` facts spread over `days` days."""
    for number in range(size):
        when = day(number * days // size)
        external_id = f"N-{number}"
        if number % SELDOM == 1:
            yield fact(
                "release", valid=when, external_id=external_id, quantities=count(number % 50)
            )
        elif number % SELDOM == 2:
            yield fact(
                "appointment",
                valid=f"{when}/{day(number * days // size + 30)}",
                external_id=external_id,
                person=f"Envoy {number}",
                post="Envoy",
            )
        else:
            speaker = f"Speaker {number % SPEAKERS}"
            yield fact("statement", valid=when, external_id=external_id, speaker=speaker)


def populate(
    ledger: StoredLedger, slug: str, size: int, given: Iterable[Fact] | None = None
) -> UUID:
    """Open a negotiation with `size` facts, or with those that are given; gives its id."""
    talks = negotiation_id(slug)
    ledger.open_negotiation(slug=slug, title=slug, parties=(), summary=None, actor="bench")
    batch: list[FactEvent] = []
    for each in facts(size) if given is None else given:
        batch.append(decide_new_fact(talks, each, "bench"))
        if len(batch) == _BATCH:
            ledger.append(batch)
            batch = []
    ledger.append(batch)
    return talks
