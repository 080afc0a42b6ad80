from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.commands.json_text import canonical, hash_json, pointer, read_json, write_json
from domain.errors import ContentError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_what_is_written_is_read_back(value: object) -> None:
    assert read_json(write_json(value)) == value
    assert read_json(canonical(value)) == value


class _Named(str):
    """A subclass of str, as SQLAlchemy's names are."""

    __slots__ = ()


@given(JSON)
def test_what_is_written_has_the_bytes_that_pythons_own_writer_gives(value: object) -> None:
    told = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    assert write_json(value) == told.encode()


def test_every_character_is_written_as_pythons_own_writer_does() -> None:
    every = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
    assert write_json([every]) == json.dumps([every], ensure_ascii=False).encode()
    assert write_json({_Named("name"): _Named("value")}) == b'{"name":"value"}'
    with pytest.raises(TypeError):
        write_json({"a": object()})


@given(st.dictionaries(st.text(), st.integers(), max_size=5))
def test_a_hash_does_not_depend_on_the_order_of_names(value: dict[str, int]) -> None:
    assert hash_json(dict(reversed(value.items()))) == hash_json(value)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        value = read_json(raw)
    except ContentError:
        return
    assert value == json.loads(raw)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'{"a":{"b":[0,{"c":1,"c":2}]}}', "/a/b/1/c"),
        (b'["\\udc00"]', "/0"),
        (b'{"a":Infinity}', ""),
        (b'{"a":-1e400}', ""),
        (b'{"a":1e-400}', ""),
        (b'{"a":51.99999999999999999999}', ""),
        (b'{"a":1e-99999999999999999999}', ""),
    ],
)
def test_a_fault_has_its_place(raw: bytes, found: str) -> None:
    with pytest.raises(ContentError) as error:
        read_json(raw)
    assert [fault.pointer for fault in error.value.faults] == [found]


def test_a_pointer_escapes_what_it_must() -> None:
    assert pointer(("a/b", 0, "~")) == "/a~1b/0/~0"
    assert pointer(()) == ""
