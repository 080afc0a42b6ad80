"""The simulated disk of the power cuts loses all that a disk may lose, and nothing more."""

from __future__ import annotations

import errno
import random

import pytest

from tests.faults.disks.power import SECTOR, Disk, File
from tests.faults.faults_in_turn import FaultsInTurn, Pace, Sort

FOLDER = "folder"
CUTS = 200


def write_file(disk: Disk[str], name: str, content: bytes) -> None:
    disk.files[name] = File()
    disk.name({(FOLDER, name): name})
    disk.write(name, 0, content)


def read_after_cuts(disk: Disk[str]) -> list[dict[str, bytes]]:
    """{name: content} on copies of the disk, each after a cut of its own."""
    contents = []
    for seed in range(CUTS):
        copy: Disk[str] = Disk(ordered=disk.ordered)
        copy.names, copy.unsynced_names = dict(disk.names), list(disk.unsynced_names)
        for node, file in disk.files.items():
            copy.files[node] = File(bytearray(file.durable), list(file.pending))
        copy.cut(random.Random(seed))
        contents.append(
            {name: bytes(copy.files[node].durable) for (_, name), node in copy.names.items()}
        )
    return contents


@pytest.mark.parametrize("ordered", [True, False])
def test_what_was_synced_by_content_and_by_name_is_always_there(ordered: bool) -> None:
    disk: Disk[str] = Disk(ordered=ordered)
    write_file(disk, "a", b"A")
    disk.sync("a")
    disk.sync_folder(FOLDER)
    write_file(disk, "b", b"B")
    assert all(found["a"] == b"A" for found in read_after_cuts(disk))


def test_what_was_not_synced_may_be_there_be_gone_or_be_torn() -> None:
    disk: Disk[str] = Disk()
    write_file(disk, "a", b"x" * 2 * SECTOR)
    disk.sync_folder(FOLDER)
    found = {each["a"] for each in read_after_cuts(disk)}
    hole, whole = bytes(SECTOR), b"x" * SECTOR
    assert found == {b"", whole, hole + whole, whole + whole}


def test_a_file_whose_folder_was_not_synced_may_be_gone_though_it_was() -> None:
    disk: Disk[str] = Disk()
    write_file(disk, "a", b"A")
    disk.sync("a")
    assert {tuple(each.items()) for each in read_after_cuts(disk)} == {(), (("a", b"A"),)}


def test_a_journal_keeps_the_name_of_what_was_synced_and_those_before_it() -> None:
    disk: Disk[str] = Disk(ordered=True)
    for name in "abcd":
        write_file(disk, name, b"")
    disk.sync("b")
    assert {"".join(each) for each in read_after_cuts(disk)} == {"ab", "abc", "abcd"}


def test_without_one_any_of_the_names_is_kept() -> None:
    disk: Disk[str] = Disk()
    for name in "ab":
        write_file(disk, name, b"")
    assert {"".join(each) for each in read_after_cuts(disk)} == {"", "a", "b", "ab"}


def test_a_move_is_done_whole_or_not_at_all() -> None:
    disk: Disk[str] = Disk()
    for name in "ab":
        write_file(disk, name, name.encode())
        disk.sync(name)
    disk.sync_folder(FOLDER)
    disk.name({(FOLDER, "a"): None, (FOLDER, "b"): "a"})
    kept = {tuple(each.items()) for each in read_after_cuts(disk)}
    assert kept == {(("a", b"a"), ("b", b"b")), (("b", b"a"),)}


def test_calls_of_every_sort_fail_in_turn_with_either_error() -> None:
    faults = FaultsInTurn(0, Pace(write=3, sync=3, rename=3))
    sorts: tuple[Sort, ...] = ("write", "sync", "rename")
    found = {(sort, faults.error(sort, "file")) for _ in range(CUTS) for sort in sorts}
    assert found == {(sort, error) for sort in sorts for error in (0, errno.EIO, errno.ENOSPC)}
