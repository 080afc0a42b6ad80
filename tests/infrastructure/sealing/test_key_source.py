"""Only its owner can read a key file; it is made once, and read again when it has changed."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from infrastructure.sealing.key_source import GivenKeys, NoKeys, WrappingKeyFile
from infrastructure.sealing.wrapping import Keyring, SealKeyError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_missing_file_is_made_for_its_owner_alone_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "parley.seal"
    assert WrappingKeyFile(path).read() is None
    assert not path.exists()
    made = WrappingKeyFile(path).make()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert WrappingKeyFile(path).make().ids == made.ids == {made.newest}
    assert [each.name for each in tmp_path.iterdir()] == ["parley.seal"]


def test_all_who_make_it_at_once_have_the_same_key(tmp_path: Path) -> None:
    start = Barrier(16)

    def make(_: int) -> str:
        start.wait(10)
        return WrappingKeyFile(tmp_path / "parley.seal").make().newest

    with ThreadPoolExecutor(16) as threads:
        assert len(set(threads.map(make, range(16)))) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["parley.seal"]


def test_no_key_that_is_added_is_lost_to_one_that_is_added_at_once(tmp_path: Path) -> None:
    path = tmp_path / "parley.seal"
    WrappingKeyFile(path).make()
    start = Barrier(16)

    def add(_: int) -> None:
        start.wait(10)
        WrappingKeyFile(path).add()

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(add, range(16)))
    assert len(path.read_text().splitlines()) == 17


def test_a_newer_key_is_known_to_who_has_the_file_open(tmp_path: Path) -> None:
    one, other = (
        WrappingKeyFile(tmp_path / "parley.seal"),
        WrappingKeyFile(tmp_path / "parley.seal"),
    )
    before = one.make()
    known = other.read()
    assert known is not None
    assert known.newest == before.newest
    one.add()
    after = other.read()
    assert after is not None
    assert after.newest != before.newest
    assert after.ids == {before.newest, after.newest}
    assert stat.S_IMODE((tmp_path / "parley.seal").stat().st_mode) == 0o600


def test_a_file_that_is_taken_away_stops_nobody_who_has_read_it(tmp_path: Path) -> None:
    source = WrappingKeyFile(tmp_path / "parley.seal")
    made = source.make()
    source.read()
    source.path.unlink()
    kept = source.read()
    assert kept is not None
    assert kept.newest == made.newest
    assert WrappingKeyFile(source.path).read() is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "parley.seal"
    WrappingKeyFile(path).make()
    path.chmod(mode)
    with pytest.raises(SealKeyError, match="chmod 600"):
        WrappingKeyFile(path).read()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff\n"])
def test_a_file_without_keys_is_refused_and_never_overwritten(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "parley.seal"
    path.touch(0o600)
    path.write_bytes(content)
    for use in (WrappingKeyFile(path).read, WrappingKeyFile(path).make):
        with pytest.raises(SealKeyError, match="holds no keys"):
            use()
    assert path.read_bytes() == content


def test_a_place_that_takes_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SealKeyError, match="nowhere"):
        WrappingKeyFile(tmp_path / "nowhere" / "parley.seal").make()


def test_keys_that_are_given_are_not_added_to() -> None:
    keys = Keyring([bytes(32)])
    source = GivenKeys(keys)
    assert source.read() is source.make() is keys
    with pytest.raises(SealKeyError, match="environment"):
        source.add()
    assert NoKeys().read() is None
    for use in (NoKeys().make, NoKeys().add):
        with pytest.raises(SealKeyError, match="without the keys"):
            use()
