"""A change request and its reasons are shown only to those who may correct, and are stored nowhere in clear."""

from __future__ import annotations

import json
import logging
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import inspect

from api.commands.export import Export
from api.http.routes.changes import _SHOWN
from domain.access import anonymous
from domain.streams.event import STORED_NAMES, ChangeRequestEvent, FactEvent, RecordEvent
from domain.time.perspective import PerspectiveQuery
from tests.api.asking import TALKS, Answer, without_credentials
from tests.api.desk import CHANGE_REQUESTS, CITED, CORRECTION, DAY, Desk
from tests.api.secrecy.roles import find_needed_query
from tests.infrastructure.sealing.files import holds, tables_holding

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.either_database

WORDS: Final = (
    "Quetzal",  # the proposed body
    "Ocelot",  # the reason for the proposal
    "Axolotl",  # the body of a revision
    "Tapir",  # the reason for the approval
    "Caiman",  # the reason for the refusal
    "Jabiru",  # the reason for the withdrawal
)


def make_correction(body: str = "Quetzal", why: str = "Ocelot") -> dict[str, Any]:
    return {
        **CORRECTION,
        "why": f"{why} says so",
        "changes": {"summary": f"{body} freed", "people": [body], "note": body},
        "citation": {"publisher": body, "title": why},
    }


@pytest.fixture
def desk_of_words(desk: Desk) -> Desk:
    """A desk where change requests contain all of the words; only a body without them was approved."""
    requests = [
        desk.propose(desk.fact(), body=make_correction(), idempotency_key=f"{n}") for n in range(5)
    ]
    address = requests[0].headers["location"]
    revised = desk.post(f"{address}/revision", make_correction("Axolotl"), idempotency_key="r")
    assert revised.status == 200
    for answer, what, who, why in (
        (requests[1], "refusal", "Bo", "Caiman"),
        (requests[2], "withdrawal", "Ann", "Jabiru"),
    ):
        place = f"/v1/change-requests/{answer.json['id']}/{what}"
        assert desk.post(place, {"why": why}, who, idempotency_key=what).status == 200
    fact = f"/v1/facts/{requests[3].json['fact']}"
    assert desk.post(f"{fact}/corroborations", CITED, if_match="1").status == 200
    plain = desk.propose(desk.fact())
    sent = {"if_match": plain.headers["etag"], "idempotency_key": "a"}
    place = f"/v1/change-requests/{plain.json['id']}/approval"
    assert desk.post(place, {"why": "Tapir"}, "Bo", **sent).status == 200
    assert desk.post(f"{TALKS}/snapshots", {"name": "first"}).status == 201
    return desk


def read_answers(desk: Desk, credential: dict[str, str]) -> Iterator[tuple[str, Answer]]:
    """The responses to a person of every GET in the document, for all that there is."""
    listed = desk.get(CHANGE_REQUESTS).json["items"]
    anybody = without_credentials(desk.client)
    for path, methods in anybody.get("/openapi.json").json["paths"].items():
        if "get" not in methods:
            continue
        for each in listed:
            names = {"fact_id": each["fact"], "change_request_id": each["id"], "slug": "talks"}
            names |= {"name": "first", "section": "custody", "level": "0", "index": "000.p/3"}
            names["chart"] = "releases"
            address = path.format(**names) + find_needed_query(path)
            address += "?include=retracted" if path.endswith("timeline") else ""
            address += "?limit=1000" if path.endswith("changes") else ""
            yield address, anybody.get(address, **credential)
    yield "csv", anybody.get(f"{TALKS}/audit", accept="text/csv", **credential)


def test_no_answer_says_it_to_who_may_not_correct(desk_of_words: Desk) -> None:
    reader = desk_of_words.key("Reader", "fact:read", "audit:read", "fact:write", "admin", "erase")
    for credential in ({}, {"authorization": reader}):
        asked = 0
        for address, answer in read_answers(desk_of_words, credential):
            words = [word for word in WORDS if word.encode() in answer.body]
            assert words == [], address
            asked += answer.status == 200
        assert asked > 50
    search = without_credentials(desk_of_words.client).get(f"{TALKS}/timeline?q=quetzal")
    assert search.json["items"] == []


