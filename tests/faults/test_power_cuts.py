"""What was acknowledged is on the disk, and not only in memory that a power cut clears."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.databases import migrate, sqlite_file_url
from tests.faults.cuts import cut_the_power
from tests.faults.disks.installation import Installation, install_on_postgresql, install_on_sqlite
from tests.faults.disks.supply import SeccompSupply
from tests.faults.watched.checking import LostError
from tests.faults.watched.serving import Server
from tests.thorough import choose_count, some_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CUTS = choose_count(2, 6)
UNTIL_FOUND_OUT = 30
"""The most cuts of a control; it ends at the first after which something is lost."""


@contextmanager
def install_supervised(errors: Path, variant: str = "right") -> Iterator[Installation]:
    """A server on a supervised folder, as where FUSE cannot be mounted."""
    folder = errors.parent
    disk = folder / f"disk of {errors.name}"
    disk.mkdir()
    url = sqlite_file_url(disk / "parley.db")
    migrate(url)
    with Server(url, errors, variant, keys=folder) as server:
        yield Installation(server, SeccompSupply(disk, folder))


def assert_loses(installing: AbstractContextManager[Installation], message: str) -> None:
    """Check that something is lost sooner or later."""
    with installing as installed, pytest.raises(LostError, match=message):
        cut_the_power(installed, UNTIL_FOUND_OUT)


def test_what_was_acknowledged_is_there_once_after_every_power_cut(tmp_path: Path) -> None:
    """On one of two disks, drawn in each run: the machine's own, and the one where FUSE cannot be mounted."""
    for installing in some_of([install_on_sqlite, install_supervised], 1):
        with installing(tmp_path / installing.__name__) as installed:
            figures = cut_the_power(installed, CUTS)
        assert figures.acknowledged > CUTS
        assert figures.syncs > CUTS
        assert figures.unsynced > 0
        assert figures.signed > 1


@pytest.mark.control
def test_a_database_that_does_not_sync_its_commits_loses_them(tmp_path: Path) -> None:
    """On one of the same disks, drawn in each run."""
    for installing in some_of([install_on_sqlite, install_supervised], 1):
        assert_loses(installing(tmp_path / installing.__name__, "normal"), "acknowledged are lost")


def test_it_is_there_once_after_the_power_of_postgresql_was_cut(tmp_path: Path) -> None:
    with install_on_postgresql(tmp_path / "errors") as installed:
        figures = cut_the_power(installed, CUTS)
    assert figures.acknowledged > CUTS
    assert figures.signed > 1


def lose_late(errors: Path) -> None:
    assert_loses(install_on_postgresql(errors, "late"), "acknowledged are lost")


def lose_unsynced(errors: Path) -> None:
    message = r"acknowledged are lost|does not start again"
    assert_loses(install_on_postgresql(errors, fsync="off"), message)


@pytest.mark.control
def test_a_postgresql_whose_commits_are_late_or_not_synced_loses_them(tmp_path: Path) -> None:
    """One of the two in each run; a PostgreSQL that does not sync may also fail to start again."""
    for control in some_of([lose_late, lose_unsynced], 1):
        control(tmp_path / control.__name__)
