"""What is decided or said in the same words whatever the database is tested on SQLite, and in the long form on both."""

from __future__ import annotations

from typing import Final

import pytest

from tests.thorough import THOROUGH

on_sqlite: Final = pytest.mark.parametrize(
    "database_url", ["sqlite-file", *(["postgresql"] if THOROUGH else [])], indirect=True
)
"""For a test of fixtures that rest on `database_url`; what the database does under it is tested on both elsewhere."""
