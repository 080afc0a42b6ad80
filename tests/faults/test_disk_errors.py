"""A disk that fails or is full delays changes, but loses nothing that was acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.faults.disk_errors import ErrorFigures, fail_the_disk
from tests.faults.disks.installation import (
    Installation,
    install_on_postgresql,
    install_on_sqlite,
    install_postgresql,
)
from tests.faults.disks.supply import SeccompPostgreSQLSupply
from tests.faults.watched.checking import LostError
from tests.thorough import choose_count, some_of

TRIES = 5
SQLITE_SITES = choose_count(10, 60)
POSTGRESQL_SITES = choose_count(2, 20)
"""How many calls fail: more in the long form."""
Installing = Callable[[Path, str], AbstractContextManager[Installation]]


@contextmanager
def install_supervised(errors: Path) -> Iterator[Installation]:
    """A server on a supervised PostgreSQL, as where FUSE cannot be mounted."""
    disk = errors.parent / "disk"
    disk.mkdir()
    supply = SeccompPostgreSQLSupply(disk, errors.parent)
    with install_postgresql(supply, errors, "right") as installed:
        yield installed


CONTROLS: tuple[tuple[Installing, int], ...] = (
    (install_on_sqlite, 15),
    (install_on_postgresql, 10),
)


def test_what_was_acknowledged_is_there_once_though_the_disk_failed(tmp_path: Path) -> None:
    with install_on_sqlite(tmp_path / "errors") as installed:
        figures = fail_the_disk(installed, SQLITE_SITES)
    check_figures(figures)
    assert {each.split()[1] for each in figures.failed} == {"EIO", "ENOSPC"}


def test_what_was_acknowledged_is_there_once_though_the_disk_of_postgresql_failed(
    tmp_path: Path,
) -> None:
    """On one of two disks, drawn in each run: the machine's own, and the one where FUSE cannot be mounted."""
    for installing in some_of([install_on_postgresql, install_supervised], 1):
        with installing(tmp_path / installing.__name__) as installed:
            check_figures(fail_the_disk(installed, POSTGRESQL_SITES))


def check_figures(figures: ErrorFigures) -> None:
    assert figures.acknowledged > 0
    assert figures.put_off > 0
    assert {each.split()[0] for each in figures.failed} >= {"write", "sync"}


@pytest.mark.control
def test_a_server_that_ignores_failed_commits_is_detected_when_a_disk_fails(
    tmp_path: Path,
) -> None:
    """On one database, drawn in each run, and on both in the long form."""

    def fail_repeatedly(installing: Installing, sites: int) -> None:
        """Tries again, since the calls that fail are drawn, and may not matter for any acknowledgement."""
        for seed in range(TRIES):
            folder = tmp_path / f"errors-{installing.__name__}-{seed}"
            with installing(folder, "deaf") as installed:
                fail_the_disk(installed, sites, seed)

    for installing, sites in some_of(CONTROLS, 1):
        with pytest.raises(LostError, match="acknowledged are lost"):
            fail_repeatedly(installing, sites)
