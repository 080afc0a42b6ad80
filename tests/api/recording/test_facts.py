from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.commands.examples import FACTS as EXAMPLES
from tests.api.asking import FACTS, TALKS, count, fact
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_of_the_documentation_is_recorded(client: Client, name: str) -> None:
    client.open()
    answer = client.post(FACTS, EXAMPLES[name])
    assert answer.status == 201
    record = answer.json
    assert answer.headers["location"] == f"/v1/facts/{record['id']}"
    assert answer.headers["etag"].startswith('"1-')
    assert (record["version"], record["position"], record["status"]) == (1, 2, "recorded")
    assert {**record["fact"], **EXAMPLES[name], "citations": 0, "quantities": 0} == {
        **record["fact"],
        "citations": 0,
        "quantities": 0,
    }


def test_a_record_has_the_bounds_of_its_numbers_and_of_its_time(client: Client) -> None:
    client.open()
    told = [{"what": "released", "comparator": "gt", "value": 1000, "basis": "increment"}]
    record = client.record(valid="2025-09-11/", quantities=told).json
    assert record["fact"]["quantities"][0]["low"] == 1001
    assert record["fact"]["quantities"][0]["high"] is None
    bounds = record["valid_bounds"]
    assert bounds["start_earliest"] == "2025-09-11T00:00:00.000000Z"
    assert bounds["end_latest"] is None
    assert bounds["end_unknown"] is True


def test_an_external_id_is_taken_once_and_the_problem_names_the_first(client: Client) -> None:
    client.open()
    first = client.record(external_id="BY-047").json
    answer = client.post(FACTS, fact(external_id="BY-047", summary="Another"))
    assert answer.status == 409
    assert answer.json["fact"] == first["id"]
    assert answer.pointers == ["/external_id"]
    assert client.get("/v1/changes").json["items"][-1]["position"] == 2


@on_sqlite
def test_a_fact_in_no_negotiation_is_refused(client: Client) -> None:
    assert client.post("/v1/negotiations/none/facts", fact()).status == 404
    assert client.post("/v1/negotiations/%00/facts", fact()).status == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"valid": "2025-13"}, "/valid"),
        ({"kind": "rumour"}, "/kind"),
        ({"citations": []}, "/citations"),
        ({"citations": [{"publisher": "A", "published": "soon"}]}, "/citations/0/published"),
        ({"quantities": [{"what": "released"}]}, "/quantities/0/value"),
        ({"links": [{"relation": "confirms", "fact": "BY-1"}]}, "/links/0/fact"),
        ({"people": ["A", 3]}, "/people/1"),
        ({"summary": None}, "/summary"),
        ({"post": "envoy"}, "/post"),
        ({"summary": "a\u0000b"}, "/summary"),
    ],
)
def test_what_breaks_a_rule_is_pointed_at(
    light_client: Client, change: dict[str, object], pointer: str
) -> None:
    light_client.open()
    answer = light_client.post(FACTS, fact(**change))
    assert answer.status == 422
    assert answer.pointers == [pointer]
    assert light_client.get("/v1/changes").json["perspective"]["position"] == 1


def test_a_fact_is_unknown_then_known_then_withdrawn(client: Client) -> None:
    client.open()
    record = client.record().json
    address = f"/v1/facts/{record['id']}"
    body = {"reason": "coding_error", "why": "It was another day"}
    assert client.post(f"{address}/retraction", body, if_match="1").status == 200
    early = client.get(f"{address}?position=1")
    assert early.status == 404
    assert early.json["type"] == "urn:parley:problem:not-yet-known"
    assert client.get(f"{address}?position=2").json["status"] == "recorded"
    gone = client.get(address)
    assert gone.status == 410
    assert gone.json["why"] == "It was another day"
    unknown = client.get("/v1/facts/nothing")
    assert unknown.status == 404
    assert "write an id as every fact record has it in `id`" in unknown.json["detail"]
    assert client.get(f"/v1/facts/{record['id'][:-1]}g").status == 404


def test_a_record_says_from_which_perspective_it_was_read(client: Client) -> None:
    client.open()
    record = client.record(valid="2030-01").json
    assert record["certainty"] is None
    address = f"/v1/facts/{record['id']}"
    seen = client.get(f"{address}?as_of=2030-01-15").json
    assert seen["certainty"] == "possible"
    assert seen["perspective"]["as_of"] == "2030-01-15T23:59:59.999999Z"
    assert client.get(f"{address}?as_of=2030-01").json["certainty"] == "certain"


