"""A state stays small however many facts there are; its lists are read page by page, at one fixed position."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from domain.streams.event import FactErased
from domain.streams.negotiation import negotiation_id
from infrastructure.projections.stored_versions import versions_in
from infrastructure.readers.state import facts_at
from tests.api.answers.long_lists import (
    AT,
    PEOPLE,
    STATE,
    follow_pages,
    import_facts,
    make_custody,
    read_whole_state,
)
from tests.api.asking import TALKS, count, fact

if TYPE_CHECKING:
    from sqlalchemy import CursorResult

    from api.composition import Parley
    from domain.views.versions import FactVersion
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database


def test_of_many_people_a_state_shows_a_hundred_and_where_the_others_are(
    client: Client,
) -> None:
    client.open()
    import_facts(client, map(make_custody, range(PEOPLE)))
    snapshot = read_whole_state(client)
    everybody = snapshot["custody"]
    names = [each["person"].casefold() for each in everybody]
    assert names == sorted(set(names))
    assert len(names) == PEOPLE
    assert "_more" not in json.dumps(snapshot)

    state = client.get(f"{TALKS}?{AT}")
    assert state.json["custody"] == everybody[:100]
    assert state.json["custody_more"]["count"] == PEOPLE
    assert len(state.body) < 100_000
    later = iter(range(PEOPLE, PEOPLE + 100))
    rest = follow_pages(
        client, state.json["custody_more"], lambda: client.record(**make_custody(next(later)))
    )
    assert state.json["custody"] + rest == everybody
    assert client.get(f"{TALKS}?{AT}").json["custody_more"]["count"] > PEOPLE
    assert client.get(f"{TALKS}/snapshots/all").json["content"] == snapshot

    pinned = f"{AT}&position={snapshot['perspective']['position']}"
    first = client.get(f"{STATE}/custody?{pinned}&limit=400")
    second = client.get(f"{STATE}/custody?limit=400&cursor={first.json['next']}")
    assert first.json["items"] + second.json["items"] == everybody
    assert second.json["next"] is None
    assert first.json["perspective"] == snapshot["perspective"]
    for answer in (first, second):
        assert "link" not in answer.headers
        assert "no-cache" not in answer.headers["cache-control"]
    address = f"{STATE}/custody?{pinned}&limit=400"
    assert client.get(address, if_none_match=first.headers["etag"]).status == 304


def test_a_page_that_is_not_fixed_names_the_one_that_is(client: Client) -> None:
    client.open()
    client.record(**make_custody(1))
    answer = client.get(f"{STATE}/custody?{AT}")
    fixed = answer.headers["link"].partition(">")[0][1:]
    client.record(**make_custody(2))
    again = client.get(fixed)
    assert (again.body, again.headers["etag"]) == (answer.body, answer.headers["etag"])
    assert len(client.get(f"{STATE}/custody?{AT}").json["items"]) == 2
    assert len(client.get(f"{STATE}/custody?{AT}&as_known_at=2999").json["items"]) == 2


def test_a_page_costs_what_a_page_does(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.open()
    import_facts(client, map(make_custody, range(PEOPLE)))
    read: list[object] = []

    def note_versions(rows: CursorResult[Any]) -> list[FactVersion]:
        versions = versions_in(rows)
        read.extend(versions)
        return versions

    monkeypatch.setattr(facts_at, "versions_in", note_versions)
    page = client.get(f"{STATE}/custody?{AT}&limit=10").json
    assert [len(page["items"]), len(read)] == [10, 11]
    read.clear()
    assert len(client.get(f"{STATE}/custody?cursor={page['next']}&limit=10").json["items"]) == 10
    assert len(read) == 11


def test_a_page_of_questions_without_entries_is_read_in_few_statements(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most people here are held only later, so entries on the day asked for are far apart."""
    client.open()
    few = [{**make_custody(number), "valid": "2024-01"} for number in range(0, PEOPLE, 30)]
    import_facts(client, [*few, *(make_custody(number) for number in range(PEOPLE) if number % 30)])
    read: list[object] = []

    def note_rows(rows: CursorResult[Any]) -> list[FactVersion]:
        read.append(rows)
        return versions_in(rows)

    monkeypatch.setattr(facts_at, "versions_in", note_rows)
    for day, shown in (("2023-06", 0), ("2024-06", len(few))):
        items, more = [], f"as_of={day}&"
        while more:
            page = client.get(f"{STATE}/custody?{more}limit=4").json
            items += page["items"]
            more = f"cursor={page['next']}&" if page["next"] else ""
            assert len(read) < 5
            read.clear()
        state = client.get(f"{TALKS}?as_of={day}").json["custody"]
        read.clear()
        assert items == state
        assert len(items) == shown


