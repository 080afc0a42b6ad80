"""Other writers can write during a large import; its response is stored when it is complete."""

from __future__ import annotations

import json
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from api.commands.importing.turns import FIRST_TURN
from api.composition import compose
from api.http.problem_kinds import PROBLEMS
from tests.api.asking import FACTS, TALKS, Client, fact
from tests.databases import settings_of
from tests.importing.lines import custody, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.composition import Parley
    from domain.streams.event import RecordEvent
    from tests.api.asking import Answer

pytestmark = pytest.mark.either_database

MANY = 400
LINES = b"".join(
    json.dumps(fact(external_id=f"line {number}")).encode() + b"\n" for number in range(MANY)
)


def import_lines(client: Client, lines: bytes = LINES, **headers: str) -> Answer:
    return client.post(f"{TALKS}/import", lines, content_type="application/x-ndjson", **headers)


@pytest.fixture
def answers(client: Client) -> list[Answer]:
    """The response of an import, once it is there."""
    client.open()
    return []


def start_import(client: Client, answers: list[Answer]) -> Thread:
    """An import that is running."""
    thread = Thread(target=lambda: answers.append(import_lines(client)))
    thread.start()
    return thread


def select_between(positions: Sequence[int], report: dict[str, Any]) -> list[int]:
    first, last = report["first_position"], report["last_position"]
    return [position for position in positions if first < position < last]


def test_who_writes_to_the_same_server_meanwhile_gets_in_between(
    client: Client, answers: list[Answer]
) -> None:
    thread = start_import(client, answers)
    written: list[int] = []
    while thread.is_alive():
        answer = client.post(FACTS, fact(external_id=f"other {len(written)}"))
        written.append(answer.json["position"])
    thread.join()
    report = answers[0].json
    assert report["recorded"] == MANY
    assert select_between(written, report)
    assert report["last_position"] - report["first_position"] + 1 == MANY + len(
        select_between(written, report)
    )


def test_who_writes_by_another_connection_meanwhile_gets_in_between(
    client: Client, parley: Parley, answers: list[Answer]
) -> None:
    other = compose(settings_of(parley.settings.database_url), upgrade=False)
    thread = start_import(client, answers)
    written: list[int] = []
    while thread.is_alive():
        report = run(other, [custody(f"other {len(written)}")])
        written.append(report["first_position"])
    thread.join()
    other.close()
    assert answers[0].json["recorded"] == MANY
    assert select_between(written, answers[0].json)


def test_a_large_import_is_replayed_as_it_was_answered(client: Client) -> None:
    client.open()
    first = import_lines(client, idempotency_key="i")
    client.record()
    again = import_lines(client, idempotency_key="i")
    assert first.json["recorded"] == MANY
    assert (again.body, again.headers["idempotency-replayed"]) == (first.body, "true")


def test_an_import_that_broke_off_is_finished_under_its_key(
    client: Client, parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.open()
    append = parley.ledger.append

    def rename(old: str, new: str) -> None:
        with parley.database.writing() as connection:
            connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    def append_once(events: Sequence[RecordEvent], **more: Any) -> list[int]:  # noqa: ANN401 -- as it is given
        positions = append(events, **more)
        monkeypatch.undo()
        rename("log_head", "gone")
        return positions

    monkeypatch.setattr(parley.ledger, "append", append_once)
    broken = import_lines(client, idempotency_key="i")
    assert broken.status == PROBLEMS["broken-off"].status == 503
    assert broken.json["type"] == "urn:parley:problem:broken-off"
    assert (broken.json["recorded"], broken.json["of"]) == (FIRST_TURN, MANY)
    assert broken.headers["retry-after"] == "1"
    rename("gone", "log_head")
    report = import_lines(client, idempotency_key="i").json
    assert (report["recorded"], report["unchanged"]) == (MANY - FIRST_TURN, FIRST_TURN)
    assert (report["first_position"], report["last_position"]) == (FIRST_TURN + 2, MANY + 1)
    assert import_lines(client, idempotency_key="i").json == report
