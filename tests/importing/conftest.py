"""Fixtures for imports: a record on a database of its own, with one negotiation open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.composition import Parley, compose
from tests.databases import settings_of
from tests.importing.lines import SLUG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.databases import Kind


def open_parley(url: str) -> Parley:
    parley = compose(settings_of(url), upgrade=False)
    parley.ledger.open_negotiation(slug=SLUG, title="Talks", parties=(), summary=None, actor="t")
    return parley


@pytest.fixture
def parley(database_url: str) -> Iterator[Parley]:
    """The record on both databases in turn."""
    parley = open_parley(database_url)
    yield parley
    parley.close()


@pytest.fixture
def light(fresh_database: Callable[[Kind], str]) -> Iterator[Parley]:
    """A record on SQLite alone, for decisions that need no database."""
    parley = open_parley(fresh_database("sqlite-file"))
    yield parley
    parley.close()
