from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.api.asking import TALKS, count

if TYPE_CHECKING:
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database


def _record_and_correct(client: Client) -> str:
    client.open()
    client.record(quantities=count(14), valid="2025-06-21")
    address = client.record(quantities=count(50), summary='Fifty, "so to say"').headers["location"]
    changes = {"quantities": count(52)}
    body = {"reason": "source_corrected", "why": "The paper, corrected\nit", "changes": changes}
    assert client.post(f"{address}/corrections", body, if_match="1").status == 200
    return address


def test_a_tally_sums_month_by_month(client: Client) -> None:
    _record_and_correct(client)
    answer = client.get(f"{TALKS}/tally?what=released&by=month&as_of=2025").json
    assert [(point["at"], point["low"], point["high"]) for point in answer["points"]] == [
        ("2025-06", 14, 14),
        ("2025-09", 52, 52),
    ]
    assert (answer["total"]["text"], answer["next"]) == ("66", None)
    by_year = client.get(f"{TALKS}/tally?what=released&by=year&position=3&as_of=2025").json
    assert [(point["at"], point["low"]) for point in by_year["points"]] == [("2025", 64)]


def test_a_tally_over_a_stretch_says_nothing_of_what_lies_outside_it(client: Client) -> None:
    client.open()
    client.record(quantities=count(14), valid="2025-06-21")
    client.record(quantities=count(52))
    client.record(quantities=count(3), valid="2025", summary="Three freed in the year")
    for number, valid in ((1_200, "2025-05-01"), (1_100, "2025-10-01")):
        held = [{"what": "held", "value": number}]
        counted = {"population": "political prisoners", "counted_by": "Viasna"}
        client.record(kind="prisoner_count", valid=valid, quantities=held, **counted)

    def points(what: str, stretch: str) -> list[tuple[str, str, str]]:
        answer = client.get(f"{TALKS}/tally?what={what}&as_of=2025-12-31&{stretch}").json
        return [(point["at"], point["until"], point["text"]) for point in answer["points"]]

    september = ("2025-09", "2025-09", "52 to 55")
    assert points("released", "from=2025-09&to=2025-09") == [september]
    assert points("released", "from=2025-08") == [
        ("2025-08", "2025-08", "0 to 3"),
        september,
        ("2025-10", "2025-12", "0 to 3"),
    ]
    assert points("released", "from=2025-06&to=2025-07") == [
        ("2025-06", "2025-06", "14 to 17"),
        ("2025-07", "2025-07", "0 to 3"),
    ]
    assert points("held", "to=2025-06") == [("2025-05", "2025-06", "1200")]
    assert points("held", "from=2025-06&to=2025-08") == [("2025-06", "2025-08", "1200")]
    assert points("held", "from=2025-11") == [("2025-11", "2025-12", "1100")]
    assert points("held", "from=2025-08&to=2025-10") == [
        ("2025-08", "2025-09", "1200"),
        ("2025-10", "2025-10", "1100"),
    ]
    assert points("held", "to=2025-04") == []


def test_a_long_tally_is_given_page_by_page_as_it_stood_with_the_first(client: Client) -> None:
    client.open()
    for day in range(1, 6):
        client.record(quantities=count(day), valid=f"2025-09-{2 * day:02}")
    page = client.get(f"{TALKS}/tally?what=released&by=day&limit=2").json
    client.record(quantities=count(99), valid="2025-09-30")
    found = [point["at"] for point in page["points"]]
    while page["next"] is not None:
        page = client.get(f"{TALKS}/tally?limit=2&cursor={page['next']}").json
        found += [point["at"] for point in page["points"]]
        assert page["what"] == "released"
    assert found == [f"2025-09-{2 * day:02}" for day in range(1, 6)]
    assert page["total"]["text"] == "15"
    other = f"{TALKS}/tally?what=pardoned&cursor="
    cursor = client.get(f"{TALKS}/tally?what=released&by=day&limit=2").json["next"]
    assert client.get(other + cursor).pointers == ["/query/cursor"]


@pytest.mark.parametrize(("query", "pointer"), [("", "what"), ("what=released&by=week", "by")])
def test_a_tally_needs_to_know_of_what(light_client: Client, query: str, pointer: str) -> None:
    light_client.open()
    answer = light_client.get(f"{TALKS}/tally?{query}")
    assert answer.status == 422
    assert answer.pointers == [f"/query/{pointer}"]


