"""`/moments` lists the stops of a slider along each axis, at any perspective, on both databases."""

from __future__ import annotations

from typing import Any

from tests.api.asking import TALKS, Client

MOMENTS = f"{TALKS}/moments"


def record_and_change(client: Client) -> str:
    """Record two facts, correct the first and retract the second; gives the address of the first."""
    client.open()
    first = client.record(valid="2025-09-11").headers["location"]
    citations = [
        {"publisher": "Kyiv Independent", "published": "2025-11-03"},
        {"publisher": "Reuters", "published": "2025-11-05"},
    ]
    second = client.record(valid="2025-11/2026-02", citations=citations).headers["location"]
    changes = {"reason": "coding_error", "why": "Misread", "changes": {"valid": "2025-09-12"}}
    changes["published"] = "2025-10-01"
    assert client.post(f"{first}/corrections", changes, if_match="*").status == 200
    retraction = {"reason": "coding_error", "why": "Misread", "published": "2025-12-24"}
    assert client.post(f"{second}/retraction", retraction, if_match="*").status == 200
    return first


def count_changes(client: Client, query: str) -> dict[str, int]:
    """{time of a moment: number of changes}."""
    answer = client.get(f"{MOMENTS}?{query}")
    assert answer.status == 200, answer.json
    return {item["at"]: item["changes"] for item in answer.json["items"]}


def test_along_valid_time_each_fact_that_stands_has_the_days_on_which_it_begins(
    client: Client,
) -> None:
    record_and_change(client)
    assert count_changes(client, "axis=valid&by=day") == {"2025-09-12": 1}
    assert count_changes(client, "axis=valid&by=day&as_of=1990") == {"2025-09-12": 1}
    assert list(count_changes(client, "")) == [
        "2025-09-12T00:00:00.000000Z",
        "2025-09-12T23:59:59.999999Z",
    ]
    before = count_changes(client, "axis=valid&by=month&position=3")
    assert before == {"2025-09": 1, "2025-11": 1, "2026-02": 1}
    assert count_changes(client, "axis=valid&by=year&position=3") == {"2025": 2, "2026": 1}
    published = count_changes(client, "axis=valid&by=day&clock=published&as_known_at=2025-09-30")
    assert published == {"2025-09-11": 1}


def test_along_the_recorded_clock_each_event_is_a_stop_whatever_the_cut(client: Client) -> None:
    record_and_change(client)
    log = client.get("/v1/changes").json["items"]
    expected = {each["recorded_at"]: 1 for each in log}
    assert count_changes(client, "axis=recorded") == expected
    assert count_changes(client, "axis=recorded&as_known_at=1990") == expected
    known = dict(list(expected.items())[:3])
    assert count_changes(client, "axis=recorded&position=3") == known
    held = count_changes(client, "axis=recorded&clock=published&as_known_at=2025-09-30")
    assert list(held) == [log[0]["recorded_at"], log[1]["recorded_at"]]
    by_year = count_changes(client, "axis=recorded&by=year")
    assert sum(by_year.values()) == 3, "the negotiation, and each of two facts once"


def test_along_the_published_clock_what_a_source_dates_is_a_stop(client: Client) -> None:
    record_and_change(client)
    days = count_changes(client, "axis=published&by=day")
    assert days == {
        "2025-09-11": 1,
        "2025-10-01": 1,
        "2025-11-03": 1,
        "2025-11-05": 1,
        "2025-12-24": 1,
    }
    recorded = count_changes(client, "axis=published&by=day&position=3")
    assert list(recorded) == ["2025-09-11", "2025-11-03", "2025-11-05"]


def test_at_each_stop_a_timeline_says_something_else(client: Client) -> None:
    record_and_change(client)
    for axis, cut in (
        ("valid", "as_of"),
        ("published", "as_of=2026&clock=published&as_known_at"),
        ("recorded", "as_of=2026&as_known_at"),
    ):
        previous: Any = None
        for at in count_changes(client, f"axis={axis}"):
            items = client.get(f"{TALKS}/timeline?{cut}={at}").json["items"]
            assert items != previous, (axis, at)
            previous = items


