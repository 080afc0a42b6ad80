"""What was acknowledged is on the disk, and not only in a memory that a power cut empties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.checking import LostError
from tests.faults.cuts import cut_the_power
from tests.faults.serving import Server

if TYPE_CHECKING:
    from pathlib import Path

CUTS = 4


def test_what_was_acknowledged_is_there_once_after_every_power_cut(
    disk_url: str, disk_folder: Path, tmp_path: Path
) -> None:
    with Server(disk_url, tmp_path / "errors") as server:
        figures = cut_the_power(server, disk_folder, CUTS)
    assert figures.acknowledged > CUTS
    assert figures.syncs > CUTS
    assert figures.unsynced > 0


def test_a_database_that_does_not_sync_its_commits_loses_them(
    disk_url: str, disk_folder: Path, tmp_path: Path
) -> None:
    with (
        Server(disk_url, tmp_path / "errors", variant="normal") as server,
        pytest.raises(LostError, match="acknowledged are lost"),
    ):
        cut_the_power(server, disk_folder, CUTS)
