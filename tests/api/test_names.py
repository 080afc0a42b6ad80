"""One person or two: what the record answers where names are written in more than one way."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from tests.api.asking import TALKS, count

if TYPE_CHECKING:
    from tests.api.asking import Client

SPELLINGS: Final = [
    ("Zoë Müller", unicodedata.normalize("NFD", "Zoë Müller")),
    ("محمد", "محمد\u200f"),
    ("Pat O'Neil", "Pat O’Neil"),
    ("Jean-Luc", "Jean\u2011Luc"),
    ("Ann Example", "ANN\u00a0 EXAMPLE"),
]


def custody(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(TALKS).json["custody"]
    return found


def summaries(client: Client, **asked: str) -> list[str]:
    """What a timeline finds."""
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
    assert [each["status"] for each in custody(client)] == ["free"] * len(SPELLINGS)


def test_one_publisher_in_two_spellings_is_one_origin(client: Client) -> None:
    client.open()
    for index, spellings in enumerate(SPELLINGS):
        about = {"valid": "2025-09-11", "matter": f"count-{index}"}
        cited = [{"publisher": each, "published": "2025-09-11"} for each in spellings]
        client.record(**about, quantities=count(50), citations=cited)
        later = [{"publisher": "Reuters", "published": "2025-09-12"}]
        client.record(**about, quantities=count(52), citations=later)
    parts = client.get(TALKS).json["prisoners"]["released"]["parts"]
    assert [part["quantity"]["value"] for part in parts] == [52] * len(SPELLINGS)


def test_an_alias_leads_on_from_each_spelling(client: Client) -> None:
    client.open()
    for index, (one, other) in enumerate(SPELLINGS):
        client.record(kind="alias", name=one, same_as=f"Name {index}", valid="2025")
        client.record(kind="custody", person=other, status="detained", valid="2025-01-10/..")
    names = [f"Name {index}" for index in range(len(SPELLINGS))]
    assert [each["person"] for each in custody(client)] == names
