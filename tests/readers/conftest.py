"""The two witnesses of a history: the SQL reader and the fold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.readers.witnesses import Witnesses

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.register_assert_rewrite("tests.readers.comparing")


@pytest.fixture
def witnesses(database_url: str) -> Iterator[Witnesses]:
    """The two witnesses, on each database."""
    found = Witnesses(database_url)
    yield found
    found.database.close()
