"""What is decided or said in the same words whatever the database is tested on SQLite alone."""

from __future__ import annotations

from typing import Final

import pytest

__all__ = ["on_sqlite"]

on_sqlite: Final = pytest.mark.parametrize("database_url", ["sqlite-file"], indirect=True)
"""For a test of fixtures that rest on `database_url`; what the database does under it is tested on both elsewhere."""
