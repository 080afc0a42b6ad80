"""A state of twice as many questions costs the database about twice as much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.fact import fact_id
from domain.kinds.prisoners import CUSTODY
from domain.streams.fact import decide_record
from domain.time.instant import parse_cut
from domain.time.perspective import Perspective
from infrastructure.ledger import StoredLedger
from infrastructure.projections.fact_rows import questions_of
from infrastructure.readers.state import states
from infrastructure.tables.facts import serving_tables
from tests.databases import migrate, open_database, sqlite_file_url
from tests.examples import NEGOTIATION, OPENED, fact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from domain.fact import Fact
    from domain.streams.event import FactEvent

FEW: Final = 400
STEPS: Final = 100


def make_recording(custody: Fact) -> FactEvent:
    """The event that records a fact with its own external id."""
    id_ = fact_id(NEGOTIATION, custody.summary)
    return decide_record(fact_id=id_, negotiation_id=NEGOTIATION, fact=custody, actor="desk")


def cost(url: str, many: int, questions: Sequence[str] | None = None) -> int:
    """How many hundred instructions SQLite needs for a state of so many people, or for some of their questions."""
    database = open_database(url)
    ledger = StoredLedger(database)
    people = [
        fact("custody", person=f"P {number}", summary=f"P {number}") for number in range(many)
    ]
    ledger.append([OPENED, *(make_recording(person) for person in people)])
    counted = [0]

    def step() -> int:
        counted[0] += 1
        return 0

    with database.reading() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.set_progress_handler(step, STEPS)
        at = Perspective(
            as_of=parse_cut("2030"), as_known_at=None, clock="recorded", match="possible",
            position=many + 1,
        )  # fmt: skip
        needed, values = states.find_needed(
            serving_tables(connection), NEGOTIATION, at, sqlite=True, questions=questions
        )
        assert len(needed.rows(connection, values)) == (many if questions is None else 1)
    ledger.close()
    database.close()
    return counted[0]


def test_a_state_of_twice_as_many_people_takes_about_twice_as_many_instructions(
    tmp_path: Path,
) -> None:
    few, many = (sqlite_file_url(tmp_path / f"{name}.db") for name in ("few", "many"))
    migrate(few)
    migrate(many)
    assert cost(many, 2 * FEW) < 2.4 * cost(few, FEW)


def test_one_question_of_twice_as_many_takes_no_more_instructions(tmp_path: Path) -> None:
    few, many = (sqlite_file_url(tmp_path / f"{name}.db") for name in ("few", "many"))
    migrate(few)
    migrate(many)
    asked = [f"{questions_of(CUSTODY.section)[0]}p 1"]
    assert cost(many, 2 * FEW, asked) < 1.2 * cost(few, FEW, asked) + 2
