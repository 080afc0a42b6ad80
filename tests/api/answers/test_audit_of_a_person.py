"""The audit of a person finds each change of a fact that named them before or after it, by name and by id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.api.asking import TALKS

if TYPE_CHECKING:
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database
WRONG = {
    "reason": "source_corrected",
    "why": "the paper named the wrong man",
    "published": "2025-03",
}


def record_custody(client: Client, person: Any, **fields: Any) -> str:  # noqa: ANN401 -- a name, or one with an id
    content = {"kind": "custody", "status": "detained", "valid": "2025-01", **fields}
    content["citations"] = [{"publisher": "AP", "published": "2025-02"}]
    return str(client.record(person=person, **content).headers["location"])


def correct(client: Client, address: str, **changes: object) -> None:
    body = {**WRONG, "changes": changes}
    assert client.post(f"{address}/corrections", body, if_match="*").status == 200


def list_changes(client: Client, person: str, **more: str) -> list[tuple[int, str]]:
    """(position, event) of each change in the audit of a person."""
    query = urlencode({"person": person, **more})
    items = client.get(f"{TALKS}/audit?{query}").json["items"]
    return [(item["position"], item["event"]) for item in items]


def test_a_person_whom_only_an_old_version_names_is_found(client: Client) -> None:
    client.open()
    wrong = record_custody(client, {"name": "Ann Example", "id": "list:17"})
    record_custody(client, "Cy")
    correct(client, wrong, person="Bo Sample")
    correct(client, wrong, note="Seen in Minsk")
    there = [(4, "fact.corrected")]
    assert list_changes(client, "ann example") == list_changes(client, "list:17") == there
    assert list_changes(client, "Bo Sample") == [*there, (5, "fact.corrected")]
    assert (
        list_changes(client, "Cy")
        == list_changes(client, "LIST:17")
        == list_changes(client, "example")
        == []
    )
    assert client.get(f"{TALKS}/timeline?person=list:17&include=retracted").json["items"] == []


def test_a_withdrawn_claim_about_somebody_is_found_by_their_name_and_id(client: Client) -> None:
    client.open()
    false = record_custody(client, {"name": "Ann Example", "id": "list:17"})
    record_custody(client, {"name": "A. Example", "id": "list:17"})
    body = {"reason": "source_retracted", "why": "It was a hoax"}
    assert client.post(f"{false}/retraction", body, if_match="*").status == 200
    there = [(4, "fact.retracted")]
    assert list_changes(client, "Ann Example") == list_changes(client, "list:17") == there
    assert list_changes(client, "A. Example") == there, "by the id that both names have"


def test_every_field_that_names_somebody_and_every_spelling_counts(client: Client) -> None:
    client.open()
    client.record(kind="alias", name="J. Koul", same_as="John Coale", valid="2025")
    told_by = client.record(kind="statement", speaker="J. Koul", people=["Ann"], valid="2025-01")
    met = client.record(
        kind="meeting", form="talks", stage="held", participants=["John Coale"], valid="2025-01"
    )
    for recorded in (told_by, met):
        correct(client, recorded.headers["location"], note="Seen in Minsk")
    both = [(5, "fact.corrected"), (6, "fact.corrected")]
    assert list_changes(client, "John Coale") == list_changes(client, "J. Koul") == both
    assert list_changes(client, "Ann") == both[:1]


def test_pages_and_tables_go_on_with_the_same_person(client: Client) -> None:
    client.open()
    facts = [record_custody(client, name) for name in ("Ann", "Bo", "Ann", "Ann")]
    for address in facts:
        correct(client, address, note="Seen in Minsk")
    page = client.get(f"{TALKS}/audit?person=Ann&limit=2").json
    assert [item["position"] for item in page["items"]] == [6, 8]
    rest = client.get(f"{TALKS}/audit?limit=2&cursor={page['next']}").json
    assert ([item["position"] for item in rest["items"]], rest["next"]) == ([9], None)
    assert client.get(f"{TALKS}/audit?person=Bo&limit=1").json["next"] is None
    table = client.get(f"{TALKS}/audit?person=Bo", accept="text/csv").body.decode()
    assert table.count("fact.corrected") == 1
    refused = client.get(f"{TALKS}/audit?person=Bo&cursor={page['next']}")
    assert refused.status == 422
    respelt = client.get(f"{TALKS}/audit?person=%20ANN&limit=2&cursor={page['next']}")
    assert respelt.json == rest


@pytest.mark.parametrize(
    ("field", "spellings"),
    [("matter", ("Wave 1", "wave  1")), ("place", ("Minsk", "MINSK")), ("q", ("Seen", "seen"))],
)
def test_a_cursor_stays_valid_if_a_parameter_is_spelt_differently(
    client: Client, field: str, spellings: tuple[str, str]
) -> None:
    client.open()
    for _ in "ab":
        record_custody(client, "Ann", place="Minsk", matter="Wave 1", summary="Seen in Minsk")
    one, other = ({field: each, "limit": "1"} for each in spellings)
    page = client.get(f"{TALKS}/timeline?{urlencode(one)}").json
    rest = client.get(f"{TALKS}/timeline?{urlencode({**other, 'cursor': page['next']})}")
    assert len(rest.json["items"]) == 1
    assert (
        client.get(f"{TALKS}/timeline?{urlencode({field: 'x', 'cursor': page['next']})}").status
        == 422
    )


def test_each_clock_tells_what_it_knew(client: Client) -> None:
    client.open()
    wrong = record_custody(client, "Ann Example")
    correct(client, wrong, person="Bo")
    published = {"clock": "published"}
    assert list_changes(client, "Ann Example", position="2") == []
    assert list_changes(client, "Ann Example", as_known_at="2025-02", **published) == []
    assert list_changes(client, "Ann Example", as_known_at="2025-03", **published) == [
        (3, "fact.corrected")
    ]
    assert list_changes(client, "Bo", as_known_at="2025-03", **published) == [(3, "fact.corrected")]


def test_a_change_of_the_negotiation_itself_tells_of_nobody(client: Client) -> None:
    client.open()
    body = {"reason": "refinement", "why": "Its name", "changes": {"parties": ["A", "Ann"]}}
    assert client.post(f"{TALKS}/corrections", body, if_match="*").status == 200
    assert len(client.get(f"{TALKS}/audit").json["items"]) == 1
    assert list_changes(client, "Ann") == []
