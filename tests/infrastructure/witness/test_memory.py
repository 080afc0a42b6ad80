from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from infrastructure.proofs.log_key import LogKeyError
from infrastructure.witness.memory import Memory
from infrastructure.witness.refusals import FolderError
from tests.infrastructure.witness.keys import NAME

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a" / "witness"


def key_of(folder: Path, name: str | None = NAME) -> str:
    with Memory.lock(folder) as memory:
        return memory.signer(name).key.text


def test_the_key_is_made_once_for_its_owner_alone(folder: Path) -> None:
    made = key_of(folder)
    assert made.startswith(f"{NAME}+")
    assert stat.S_IMODE((folder / "witness.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert key_of(folder) == key_of(folder, None) == made
    assert key_of(folder.parent / "other") != made
    (folder / "witness.key").chmod(0o644)
    with pytest.raises(LogKeyError, match="chmod 600"):
        key_of(folder)


def test_a_witness_has_one_name(folder: Path) -> None:
    with pytest.raises(FolderError, match="--name"):
        key_of(folder, None)
    for name in ("", "two words", "a+b", "a\nb", "\x1b[31m", "\ud800", "a\u200eb"):
        with pytest.raises(FolderError, match="one word"):
            key_of(folder, name)
    assert not (folder / "witness.key").exists()
    key_of(folder)
    with pytest.raises(FolderError, match="is called 'witness"):
        key_of(folder, "another.example")


def test_a_folder_that_has_lost_something_is_not_worked_in(folder: Path) -> None:
    key_of(folder)
    for name in ("name", "last"):
        path = folder / name
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(FolderError, match=f"{name} is missing"):
            key_of(folder)
        path.write_bytes(b"\xff")
        with pytest.raises(FolderError, match="is not UTF-8"):
            key_of(folder)
        path.write_bytes(content)
    with Memory.lock(folder) as memory:
        memory.remember("a note\n")
        assert memory.last() == "a note\n"
    (folder / "witness.key").unlink()
    with pytest.raises(FolderError, match="the key that co-signed it is missing"):
        key_of(folder)
    assert not (folder / "witness.key").exists()


@pytest.mark.parametrize("left", [(), ("name",), ("name", "last")])
def test_a_beginning_that_was_cut_off_is_begun_again(folder: Path, left: tuple[str, ...]) -> None:
    key_of(folder)
    for path in folder.iterdir():
        if path.name not in left:
            path.unlink()
    assert key_of(folder, "another.example").startswith("another.example+")
    with Memory.lock(folder) as memory:
        assert memory.last() is None