def test_pages_go_on_where_the_last_ended_at_the_same_perspective(client: Client) -> None:
    record_and_change(client)
    asked = f"{MOMENTS}?axis=published&by=day&limit=2&clock=published&as_known_at=2025-10"
    whole = client.get(asked.replace("&limit=2", "")).json["items"]
    page = client.get(asked).json
    found = page["items"]
    client.record(valid="2020", citations=[{"publisher": "A", "published": "2025-12-30"}])
    while page["next"] is not None:
        page = client.get(f"{asked}&cursor={page['next']}").json
        found += page["items"]
    assert found == whole


def test_moments_are_grouped_as_finely_as_the_limit_allows(client: Client) -> None:
    client.open()
    for valid in ("2025-09-11", "2025-09-12", "2025-11-01", "2026-01-01", "1999", "0044", "-0044"):
        client.record(valid=valid)
    client.record(valid="Y14000")
    by: dict[str, int] = {}
    for limit in range(1, 12):
        answer = client.get(f"{MOMENTS}?by=auto&limit={limit}").json
        by.setdefault(answer["by"], len(answer["items"]))
        plain = client.get(f"{MOMENTS}?by={answer['by']}&limit={limit}").json
        assert "by" not in plain
        assert (plain["items"], plain["next"] is None) == (answer["items"], answer["next"] is None)
    assert list(by) == ["millennium", "century", "decade", "year", "month", "day"][-len(by) :] or by
    assert count_changes(client, "by=century&limit=3") == {"-000001": 1, "0099": 1, "1999": 1}
    assert count_changes(client, "by=decade") == {
        "-000041": 1,
        "0049": 1,
        "1999": 1,
        "2029": 4,
        "+014009": 1,
    }
    last = count_changes(client, "by=decade&as_of=2029")
    assert client.get(f"{TALKS}/timeline?as_of={list(last)[3]}").json["items"][-1]["fact"][
        "valid"
    ] == ("2026-01-01")


def test_later_pages_are_grouped_as_the_first_one_was(client: Client) -> None:
    client.open()
    for year in range(1, 9_000, 900):
        client.record(valid=f"{year:04d}")
    page = client.get(f"{MOMENTS}?by=auto&limit=4").json
    assert page["by"] == "millennium"
    found = page["items"]
    client.record(valid="0002")
    while page["next"] is not None:
        page = client.get(f"{MOMENTS}?by=auto&limit=1000&cursor={page['next']}").json
        assert page["by"] == "millennium"
        found += page["items"]
    assert [each["at"] for each in found] == [f"{number}999" for number in range(9)]


def test_only_what_can_change_no_more_is_fixed(client: Client) -> None:
    record_and_change(client)
    log = client.get("/v1/changes").json["items"]
    past = log[1]["recorded_at"]
    fixed = {
        f"axis=valid&as_known_at={past}": True,
        f"axis=recorded&as_known_at={past}": False,
        f"axis=published&as_known_at={past}": True,
        "axis=published&clock=published&as_known_at=2025": False,
        "axis=recorded&position=3": True,
    }
    for query, is_fixed in fixed.items():
        answer = client.get(f"{MOMENTS}?{query}")
        assert ("link" not in answer.headers) == is_fixed, query
        assert client.get(f"{MOMENTS}?{query}", if_none_match=answer.headers["etag"]).status == 304
        if not is_fixed:
            canonical = answer.headers["link"].partition(">")[0].removeprefix("<")
            assert client.get(canonical).json == answer.json, query


def test_what_is_wrong_is_said(client: Client) -> None:
    client.open()
    assert client.get(f"{MOMENTS}?axis=known").pointers == ["/query/axis"]
    assert client.get(f"{MOMENTS}?by=week").pointers == ["/query/by"]
    assert client.get(f"{MOMENTS}?limit=0").pointers == ["/query/limit"]
    assert client.get("/v1/negotiations/none/moments").status == 404
    assert count_changes(client, "") == {}
