"""A source that was removed, changed or moved is detected, and a restore brings all sources along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.cli.ask import ask
from api.composition import compose
from infrastructure.tables.record import confidential_part
from tests.api.secrecy.sources.cited import JANE, MAX, Desk, find_wrong, make_citation
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind


def test_a_part_that_is_taken_away_changed_or_moved_is_found_out(desk: Desk) -> None:
    desk.record(citations=[make_citation(JANE), make_citation(MAX, title="Second")])
    desk.record(citations=[make_citation(MAX)])
    assert find_wrong(desk.parley) is None
    database, parts = desk.parley.database, confidential_part.c
    with database.reading() as connection:
        kept = [dict(row) for row in connection.execute(confidential_part.select()).mappings()]
    forgeries: tuple[tuple[Any, int], ...] = (
        (confidential_part.delete().where(parts.position == 2, parts.ordinal == 1), 2),
        (confidential_part.delete(), 2),
        (confidential_part.update().where(parts.position == 3).values(sealed=b"x" * 90), 3),
        (confidential_part.update().where(parts.position == 3).values(sealed=None), 3),
        (confidential_part.update().where(parts.position == 3).values(digest=b"x" * 32), 3),
        (confidential_part.update().where(parts.position == 3).values(ordinal=4), 3),
        (confidential_part.update().where(parts.position == 3).values(stream="0" * 32), 3),
        (confidential_part.update().where(parts.position == 3).values(position=1), 1),
        (confidential_part.update().where(parts.position == 3).values(position=9), 3),
    )
    for forgery, at in forgeries:
        with database.writing() as connection:
            assert connection.execute(forgery).rowcount > 0
        assert find_wrong(desk.parley) == at, forgery
        with database.writing() as connection:
            connection.execute(confidential_part.delete())
            connection.execute(confidential_part.insert(), kept)
    assert find_wrong(desk.parley) is None


def test_a_restore_into_the_other_database_brings_the_sources_along(
    desk: Desk, tmp_path: Path, fresh_database: Callable[[Kind], str]
) -> None:
    id_ = desk.record(citations=[make_citation(JANE)])
    desk.parley.back_up(tmp_path / "backup")
    other: Kind = "postgresql" if desk.parley.database.is_sqlite else "sqlite-file"
    restored = compose(settings_of(fresh_database(other)), upgrade=False)
    restored.restore(tmp_path / "backup")
    shown = ask(restored, f"/v1/facts/{id_}", {}, discloses=True)
    assert shown.content["fact"]["citations"][0]["confidential"] == JANE
    assert find_wrong(restored) is None
    restored.close()
