"""Hidden and missing things are looked up by the same statements, before anything else of them or the body is read."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final, get_args
from uuid import uuid4

import pytest
from sqlalchemy import event

from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from infrastructure.database.lanes import Lane, in_lane
from tests.api.secrecy.private_place import HIDDEN, Place, make_place
from tests.api.secrecy.roles import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from infrastructure.database.database import Database

ABSENT: Final = "absnt-talks"
NAMED: Final = ("{slug}", "{fact_id}", "{change_request_id}")
DIFFERS: Final = frozenset({"ratelimit", "etag"})
"""Headers that differ from one request to the next."""
MALFORMED: Final = b"{"
FACTS_READ: Final = 2
"""The least number of operations that look up a fact."""


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Place]:
    yield from make_place(database_url, tmp_path)


@contextmanager
def watch_statements(database: Database) -> Iterator[list[str]]:
    """The statements that the database executes meanwhile."""
    statements: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    with ExitStack() as listening:
        for lane in get_args(Lane):
            with in_lane(lane):
                engine = database.engine
            event.listen(engine, "before_cursor_execute", keep)
            listening.callback(event.remove, engine, "before_cursor_execute", keep)
        yield statements


def operations(place: Place) -> list[tuple[str, str]]:
    """The operations of the document whose address names a negotiation, a fact or a change request."""
    paths: dict[str, dict[str, Any]] = place.http.app.openapi()["paths"]  # type: ignore[attr-defined]
    found = [(method, path) for path, methods in paths.items() for method in methods]
    return [(method, path) for method, path in found if any(name in path for name in NAMED)]


def make_absent_names() -> dict[str, str]:
    """Names of the same length for things that do not exist."""
    return {"slug": ABSENT, "fact_id": str(uuid4()), "change_request_id": str(uuid4())}


def ask_watched(
    place: Place, who: str | None, operation: tuple[str, str], names: dict[str, str], sent: object
) -> tuple[list[str], int, dict[str, str], str]:
    """The statements and the response, with the names of the thing left out."""
    with watch_statements(place.parley.database) as statements:
        keyed = {"idempotency-key": str(uuid4())} if sent is not None else {}
        answer = place.ask(who, *operation, sent, names, **keyed)
    body, headers = answer.text, {n: v for n, v in answer.headers.items() if n not in DIFFERS}
    for name in names.values():
        body = body.replace(name, "?")
    return statements, answer.status_code, headers, body


@pytest.mark.parametrize("who", ["outsider", "reader", None])
def test_what_is_hidden_is_looked_for_as_what_is_not_there(place: Place, who: str | None) -> None:
    asked = operations(place)
    assert len(asked) >= 28
    # The first stored response makes the secret of the idempotency keys.
    ask_watched(place, who, asked[0], make_absent_names(), MALFORMED)
    looked = 0
    for operation in asked:
        sent = TABLE[operation][1]
        for body in (sent,) if sent is None else (sent, MALFORMED):
            hidden = ask_watched(place, who, operation, place.names, body)
            absent = ask_watched(place, who, operation, make_absent_names(), body)
            assert hidden == absent, operation
            looked += any("FROM fact_version" in each for each in hidden[0])
    assert looked >= FACTS_READ


def test_the_computed_id_of_a_hidden_fact_is_answered_as_an_unknown_one(place: Place) -> None:
    computed = str(fact_id(negotiation_id(HIDDEN), "canary-id"))
    assert computed == place.fact
    # A key that was accepted before is looked up together with the fact.
    ask_watched(place, "reader", ("get", "/v1/facts/{fact_id}"), make_absent_names(), None)
    for perspective in ("", "?position=2", "?clock=published&as_known_at=2025-10&position=1"):
        for path in ("/v1/facts/{fact_id}", "/v1/facts/{fact_id}/history"):
            operation = ("get", path + perspective)
            hidden = ask_watched(place, "reader", operation, place.names, None)
            assert hidden == ask_watched(place, "reader", operation, make_absent_names(), None), (
                operation
            )
