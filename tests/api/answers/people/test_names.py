"""Different spellings and aliases of a name lead to one person, publisher or organisation."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import pytest

from tests.api.asking import FACTS, TALKS, count, fact

if TYPE_CHECKING:
    from tests.api.asking import Client

SPELLINGS: Final = [
    ("Zoë Müller", unicodedata.normalize("NFD", "Zoë Müller")),
    ("محمد", "محمد\u200f"),
    ("Pat O'Neil", "Pat O’Neil"),
    ("Jean-Luc", "Jean\u2011Luc"),
    ("Ann Example", "ANN\u00a0 EXAMPLE"),
]


def read_custody(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(TALKS).json["custody"]
    return found


def summaries(client: Client, **asked: str) -> list[str]:
    """The summaries of the facts in a timeline."""
    query = "&".join(f"{name}={quote(value)}" for name, value in asked.items())
    answer = client.get(f"{TALKS}/timeline?{query}")
    assert answer.status == 200, answer.json
    return [item["fact"]["summary"] for item in answer.json["items"]]


def test_who_is_freed_under_another_spelling_is_free(client: Client) -> None:
    client.open()
    for held, freed in SPELLINGS:
        client.record(kind="custody", person=held, status="detained", valid="2025-01-10/..")
        client.record(people=[freed], valid="2025-09-11")
        assert len(summaries(client, person=freed)) == 2
    assert [each["status"] for each in read_custody(client)] == ["free"] * len(SPELLINGS)


def test_one_publisher_in_two_spellings_is_one_origin(client: Client) -> None:
    client.open()
    for index, spellings in enumerate(SPELLINGS):
        about = {"valid": "2025-09-11", "matter": f"count-{index}"}
        cited = [{"publisher": spelling, "published": "2025-09-11"} for spelling in spellings]
        client.record(**about, quantities=count(50), citations=cited)
        later = [{"publisher": "Reuters", "published": "2025-09-12"}]
        client.record(**about, quantities=count(52), citations=later)
    parts = client.get(TALKS).json["prisoners"]["released"]["parts"]
    assert [part["quantity"]["value"] for part in parts] == [52] * len(SPELLINGS)


def test_an_organisation_of_two_names_is_one_origin_and_one_counter(client: Client) -> None:
    client.open()
    names = ("AP", "Associated Press")
    for publisher, value in (*((name, 52) for name in names), ("Babel", 50)):
        day = "2025-09-20" if publisher == "Babel" else "2025-09-12"
        cited = [{"publisher": publisher, "published": day}]
        client.record(quantities=count(value), matter="m", citations=cited)
    for publisher, value, day in (("AP", 400, "2025-10-01"), (names[1], 300, "2025-11-01")):
        so_far = [{"what": "released", "value": value, "basis": "cumulative"}]
        client.record(quantities=so_far, valid=day, citations=[{"publisher": publisher}])
    asked = f"{TALKS}?as_of=2025-12-31"

    def read_released() -> tuple[int, int, bool]:
        total = client.get(asked).json["prisoners"]["released"]
        return total["parts"][0]["quantity"]["value"], total["low"], total["contested"]

    assert read_released() == (52, 300, True)
    client.record(kind="alias", of="organisation", name=names[0], same_as=names[1], valid="2025")
    assert read_released() == (50, 300, True)
    client.record(kind="alias", of="organisation", name="Babel", same_as="Babel.ua", valid="2025")
    assert read_released() == (50, 300, True)


def test_an_alias_leads_on_from_each_spelling(client: Client) -> None:
    client.open()
    for index, (one, other) in enumerate(SPELLINGS):
        client.record(kind="alias", name=one, same_as=f"Name {index}", valid="2025")
        client.record(kind="custody", person=other, status="detained", valid="2025-01-10/..")
    names = [f"Name {index}" for index in range(len(SPELLINGS))]
    assert [each["person"] for each in read_custody(client)] == names


@pytest.mark.either_database
def test_who_records_a_second_alias_is_told_that_it_leads_to_nobody(client: Client) -> None:
    client.open()
    first = {"kind": "alias", "name": "Cole", "same_as": "John Coale", "valid": "2025-11"}
    second = {**fact(**first), "same_as": "Cole Porter"}
    assert "notices" not in client.record(**first).json
    asked = client.post(f"{TALKS}/facts?dry_run=true", second).json
    told = [
        {
            "pointer": "/same_as",
            "detail": "aliases lead Cole to Cole Porter and to John Coale, so it leads to none of them: prefer the one"
            " that is right, or retract what is wrong",
        }
    ]
    assert asked["notices"] == told
    sent = {"Idempotency-Key": '"second"'}
    answers = [client.http.post(f"{TALKS}/facts", json=second, headers=sent) for _ in "ab"]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["notices"] for answer in answers] == [told, told]
    id_ = answers[0].json()["id"]
    correction = {
        "reason": "coding_error",
        "why": "Misread",
        "changes": {"same_as": "Joe Cole"},
        "citation": {"publisher": "P"},
    }
    corrected = client.post(f"/v1/facts/{id_}/corrections", correction, if_match="*").json
    assert "Joe Cole and to John Coale" in corrected["notices"][0]["detail"]
    correction["changes"] = {"same_as": "John Coale"}
    mended = client.post(f"/v1/facts/{id_}/corrections", correction, if_match="*").json
    assert "notices" not in mended


@pytest.mark.either_database
def test_an_import_says_where_aliases_part(client: Client) -> None:
    client.open()
    client.record(kind="alias", name="Cole", same_as="John Coale", valid="2025-11")
    leading = (
        ("Kol", "Ann"),
        ("Cole", "Cole Porter"),
        ("KOL", "Ann"),
        ("Bo", "Bob"),
        ("bo", "Rob"),
    )
    lines = [
        fact(kind="alias", name=name, same_as=same, external_id=f"A-{at}", valid="2025-11")
        for at, (name, same) in enumerate(leading)
    ]
    sent = "\n".join(map(json.dumps, lines)).encode()
    for query in ("?dry_run=true", ""):
        media = {"content_type": "application/x-ndjson"}
        report = client.post(f"{TALKS}/import{query}", sent, **media).json
        assert [(notice["line"], notice["pointer"]) for notice in report["notices"]] == [
            (2, "/same_as"),
            (4, "/same_as"),
            (5, "/same_as"),
        ], query
        assert "Bob and to Rob" in report["notices"][1]["detail"]


def test_a_search_finds_every_text_that_has_the_characters(client: Client) -> None:
    client.open()
    lines = [
        json.dumps(
            {**fact(summary=f"第{n}批{'甲乙丙丁'[n % 4]}被关押者获释"), "external_id": f"{n}"}
        )
        for n in range(120)
    ]
    sent = "\n".join(lines).encode()
    report = client.post(f"{TALKS}/import", sent, content_type="application/x-ndjson").json
    assert report["recorded"] == 120
    for q, many in (("被关押", 120), ("押", 120), ("丙被", 30), ("被押", 0)):
        assert len(summaries(client, q=q, limit="1000")) == many, q


def test_a_name_is_found_in_another_script_unless_that_is_switched_off(client: Client) -> None:
    client.open()
    for name in ("Иван Примеров", "Ivan Primerov"):
        client.record(summary=name)
    for q, other in (("Ivan Primerov", "Иван Примеров"), ("Иван Примеров", "Ivan Primerov")):
        assert summaries(client, q=q) == ["Иван Примеров", "Ivan Primerov"]
        assert summaries(client, q=q, translit="true") == ["Иван Примеров", "Ivan Primerov"]
        assert other not in summaries(client, q=q, translit="false")
    page = client.get(f"{TALKS}/timeline?q=Ivan&translit=false&limit=1")
    assert page.json["next"] is None
    assert "translit=false" in page.headers["link"]
    assert client.get(f"{TALKS}/timeline?q=a&translit=off").pointers == ["/query/translit"]


@pytest.mark.either_database
def test_a_filter_by_a_name_with_too_many_spellings_is_refused_and_says_what_to_ask(
    client: Client,
) -> None:
    client.open()
    client.record(people=["Name 7"], summary="Name 7 was freed")
    lines = [
        fact(kind="alias", name=f"Name {n}", same_as="Ann", external_id=f"A-{n}", valid="2025")
        for n in range(1_001)
    ]
    sent = "\n".join(map(json.dumps, lines)).encode()
    report = client.post(f"{TALKS}/import", sent, content_type="application/x-ndjson").json
    assert report["recorded"] == 1_001
    refused = client.get(f"{TALKS}/timeline?person=Ann")
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/person")
    assert "search for one of them" in refused.json["errors"][0]["detail"]
    assert summaries(client, q='"Name 7"*', kind="release") == ["Name 7 was freed"]


def test_an_agreement_is_one_by_whatever_names_its_signatories_go(client: Client) -> None:
    client.open()
    client.record(
        kind="alias", of="organisation", name="USA", same_as="United States", valid="2025"
    )
    truce = {"kind": "agreement", "title": "Truce", "form": "ceasefire"}
    sides = (["United States", "Belarus"], ["belarus", "USA"])
    for stage, valid, signatories in zip(
        ("in_force", "ended"), ("2024", "2025-06"), sides, strict=True
    ):
        client.record(**truce, stage=stage, valid=valid, signatories=signatories)
    other = client.record(**truce, stage="signed", valid="2024-05", signatories=["USA", "Poland"])
    state = client.get(f"{TALKS}?as_of=2025-12").json
    found = [(entry["signed_by"], entry["stage"]) for entry in state["agreements"]]
    assert found == [("belarus; united states", "ended"), ("poland; united states", "signed")]
    tried = fact(**truce, stage="ended", valid="2024-05", signatories=["Poland", "United States"])
    asked = client.post(f"{FACTS}?dry_run=true", tried)
    assert [rival["id"] for rival in asked.json["rivals"]] == [other.json["id"]]
