"""A request repeated under its idempotency key gets the same response, if the caller may still see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from api.http.exchange.idempotency import REPLAYED
from tests.api.asking import TALKS
from tests.api.secrecy.roles import TABLE, copy_record, keep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.api.secrecy.roles import Record
    from tests.databases import Kind

pytestmark = pytest.mark.either_database

SENT: Final = {path: body for (method, path), (_, body) in TABLE.items() if method == "post"}
FOR_WHO_IS_NO_MEMBER: Final = {
    "/v1/negotiations": 201,
    "/v1/certificates": 201,
    "/v1/negotiations/{slug}/settings": 200,
}
"""Operations outside of a negotiation, without content of it, or for every admin."""


@pytest.fixture
def record(fresh_database: Callable[[Kind], str], tmp_path: Path) -> Iterator[Record]:
    (tmp_path / "kept").mkdir()
    kept = keep(fresh_database("sqlite-file"), tmp_path / "kept")
    yield from copy_record(kept, tmp_path / "open")


def test_it_is_answered_with_the_same_bytes(record: Record) -> None:
    for path, body in SENT.items():
        first, again = (post_keyed(record, path, body) for _ in range(2))
        assert first.status_code < 300, f"{path}: {first.text}"
        assert again.headers[REPLAYED] == "true", path
        assert (again.status_code, again.content) == (first.status_code, first.content), path


def test_to_who_is_no_member_any_more_it_is_told_no_more(record: Record) -> None:
    for path, body in SENT.items():
        assert post_keyed(record, path, body).status_code < 300, path
    private = {"visibility": "private", "members": ["Zoe"]}
    admin = {**record.headers["all"], "idempotency-key": "private"}
    hidden = record.http.post(f"{TALKS}/settings", json=private, headers=admin)
    assert hidden.status_code == 200
    for path, body in SENT.items():
        again = post_keyed(record, path, body)
        assert again.status_code == FOR_WHO_IS_NO_MEMBER.get(path, 404), f"{path}: {again.text}"
        assert path != "/v1/certificates" or again.json()["status"] == 404


def post_keyed(record: Record, path: str, body: object) -> Any:  # noqa: ANN401 -- as it comes
    record.headers["all"]["idempotency-key"] = path
    return record.ask("all", "post", path, body)
