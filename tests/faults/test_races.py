"""A request that is sent twice is recorded once, and only one of several changes of one version succeeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.races import RACERS, race_for_a_fact, race_for_keys
from tests.faults.watched.serving import Server
from tests.thorough import choose_count

if TYPE_CHECKING:
    from pathlib import Path

RACES = choose_count(5, 20)


@pytest.mark.either_database
def test_a_key_makes_one_event_however_many_race_for_it(database_url: str, tmp_path: Path) -> None:
    with Server(database_url, tmp_path / "errors") as server:
        figures = race_for_keys(server, RACES)
    assert figures.statuses[201] == RACES * RACERS
    assert figures.statuses[409] > 0


@pytest.mark.either_database
def test_a_version_is_changed_by_one_of_those_who_race_for_it(
    database_url: str, tmp_path: Path
) -> None:
    with Server(database_url, tmp_path / "errors") as server:
        figures = race_for_a_fact(server, RACES)
    assert figures.statuses == {200: RACES, 412: RACES * (RACERS - 1)}
