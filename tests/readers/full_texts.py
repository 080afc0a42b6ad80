"""A few facts whose texts can be searched, and the queries that find them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, text

from api.composition import Parley, compose
from domain.fact import fact_id
from domain.provenance import Citation
from domain.streams.fact import decide_record
from domain.time.instant import parse_cut
from domain.time.perspective import PerspectiveQuery
from domain.views.timeline import TimelineFilter
from infrastructure.tables.text import fact_text
from tests.databases import settings_of
from tests.examples import NEGOTIATION, OPENED, fact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sqlalchemy import Connection

    from domain.fact import Fact
    from domain.streams.event import FactEvent

SECOND: Final = 1_000_000
_READ: Final = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
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


def open_parley(url: str) -> Parley:
    """A record whose clock advances by a second at each reading."""
    steps = iter(range(START, 2**62, SECOND))
    return compose(settings_of(url), clock=lambda: next(steps))


@contextmanager
def open_record(url: str) -> Iterator[Parley]:
    """An open negotiation without facts."""
    parley = open_parley(url)
    parley.ledger.append([OPENED])
    yield parley
    parley.close()


def decide_recording(content: Fact, name: str, negotiation: UUID = NEGOTIATION) -> FactEvent:
    """The event that records a fact with an external id."""
    return decide_record(
        fact_id=fact_id(negotiation, name),
        negotiation_id=negotiation,
        fact=replace(content, external_id=name),
        actor="desk",
    )


def record_all(parley: Parley) -> None:
    """Record the few facts."""
    parley.ledger.append([decide_recording(content, name) for name, content in RECORDED.items()])


def find_facts(
    parley: Parley,
    q: str,
    negotiation: UUID = NEGOTIATION,
    *,
    translit: bool = True,
    limit: int = 10_000,
    **cuts: Any,  # noqa: ANN401 -- as PerspectiveQuery takes them
) -> list[str]:
    """The external ids of the first facts that a query finds."""
    with parley.reading(parley.owner, searched=True) as reading:
        perspective = reading.perspective(PerspectiveQuery(**cuts))
        everything = TimelineFilter()
        seen, _ = reading.timeline(
            negotiation, perspective, everything, q=q, limit=limit, translit=translit
        )
        return sorted(str(each.version.record.fact.external_id) for each in seen)


def cut_published(day: str) -> dict[str, Any]:
    """The cuts of what was public by the end of a day."""
    return {"clock": "published", "as_known_at": parse_cut(day), "as_of": START}


def list_indexed(parley: Parley) -> list[tuple[str, int]]:
    """The versions in the full text, one for each row."""
    with parley.database.reading() as connection:
        rows = connection.execute(select(fact_text.c.fact_id, fact_text.c.version))
        return sorted((row.fact_id, row.version) for row in rows)


def rows_read(connection: Connection) -> int:
    """How many rows a session of PostgreSQL has read since it last reported that to the server; 0 on SQLite."""
    if connection.dialect.name == "sqlite":
        return 0
    return int(connection.execute(text(_READ)).scalar_one())
