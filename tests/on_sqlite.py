"""Marks for tests whose result does not depend on the database: SQLite alone, in the long form both."""

from __future__ import annotations

from typing import Final

import pytest

from tests.thorough import THOROUGH

on_sqlite: Final = pytest.mark.parametrize(
    "database_url", ["sqlite-file", *(["postgresql"] if THOROUGH else [])], indirect=True
)
"""For tests with fixtures that use `database_url`; other tests check what the database does."""
