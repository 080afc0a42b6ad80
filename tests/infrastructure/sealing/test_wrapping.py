"""A wrapped value is unwrapped only by its own key, in its own context."""

from __future__ import annotations

import pytest

from domain.proof.note import base64_of
from infrastructure.sealing.wrapping import (
    BrokenSealError,
    Keyring,
    SealKeyError,
    format_keys,
    new_key,
    read_keys,
)

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def test_the_newest_key_wraps_and_all_of_them_unwrap() -> None:
    before, after = Keyring([OLD]), Keyring([OLD, NEW])
    wrapped = before.wrap(b"k" * 32, b"a stream")
    assert after.unwrap(before.newest, wrapped, b"a stream") == b"k" * 32
    assert after.newest == Keyring([NEW]).newest != before.newest
    assert after.ids == {before.newest, after.newest}
    newer = after.wrap(b"k" * 32, b"a stream")
    assert Keyring([NEW]).unwrap(after.newest, newer, b"a stream") == b"k" * 32
    with pytest.raises(SealKeyError, match=after.newest):
        before.unwrap(after.newest, newer, b"a stream")


def test_nothing_is_wrapped_twice_alike() -> None:
    keys = Keyring([OLD])
    assert len({keys.wrap(b"k" * 32, b"") for _ in range(100)}) == 100


def test_what_is_wrapped_opens_in_no_other_context_and_not_when_changed() -> None:
    keys = Keyring([OLD])
    wrapped = keys.wrap(b"k" * 32, b"one")
    with pytest.raises(BrokenSealError):
        keys.unwrap(keys.newest, wrapped, b"other")
    for at in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[at] ^= 1
        with pytest.raises(BrokenSealError):
            keys.unwrap(keys.newest, bytes(changed), b"one")
    for length in range(len(wrapped)):
        with pytest.raises(BrokenSealError):
            keys.unwrap(keys.newest, wrapped[:length], b"one")


def test_keys_are_read_as_they_are_written() -> None:
    keys = [new_key() for _ in range(3)]
    text = format_keys(keys).decode()
    assert len(text.splitlines()) == 3
    for written in (text, text.replace("\n", "  "), f"\n{text}\n"):
        found = read_keys(written)
        assert found.ids == Keyring(keys).ids
        assert found.newest == Keyring(keys).newest


@pytest.mark.parametrize(
    "text",
    ["", " \n", "nonsense", base64_of(OLD[:31]), base64_of(OLD + b"x"), base64_of(OLD)[:-1],
     f"{base64_of(OLD)} {base64_of(b'')}x", base64_of(OLD).replace("=", ""), "é" * 44],
)  # fmt: skip
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|32 bytes"):
        read_keys(text)


def test_a_keyring_shows_ids_and_no_key() -> None:
    keys = Keyring([OLD])
    assert keys.newest in repr(keys)
    assert OLD.hex() not in repr(keys)
    assert base64_of(OLD) not in repr(keys)
