"""A disk that fails or is full costs time, and nothing that was acknowledged."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.faults.checking import LostError
from tests.faults.disk_errors import fail_the_disk
from tests.faults.installation import Installation, on_postgresql, on_sqlite, postgresql_on
from tests.faults.supply import SeccompPostgreSQLSupply

TRIES = 5
Installing = Callable[[Path, str], AbstractContextManager[Installation]]

both = pytest.mark.parametrize(
    ("installing", "sites"),
    [pytest.param(on_sqlite, 60, id="sqlite"), pytest.param(on_postgresql, 10, id="postgresql")],
)


@both
def test_what_was_acknowledged_is_there_once_though_the_disk_failed(
    installing: Installing, sites: int, tmp_path: Path
) -> None:
    with installing(tmp_path / "errors", "right") as installed:
        figures = fail_the_disk(installed, sites)
    assert figures.acknowledged > 0
    assert figures.put_off > 0
    assert {each.split()[0] for each in figures.failed} >= {"write", "sync"}
    assert {each.split()[1] for each in figures.failed} == {"EIO", "ENOSPC"}


@both
def test_a_server_that_takes_failures_for_done_is_found_out_by_a_disk_that_fails(
    installing: Installing, sites: int, tmp_path: Path
) -> None:
    def again_and_again() -> None:
        """What fails first is drawn, and may be nothing that an acknowledgement rests on."""
        for seed in range(TRIES):
            with installing(tmp_path / f"errors-{seed}", "deaf") as installed:
                fail_the_disk(installed, sites, seed)

    with pytest.raises(LostError, match="acknowledged are lost"):
        again_and_again()


def test_postgresql_fails_as_well_where_no_file_system_can_be_mounted(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    supply = SeccompPostgreSQLSupply(disk, tmp_path)
    with postgresql_on(supply, tmp_path / "errors", "right") as installed:
        figures = fail_the_disk(installed, 4)
    assert figures.acknowledged > 0
    assert figures.put_off > 0
