"""Change requests are derived from the log: after replays, rebuilds, checks and restores they are the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from domain.streams.event import RecordEvent
from infrastructure.projections.checking.comparison import compare_with_log
from infrastructure.tables.record import idempotency_answer
from tests.api.asking import Client
from tests.api.desk import CHANGE_REQUESTS, CITED, CORRECTION, DAY, RETRACTION, Desk, HeldClock
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.api.asking import Answer
    from tests.databases import Kind

pytestmark = [pytest.mark.either_database, pytest.mark.usefixtures("small_shares")]

REPLAYED: Final = "idempotency-replayed"


@dataclass(frozen=True, kw_only=True)
class Gone(RecordEvent):
    """An event whose payload is erased."""

    stored_name = "change.proposed"


def make_one_of_each(desk: Desk) -> list[Answer]:
    """Make change requests, at least one in each status."""
    made = [desk.propose(desk.fact()) for _ in range(6)]
    assert desk.decide(made[0]).status == 200
    assert desk.decide(made[1], "refusal").status == 200
    assert desk.decide(made[2], "withdrawal", "Ann").status == 200
    fact = f"/v1/facts/{made[3].json['fact']}"
    assert desk.post(f"{fact}/corroborations", CITED, if_match="1").status == 200
    desk.clock.now += 7 * DAY + 1_000
    made.append(desk.propose(desk.fact(), "retraction", RETRACTION, "Bo"))
    revision = {**CORRECTION, "changes": {"summary": "Fifty freed"}}
    made.append(desk.propose(desk.fact()))
    assert desk.post(f"{made[-1].headers['location']}/revision", revision).status == 200
    return made


def list_unfounded_tables(desk: Desk) -> list[str]:
    """The tables that differ from what the log gives."""
    with desk.parley.database.reading() as connection:
        differences = compare_with_log(connection, desk.parley.ledger.codec, desk.clock.now)
    return [each.table for each in differences]


def test_a_change_request_is_answered_again_as_it_was_first(desk: Desk, clock: HeldClock) -> None:
    fact = desk.fact()
    sent = {"if_match": "1", "idempotency_key": "p"}
    first = desk.post(f"{fact}/corrections", CORRECTION, **sent)
    assert desk.decide(first).status == 200
    clock.now += 8 * DAY
    again = desk.post(f"{fact}/corrections", CORRECTION, **sent)
    assert (first.status, again.status) == (202, 202)
    assert again.body == first.body
    assert again.headers[REPLAYED] == "true"
    for name in ("etag", "location", "cache-control"):
        assert again.headers[name] == first.headers[name]
    assert desk.events().count("change.proposed") == 1


@pytest.mark.parametrize(
    ("what", "who"),
    [("approval", "Bo"), ("refusal", "Bo"), ("withdrawal", "Ann"), ("revision", "Ann")],
)
def test_a_decision_is_answered_again_as_it_was_first(desk: Desk, what: str, who: str) -> None:
    fact = desk.fact()
    proposed = desk.propose(fact)
    first = desk.decide(proposed, what, who, idempotency_key="d")
    assert desk.post(f"{fact}/corroborations", CITED, if_match="*").status == 200
    desk.clock.now += 8 * DAY
    again = desk.decide(proposed, what, who, idempotency_key="d")
    assert (first.status, again.status) == (200, 200)
    assert again.body == first.body
    assert (again.headers["etag"], again.headers[REPLAYED]) == (first.headers["etag"], "true")


def test_a_refusal_by_the_record_is_answered_again_too(desk: Desk) -> None:
    proposed = desk.propose(desk.fact())
    first = desk.decide(proposed, who="Ann", idempotency_key="o")
    again = desk.decide(proposed, who="Ann", idempotency_key="o")
    assert (first.status, again.status) == (403, 403)
    assert again.headers[REPLAYED] == "true"


def test_one_key_of_two_approvals_is_of_one(desk: Desk) -> None:
    proposed, other = desk.propose(desk.fact()), desk.propose(desk.fact())
    assert desk.decide(proposed, idempotency_key="k").status == 200
    assert desk.decide(other, idempotency_key="k").status == 422


def test_what_is_kept_for_a_replay_says_nothing(desk: Desk) -> None:
    fact = desk.fact()
    proposed = desk.propose(fact, idempotency_key="a")
    desk.decide(proposed, idempotency_key="b")
    with desk.parley.database.reading() as connection:
        rows = connection.execute(select(idempotency_answer)).mappings().all()
    assert [(row["body"], row["headers"]) for row in rows] == [(b"", "{}")] * 2


def test_a_rebuild_and_a_check_find_no_difference(desk: Desk) -> None:
    make_one_of_each(desk)
    before = desk.get(CHANGE_REQUESTS).body
    assert list_unfounded_tables(desk) == []
    assert desk.parley.rebuild().differences == ()
    assert desk.get(CHANGE_REQUESTS).body == before


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE proposal SET proposer = 'Mallory'",
        "UPDATE proposal SET expires_at = expires_at + 1",
        "UPDATE proposal SET decision = 'approved' WHERE decision = 'refused'",
        "UPDATE proposal SET content_position = content_position - 1",
        "DELETE FROM proposal WHERE decision IS NULL",
    ],
)
def test_a_forged_change_request_is_found_and_put_right(desk: Desk, forgery: str) -> None:
    make_one_of_each(desk)
    before = desk.get(CHANGE_REQUESTS).body
    with desk.parley.database.writing() as connection:
        connection.execute(text(forgery))
    assert list_unfounded_tables(desk) == ["proposal"]
    report = desk.parley.rebuild()
    assert {difference.table for difference in report.differences} == {"proposal"}
    assert list_unfounded_tables(desk) == []
    assert desk.get(CHANGE_REQUESTS).body == before


def test_a_forged_proposer_opens_nothing(desk: Desk) -> None:
    proposed = desk.propose(desk.fact())
    with desk.parley.database.writing() as connection:
        connection.execute(text("UPDATE proposal SET proposer = 'Mallory'"))
    assert desk.decide(proposed, who="Ann").status == 403


@pytest.mark.parametrize("kind", ["sqlite-file", "postgresql"])
def test_a_restored_record_has_the_same_change_requests(
    desk: Desk, kind: Kind, fresh_database: Callable[[Kind], str], tmp_path: Path
) -> None:
    made = make_one_of_each(desk)
    desk.parley.back_up(tmp_path / "backup")
    settings = settings_of(fresh_database(kind))
    restored = compose(settings, clock=desk.clock, upgrade=False)
    restored.restore(tmp_path / "backup")
    with TestClient(create_app(restored)) as http:
        other = Desk(restored, Client(http), desk.clock)
        assert other.get(CHANGE_REQUESTS).body == desk.get(CHANGE_REQUESTS).body
        assert list_unfounded_tables(other) == []
        assert other.decide(made[6], who="Ann").status == 200
    restored.close()


def test_an_unreadable_change_request_does_not_stop_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, kept = desk.propose(desk.fact()), desk.propose(desk.fact())
    desk.decide(gone, "refusal")
    hide_payload(monkeypatch, desk, gone.json["position"])
    assert desk.get(f"/v1/change-requests/{gone.json['id']}").status == 404
    assert [item["id"] for item in desk.get(CHANGE_REQUESTS).json["items"]] == [kept.json["id"]]
    page = desk.get(f"{CHANGE_REQUESTS}?limit=1").json
    assert page == {"items": [], "next": gone.json["position"]}
    report = desk.parley.rebuild()
    assert [difference.table for difference in report.differences] == ["proposal"]
    assert list_unfounded_tables(desk) == []
    assert desk.decide(kept).status == 200
    assert desk.propose(f"/v1/facts/{gone.json['fact']}").status == 202
    last = desk.get("/v1/changes?limit=1000").json["items"]
    assert next(each for each in last if each["position"] == gone.json["position"])["data"] == {}


def hide_payload(monkeypatch: pytest.MonkeyPatch, desk: Desk, position: int) -> None:
    """Make the codec read the event at a position as one whose payload is erased."""
    read = desk.parley.ledger.codec.read

    def read_or_gone(stored: Any, actor: str) -> RecordEvent:  # noqa: ANN401
        event = read(stored, actor)
        if getattr(stored, "id", None) != position:
            return event
        return Gone(
            originator_id=event.originator_id,
            originator_version=event.originator_version,
            actor=actor,
        )

    monkeypatch.setattr(desk.parley.ledger.codec, "read", read_or_gone)
