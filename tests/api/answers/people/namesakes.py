"""Two people of one name, and a list of people for the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.api.asking import TALKS

if TYPE_CHECKING:
    from tests.api.asking import Client

ELDER: Final = {"name": "Ann Example", "id": "list:17"}
YOUNGER: Final = {"name": "Ann Example", "id": "wikidata:Q42"}
HELD: Final[dict[str, Any]] = {"kind": "custody", "status": "detained", "valid": "2025-01-10/.."}


def list_people(client: Client, query: str = "", **headers: str) -> list[dict[str, Any]]:
    answer = client.get(f"{TALKS}/people?{query}", **headers)
    assert answer.status == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items
