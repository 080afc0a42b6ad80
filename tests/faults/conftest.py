"""A fixture that gives each fault test a folder with nothing but its database."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind


@pytest.fixture
def disk_folder(tmp_path: Path, fresh_database: Callable[[Kind], str]) -> Path:
    """A folder with a migrated SQLite database, `parley.db`."""
    folder = tmp_path / "disk"
    folder.mkdir()
    migrated = make_url(fresh_database("sqlite-file")).database
    shutil.move(str(migrated), folder / "parley.db")
    return folder