def test_pages_follow_aliases_and_hold_long_keys_as_the_state_does(client: Client) -> None:
    client.open()
    import_facts(client, map(make_custody, range(10)))
    first, last = (client.get(f"{STATE}/custody").json["items"][at]["person"] for at in (0, -1))
    spelt = {"kind": "alias", "valid": "2025-01"}
    client.record(**spelt, name=first, same_as="Zed")
    client.record(**spelt, name=last, same_as="Aaron")
    client.record(**spelt, name="Nobody", same_as="Somebody")
    offer = {"kind": "proposal", "by": "A", "stage": "mooted"}
    import_facts(
        client, (fact(**offer, content=f"{'so ' * 700}{number % 5}") for number in range(9))
    )
    state = client.get(f"{TALKS}?{AT}").json
    assert [state["custody"][at]["person"] for at in (0, -1)] == ["Aaron", "Zed"]
    assert len(state["proposals"]) == 5
    for section in ("custody", "proposals", "statements"):
        items, more = [], f"{AT}&"
        while more:
            page = client.get(f"{STATE}/{section}?{more}limit=3").json
            items += page["items"]
            more = f"cursor={page['next']}&" if page["next"] else ""
        assert items == state[section]


def test_the_lists_of_a_total_and_the_rivals_of_an_entry_go_on_too(client: Client) -> None:
    client.open()
    days = [f"2025-{1 + number // 28:02}-{1 + number % 28:02}" for number in range(120)]
    import_facts(client, (fact(valid=day, quantities=count(1)) for day in days))
    women = [{**count(1)[0], "what": "women"}]
    import_facts(client, (fact(valid=day, quantities=women) for day in days))
    post = {"kind": "appointment", "post": "envoy", "valid": "2025-03"}
    import_facts(client, (fact(**post, person=f"Envoy {number}") for number in range(120)))
    everything, state = read_whole_state(client), client.get(f"{TALKS}?{AT}").json
    all_of, total = everything["prisoners"]["released"], state["prisoners"]["released"]
    assert [total[name] for name in ("low", "high", "text")] == [120, 120, "120"]
    for name in ("parts", "facts", "uncounted"):
        assert total[f"{name}_more"]["count"] == 120
        assert len(total[name]) == 100
        assert total[name] + follow_pages(client, total[f"{name}_more"]) == all_of[name]
    (all_rivals,), (entry,) = everything["posts"], state["posts"]
    assert entry["rivals_more"]["count"] == 119
    rest = follow_pages(client, entry["rivals_more"])
    assert len(entry["rivals"]) == 100
    assert entry["rivals"] + rest == all_rivals["rivals"]
    page = client.get(f"{STATE}/prisoners.released?{AT}&limit=7").json
    assert page["items"] == all_of["parts"][:7]
    goes_on = client.get(f"{STATE}/prisoners.released?cursor={page['next']}").json
    assert goes_on["items"] == all_of["parts"][7:107]


def test_what_stands_beside_an_entry_goes_on_too(client: Client) -> None:
    client.open()
    sanction = {"kind": "measure", "authority": "EU", "target": "Potash"}
    client.record(**sanction, action="imposed", stage="in_force", valid="2025-01-02")
    plan = {**sanction, "action": "eased", "stage": "announced", "valid": "2025-10/2025-11"}
    import_facts(client, (fact(**plan, summary=f"Talk {number}") for number in range(120)))
    count_ = {"kind": "prisoner_count", "population": "P", "counted_by": "C", "valid": "2025-03"}
    kept = {"what": "political prisoners", "value": 900, "basis": "stock"}
    parts = [
        [{"what": f"group {number}", "value": 1, "basis": "stock"} for number in range(at, at + 40)]
        for at in (0, 40, 80)
    ]
    import_facts(client, [fact(**count_, quantities=[kept, *part]) for part in parts])
    everything, state = read_whole_state(client), client.get(f"{TALKS}?{AT}").json
    for name, shown, of_all in (
        ("outlook", state["measures"], everything["measures"]),
        ("also_counted", state["prisoners"]["held"], everything["prisoners"]["held"]),
    ):
        (all_of,), (entry,) = of_all, shown
        assert len(all_of[name]) == entry[f"{name}_more"]["count"] == 120
        assert len(entry[name]) == 100
        assert entry[name] + follow_pages(client, entry[f"{name}_more"]) == all_of[name]
    (measure,) = client.get(f"{STATE}/measures?{AT}").json["items"]
    assert measure == state["measures"][0]