def test_a_diff_tells_what_two_cuts_disagree_on(client: Client) -> None:
    _record_and_correct(client)
    changes = client.get("/v1/changes").json["items"]
    first, last = changes[2]["recorded_at"], changes[3]["recorded_at"]
    answer = client.get(f"{TALKS}/diff?from={first}&to={last}").json
    assert answer["added"] == []
    corrected = answer["corrected"][0]
    assert corrected["reason"] == "source_corrected"
    assert [change["field"] for change in corrected["changes"]] == ["quantities"]
    assert answer["from"]["position"] == 3
    assert len(client.get(f"{TALKS}/diff?from=2020").json["added"]) == 2
    published = client.get(f"{TALKS}/diff?clock=published&from=2025-09-10&to=2025-09-11").json
    assert len(published["added"]) == 2


def test_a_diff_tells_of_a_preference_that_changes_who_holds_a_post(client: Client) -> None:
    client.open()
    post = {"kind": "appointment", "post": "envoy", "valid": "2025-11-09"}
    first = client.record(**post, person="A").headers["location"]
    client.record(**post, person="B")
    held = [client.get(f"{TALKS}?as_of=2025-11-22").json]
    shown = held[0]["posts"][0]["holder"]
    other = first if shown == "B" else client.get(TALKS).json["posts"][0]["rivals"][0]["id"]
    address = f"/v1/facts/{other.removeprefix('/v1/facts/')}"
    body = {"preferred": True, "why": "The gazette says so"}
    assert client.post(f"{address}/preference", body, if_match="1").status == 200
    held.append(client.get(f"{TALKS}?as_of=2025-11-22").json)
    assert {each["posts"][0]["holder"] for each in held} == {"A", "B"}
    recorded = [item["recorded_at"] for item in client.get("/v1/changes").json["items"]]
    answer = client.get(f"{TALKS}/diff?from={recorded[-2]}&to={recorded[-1]}").json
    (marked,) = answer["preferred"]
    assert marked["fact"]["id"] == address.rpartition("/")[2]
    assert (marked["reason"], marked["why"]) == (None, "The gazette says so")
    assert marked["changes"] == [{"field": "preferred", "before": False, "after": True}]
    assert [answer[name] for name in ("added", "corrected", "corroborated")] == [[], [], []]


def test_a_diff_runs_from_the_earlier_cut_to_the_later(light_client: Client) -> None:
    light_client.open()
    assert light_client.get(f"{TALKS}/diff").pointers == ["/query/from"]
    back = light_client.get(f"{TALKS}/diff?from=2999&to=2998")
    assert (back.status, back.pointers) == (422, ["/query/from"])
    assert "write the earlier time here" in back.json["errors"][0]["detail"]
    assert light_client.get(f"{TALKS}/diff?from=2998&to=2998").status == 200
    assert light_client.get(f"{TALKS}/diff?from=2025&as_known_at=2024").pointers == [
        "/query/as_known_at"
    ]


def test_the_audit_lists_every_change_after_a_recording(client: Client) -> None:
    address = _record_and_correct(client)
    client.post(f"{address}/preference", {"preferred": True, "why": "Better"}, if_match="2")
    items = client.get(f"{TALKS}/audit").json["items"]
    assert [item["event"] for item in items] == ["fact.corrected", "fact.preferred"]
    assert items[0]["actor"] == "editor"
    assert items[0]["fact"]["version"] == 2
    assert items[1]["changes"] == [{"field": "preferred", "before": False, "after": True}]
    assert client.get(f"{TALKS}/audit?position=3").json["items"] == []


def test_the_audit_is_a_table_too(client: Client) -> None:
    _record_and_correct(client)
    path = f"{TALKS}/audit?position=4"
    answer = client.get(path, accept="text/csv, application/json;q=0.5")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["vary"] == "Accept, Authorization"
    rows = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
    assert len(rows) == 1
    assert rows[0]["why"] == "The paper, corrected\nit"
    assert rows[0]["batch"] == ""
    assert rows[0]["summary"] == 'Fifty, "so to say"'
    assert {each["field"] for each in json.loads(rows[0]["changes"])} == {"quantities", "status"}
    plain = client.get(path)
    assert plain.headers["etag"] != answer.headers["etag"]
    assert plain.headers["vary"] == "Accept, Authorization"
    assert client.get(path, accept="image/png").json is not None
    assert client.get(path, accept="text/csv", if_none_match=answer.headers["etag"]).status == 304
