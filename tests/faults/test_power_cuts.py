"""What was acknowledged is on the disk, and not only in a memory that a power cut empties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.databases import migrate, sqlite_file_url
from tests.faults.checking import LostError
from tests.faults.cuts import cut_the_power
from tests.faults.installation import Installation, on_postgresql, on_sqlite
from tests.faults.serving import Server
from tests.faults.supply import SeccompSupply

if TYPE_CHECKING:
    from pathlib import Path

CUTS = 3
UNTIL_FOUND_OUT = 30
"""The cuts that a control may take; it ends at the first after which something is lost."""


def supervised(folder: Path, variant: str) -> Installation:
    """As it is where no file system can be mounted."""
    (folder / "disk").mkdir()
    url = sqlite_file_url(folder / "disk" / "parley.db")
    migrate(url)
    server = Server(url, folder / "errors", variant, keys=folder)
    return Installation(server, SeccompSupply(folder / "disk", folder))


def test_what_was_acknowledged_is_there_once_after_every_power_cut(tmp_path: Path) -> None:
    with on_sqlite(tmp_path / "errors") as installed:
        figures = cut_the_power(installed, CUTS)
    assert figures.acknowledged > CUTS
    assert figures.syncs > CUTS
    assert figures.unsynced > 0
    assert figures.signed > 1


def test_a_database_that_does_not_sync_its_commits_loses_them(tmp_path: Path) -> None:
    with (
        on_sqlite(tmp_path / "errors", "normal") as installed,
        pytest.raises(LostError, match="acknowledged are lost"),
    ):
        cut_the_power(installed, UNTIL_FOUND_OUT)


def test_it_is_there_as_well_where_no_file_system_can_be_mounted(tmp_path: Path) -> None:
    installed = supervised(tmp_path, "right")
    with installed.server:
        figures = cut_the_power(installed, 2)
    assert figures.acknowledged > CUTS
    assert figures.syncs > CUTS
    assert figures.unsynced > 0


def test_and_the_control_loses_it_there_too(tmp_path: Path) -> None:
    installed = supervised(tmp_path, "normal")
    with installed.server, pytest.raises(LostError, match="acknowledged are lost"):
        cut_the_power(installed, UNTIL_FOUND_OUT)


def test_it_is_there_once_after_the_power_of_postgresql_was_cut(tmp_path: Path) -> None:
    with on_postgresql(tmp_path / "errors") as installed:
        figures = cut_the_power(installed, CUTS)
    assert figures.acknowledged > CUTS
    assert figures.signed > 1


def test_a_postgresql_whose_commits_are_late_loses_them(tmp_path: Path) -> None:
    with (
        on_postgresql(tmp_path / "errors", "late") as installed,
        pytest.raises(LostError, match="acknowledged are lost"),
    ):
        cut_the_power(installed, UNTIL_FOUND_OUT)


def test_a_postgresql_that_does_not_sync_loses_them_or_does_not_start_again(tmp_path: Path) -> None:
    with (
        on_postgresql(tmp_path / "errors", fsync="off") as installed,
        pytest.raises(LostError, match=r"acknowledged are lost|does not start again"),
    ):
        cut_the_power(installed, UNTIL_FOUND_OUT)
