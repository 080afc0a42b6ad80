"""An event of several days may have been on any of them, so no event within these days is surely earlier or later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.api.answers.claims.reports import make_report
from tests.api.asking import TALKS

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Body
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database

DAYS: Final = "2025-12-01/2025-12-20"
ONE: Final = "2025-12-10"
KINDS: Final[dict[str, tuple[str, Body]]] = {
    "meeting": ("meetings", {"form": "talks", "stage": "held", "participants": ["A", "B"]}),
    "statement": ("statements", {"speaker": "A"}),
    "response": ("responses", {"asked": "A", "answer": "declined"}),
    "incident": ("incidents", {"form": "arrests", "actor": "A", "target": "B"}),
}


def record(client: Client, kind: str, *days: str) -> None:
    """Record facts of a kind, each of a matter of its own; their summary is their date."""
    client.open()
    for valid in days:
        said = {**KINDS[kind][1], "matter": valid, "summary": valid}
        answer = client.post(f"{TALKS}/facts", make_report(kind, **said) | {"valid": valid})
        assert answer.status == 201, answer.json


def read_latest(client: Client, kind: str, asked: str) -> dict[str, Any]:
    """The only entry of the state; checks that its page shows the same."""
    section = KINDS[kind][0]
    found = client.get(f"{TALKS}?as_of={asked}").json[section]
    if kind == "meeting":
        last: dict[str, Any] = found["last"]
        return last
    (entry,) = found
    assert client.get(f"{TALKS}/state/{section}?as_of={asked}").json["items"] == [entry]
    return dict(entry)


def describe_entry(entry: dict[str, Any]) -> tuple[str, str, bool, set[str]]:
    beside = {each["summary"] for each in entry["rivals"]}
    return entry["fact"]["summary"], entry["certainty"], entry["contested"], beside


@pytest.mark.parametrize("kind", KINDS)
def test_what_may_be_the_last_stands_beside_it(client: Client, kind: str) -> None:
    record(client, kind, "2025-11-30", DAYS, ONE)
    during, after = (read_latest(client, kind, asked) for asked in ("2025-12-12", "2025-12-25"))
    assert describe_entry(during) == (ONE, "certain", False, {DAYS})
    summary, certainty, contested, beside = describe_entry(after)
    assert {summary, *beside} == {DAYS, ONE}
    assert (certainty, contested) == ("certain", False)
    surely = read_latest(client, kind, "2025-12-12&match=certain")
    assert describe_entry(surely) == (ONE, "certain", False, set())


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_surely_later_replaces_it(client: Client, kind: str) -> None:
    record(client, kind, DAYS)
    entry = read_latest(client, kind, "2025-12-25")
    assert entry["since"] == "[2025-12-01..2025-12-20]"
    answer = client.post(
        f"{TALKS}/facts",
        make_report(kind, **KINDS[kind][1], summary="later") | {"valid": "2025-12-21"},
    )
    assert answer.status == 201, answer.json
    assert describe_entry(read_latest(client, kind, "2025-12-25")) == (
        "later",
        "certain",
        False,
        set(),
    )
    assert describe_entry(read_latest(client, kind, "2025-12-12")) == (
        DAYS,
        "possible",
        False,
        set(),
    )