def test_who_may_correct_is_told_all_of_it(desk_of_words: Desk) -> None:
    told = desk_of_words.get(CHANGE_REQUESTS, "Bo").body
    assert [word for word in WORDS if word.encode() not in told] == []


def test_no_export_says_it(desk_of_words: Desk) -> None:
    anybody = anonymous(frozenset({"fact:read", "audit:read"}))
    asked = desk_of_words.parley, anybody, "talks", PerspectiveQuery()
    lines = [
        line for history in (False, True) for line in Export.of(*asked, history=history).lines()
    ]
    written = json.dumps(lines)
    assert "Fifty-one freed" in written
    assert [word for word in WORDS if word in written] == []


def test_no_file_and_no_table_holds_it_in_clear(desk_of_words: Desk) -> None:
    database = desk_of_words.parley.database
    desk_of_words.parley.catch_up()
    if database.is_sqlite:
        assert [word for word in WORDS if holds(database, word.encode())] == []
        assert holds(database, b"change.proposed")
        return
    with database.reading() as connection:
        tables = inspect(connection).get_table_names()
    assert {"event", "proposal", "idempotency_answer", "fact_text"} <= set(tables)
    for word in WORDS:
        assert tables_holding(database, word, *tables) == []
    assert tables_holding(database, "Fifty-two prisoners freed", *tables) != []


def test_no_line_of_the_servers_own_log_says_it(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    proposed = desk.propose(desk.fact(), body=make_correction())
    desk.decide(proposed, who="Ann")
    desk.decide(proposed, if_match="x")
    desk.clock.now += 8 * DAY
    desk.decide(proposed)
    assert [
        record for record in caplog.records if any(w in record.getMessage() for w in WORDS)
    ] == []


def test_the_log_says_of_a_change_request_what_was_done_with_it_and_no_more(desk: Desk) -> None:
    proposed = desk.propose(desk.fact(), body=make_correction())
    revised = desk.post(f"{proposed.headers['location']}/revision", make_correction("Axolotl"))
    assert desk.decide(revised).status == 200
    items = without_credentials(desk.client).get("/v1/changes").json["items"][-4:]
    bound = {"proposal": proposed.json["id"], "fact": proposed.json["fact"]}
    assert [(item["event"], item["actor"], item["fact"], item["data"]) for item in items] == [
        (
            "change.proposed",
            "Ann",
            None,
            {
                **bound,
                "op": "correct",
                "fact_version": 1,
                "expires_at": proposed.json["expires_at"],
                "digest": proposed.json["digest"],
            },
        ),
        (
            "change.revised",
            "Ann",
            None,
            {
                **bound,
                "fact_version": 1,
                "expires_at": revised.json["expires_at"],
                "digest": revised.json["digest"],
            },
        ),
        ("change.approved", "Bo", None, {**bound, "digest": revised.json["digest"]}),
        ("fact.corrected", "Ann", proposed.json["fact"], items[-1]["data"]),
    ]
    assert items[-1]["data"]["fact"]["summary"] == "Axolotl freed"


def test_the_log_shows_no_field_that_it_was_not_told_to_show() -> None:
    shown = {event.stored_name: set(names) for event, names in _SHOWN.items()}
    assert set(shown) == set(STORED_NAMES) - {"negotiation.snapshot_taken"}
    for name, names in shown.items():
        event = STORED_NAMES[name]
        own = {field.name for field in fields(event)} - {
            field.name for field in fields(RecordEvent)
        }
        kept_back = {"body", "why", "fact_id", "negotiation_id"}
        if issubclass(event, ChangeRequestEvent):
            assert names == own - kept_back
        elif issubclass(event, FactEvent):
            assert names == own - {"batch"}, "an item tells the batch beside what the event says"