def test_a_fact_that_is_erased_between_two_pages_takes_no_other_with_it(client: Client) -> None:
    client.open()
    assert client.post(f"{TALKS}/settings", {"review_erasure": False}).status == 200
    places = [client.record(**make_custody(number)).headers["location"] for number in range(5)]
    pinned = f"{AT}&position={client.get(TALKS).json['perspective']['position']}"
    everybody = client.get(f"{STATE}/custody?{pinned}").json["items"]
    page = client.get(f"{STATE}/custody?{pinned}&limit=2").json
    gone = page["items"][1]["fact"]["id"]
    address = next(place for place in places if place.endswith(gone))
    assert client.post(f"{address}/erasure", {"reason": "Asked to"}, if_match="*").status == 200
    rest = client.get(f"{STATE}/custody?cursor={page['next']}").json
    assert rest["items"] == everybody[2:]
    assert [each["fact"] for each in rest["erased"]] == [gone]
    assert client.get(f"{STATE}/erased?{pinned}").json["items"] == rest["erased"]


def test_of_many_erasures_an_answer_names_the_first(client: Client, parley: Parley) -> None:
    client.open()
    import_facts(client, (make_custody(number) for number in range(101)))
    pinned = f"{AT}&position={client.get(TALKS).json['perspective']['position']}"
    items = client.get(f"{TALKS}/timeline?limit=1000").json["items"]
    parley.ledger.append([_make_erasure(item["id"]) for item in items])
    for path in (f"{TALKS}?{pinned}", f"{TALKS}/timeline?{pinned}", f"{STATE}/posts?{pinned}"):
        answer = client.get(path).json
        assert answer["erased_more"]["count"] == 101
        rest = follow_pages(client, answer["erased_more"])
        positions = [each["position"] for each in [*answer["erased"], *rest]]
        assert positions == sorted(set(positions))
        assert len(positions) == 101


def _make_erasure(fact_id: str) -> FactErased:
    return FactErased(
        originator_id=UUID(fact_id),
        originator_version=2,
        actor="editor",
        negotiation_id=negotiation_id("talks"),
        why="Asked to",
        approvers=(),
    )


def test_a_section_that_is_none_is_refused_with_the_names_of_those_that_are(
    light_client: Client,
) -> None:
    light_client.open()
    document = light_client.get("/openapi.json").json
    operation = document["paths"]["/v1/negotiations/{slug}/state/{section}"]["get"]
    named = next(
        parameter for parameter in operation["parameters"] if parameter["name"] == "section"
    )
    names = named["schema"]["enum"]
    assert {"custody", "prisoners.held", "prisoners.released", "meetings.next"} <= set(names)
    for section in names:
        answer = light_client.get(f"{STATE}/{section}")
        assert (answer.status, answer.json["items"]) == (200, []), section
    for section in ("nothing", "prisoners", "facts", "%00", "Custody"):
        answer = light_client.get(f"{STATE}/{section}")
        assert (answer.status, answer.pointers) == (422, ["/path/section"])
        assert all(name in answer.json["detail"] for name in names)
    assert light_client.get("/v1/negotiations/none/state/custody").pointers == ["/path/negotiation"]


def test_a_cursor_goes_on_with_its_own_section_alone(light_client: Client) -> None:
    light_client.open()
    for number in range(2):
        light_client.record(**make_custody(number))
        light_client.record(quantities=count(1), valid="2025-02")
    cursor = light_client.get(f"{STATE}/custody?limit=1").json["next"]
    for section in ("posts", "prisoners.released", "erased"):
        answer = light_client.get(f"{STATE}/{section}?cursor={cursor}")
        assert (answer.status, answer.pointers) == (422, ["/query/cursor"]), section
    assert light_client.get(f"{STATE}/custody?cursor={cursor}").status == 200
    assert light_client.get(f"{STATE}/custody?cursor={cursor}&position=0").status == 422
    timeline = light_client.get(f"{TALKS}/timeline?limit=1").json["next"]
    assert light_client.get(f"{STATE}/custody?cursor={timeline}").status == 422
