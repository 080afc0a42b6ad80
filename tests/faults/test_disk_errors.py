"""A disk that fails or is full costs time, and nothing that was acknowledged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults.disk_errors import fail_the_disk
from tests.faults.serving import Server

if TYPE_CHECKING:
    from pathlib import Path

SITES = 60


def test_what_was_acknowledged_is_there_once_though_the_disk_failed(
    disk_url: str, disk_folder: Path, tmp_path: Path
) -> None:
    with Server(disk_url, tmp_path / "errors") as server:
        figures = fail_the_disk(server, disk_folder, SITES)
    assert figures.acknowledged > 0
    assert figures.put_off > 0
    assert {call for call, _, _ in figures.failed} >= {"pwrite64", "fdatasync"}
    assert {error for _, error, _ in figures.failed} == {"EIO", "ENOSPC"}
