"""`parley verify` lets other processes help to compare facts; its result is the same even if they end early."""

from __future__ import annotations

import multiprocessing
import os
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from api.cli.keeping import helpers
from infrastructure.database.database import Database

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from tests.cli.conftest import Shell

pytestmark = [pytest.mark.either_database, pytest.mark.usefixtures("small_shares")]


@pytest.fixture
def helper_counts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """For each command, the number of processes that help; the machine seems to have two cores."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    counts: list[int] = []
    end = helpers.Helpers.end

    def count(self: helpers.Helpers) -> None:
        counts.append(len(self._processes))
        end(self)

    monkeypatch.setattr(helpers.Helpers, "end", count)
    return counts


def test_others_help_and_end_with_the_command(parley: Shell, helper_counts: list[int]) -> None:
    parley.out("timeline", "talks", "--q", "envoy")
    assert "The tables match the log" in parley.out("verify")
    assert helper_counts == [1]
    assert multiprocessing.active_children() == [], "they ended with it"
    database = Database(parley.url)
    with database.writing() as connection:
        connection.execute(text("UPDATE fact_answer SET known_to = 5"))
    database.close()
    found = parley("verify")
    assert (found.exit_code, "fact_answer" in found.stderr) == (1, True)
    parley.out("verify", "--log-only")
    assert helper_counts == [1, 1, 0]


def test_what_others_do_not_finish_is_compared_all_the_same(
    parley: Shell, helper_counts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helpers, "help_compare", end_at_once)
    parley.out("timeline", "talks", "--q", "envoy")
    assert "The tables match the log" in parley.out("verify")
    assert helper_counts == [1]


def end_at_once(_: Connection) -> None:
    """End the process at once, as if there were no memory left for it."""
    os._exit(1)
