"""A server that is killed at any moment has kept what it acknowledged, each fact once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.kills import kill_again_and_again
from tests.faults.watched.checking import LostError
from tests.faults.watched.serving import Server

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 4
UNTIL_FOUND_OUT = 40
"""The most kills of the control; it ends at the first after which something is lost."""


@pytest.mark.either_database
def test_what_was_acknowledged_is_there_once_after_every_kill(
    database_url: str, tmp_path: Path
) -> None:
    with Server(database_url, tmp_path / "errors") as server:
        figures = kill_again_and_again(server, KILLS)
    assert figures.acknowledged > KILLS
    assert figures.in_doubt > 0


@pytest.mark.control
def test_a_server_that_acknowledges_before_it_commits_is_found_out(
    database_url: str, tmp_path: Path
) -> None:
    with (
        Server(database_url, tmp_path / "errors", variant="early") as server,
        pytest.raises(LostError, match="acknowledged are lost"),
    ):
        kill_again_and_again(server, UNTIL_FOUND_OUT)
