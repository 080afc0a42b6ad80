"""A cache of a process has a limited number of bytes, and an erasure clears it."""

from __future__ import annotations

from infrastructure.kept_bytes import KeptBytes


def test_what_is_kept_has_so_many_bytes_at_most() -> None:
    keeping: KeptBytes[bytes] = KeptBytes(100)
    for number in range(5):
        keeping.keep("talks", 0, number, bytes(30))
        assert keeping.size <= 100
    assert keeping.find("talks", 0, 4) is not None
    assert keeping.find("talks", 0, 0) is None
    keeping.keep("talks", 0, "large", bytes(101))
    assert keeping.find("talks", 0, "large") is None
    assert keeping.size == 90


def test_an_answer_that_was_made_before_an_erasure_is_not_kept_after_it() -> None:
    keeping: KeptBytes[bytes] = KeptBytes(100)
    assert keeping.find("talks", 7, "state") is None
    keeping.keep("talks", 6, "state", b"with what was erased")
    assert keeping.find("talks", 7, "state") is None
    keeping.keep("others", 0, "state", b"of another negotiation")
    assert keeping.find("others", 0, "state") is not None
