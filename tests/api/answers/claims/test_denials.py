"""A fact that a link sets against another contests the entry of that fact, whatever kinds the two have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.api.answers.claims.reports import make_report, states, tie
from tests.api.asking import TALKS, Client
from tests.api.counts.charts import read_spec, read_table

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Body

pytestmark = pytest.mark.either_database

Entry = tuple[bool, list[str]]
"""(whether an entry is contested, what its rivals say)."""
DENIED: Final = {"external_id": "A"}
APPOINTED: Final = make_report(
    "appointment", person="John Cole", post="Special Envoy", valid="2025-11-09/..", **DENIED
)


def deny(day: str = "2025-11-12", **fields: Any) -> Body:  # noqa: ANN401 -- a fact's fields
    """A statement that a spokesman denies what fact A says."""
    said = {"speaker": "Spokesman", "summary": "A denial"}
    return make_report(
        "statement",
        **{**said, "valid": day, "published": day, "links": tie("conflicts_with", "A")} | fields,
    )


def read_entry(state: Body, section: str = "posts") -> Entry:
    found: Any = state
    for name in section.split("."):
        found = found[name]
    (entry,) = [found] if isinstance(found, dict) else found
    return entry["contested"], [rival["summary"] for rival in entry["rivals"]]


def test_a_denial_contests_an_appointment_while_it_stands_and_is_known(client: Client) -> None:
    client.open()
    client.record(**APPOINTED)
    denial = client.record(**deny()).json
    path = f"{TALKS}?as_of=2025-12-31"

    def ask(more: str = "") -> Entry:
        return read_entry(client.get(path + more).json)

    contested = (True, ["A denial"])
    assert ask() == ask("&match=certain") == contested
    assert read_entry(client.get(f"{TALKS}?as_of=2025-11-11").json) == (False, [])
    assert ask("&clock=published&as_known_at=2025-11-20") == contested
    assert ask("&clock=published&as_known_at=2025-11-10") == (False, [])
    assert ask("&position=2") == (False, [])
    (item,) = client.get(f"{TALKS}/state/posts?as_of=2025-12-31").json["items"]
    assert (item["contested"], [rival["summary"] for rival in item["rivals"]]) == contested
    why = {"reason": "source_retracted", "why": "The paper withdrew it"}
    retraction = f"/v1/facts/{denial['id']}/retraction"
    assert client.post(retraction, why, if_match='"1"').status == 200
    assert ask() == (False, [])


@pytest.mark.parametrize(
    ("section", "fact"),
    [
        ("custody", {"kind": "custody", "person": "Ann", "status": "detained"}),
        ("proposals", {"kind": "proposal", "by": "A", "content": "x", "stage": "offered"}),
    ],
)
def test_a_denial_contests_the_entry_of_every_kind(
    client: Client, section: str, fact: Body
) -> None:
    report = make_report(**{**fact, **DENIED})
    found = states(client, {"denied": [deny(), report], "alone": [report]})
    assert read_entry(found["denied"], section) == (True, ["A denial"])
    assert read_entry(found["alone"], section) == (False, [])
    assert [each["contested"] for each in found["denied"]["statements"]] == [False]


def test_lists_of_people_and_facts_that_come_later_know_of_denials(client: Client) -> None:
    client.open()
    custody = make_report("custody", person="Ann", status="detained", **DENIED)
    client.record(**deny())
    tried = client.post(f"{TALKS}/facts?dry_run=true", custody)
    assert [rival["summary"] for rival in tried.json["rivals"]] == ["A denial"]
    client.record(**custody)
    for query in ("", "&status=detained", "&person=Ann", "&q=ann"):
        people = client.get(f"{TALKS}/people?as_of=2025-12-31{query}").json["items"]
        contested = {person["name"]: person["contested"] for person in people}
        facts = {person["name"]: person["facts"] for person in people}
        assert (contested["Ann"], facts["Ann"]) == (True, 1)
    earlier = client.get(f"{TALKS}/people?as_of=2025-11-11&person=Ann").json["items"]
    assert [person["contested"] for person in earlier] == [False]


def test_a_picture_of_posts_shows_from_which_day_on_one_is_contested(client: Client) -> None:
    client.open()
    client.record(**APPOINTED)
    clerk = make_report(
        "appointment",
        person="Bob",
        post="Clerk",
        valid="2025-11-12/..",
        links=tie("conflicts_with", "A"),
    )
    client.record(**clerk)
    spells = read_table(read_spec(client, "posts", "as_of=2025-12-31"))
    assert spells == [
        ["Special Envoy", "John Cole", "2025-11-09", "2025-11-12", "certain"],
        ["Special Envoy", "John Cole", "2025-11-12", None, "contested"],
        ["Clerk", "Bob", "2025-11-12", None, "certain"],
    ]