def test_history_tells_every_version_with_what_it_changed(client: Client) -> None:
    client.open()
    record = client.record(quantities=count(50)).json
    address = f"/v1/facts/{record['id']}"
    body = {"reason": "coding_error", "why": "Misread", "changes": {"quantities": count(52)}}
    client.post(f"{address}/corrections", body, if_match="1")
    items = client.get(f"{address}/history").json["items"]
    assert [item["event"] for item in items] == ["fact.recorded", "fact.corrected"]
    assert {change["field"] for change in items[1]["changes"]} == {"quantities", "status"}
    assert len(client.get(f"{address}/history?position=2").json["items"]) == 1
    assert client.get("/v1/facts/00000000-0000-4000-8000-000000000000/history").status == 404


def test_the_id_of_a_negotiation_is_no_fact(client: Client) -> None:
    client.open()
    stream = client.get("/v1/changes").json["items"][0]["stream"]
    assert client.get(f"/v1/facts/{stream}").status == 404
    body = {"reason": "coding_error", "why": "It is no fact"}
    assert client.post(f"/v1/facts/{stream}/retraction", body, if_match="*").status == 404
    assert client.get(TALKS).status == 200


@on_sqlite
@pytest.mark.parametrize(
    ("quantity", "read"),
    [
        ({"text": "not fewer than 50"}, ("ge", 50, 50, None)),
        ({"text": "dozens, several waves", "comparator": "ge"}, ("ge", None, 24, None)),
        ({"text": "more than 50 but fewer than 100"}, ("eq", None, 51, 99)),
        ({"text": "понад 100"}, ("gt", 100, 101, None)),
        ({"text": "52 of the 60", "comparator": "eq", "value": 52}, ("eq", 52, 52, 52)),
        ({"text": "a handful of people"}, "/quantities/0/text"),
        ({"text": "not 50", "value": 50}, "/quantities/0/text"),
        ({"text": "50 to 60", "value": 50}, "/quantities/0/comparator"),
        ({"text": "at least 100", "value": 100, "comparator": "le"}, "/quantities/0/comparator"),
    ],
)
def test_a_number_in_words_is_read_whole_or_refused_with_what_to_write(
    client: Client, quantity: dict[str, Any], read: tuple[Any, ...] | str
) -> None:
    client.open()
    answer = client.post(FACTS, fact(quantities=[{"what": "released", **quantity}]))
    if isinstance(read, str):
        assert (answer.status, answer.pointers) == (422, [read])
        return
    kept = answer.json["fact"]["quantities"][0]
    assert tuple(kept[name] for name in ("comparator", "value", "low", "high")) == read
    assert kept["text"] == quantity["text"]


def test_a_refusal_tells_of_every_fault_of_a_fact_and_of_a_change(light_client: Client) -> None:
    light_client.open()
    wrong = {"valid": "x", "colour": "red", "citations": [{"publisher": 7}], "matter": ""}
    refused = light_client.post(f"{TALKS}/facts", fact(**wrong))
    pointers = {"/valid", "/colour", "/citations/0/publisher", "/matter"}
    assert (refused.status, {error["pointer"] for error in refused.json["errors"]}) == (
        422,
        pointers,
    )
    made = light_client.post(f"{TALKS}/facts", fact())
    sent = {"reason": "no", "why": " ", "changes": {"valid": "x"}, "published": "y"}
    refused = light_client.post(
        f"/v1/facts/{made.json['id']}/corrections", sent, **{"If-Match": "*"}
    )
    pointers = {"/reason", "/why", "/published", "/changes/valid"}
    assert {error["pointer"] for error in refused.json["errors"]} == pointers
    sent = {"reason": "refinement", "why": " ", "changes": {"valid": "x"}, "published": "y"}
    refused = light_client.post(
        f"/v1/facts/{made.json['id']}/corrections", sent, **{"If-Match": "*"}
    )
    pointers = {"/why", "/published", "/changes/valid"}
    assert (refused.status, {error["pointer"] for error in refused.json["errors"]}) == (
        422,
        pointers,
    )
