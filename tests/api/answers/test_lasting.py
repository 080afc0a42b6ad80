"""Death is final: later reports of a dead person are contested, and do not show them as free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.api.answers.claims.reports import AT, make_report, states, tell_release
from tests.api.asking import TALKS

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Body
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database

ANN: Final = "Ann Example"


def report_custody(status: str, valid: str, **fields: Any) -> Body:  # noqa: ANN401 -- a fact's fields
    return make_report(
        "custody", person=fields.pop("person", ANN), status=status, valid=valid, **fields
    )


def report_release(valid: str, **fields: Any) -> Body:  # noqa: ANN401 -- a fact's fields
    return tell_release(people=[ANN], valid=valid, **fields)


HELD: Final = report_custody("detained", "2025-01-10/..")
DIED: Final = report_custody("died", "2025-03-02")

CASES: Final[dict[str, tuple[list[Body], tuple[str, str | None, bool]]]] = {
    "died": ([HELD, DIED], ("died", "certain", False)),
    "released after": ([HELD, DIED, report_release("2025-09-11")], ("died", "certain", True)),
    "recorded before": ([report_release("2025-09-11"), HELD, DIED], ("died", "certain", True)),
    "released that day": ([DIED, report_release("2025-03-02")], ("died", "certain", True)),
    "released before": ([report_release("2025-02-01"), DIED], ("died", "certain", False)),
    "charged after": ([DIED, report_custody("charged", "2025-09-11")], ("died", "certain", True)),
    "held after": ([DIED, report_custody("detained", "2025-09-11/..")], ("died", "certain", True)),
    "many say free": (
        [DIED, *(report_release("2025-09-11", publisher=each) for each in ("AP", "AFP", "dpa"))],
        ("died", "certain", True),
    ),
    "perhaps free": ([DIED, report_release("2025-12/2026-02")], ("died", "certain", False)),
    "with an end": (
        [report_custody("died", "2025-03-02/2025-03-05"), report_release("2025-09-11")],
        ("died", "certain", True),
    ),
    "with an end, alone": (
        [HELD, report_custody("died", "2025-03/2025-04")],
        ("died", "certain", False),
    ),
    "with an unknown end": ([report_custody("died", "2025-03-02/")], ("died", "certain", False)),
    "pardoned after": (
        [DIED, make_report("pardon", granted_by="B", people=[ANN])],
        ("died", "certain", False),
    ),
    "on two days": ([DIED, report_custody("died", "2025-05-01")], ("died", "certain", True)),
    "on a day of a month": ([DIED, report_custody("died", "2025-03")], ("died", "certain", False)),
    "of an alias": (
        [
            report_custody("died", "2025-03-02", person="A. Example"),
            report_release("2025-09-11"),
            make_report("alias", name="A. Example", same_as=ANN),
        ],
        ("died", "certain", True),
    ),
    "perhaps dead": (
        [report_custody("died", "[2025-12-15..2026-02-01]"), report_release("2025-09-11")],
        ("free", "certain", False),
    ),
    "dead later": (
        [report_custody("died", "2026-03-02"), report_release("2025-09-11")],
        ("free", "certain", False),
    ),
    "other ends do not last": (
        [report_custody("exiled", "2025-03-02"), report_custody("detained", "2025-09-11")],
        ("detained", "certain", False),
    ),
}


def test_what_is_reported_after_a_death_is_contested_and_frees_nobody(client: Client) -> None:
    by_name = states(client, {name: facts for name, (facts, _) in CASES.items()})
    told = {
        name: [(each["status"], each["certainty"], each["contested"]) for each in state["custody"]]
        for name, state in by_name.items()
    }
    assert told == {name: [expected] for name, (_, expected) in CASES.items()}


@pytest.mark.parametrize("match", ["possible", "certain"])
def test_the_dead_are_neither_free_nor_held_in_a_list_or_a_page(client: Client, match: str) -> None:
    client.open()
    for each in (
        HELD,
        DIED,
        report_release("2025-09-11"),
        report_custody("transferred", "2025-09-12/.."),
    ):
        client.record(**each)
    at = f"as_of={AT}&match={match}"
    for status, expected in (("free", []), ("held", []), ("died", [ANN])):
        people = client.get(f"{TALKS}/people?status={status}&{at}").json["items"]
        assert [person["name"] for person in people] == expected
    (page,) = client.get(f"{TALKS}/state/custody?{at}").json["items"]
    (entry,) = client.get(f"{TALKS}?{at}").json["custody"]
    assert page == entry
    assert (entry["status"], entry["since"], entry["contested"]) == ("died", "2025-03-02", True)
    assert {rival["valid"] for rival in entry["rivals"]} == {"2025-09-12/.."}
    before = client.get(f"{TALKS}?as_of=2025-03-01&match={match}").json["custody"]
    assert [each["status"] for each in before] == ["detained"]


def test_a_death_that_is_retracted_does_not_last(client: Client) -> None:
    client.open()
    client.record(**report_release("2025-09-11"))
    died = client.record(**DIED)
    assert [each["status"] for each in client.get(TALKS).json["custody"]] == ["died"]
    body = {"reason": "source_retracted", "why": "she was seen alive"}
    address = f"/v1/facts/{died.json['id']}/retraction"
    assert client.post(address, body, if_match=died.headers["etag"]).status == 200
    now, before = (
        client.get(TALKS).json,
        client.get(f"{TALKS}?position={died.json['position']}").json,
    )
    assert [(each["status"], each["contested"]) for each in now["custody"]] == [("free", False)]
    assert [each["status"] for each in before["custody"]] == ["died"]


def test_an_editor_may_show_what_is_reported_after_a_death_which_stays_contested(
    client: Client,
) -> None:
    client.open()
    client.record(**DIED)
    later = client.record(**report_release("2025-09-11"))
    address = f"/v1/facts/{later.json['id']}/preference"
    body = {"preferred": True, "why": "the death was a rumour"}
    assert client.post(address, body, if_match=later.headers["etag"]).status == 200
    (entry,) = client.get(TALKS).json["custody"]
    assert (entry["status"], entry["contested"]) == ("free", True)
