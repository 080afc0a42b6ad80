"""The real record, imported as `make run` imports it, shows what a reader could know on each day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database

RECORD: Final = Path(__file__).parents[3] / "data" / "us-belarus.ndjson"
BELARUS: Final = "/v1/negotiations/us-belarus"


@pytest.fixture
def record(client: Client) -> Client:
    """A client of the real record."""
    body = {"slug": "us-belarus", "title": "US–Belarus talks", "parties": ["US", "Belarus"]}
    assert client.post("/v1/negotiations", body).status == 201
    imported = client.post(
        f"{BELARUS}/import", RECORD.read_bytes(), content_type="application/x-ndjson"
    )
    assert imported.status == 200
    assert imported.json["rejected"] == []
    assert imported.json["recorded"] >= 85
    return client


def read_known(record: Client, day: str) -> dict[str, Any]:
    """The state by the papers published up to a day."""
    return state(record, f"as_known_at={day}&clock=published")


def state(record: Client, query: str) -> dict[str, Any]:
    """The state at a perspective."""
    answer = record.get(f"{BELARUS}?{query}")
    assert answer.status == 200
    found: dict[str, Any] = answer.json
    return found


def entry(section: list[dict[str, Any]], **key: str) -> dict[str, Any] | None:
    """The entry under a key."""
    return next((each for each in section if key.items() <= each.items()), None)


def test_the_envoy_is_john_coale_since_9_november_and_nobody_contests_it(record: Client) -> None:
    (post,) = state(record, "as_of=2025-11-22")["posts"]
    assert (post["holder"], post["since"], post["certainty"]) == (
        "John Coale",
        "2025-11-09",
        "certain",
    )
    assert post["contested"] is False
    assert [rival["summary"][:9] for rival in post["rivals"]] == ["John Cole"]


@pytest.mark.parametrize(("day", "holders"), [("2025-11-08", []), ("2025-11-09", ["John Coale"])])
def test_there_is_no_envoy_before_the_news(record: Client, day: str, holders: list[str]) -> None:
    assert [post["holder"] for post in read_known(record, day)["posts"]] == holders


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2025-06-20", None),
        ("2025-06-22", "free"),
        ("2025-06-26", "sentenced"),
        ("2025-09-10", "sentenced"),
        ("2025-09-12", "free"),
    ],
)
def test_losik_is_reported_free_then_in_custody_then_free(
    record: Client, day: str, status: str | None
) -> None:
    losik = entry(read_known(record, day)["custody"], person="Ihar Losik")
    assert (losik and losik["status"]) == status


def test_losik_was_never_free_in_june_by_what_is_known_now(record: Client) -> None:
    losik = entry(state(record, "as_of=2025-06-30")["custody"], person="Ihar Losik")
    assert losik is not None
    assert losik["status"] == "sentenced"
    assert losik["contested"] is False
    shown = record.get(f"{BELARUS}/timeline?person=Ihar+Losik&limit=1000").json["items"]
    assert "BY-029" not in {item["fact"]["external_id"] for item in shown}


def test_september_counts_52_once_and_50_and_51_contest_it(record: Client) -> None:
    released = state(record, "as_of=2025-11-22")["prisoners"]["released"]
    september = entry(released["parts"], matter="sep11-count")
    assert september is not None
    assert september["quantity"]["value"] == 52
    assert september["contested"] is True
    rivals = {_read_released(record, rival["id"]) for rival in september["rivals"]}
    assert rivals >= {50, 51}
    assert (released["low"], released["high"]) == (1 + 3 + 1 + 14 + 50, None)
    assert [each["quantity"]["low"] for each in released["cumulative"]] == [24]
    assert len(released["facts"]) == 5


def _read_released(record: Client, fact_id: str) -> int | None:
    quantities = record.get(f"/v1/facts/{fact_id}").json["fact"]["quantities"]
    return next((q["value"] for q in quantities if q["what"] == "released"), None)


def test_at_least_100_is_a_proposal_without_an_upper_bound_and_not_a_release(
    record: Client,
) -> None:
    found = state(record, "as_of=2025-11-26")
    deal = next(p for p in found["proposals"] if "at least 100" in p["content"])
    quantity = next(q for q in deal["quantities"] if q["what"] == "to be released")
    assert (quantity["low"], quantity["high"]) == (100, None)
    assert deal["fact"]["id"] not in found["prisoners"]["released"]["facts"]
    assert found["prisoners"]["released"]["low"] == 69


def test_words_and_ranges_keep_their_words_and_bounds(record: Client) -> None:
    items = record.get(f"{BELARUS}/timeline?limit=1000").json["items"]
    said = {
        (item["fact"]["external_id"], q["what"]): q
        for item in items
        for q in item["fact"]["quantities"]
    }
    dozens = said["BY-087", "released"]
    assert (dozens["low"], dozens["high"], dozens["basis"]) == (24, None, "cumulative")
    almost = said["BY-067", "held"]
    assert (almost["text"], almost["low"], almost["high"]) == ("almost 1,200", None, 1199)
    sought = said["BY-082", "sought by US officials"]
    assert (sought["text"], sought["low"]) == ("well over 100", 101)


def test_what_is_known_to_be_false_of_a_person_is_not_present_knowledge(record: Client) -> None:
    items = record.get(f"{BELARUS}/timeline?limit=1000").json["items"]
    present = {item["fact"]["external_id"] for item in items}
    assert present.isdisjoint({"BY-029", "BY-035", "BY-039", "BY-053"})
    everything = record.get(f"{BELARUS}/timeline?limit=1000&include=retracted").json["items"]
    assert {"BY-029", "BY-035", "BY-039", "BY-053"} <= {
        item["fact"]["external_id"] for item in everything
    }


def test_every_row_of_the_source_is_a_fact(record: Client) -> None:
    everything = record.get(f"{BELARUS}/timeline?limit=1000&include=retracted").json["items"]
    named = {item["fact"]["external_id"] for item in everything}
    missing = {"BY-006", "BY-036", "BY-048", "BY-058", "BY-059"}
    assert {f"BY-{n:03d}" for n in range(1, 91)} - missing <= named
