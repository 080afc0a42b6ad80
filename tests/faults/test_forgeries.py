"""If a change by SQL to any table changes an answer, `parley verify` finds it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from api.cli.keeping import verify
from tests.faults.forged.forgeries import PostgreSQLCopies, SQLiteCopies, forge_again_and_again
from tests.faults.watched.trials import UndetectedError
from tests.thorough import choose_count, part_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.databases import PostgreSQL
    from tests.faults.forged.forgeries import Copies

UNTIL_FOUND_OUT: Final = 300
SHARE: Final = 0.1
READ: Final = (
    "fact_version",
    "fact_version_spare",
    "negotiation",
    "negotiation_correction",
)
"""Tables that answers are read from, so that a forgery of them soon shows if nothing verifies them."""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(kind, marks=pytest.mark.xdist_group(f"forgeries on {kind}"))
        for kind in ("sqlite-file", "postgresql")
    ],
)
def copies(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """A record on both databases in turn."""
    folder = tmp_path_factory.mktemp("forgeries")
    if request.param == "sqlite-file":
        return SQLiteCopies(folder)
    postgresql: PostgreSQL = request.getfixturevalue("_postgresql_server")
    return PostgreSQLCopies(postgresql, folder)


@pytest.mark.either_database
def test_no_forgery_is_unseen_that_changes_an_answer(copies: Copies) -> None:
    """Every table has its turn, on one of the databases in each run and on both in the long form.

    A table whose rows cannot be forged fails the test, which says what to add.
    """
    part = int(isinstance(copies, PostgreSQLCopies))
    chosen: list[str] = []

    def choose_part(tables: Collection[str]) -> list[str]:
        chosen.extend(part_of(tables, part, 2))
        return chosen

    figures = forge_again_and_again(copies, 0, Random(4), SHARE, choose_part)
    assert figures.made == figures.detected + figures.harmless.total() == len(chosen)
    assert len(chosen) > choose_count(4, 25)
    assert figures.detected > figures.made // 3


@pytest.mark.control
def test_a_verify_that_looks_at_the_log_alone_is_found_out(
    copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "_tables", lambda *_: [])
    monkeypatch.setattr(verify, "_flaw", lambda _: None)
    with pytest.raises(UndetectedError, match="unseen"):
        forge_again_and_again(copies, UNTIL_FOUND_OUT, Random(5), SHARE, lambda _: READ)
