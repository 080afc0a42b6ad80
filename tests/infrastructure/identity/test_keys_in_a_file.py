"""An issuer's keys may be in a file; it is read again when it changes, and the last good keys stay in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infrastructure.identity.key_sources import LARGEST, IssuerKeyFile
from infrastructure.identity.published_keys import PublishedKeys
from infrastructure.identity.token_errors import IssuerOutOfReachError
from tests.infrastructure.identity.issuing import NEW_KEYS, OLD_KEYS, ec_key, jwk, jwks

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_read_again_when_it_changes_however_fast(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    source = IssuerKeyFile(path)
    sets = [jwks(jwk(ec_key(name), "k")) for name in "ab"]
    assert len(sets[0]) == len(sets[1])
    for turn in range(50):
        path.write_bytes(sets[turn % 2])
        assert source.keys() == PublishedKeys.of(sets[turn % 2])


@pytest.mark.parametrize(
    "document",
    [b"", OLD_KEYS[:-1], OLD_KEYS + b" " * LARGEST, None],
    ids=["empty", "half", "giant", "gone"],
)
def test_a_file_that_cannot_be_read_leaves_the_keys_that_were_in_it(
    tmp_path: Path, document: bytes | None
) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(OLD_KEYS)
    source = IssuerKeyFile(path)
    assert source.keys() == PublishedKeys.of(OLD_KEYS)
    path.unlink()
    if document is not None:
        path.write_bytes(document)
    assert source.keys() == PublishedKeys.of(OLD_KEYS)
    path.write_bytes(NEW_KEYS)
    assert source.newer_keys() == PublishedKeys.of(NEW_KEYS)


def test_a_fault_of_the_file_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = IssuerKeyFile(tmp_path / "keys.json")
    for _ in range(5):
        with pytest.raises(IssuerOutOfReachError):
            source.keys()
    assert len(caplog.records) == 1
