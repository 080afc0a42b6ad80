"""Change requests are listed by status, and expire when their time is over."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from tests.api.asking import Client
from tests.api.desk import CHANGE_REQUESTS, CITED, DAY, Desk, HeldClock, kind_of
from tests.databases import settings_of
from tests.on_sqlite import on_sqlite

pytestmark = pytest.mark.either_database


def _list_requests(desk: Desk, status: str) -> list[str]:
    return [item["id"] for item in desk.get(f"{CHANGE_REQUESTS}?status={status}").json["items"]]


def test_it_expires_at_the_very_microsecond(desk: Desk, clock: HeldClock) -> None:
    late, early = desk.propose(desk.fact()), desk.propose(desk.fact())
    assert late.json["expires_at"] == "2025-11-29T12:00:00.000002Z"
    expiry = 1_763_812_800_000_002 + 7 * DAY
    clock.now = expiry - 3
    assert desk.decide(early).status == 200
    clock.now = expiry - 1
    assert (desk.status(late), _list_requests(desk, "open")) == ("open", [late.json["id"]])
    clock.now = expiry
    assert (desk.status(late), _list_requests(desk, "expired")) == ("expired", [late.json["id"]])
    assert _list_requests(desk, "open") == []
    for what, who in (
        ("approval", "Bo"),
        ("refusal", "Bo"),
        ("withdrawal", "Ann"),
        ("revision", "Ann"),
    ):
        answer = desk.decide(late, what, who)
        assert (answer.status, kind_of(answer)) == (409, "state")
        assert "expired at 2025-11-29T12:00:00.000002Z" in answer.json["detail"]


@on_sqlite
def test_how_long_it_waits_is_a_setting(database_url: str) -> None:
    clock = HeldClock()
    settings = settings_of(database_url, PARLEY_CHANGE_REQUEST_DAYS="1")
    parley = compose(settings, clock=clock, upgrade=False)
    with TestClient(create_app(parley)) as http:
        desk = Desk(parley, Client(http), clock)
        desk.open()
        proposed = desk.propose(desk.fact())
    parley.close()
    assert proposed.json["expires_at"].startswith("2025-11-23T12:00:00")


def test_they_are_listed_newest_last_by_what_has_become_of_them(
    desk: Desk, clock: HeldClock
) -> None:
    facts = [desk.fact() for _ in range(6)]
    made = [desk.propose(fact) for fact in facts]
    ids = [each.json["id"] for each in made]
    desk.decide(made[0])
    desk.decide(made[1], "refusal")
    desk.decide(made[2], "withdrawal", "Ann")
    desk.post(f"{facts[3]}/corroborations", CITED, if_match="1")
    clock.now += 7 * DAY + 1_000
    ids.append(desk.propose(facts[4]).json["id"])
    statuses = ("approved", "refused", "withdrawn", "void", "expired", "open")
    listed = {status: _list_requests(desk, status) for status in statuses}
    assert listed == {
        "approved": ids[:1],
        "refused": ids[1:2],
        "withdrawn": ids[2:3],
        "void": ids[3:4],
        "expired": ids[4:6],
        "open": ids[6:],
    }
    every = desk.get(CHANGE_REQUESTS).json["items"]
    assert [each["id"] for each in every] == ids
    assert [desk.get(f"/v1/change-requests/{id_}").json for id_ in ids] == every
    about = desk.get(f"{CHANGE_REQUESTS}?fact={facts[4].rpartition('/')[2]}").json["items"]
    assert [each["id"] for each in about] == [ids[4], ids[6]]
    paged, cursor = [], 0
    while cursor is not None:
        page = desk.get(f"{CHANGE_REQUESTS}?limit=3&cursor={cursor}").json
        paged += page["items"]
        cursor = page["next"]
    assert paged == every


@on_sqlite
@pytest.mark.parametrize(
    ("query", "at"),
    [
        ("status=done", "/query/status"),
        ("fact=x", "/query/fact"),
        ("cursor=x", "/query/cursor"),
        ("limit=0", "/query/limit"),
        ("as_of=2025", "/query/as_of"),
    ],
)
def test_a_malformed_question_is_pointed_at(desk: Desk, query: str, at: str) -> None:
    assert desk.get(f"{CHANGE_REQUESTS}?{query}").pointers == [at]
